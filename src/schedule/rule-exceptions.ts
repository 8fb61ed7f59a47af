import type { Item, ItemOf } from './grammar/items.ts'
import type { Here } from './once.ts'
import type { Recurrence } from './recurrence.ts'
import { edge, edges } from './rule-edges.ts'

type Except = NonNullable<Recurrence['except']>

/** Days left out one by one; more of them are rather an end of the rule, or whole months. */
const LONGEST_GAP = 62
/** And so many where the rule itself may end: "except dec 24 until jan 1". */
const SURE_GAP = 14
const SURE_MONTHS = 2

const OVER_OR_OUT =
  'Is all of that left out, or is the rule over then? Say "except from … to …", or "until" before "except".'

/** What a rule leaves out; a sentence for people when that cannot be said for sure. */
export function exceptions(
  items: readonly Item[] | undefined,
  zone: string,
  here: Here,
): Except | string | undefined {
  if (items === undefined) return undefined
  const except: Except = {}
  const groups = groupsOf(items)
  // "except dec 7 and dec 14 until dec 20"
  if (groups.length > 1 && items.some((item) => item.t === 'until' && item.maybeEnd)) return OVER_OR_OUT
  for (const group of groups) {
    const problem = leaveOut(except, group, zone, here)
    if (problem !== undefined) return problem
  }
  return except
}

/** The items that name one thing together: "thursday dec 24" is one day, "dec 24 and dec 26" are two. */
function groupsOf(items: readonly Item[]): Item[][] {
  const groups: Item[][] = [[]]
  for (const item of items) {
    const group = groups.at(-1) ?? []
    const twice = group.some((other) => other.t === item.t && (item.t !== 'date' || !completes(other, item)))
    const ended = group.at(-1)?.t === 'until'
    if (item.t === 'and' || twice || ended) groups.push(item.t === 'and' ? [] : [item])
    else group.push(item)
  }
  return groups.filter((group) => group.length > 0)
}

/** "the 15th" and "March", which some languages put apart. */
const completes = (a: Item, b: ItemOf<'date'>) =>
  a.t === 'date' && (a.days.length === 0) !== (b.days.length === 0) && (a.month ?? b.month) !== undefined

function leaveOut(except: Except, group: readonly Item[], zone: string, here: Here): string | undefined {
  const [first, second] = group
  if (first?.t === 'from' && second?.t === 'until') return leaveOutRange(except, first, second, zone, here)
  const weekdays = group.filter((item) => item.t === 'weekday')
  const rest = group.filter((item) => item.t !== 'weekday')
  if (rest.length === 0) {
    if (weekdays.every(isEveryOne)) {
      except.weekdays = ascending([...(except.weekdays ?? []), ...weekdays.flatMap(({ days }) => days)])
      return undefined
    }
    return leaveOutDay(except, group, zone, here)
  }
  const [other] = rest
  const yearly = rest.length === 1 && weekdays.length === 0 ? daysOfYear(other) : undefined
  if (yearly !== undefined) {
    except.yearly = [...new Set([...(except.yearly ?? []), ...yearly])]
    return undefined
  }
  if (rest.length === 1 && other?.t === 'date' && other.days.length === 0)
    return leaveOutMonth(except, other, weekdays, zone, here)
  // "hafta sonu hariç", "週末を除く"
  if (rest.length === 1 && other?.t === 'period' && other.bare && other.unit === 'weekend') {
    except.weekdays = ascending([...(except.weekdays ?? []), 6, 7])
    return undefined
  }
  if (rest.length === 1 && other?.t === 'period' && weekdays.length === 0)
    return addSpan(except, edge(rest, 'from', zone, here), edge(rest, 'until', zone, here))
  const date = rest.find((item) => item.t === 'date')
  const isNamed = date?.month !== undefined || rest.some((item) => item.t === 'period')
  if (date !== undefined && date.days.length > 0) {
    if (!isNamed) return 'Of which month? Say the whole date that is left out.'
    for (const day of date.days) {
      const problem = leaveOutDay(
        except,
        group.map((item) => (item === date ? { ...date, days: [day] } : item)),
        zone,
        here,
      )
      if (problem !== undefined) return problem
    }
    return undefined
  }
  const recurs = rest.some((item) => item.t === 'ofMonth' || (item.t === 'nth' && !isNamed))
  return recurs ? 'What is left out? Say weekdays, months or dates.' : leaveOutDay(except, group, zone, here)
}

/** "except christmas", "except every 25 December": as the rule keeps them. */
function daysOfYear(item: Item | undefined): string[] | undefined {
  if (item?.t === 'feast') return item.year === undefined ? [item.name] : undefined
  const { month, days } = item?.t === 'date' && item.yearly && item.year === undefined ? item : { days: [] }
  if (month === undefined || days.length === 0 || days.some((day) => day < 1)) return undefined
  return days.map((day) => [month, day].map((number) => String(number).padStart(2, '0')).join('-'))
}

/** "except mondays", but not "except next monday". */
const isEveryOne = ({ next, now, gone, side }: ItemOf<'weekday'>) =>
  next === undefined && !now && !gone && side === undefined

function leaveOutDay(except: Except, group: readonly Item[], zone: string, here: Here): string | undefined {
  const day = edge(group, 'day', zone, here)
  return addSpan(except, day, day)
}

/** A month is left out each year; of one year, or its mondays only, it is so many dates. */
function leaveOutMonth(
  except: Except,
  month: ItemOf<'date'>,
  weekdays: ItemOf<'weekday'>[],
  zone: string,
  here: Here,
): string | undefined {
  if (month.month === undefined) return 'What is left out? Say weekdays, months or dates.'
  if (month.year === undefined && weekdays.length === 0) {
    except.months = ascending([...(except.months ?? []), month.month])
    return undefined
  }
  if (month.year === undefined)
    return 'Are they left out each year? Say the year of that month too, or leave out all of it.'
  const days = weekdays.flatMap((weekday) => weekday.days)
  return addSpan(except, edge([month], 'from', zone, here), edge([month], 'until', zone, here), days)
}

function leaveOutRange(
  except: Except,
  from: ItemOf<'from'>,
  until: ItemOf<'until'>,
  zone: string,
  here: Here,
): string | undefined {
  const [first] = from.items
  const [last] = until.items
  if (isWholeMonth(first) && isWholeMonth(last)) {
    const months: number[] = []
    for (let month = first.month; ; month = (month % 12) + 1) {
      months.push(month)
      if (month === last.month) break
    }
    if (until.maybeEnd && months.length > SURE_MONTHS) return OVER_OR_OUT
    except.months = ascending([...(except.months ?? []), ...months])
    return undefined
  }
  const span = edges({ from: from.items, until: until.items, nearest: true }, zone, here)
  if (typeof span === 'string') return span
  const { start, end } = span
  if (start === undefined || end === undefined) return 'What is left out? Say weekdays, months or dates.'
  if (until.maybeEnd && start.until(end, { largestUnit: 'days' }).days > SURE_GAP) return OVER_OR_OUT
  return addSpan(except, start, end)
}

const isWholeMonth = (item: Item | undefined): item is ItemOf<'date'> & { month: number } =>
  item?.t === 'date' && item.days.length === 0 && item.month !== undefined && item.year === undefined

function addSpan(
  except: Except,
  from: Temporal.PlainDateTime | string,
  to: Temporal.PlainDateTime | string,
  weekdays: number[] = [],
): string | undefined {
  if (typeof from === 'string') return from
  if (typeof to === 'string') return to
  const last = to.toPlainDate()
  const dates: string[] = []
  let length = 0
  for (let day = from.toPlainDate(); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    length += 1
    if (length > LONGEST_GAP)
      return `Is the rule over then? At most ${LONGEST_GAP} days can be left out; say whole months by their names.`
    if (weekdays.length === 0 || weekdays.includes(day.dayOfWeek)) dates.push(day.toString())
  }
  if (dates.length === 0) return 'What is left out? Its end is before its beginning.'
  except.dates = [...new Set([...(except.dates ?? []), ...dates])].sort()
  return undefined
}

const ascending = (numbers: number[]) => [...new Set(numbers)].sort((a, b) => a - b)
