import { askBetween } from './choices.ts'
import type { Item } from './grammar/items.ts'
import type { Here } from './once.ts'
import { readRule } from './rule.ts'
import type { When } from './when.ts'

/** What may stand beside a list of weekdays; with anything else it is no list, but a day said in two ways. */
const BESIDE = new Set<Item['t']>([
  'weekday',
  'time',
  'part',
  'zone',
  'and',
  'until',
  'count',
  'except',
  'lasting',
])

/** Less by an hour, for the week in which the clocks change. */
const WEEK_MS = (7 * 24 - 1) * 3_600_000

/** "mon, wed and fri at 9" without "every": every week, or the next one of them. Undefined for a single weekday. */
export function readWeekdayList(items: readonly Item[], here: Here): When | undefined {
  const days = new Set<number>()
  for (const item of items) {
    if (!BESIDE.has(item.t)) return undefined
    if (item.t !== 'weekday') continue
    if (item.next !== undefined || item.now || item.gone || item.side !== undefined) return undefined
    for (const day of item.days) days.add(day)
  }
  if (days.size < 2) return undefined
  const weekly = readRule([{ t: 'every', interval: 1 }, ...items], here)
  if (weekly.kind !== 'recurring') return weekly
  const { zone } = weekly.rule
  const [first] = weekly.next
  const single: When[] = []
  for (const at of weekly.next) {
    const sameWeek = first !== undefined && at.epochMilliseconds - first.epochMilliseconds < WEEK_MS
    if (sameWeek) single.push({ kind: 'once', at, zone, notes: [] })
  }
  return askBetween('Every week, or once? A post that goes out once has one day.', [weekly, ...single], here)
}
