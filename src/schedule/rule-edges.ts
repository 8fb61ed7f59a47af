import { daysOf } from './days.ts'
import { noteOfFeast } from './feasts.ts'
import type { Item, ItemOf } from './grammar/items.ts'
import type { Here } from './once.ts'
import { fillSlots, type Slots } from './slots.ts'
import { timesOf } from './time-of-day.ts'

/** A beginning so long ago is still the one that was meant: its next like would be most of a year ahead. */
const RECENT = { days: 60 }

interface Span {
  start?: Temporal.PlainDateTime
  end?: Temporal.PlainDateTime
}

/**
 * Where something begins and where it ends. Each says of the other what was left out: "from the 20th to the 24th of
 * january" has one month, and what ends this winter did not begin in the next. `latest` is its last time of the day;
 * `nearest` has it end within a year.
 */
export function edges(
  said: { from?: Item[] | undefined; until?: Item[] | undefined; nearest?: boolean },
  zone: string,
  here: Here,
  latest?: Temporal.PlainTime,
): Span | string {
  const [from, until] = shareMonth(said.from, said.until)
  let start = from === undefined ? undefined : edge(from, 'from', zone, here, latest)
  let end = until === undefined ? undefined : edge(until, 'until', zone, here, latest)
  if (typeof start === 'string') return start
  if (typeof end === 'string') return end
  if (start === undefined || end === undefined)
    return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }
  const compare = Temporal.PlainDateTime.compare
  const today = here.now.toZonedDateTimeISO(zone).toPlainDate().toPlainDateTime()
  if (isYearless(from)) {
    const isPast = compare(start, today) < 0
    while ((said.nearest || (isPast && isYearless(until))) && compare(start.add({ years: 1 }), end) <= 0)
      start = start.add({ years: 1 })
    const later = start
    while (compare(dayOf(start), dayOf(end)) > 0) start = start.subtract({ years: 1 })
    if (compare(start, later) < 0 && compare(start, today.subtract(RECENT)) < 0)
      return `Does it begin in ${start.year}, or in ${later.year}? Say the year.`
  } else if (isYearless(until)) {
    while (compare(dayOf(end), dayOf(start)) < 0) end = end.add({ years: 1 })
  }
  return { start, end }
}

const dayOf = (moment: Temporal.PlainDateTime) => moment.toPlainDate().toPlainDateTime()

const dateIn = (items: readonly Item[] | undefined) => items?.find((item) => item.t === 'date')

const isYearless = (items: readonly Item[] | undefined): boolean => {
  const date = dateIn(items)
  return date?.month !== undefined && date.year === undefined && !items?.some((item) => item.t === 'period')
}

/** "from the 20th to the 24th of january", "1月5日から10日まで": the month that one of them lacks. */
function shareMonth(
  from: Item[] | undefined,
  until: Item[] | undefined,
): [Item[] | undefined, Item[] | undefined] {
  const first = dateIn(from)
  const last = dateIn(until)
  const [a, b] = [first?.days[0], last?.days[0]]
  if (from === undefined || until === undefined || a === undefined || b === undefined) return [from, until]
  if ([...from, ...until].some((item) => item.t === 'period')) return [from, until]
  const put = (items: Item[], date: ItemOf<'date'>, month: number) =>
    items.map((item) => (item === date ? { ...date, month } : item))
  const inOrder = a < b || b < 0
  if (first?.month === undefined && last?.month !== undefined && first !== undefined)
    return [put(from, first, inOrder ? last.month : ((last.month + 10) % 12) + 1), until]
  if (last?.month === undefined && first?.month !== undefined && last !== undefined)
    return [from, put(until, last, inOrder ? first.month : (first.month % 12) + 1)]
  return [from, until]
}

/**
 * The first moment of "starting …", the last of "until …", or the day that is left out: for the edges a month or a week
 * is meant whole. A weekday whose `latest` time has passed is the one of the next week.
 */
export function edge(
  items: readonly Item[],
  which: 'from' | 'until' | 'day',
  zone: string,
  here: Here,
  latest?: Temporal.PlainTime,
): Temporal.PlainDateTime | string {
  const slots = fillSlots(items)
  if (typeof slots === 'string') return slots
  const now = here.now.toZonedDateTimeISO(zone).toPlainDateTime()
  const clock = slots.time?.clocks[0]
  const time = clock === undefined ? undefined : timesOf(clock)[0]?.time
  const last = which === 'until'
  const { date, weekEdge } = slots
  // Until the end of a week is until that week is over.
  const period: Slots['period'] =
    last && weekEdge?.edge === 'end' ? { t: 'period', unit: 'week', offset: weekEdge.offset } : slots.period
  const wide = date !== undefined && date.days.length === 0
  const recent = which === 'from' && isYearless(items) ? recentDay(slots, now.toPlainDate()) : undefined
  let day: Temporal.PlainDate
  if (recent !== undefined) day = recent
  else if (wide && slots.nth === undefined) {
    const month = date.month ?? 1
    const passed = month < now.month
    const first = Temporal.PlainDate.from({ year: date.year ?? now.year + (passed ? 1 : 0), month, day: 1 })
    day = last ? first.with({ day: first.daysInMonth }) : first
  } else if (
    period !== undefined &&
    slots.weekday === undefined &&
    date === undefined &&
    slots.nth === undefined
  ) {
    day = periodEdge(period, now.toPlainDate(), last)
  } else if (slots.time !== undefined && Object.keys(slots).length === 1) {
    const today = now.toPlainDate().toPlainDateTime(time ?? '00:00')
    return Temporal.PlainDateTime.compare(today, now) > 0 ? today : today.add({ days: 1 })
  } else {
    const only = Object.keys(slots).every((kind) => kind === 'weekday' || kind === 'time')
    const found = daysOf(slots, now, time ?? (only ? latest : undefined) ?? END_OF_DAY)
    if (found === undefined) return last ? 'Until when?' : 'From when on?'
    if (typeof found === 'string') return found
    const [first, second] = found.dates
    if (first === undefined) return 'There is no such day.'
    if (second !== undefined && (date?.swap || weekEdge !== undefined))
      return found.question ?? 'Which day do you mean?'
    if (second !== undefined && which === 'day')
      return `${found.question ?? 'Which day do you mean?'} Say its date.`
    day = slots.weekday?.next === undefined ? first : (second ?? first)
  }
  if (last && Temporal.PlainDate.compare(day, now.toPlainDate()) < 0)
    return `It would be over already: ${day.toString()} is past.`
  return day.toPlainDateTime(time ?? '00:00')
}

/** Which country's feasts the edges and the exceptions are. */
export function feastNotes({ from = [], until = [], except = [] }: Partial<Record<Bound, Item[]>>): string[] {
  const notes = [...from, ...until, ...except].map((item) =>
    item.t === 'feast' ? noteOfFeast(item.name) : undefined,
  )
  return [...new Set(notes.filter((note) => note !== undefined))]
}

type Bound = 'from' | 'until' | 'except'

/** What a person should know of the edges before they count. */
export function edgeNotes(until: readonly Item[] | undefined): string[] {
  const [month, ...more] = until ?? []
  const wide = month?.t === 'date' && month.days.length === 0 && more.every((item) => item.t === 'time')
  return wide
    ? ['It goes on until the end of that month. Say "until", and its first day, if it does not.']
    : []
}

const END_OF_DAY = Temporal.PlainTime.from('23:59:59')

/** The day of a date without its year, when it has just been. */
function recentDay({ date, weekday }: Slots, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  const [day] = date?.days ?? []
  if (date?.month === undefined || date.swap || day === undefined || day < 1) return undefined
  const first = Temporal.PlainDate.from({ year: today.year, month: date.month, day: 1 })
  const month = Temporal.PlainDate.compare(first, today) > 0 ? first.subtract({ years: 1 }) : first
  if (day > month.daysInMonth) return undefined
  const found = month.with({ day })
  const { compare } = Temporal.PlainDate
  const isRecent = compare(found, today) < 0 && compare(found, today.subtract(RECENT)) >= 0
  return isRecent && weekday?.days.includes(found.dayOfWeek) !== false ? found : undefined
}

function periodEdge(period: ItemOf<'period'>, today: Temporal.PlainDate, last: boolean): Temporal.PlainDate {
  const monday = today.subtract({ days: today.dayOfWeek - 1 }).add({ days: 7 * period.offset })
  switch (period.unit) {
    case 'week':
      return last ? monday.add({ days: 6 }) : monday
    case 'weekend':
      return monday.add({ days: last ? 6 : 5 })
    case 'month': {
      const first = today.with({ day: 1 }).add({ months: period.offset })
      return last ? first.with({ day: first.daysInMonth }) : first
    }
    case 'year':
      return Temporal.PlainDate.from({
        year: today.year + period.offset,
        month: last ? 12 : 1,
        day: last ? 31 : 1,
      })
    default:
      throw new TypeError(`No such period: ${period.unit satisfies never}`)
  }
}
