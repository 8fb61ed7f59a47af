import { isDayOfYear } from './feasts.ts'

/**
 * A rule by which something recurs. Plain JSON, so that it can be kept in a column and handed over an API.
 *
 * Everything in it is wall clock in `zone`: a nine o'clock rule stays at nine across a clock change. Only rules that
 * run every so many minutes or hours without a window elapse on the instant.
 */
export interface Recurrence {
  every: 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'
  /** Every how many of them; 1 or more. Counted from `from`. */
  interval: number
  /** Wall clock `YYYY-MM-DDTHH:MM[:SS]`. Nothing runs before it, and the interval and the count start at it. */
  from: string
  /** Where it begins was said, so that its sentence says it too. */
  begins?: true
  /** An IANA zone or an offset such as `+03:00`. */
  zone: string
  /** `HH:MM` or `HH:MM:SS`, sorted. Empty for minute and hour rules, and where `slots` say the times. */
  times: string[]
  /** 1 is Monday, 7 is Sunday. */
  weekdays?: number[]
  /** Which of the weekdays in the month: 1 is the first, -1 the last. Only with `weekdays` in month and year rules. */
  nth?: number[]
  /** Which Monday-to-Friday day of the month: 1 is the first, -1 the last. */
  workingDays?: number[]
  /** 1 to 31, or -1 (the last) to -31. A month without the day has no run. */
  monthDays?: number[]
  /** 1 to 12. */
  months?: number[]
  /** Minute and hour rules only: each day from the one time, stepping until the other, both included. */
  window?: { from: string; to: string }
  /** Week rules only: weekdays with times of their own. Replaces `weekdays` and `times`. */
  slots?: { weekdays: number[]; times: string[] }[]
  /** The last day, included (`YYYY-MM-DD`), or the last moment, included (`YYYY-MM-DDTHH:MM`). */
  until?: string
  /** How many runs there are in all, the first being at or after `from`. */
  count?: number
  /** `yearly`: days of each year, as `MM-DD` or by the name of a feast (`feasts.ts`). */
  except?: { dates?: string[]; weekdays?: number[]; months?: number[]; yearly?: string[] }
}

/** After this many periods without a run the rule is taken to have none (the 30th of February). */
const BARREN_PERIODS = 3_000

/**
 * The next runs strictly after an instant, in order; fewer than `count` when the rule ends. In a spring gap a run moves
 * to after the gap, in an autumn overlap it happens once, at the first.
 */
export const nextRuns = (rule: Recurrence, after: Temporal.Instant, count: number): Temporal.Instant[] => [
  ...runsAfter(rule, after).take(count),
]

/** The runs strictly after one instant and before another, in order, and no more than the first `most` of them. */
export function runsBetween(
  rule: Recurrence,
  after: Temporal.Instant,
  before: Temporal.Instant,
  most: number,
): Temporal.Instant[] {
  const found: Temporal.Instant[] = []
  for (const run of runsAfter(rule, after).take(most)) {
    if (Temporal.Instant.compare(run, before) >= 0) break
    found.push(run)
  }
  return found
}

function* runsAfter(rule: Recurrence, after: Temporal.Instant): Generator<Temporal.Instant> {
  const afterMs = after.epochMilliseconds
  let run = 0
  // A count is counted from the beginning; without one we may start near `after`.
  for (const instant of walk(rule, rule.count === undefined ? after : undefined)) {
    run += 1
    if (rule.count !== undefined && run > rule.count) return
    if (instant.epochMilliseconds > afterMs) yield instant
  }
}

function* walk(rule: Recurrence, near: Temporal.Instant | undefined): Generator<Temporal.Instant> {
  const from = Temporal.PlainDateTime.from(rule.from)
  const end = rule.until === undefined ? undefined : lastMoment(rule.until)
  const byClock = (rule.every === 'minute' || rule.every === 'hour') && rule.window === undefined
  const instants = byClock ? elapsing(rule, from, near) : onDates(rule, from, near)
  for (const { wall, instant } of instants) {
    if (end !== undefined && Temporal.PlainDateTime.compare(wall, end) > 0) return
    yield instant
  }
}

function lastMoment(until: string): Temporal.PlainDateTime {
  return until.includes('T')
    ? Temporal.PlainDateTime.from(until)
    : Temporal.PlainDate.from(until).toPlainDateTime('23:59:59.999')
}

interface Run {
  wall: Temporal.PlainDateTime
  instant: Temporal.Instant
}

/** Minute and hour rules: so many minutes after the last run, however the clocks change. */
function* elapsing(rule: Recurrence, from: Temporal.PlainDateTime, near?: Temporal.Instant): Generator<Run> {
  const step = rule.interval * (rule.every === 'hour' ? 3_600_000 : 60_000)
  const start = from.toZonedDateTime(rule.zone).epochMilliseconds
  const firstAtOrAfter = (ms: number) => start + Math.max(0, Math.ceil((ms - start) / step)) * step
  let at = near === undefined ? start : firstAtOrAfter(near.epochMilliseconds)
  for (let barren = 0; barren < BARREN_PERIODS; ) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(rule.zone)
    if (isAllowed(rule, zoned.toPlainDate())) {
      barren = 0
      yield { wall: zoned.toPlainDateTime(), instant: zoned.toInstant() }
      at += step
    } else {
      barren += 1
      at = firstAtOrAfter(Math.max(zoned.startOfDay().add({ days: 1 }).epochMilliseconds, at + 1))
    }
  }
}

function isAllowed(rule: Recurrence, date: Temporal.PlainDate): boolean {
  const month = rule.months === undefined || rule.months.includes(date.month)
  const weekday =
    rule.weekdays === undefined || rule.nth !== undefined || rule.weekdays.includes(date.dayOfWeek)
  return month && weekday && !isExcepted(rule, date)
}

function isExcepted(rule: Recurrence, date: Temporal.PlainDate): boolean {
  const except = rule.except
  if (except === undefined) return false
  return (
    (except.weekdays?.includes(date.dayOfWeek) ?? false) ||
    (except.months?.includes(date.month) ?? false) ||
    (except.dates?.includes(date.toString()) ?? false) ||
    (except.yearly?.some((day) => isDayOfYear(day, date)) ?? false)
  )
}

function* onDates(rule: Recurrence, from: Temporal.PlainDateTime, near?: Temporal.Instant): Generator<Run> {
  const anchor = from.toPlainDate()
  const fromInstant = from.toZonedDateTime(rule.zone).epochMilliseconds
  // Two days early: a window may run past midnight, and a zone may be ahead.
  const nearDate = near?.toZonedDateTimeISO(rule.zone).toPlainDate().subtract({ days: 2 })
  let last = Number.NEGATIVE_INFINITY
  for (const date of dates(rule, anchor, nearDate)) {
    const day: Run[] = []
    for (const wall of moments(rule, date))
      day.push({ wall, instant: wall.toZonedDateTime(rule.zone).toInstant() })
    day.sort((a, b) => a.instant.epochMilliseconds - b.instant.epochMilliseconds)
    for (const run of day) {
      const ms = run.instant.epochMilliseconds
      // 02:30 and 03:30 are one moment on the night the clocks go forward: it runs once.
      if (ms < fromInstant || ms <= last) continue
      last = ms
      yield run
    }
  }
}

function* moments(rule: Recurrence, date: Temporal.PlainDate): Generator<Temporal.PlainDateTime> {
  if (rule.window !== undefined) {
    const first = Temporal.PlainTime.from(rule.window.from)
    const lastMinute = minutesOf(Temporal.PlainTime.from(rule.window.to))
    const firstMinute = minutesOf(first)
    const span = (lastMinute < firstMinute ? lastMinute + 1440 : lastMinute) - firstMinute
    const step = rule.interval * (rule.every === 'hour' ? 60 : 1)
    const start = date.toPlainDateTime(first)
    for (let minute = 0; minute <= span; minute += step) yield start.add({ minutes: minute })
    return
  }
  const slots = rule.slots
  if (slots === undefined) {
    for (const time of rule.times) yield date.toPlainDateTime(time)
    return
  }
  for (const slot of slots) {
    if (slot.weekdays.includes(date.dayOfWeek))
      for (const time of slot.times) yield date.toPlainDateTime(time)
  }
}

const minutesOf = (time: Temporal.PlainTime) => time.hour * 60 + time.minute

/** The days on which a rule runs, in order, from its anchor or from near a date. */
function* dates(
  rule: Recurrence,
  anchor: Temporal.PlainDate,
  near?: Temporal.PlainDate,
): Generator<Temporal.PlainDate> {
  const unit = rule.every === 'minute' || rule.every === 'hour' ? 'day' : rule.every
  const interval = unit === rule.every ? rule.interval : 1
  const start = periodStart(unit, anchor)
  let period = 0
  if (near !== undefined && Temporal.PlainDate.compare(near, start) > 0) {
    const passed = periodsBetween(unit, start, near)
    period = Math.floor(passed / interval) * interval
  }
  for (let barren = 0; barren < BARREN_PERIODS; period += interval) {
    const first = addPeriods(unit, start, period)
    if (first.year > 9_000) return
    const days = daysInPeriod(rule, unit, first, anchor).filter(
      (day) => Temporal.PlainDate.compare(day, anchor) >= 0 && !isExcepted(rule, day),
    )
    barren = days.length === 0 ? barren + 1 : 0
    yield* days
  }
}

type DateUnit = 'day' | 'week' | 'month' | 'year'

function periodStart(unit: DateUnit, date: Temporal.PlainDate): Temporal.PlainDate {
  switch (unit) {
    case 'day':
      return date
    case 'week':
      return date.subtract({ days: date.dayOfWeek - 1 })
    case 'month':
      return date.with({ day: 1 })
    case 'year':
      return date.with({ month: 1, day: 1 })
    default:
      throw new TypeError(`No such period: ${unit satisfies never}`)
  }
}

function periodsBetween(unit: DateUnit, start: Temporal.PlainDate, date: Temporal.PlainDate): number {
  switch (unit) {
    case 'day':
      return start.until(date, { largestUnit: 'days' }).days
    case 'week':
      return Math.floor(start.until(date, { largestUnit: 'days' }).days / 7)
    case 'month':
      return (date.year - start.year) * 12 + date.month - start.month
    case 'year':
      return date.year - start.year
    default:
      throw new TypeError(`No such period: ${unit satisfies never}`)
  }
}

function addPeriods(unit: DateUnit, start: Temporal.PlainDate, count: number): Temporal.PlainDate {
  switch (unit) {
    case 'day':
      return start.add({ days: count })
    case 'week':
      return start.add({ days: count * 7 })
    case 'month':
      return start.add({ months: count })
    case 'year':
      return start.add({ years: count })
    default:
      throw new TypeError(`No such period: ${unit satisfies never}`)
  }
}

function daysInPeriod(
  rule: Recurrence,
  unit: DateUnit,
  first: Temporal.PlainDate,
  anchor: Temporal.PlainDate,
): Temporal.PlainDate[] {
  switch (unit) {
    case 'day':
      return isAllowed(rule, first) ? [first] : []
    case 'week': {
      const weekdays = rule.slots?.flatMap((slot) => slot.weekdays) ?? rule.weekdays ?? [anchor.dayOfWeek]
      return ascending(weekdays)
        .map((weekday) => first.add({ days: weekday - 1 }))
        .filter((day) => rule.months === undefined || rule.months.includes(day.month))
    }
    case 'month':
      return rule.months === undefined || rule.months.includes(first.month)
        ? daysInMonth(rule, first, anchor.day)
        : []
    case 'year':
      return ascending(rule.months ?? [anchor.month]).flatMap((month) =>
        daysInMonth(rule, first.with({ month }), anchor.day),
      )
    default:
      throw new TypeError(`No such period: ${unit satisfies never}`)
  }
}

function daysInMonth(rule: Recurrence, first: Temporal.PlainDate, anchorDay: number): Temporal.PlainDate[] {
  const length = first.daysInMonth
  const days = new Set<number>()
  const add = (day: number) => {
    if (day >= 1 && day <= length) days.add(day)
  }
  for (const day of rule.monthDays ?? []) add(day > 0 ? day : length + 1 + day)
  if (rule.workingDays !== undefined) {
    const working: number[] = []
    for (let day = 1; day <= length; day += 1)
      if (((first.dayOfWeek + day - 2) % 7) + 1 <= 5) working.push(day)
    for (const nth of rule.workingDays) add(working.at(nth > 0 ? nth - 1 : nth) ?? 0)
  }
  if (rule.weekdays !== undefined) {
    for (const weekday of rule.weekdays) {
      const firstOne = 1 + ((weekday - first.dayOfWeek + 7) % 7)
      const lastOne = firstOne + 7 * Math.floor((length - firstOne) / 7)
      if (rule.nth === undefined) for (let day = firstOne; day <= lastOne; day += 7) add(day)
      for (const nth of rule.nth ?? []) add(nth > 0 ? firstOne + 7 * (nth - 1) : lastOne + 7 * (nth + 1))
    }
  }
  if (rule.monthDays === undefined && rule.workingDays === undefined && rule.weekdays === undefined)
    add(anchorDay)
  return ascending([...days]).map((day) => first.with({ day }))
}

const ascending = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b)
