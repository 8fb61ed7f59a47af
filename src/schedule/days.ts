import { feastDay, noteOfFeast } from './feasts.ts'
import type { ItemOf, Span } from './grammar/items.ts'
import type { Slots } from './slots.ts'

/** The days a phrase may mean, seen from a wall clock; a sentence for people when there is none. */
export interface Days {
  dates: Temporal.PlainDate[]
  /** The question when there are several. */
  question?: string
  note?: string
  /** No day was said: it is the next one that has the time. */
  rolling?: true
  /** Depends on which day it is where it is said: "tomorrow", "friday". */
  relative: boolean
}

type Found = Days | string

const isoWeekStart = (date: Temporal.PlainDate) => date.subtract({ days: date.dayOfWeek - 1 })
const isBefore = (a: Temporal.PlainDate, b: Temporal.PlainDate) => Temporal.PlainDate.compare(a, b) < 0
const EARLIER_WEEKDAY = 'That day is already past. Say a day that is still to come.'

export const WEEKDAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/**
 * The days that `slots` name. `now` is the wall clock; `time` the time of day that will be put on it, so that a weekday
 * or a date whose time has passed moves on.
 */
export function daysOf(
  slots: Slots,
  now: Temporal.PlainDateTime,
  time: Temporal.PlainTime,
): Found | undefined {
  const { day, weekday, date, feast, weekEdge, nth, span, period } = slots
  if (span?.based) {
    const { span: _, ...rest } = slots
    const base = daysOf(rest, now, time)
    if (base === undefined || typeof base === 'string') return base
    return { ...base, dates: base.dates.map((from) => addSpan(from, span.span)) }
  }
  if (weekday?.gone) return EARLIER_WEEKDAY
  if (weekday?.side !== undefined) {
    const { weekday: _, ...rest } = slots
    const base = daysOf(rest, now, time)
    if (base === undefined || typeof base === 'string') return base
    return { ...base, dates: base.dates.map((from) => beside(from, weekday)) }
  }
  if (weekEdge !== undefined) return edgeOfWeek(weekEdge, now)
  if (nth !== undefined) return nthDays(slots, nth, now, time)
  if (feast !== undefined) return feastDays(slots, feast, now, time)
  if (date !== undefined) return datedDays(slots, date, now, time)
  if (span !== undefined) return spanDays(span.span, slots, now)
  if (day !== undefined) return plainDay(day.offset, weekday, now)
  if (weekday !== undefined) return weekdays(weekday, period, now, time)
  if (period !== undefined) return periodDays(period, now)
  return undefined
}

/** Days, working days and months on the calendar; less than none go back. */
export function addSpan(date: Temporal.PlainDate, span: Span): Temporal.PlainDate {
  let moved = date.add({ months: span.months, days: span.days })
  const step = Math.sign(span.workdays)
  for (let left = Math.abs(span.workdays); left > 0; ) {
    moved = moved.add({ days: step })
    if (moved.dayOfWeek <= 5) left -= 1
  }
  return moved
}

/** The nearest such weekday before a day, or after it. */
function beside(from: Temporal.PlainDate, { days, side }: ItemOf<'weekday'>): Temporal.PlainDate {
  const wanted = days[0] ?? from.dayOfWeek
  const back = (from.dayOfWeek - wanted + 7) % 7 || 7
  const on = (wanted - from.dayOfWeek + 7) % 7 || 7
  return side === 'before' ? from.subtract({ days: back }) : from.add({ days: on })
}

function edgeOfWeek({ edge, offset }: ItemOf<'weekEdge'>, now: Temporal.PlainDateTime): Found {
  const monday = isoWeekStart(now.toPlainDate()).add({ days: 7 * offset })
  if (edge === 'start')
    return isBefore(monday, now.toPlainDate()) ? EARLIER_WEEKDAY : { dates: [monday], relative: true }
  const dates = [monday.add({ days: 4 }), monday.add({ days: 6 })]
  return { dates, question: 'Does that week end on Friday, or on Sunday?', relative: true }
}

function feastDays(
  slots: Slots,
  feast: ItemOf<'feast'>,
  now: Temporal.PlainDateTime,
  time: Temporal.PlainTime,
): Found {
  const { weekday, period } = slots
  if (period !== undefined && period.unit !== 'year') return 'Say the day or the week, not both.'
  const year = feast.year ?? (period === undefined ? undefined : now.year + period.offset)
  const thisYear = feastDay(feast.name, year ?? now.year)
  const passed = year === undefined && !isAhead(thisYear.toPlainDateTime(time), now)
  const date = passed ? feastDay(feast.name, now.year + 1) : thisYear
  const wrong = contradiction(date, weekday)
  if (wrong !== undefined) return wrong
  const notes = [noteOfFeast(feast.name), passed && isFar(date, now) ? nextIn(date) : undefined]
  const note = notes.filter((one) => one !== undefined).join(' ')
  return { dates: [date], relative: false, ...(note === '' ? {} : { note }) }
}

function plainDay(offset: number, weekday: Slots['weekday'], now: Temporal.PlainDateTime): Found {
  const date = now.toPlainDate().add({ days: offset })
  const wrong = contradiction(date, weekday)
  return wrong ?? { dates: [date], relative: true }
}

function contradiction(date: Temporal.PlainDate, weekday: Slots['weekday']): string | undefined {
  if (weekday === undefined || weekday.days.includes(date.dayOfWeek)) return undefined
  const said = weekday.days.map((day) => WEEKDAY_NAMES[day - 1]).join(', ')
  return `${date.toString()} is a ${WEEKDAY_NAMES[date.dayOfWeek - 1]}, not a ${said}. Which one is it?`
}

function weekdays(
  weekday: ItemOf<'weekday'>,
  period: Slots['period'],
  now: Temporal.PlainDateTime,
  time: Temporal.PlainTime,
): Found {
  const [wanted, ...more] = weekday.days
  if (wanted === undefined || more.length > 0) return 'Say one day, or "every …" if it repeats.'
  const today = now.toPlainDate()
  if (period !== undefined) {
    if (period.unit !== 'week')
      return `Which ${WEEKDAY_NAMES[wanted - 1]}? Say its date, or "first ${WEEKDAY_NAMES[wanted - 1]} of …".`
    const date = isoWeekStart(today).add({ days: period.offset * 7 + wanted - 1 })
    if (isBefore(date.toPlainDateTime(time).toPlainDate(), today)) return EARLIER_WEEKDAY
    return { dates: [date], relative: true }
  }
  let ahead = (wanted - today.dayOfWeek + 7) % 7
  if (ahead === 0 && (weekday.next !== undefined || !isAhead(today.toPlainDateTime(time), now))) ahead = 7
  const coming = today.add({ days: ahead })
  if (weekday.next === undefined) return { dates: [coming], relative: true }
  const next = coming.add({ days: 7 * (weekday.next - 1) })
  // In the same week still ahead: people are split between that one and the next.
  const sameWeek = wanted > today.dayOfWeek
  if (!sameWeek) return { dates: [next], relative: true }
  return {
    dates: [next, next.add({ days: 7 })],
    question: `Which ${WEEKDAY_NAMES[wanted - 1]}?`,
    relative: true,
  }
}

const isAhead = (moment: Temporal.PlainDateTime, now: Temporal.PlainDateTime) =>
  Temporal.PlainDateTime.compare(moment, now) > 0

function periodDays(period: ItemOf<'period'>, now: Temporal.PlainDateTime): Found {
  const today = now.toPlainDate()
  const monday = isoWeekStart(today).add({ days: period.offset * 7 })
  switch (period.unit) {
    case 'week': {
      const same = today.add({ days: period.offset * 7 })
      if (period.offset === 0) return 'Which day of this week?'
      return { dates: distinct([monday, same]), question: 'Which day of that week?', relative: true }
    }
    case 'weekend': {
      const saturday = monday.add({ days: 5 })
      const dates = [saturday, saturday.add({ days: 1 })]
      const comingToo = period.offset === 1 && today.dayOfWeek <= 5
      return {
        dates: comingToo ? [saturday.subtract({ days: 7 }), saturday] : dates,
        question: comingToo ? 'Which weekend?' : 'Which day of the weekend?',
        relative: true,
      }
    }
    case 'month': {
      if (period.offset === 0) return 'Which day of this month?'
      const first = today.with({ day: 1 }).add({ months: period.offset })
      const same = today.add({ months: period.offset })
      return { dates: distinct([first, same]), question: 'Which day of that month?', relative: true }
    }
    case 'year':
      return 'Which day of that year?'
    default:
      throw new TypeError(`No such period: ${period.unit satisfies never}`)
  }
}

function distinct(dates: Temporal.PlainDate[]): Temporal.PlainDate[] {
  return dates.filter((date, i) => dates.findIndex((other) => other.equals(date)) === i)
}

/** "in two weeks", "on friday in two weeks", "heute in drei Wochen". */
function spanDays(span: Span, slots: Slots, now: Temporal.PlainDateTime): Found {
  const start = now.toPlainDate().add({ days: slots.day?.offset ?? 0 })
  const date = addSpan(start, span)
  if (slots.weekday === undefined) return { dates: [date], relative: true }
  const [wanted, ...more] = slots.weekday.days
  if (wanted === undefined || more.length > 0 || span.seconds !== 0) return 'Say one day.'
  const inWeek = isoWeekStart(date).add({ days: wanted - 1 })
  const coming = addSpan(start.add({ days: (wanted - start.dayOfWeek + 7) % 7 }), span)
  // Some days that are no weeks later it is another weekday.
  const dates = distinct([inWeek, coming]).filter((day) => isBefore(start, day) && day.dayOfWeek === wanted)
  return { dates, question: `Which ${WEEKDAY_NAMES[wanted - 1]}?`, relative: true }
}

/** A date with or without its month and year: the next one of its kind. */
function datedDays(
  slots: Slots,
  date: ItemOf<'date'>,
  now: Temporal.PlainDateTime,
  time: Temporal.PlainTime,
): Found {
  const [day, ...more] = date.days
  if (more.length > 0) return 'Say one day, or "every …" if it repeats.'
  if (day === undefined) {
    return slots.weekday === undefined
      ? 'Which day of that month?'
      : 'Which one of that month? Say "first …", or its date.'
  }
  const ways = date.swap ? [date, { ...date, month: day, days: [date.month ?? 1] }] : [date]
  const found: Temporal.PlainDate[] = []
  let failed: string | undefined
  for (const way of ways) {
    const one = oneDate(slots, way, way.days[0] ?? day, now, time)
    if (typeof one === 'string') failed ??= one
    else found.push(one)
  }
  if (found.length === 0) return failed ?? 'There is no such day.'
  const [first] = found
  const days: Days = { dates: found, question: 'Is that day and month, or month and day?', relative: false }
  return first !== undefined && date.year === undefined && isFar(first, now)
    ? { ...days, note: nextIn(first) }
    : days
}

/** So far ahead that it has only just been: "nov 26" on the day after it. */
const FAR_DAYS = 300
const isFar = (date: Temporal.PlainDate, now: Temporal.PlainDateTime) =>
  now.toPlainDate().until(date, { largestUnit: 'days' }).days > FAR_DAYS
const nextIn = (date: Temporal.PlainDate) => `The next such day is in ${date.year}.`

function oneDate(
  slots: Slots,
  date: ItemOf<'date'>,
  day: number,
  now: Temporal.PlainDateTime,
  time: Temporal.PlainTime,
): Temporal.PlainDate | string {
  const { period, weekday } = slots
  const today = now.toPlainDate()
  if (period?.unit === 'week' || period?.unit === 'weekend') return 'Say the date or the week, not both.'
  if (slots.day !== undefined) {
    const said = today.add({ days: slots.day.offset })
    const same =
      said.day === day && (date.month ?? said.month) === said.month && (date.year ?? said.year) === said.year
    return same ? said : `${said.toString()} is another day than the one you also said. Which one is it?`
  }
  const year = date.year ?? (period?.unit === 'year' ? today.year + period.offset : undefined)
  const inMonth = (start: Temporal.PlainDate): Temporal.PlainDate | undefined => {
    const wanted = day < 0 ? start.daysInMonth + 1 + day : day
    return wanted < 1 || wanted > start.daysInMonth ? undefined : start.with({ day: wanted })
  }
  if (date.month !== undefined && period?.unit === 'month') {
    const month = today.with({ day: 1 }).add({ months: period.offset }).month
    if (month !== date.month) return 'Those are two months. Which one is it?'
  }
  if (date.month === undefined && period?.unit === 'month') {
    const found = inMonth(today.with({ day: 1 }).add({ months: period.offset }))
    if (found === undefined) return 'That month has no such day.'
    return contradiction(found, weekday) ?? found
  }
  if (year !== undefined) {
    const found = inMonth(Temporal.PlainDate.from({ year, month: date.month ?? today.month, day: 1 }))
    if (found === undefined) return 'There is no such day in that year.'
    return contradiction(found, weekday) ?? found
  }
  const step = date.month === undefined ? { months: 1 } : { years: 1 }
  let start = today.with(date.month === undefined ? { day: 1 } : { day: 1, month: date.month })
  for (let tries = 0; tries < 12; tries += 1) {
    const found = inMonth(start)
    if (found !== undefined && isAhead(found.toPlainDateTime(time), now))
      return contradiction(found, weekday) ?? found
    start = start.add(step)
  }
  return 'There is no such day.'
}

/** "first monday of march", "last day of the month". */
function nthDays(
  slots: Slots,
  nth: ItemOf<'nth'>,
  now: Temporal.PlainDateTime,
  time: Temporal.PlainTime,
): Found {
  const [which, ...more] = nth.nths
  const { date, period, weekday } = slots
  if (which === undefined || more.length > 0 || (typeof nth.of !== 'string' && nth.of.length > 1))
    return 'Say one day.'
  if (date !== undefined && date.days.length > 0) return 'There is more than one day in it. Say one.'
  const scoped = date?.month !== undefined || period?.unit === 'month' || slots.ofMonth !== undefined
  if (!scoped && !(nth.of === 'day' && which === -1)) {
    if (which < 0)
      return '"last" is in the past, unless you say of which month. Say a day that is still to come.'
    return 'Of which month? Say "first monday of march", or "of every month" if it repeats.'
  }
  if (weekday !== undefined) return 'There is more than one weekday in it. Say one.'
  const today = now.toPlainDate()
  const pick = (month: Temporal.PlainDate) => nthDay(month, which, nth.of)
  if (period?.unit === 'month') {
    const found = pick(today.with({ day: 1 }).add({ months: period.offset }))
    return found === undefined ? 'That month has no such day.' : { dates: [found], relative: false }
  }
  const year = date?.year ?? (period?.unit === 'year' ? today.year + period.offset : undefined)
  if (year !== undefined) {
    const found = pick(Temporal.PlainDate.from({ year, month: date?.month ?? 1, day: 1 }))
    return found === undefined ? 'That month has no such day.' : { dates: [found], relative: false }
  }
  const step = date?.month === undefined ? { months: 1 } : { years: 1 }
  let start = today.with(date?.month === undefined ? { day: 1 } : { day: 1, month: date.month })
  for (let tries = 0; tries < 12; tries += 1) {
    const found = pick(start)
    if (found !== undefined && isAhead(found.toPlainDateTime(time), now))
      return { dates: [found], relative: false }
    start = start.add(step)
  }
  return 'There is no such day.'
}

function nthDay(
  month: Temporal.PlainDate,
  which: number,
  of: ItemOf<'nth'>['of'],
): Temporal.PlainDate | undefined {
  const days: Temporal.PlainDate[] = []
  for (let day = 1; day <= month.daysInMonth; day += 1) {
    const date = month.with({ day })
    const fits = of === 'day' || (of === 'workday' ? date.dayOfWeek <= 5 : of.includes(date.dayOfWeek))
    if (fits) days.push(date)
  }
  return days.at(which > 0 ? which - 1 : which)
}
