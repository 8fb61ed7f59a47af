import type { Hit, Reader } from '../reader.ts'
import { clockFollows, dateRule } from './dates.ts'
import type { Item, ItemOf } from './items.ts'
import { integer, ordinal } from './numbers.ts'
import { weekdayRule } from './weekdays.ts'

type DateItem = ItemOf<'date'>

/** An end of a range as it was said. `plain`: nothing but a number. */
interface End {
  items: Item[]
  date: DateItem | ItemOf<'feast'>
  plain?: true
}

/** A day that stands for itself is a date wherever a day is asked for: "bis 21.12." */
const EXPECTED = { at: false, on: false, date: true }

/**
 * "dec 24 to dec 31", "from 1 to 5 december", "du 7 au 11 décembre", "dec 1-5", "july to august": from the one day
 * until the other, as two items. `asked`: a word before it asks for days. A month said once is that of both; the caller gives it to the other.
 */
export function dayRange(r: Reader, i: number, asked = false): Hit<Item[]> | undefined {
  if (!isPossible(r, i)) return undefined
  const intro = Math.max(
    ...(['from', 'between', 'rangeFrom'] as const).map((kind) => r.lex(i, kind)?.next ?? i),
  )
  // "every friday december 4 to december 18": the weekday is the rule's
  const isAsked = asked || intro > i
  const start = r.skip(intro, 'the', 'on')
  const first = isAsked ? end(r, start) : day(r, start)
  if (first === undefined) return undefined
  const to = separator(r, first.next, r.is(i, 'between'))
  // "on the 15th until june 30": the one is a day, the other an end
  if (to === undefined || (!isAsked && mayEnd(r, first.next))) return undefined
  const last = end(r, r.skip(to, 'the', 'on'))
  if (last === undefined) return undefined
  if (isBare(first.value.date) && r.is(r.skip(to, 'the', 'on'), 'month')) return undefined
  const pair = { first: first.value, last: last.value }
  if (!isRange(pair, isAsked)) return undefined
  // "4 de marzo a las 9" is an hour, "del 1 de marzo a 5" is not
  if (pair.last.plain && isBeforeHours(r, first.next, to)) return undefined
  // "dec 5 - 15" may be an hour
  if (pair.last.plain && r.mark(first.next, '-') && !r.glued(first.next)) return undefined
  const next = r.lex(last.next, 'untilAfter')?.next ?? last.next
  return {
    value: [
      { t: 'from', items: withYear(pair.first, pair.last.date) },
      isAsked && intro === i && mayEnd(r, first.next)
        ? { t: 'until', items: pair.last.items, maybeEnd: true }
        : { t: 'until', items: pair.last.items },
    ],
    next,
  }
}

/** Long lists are asked at each of their members: most phrases have nothing that could stand between two days. */
const isPossible = (r: Reader, i: number): boolean => r.is(i, 'between') || lastSeparator(r) > i

/** Sought once for each phrase. */
const lastSeparators = new WeakMap<Reader, number>()

function lastSeparator(r: Reader): number {
  const known = lastSeparators.get(r)
  if (known !== undefined) return known
  let at = r.end - 1
  while (at >= 0 && separator(r, at, false) === undefined) at -= 1
  lastSeparators.set(r, at)
  return at
}

/** Whether the word between two days is rather the one before an hour: "a las", "às". A lone "a" is before either. */
const isBeforeHours = (r: Reader, i: number, next: number) =>
  r.lex(i, 'at')?.next === next && !(next === i + 1 && r.tokens[i]?.text === 'a')

/** Whether what stands between two days may also be the word before the end of a rule. */
export const mayEnd = (r: Reader, i: number) => r.is(i, 'until') && !r.is(i, 'through')

const isBare = (date: End['date']) => date.t === 'date' && date.month === undefined

function isRange({ first, last }: { first: End; last: End }, introduced: boolean): boolean {
  const [a, b] = [first.date, last.date]
  if (a.t === 'feast' || b.t === 'feast') return a.t === b.t || !(first.plain || last.plain)
  if (a.month === undefined && b.month === undefined) return false
  const months = a.days.length === 0
  if (months !== (b.days.length === 0)) return false
  // "every monday july to august" may be meant for each year
  if (months) return introduced
  const day = ({ days }: DateItem) => days[0] ?? 0
  return !(first.plain || last.plain) || (day(a) > 0 && day(a) < day(b))
}

/** "1 to 5 december 2027" is in one year. */
function withYear({ items, date }: End, last: End['date']): Item[] {
  if (date.t === 'feast' || last.t === 'feast') return items
  const shared = date.year === undefined && (date.month === undefined || date.month === last.month)
  if (!shared || last.year === undefined) return items
  const year = last.year
  return items.map((item) => (item === date ? { ...date, year } : item))
}

function separator(r: Reader, i: number, between: boolean): number | undefined {
  if (r.mark(i, '-')) return i + 1
  const next = Math.max(r.lex(i, 'to')?.next ?? i, r.lex(i, 'until')?.next ?? i)
  if (next > i) return next
  return between ? r.lex(i, 'and')?.next : undefined
}

/** "dec 24", "monday dec 7", "24.12.", "christmas", "july", and a number alone. */
function end(r: Reader, i: number): Hit<End> | undefined {
  const weekday = weekdayRule(r, i)
  if (weekday?.value.t === 'weekday' && weekday.value.days.length === 1 && weekday.value.next === undefined) {
    const comma = r.mark(weekday.next, ',') ? weekday.next + 1 : weekday.next
    const dated = day(r, r.skip(comma, 'the', 'on'))
    if (dated === undefined || isMonth(dated.value.date)) return undefined
    const { habit: _, ...single } = weekday.value
    return { value: { ...dated.value, items: [single, ...dated.value.items] }, next: dated.next }
  }
  return day(r, i)
}

const isMonth = (date: End['date']) => date.t === 'date' && date.days.length === 0

function day(r: Reader, i: number): Hit<End> | undefined {
  const date = dateRule(r, i, EXPECTED)
  if (date !== undefined) {
    const item = date.value
    const single = item.t === 'feast' || (item.t === 'date' && item.days.length <= 1)
    if (single) return { value: { items: [item], date: item }, next: date.next }
  }
  const at = r.skip(i, 'dayMark')
  const nth = r.is(at, 'weekday') ? undefined : ordinal(r, at)
  const number = nth ?? integer(r, at)
  if (number === undefined || number.value < 1 || number.value > 31 || clockFollows(r, at, number.next))
    return undefined
  const days = [number.value]
  const item: DateItem = nth === undefined ? { t: 'date', days } : { t: 'date', days, marked: true }
  const value: End = { items: [item], date: item }
  return { value: nth === undefined ? { ...value, plain: true } : value, next: number.next }
}
