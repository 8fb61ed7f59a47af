import fc from 'fast-check'
import { nextRuns, type Recurrence } from '../../src/schedule/recurrence.ts'

const LOCALES = ['en', 'en-US', 'de', 'fr', 'es', 'pt', 'tr', 'ja']
const ZONES = Intl.supportedValuesOf('timeZone').filter((zone) => !zone.startsWith('Etc/'))

export const zone = fc.oneof(
  fc.constantFrom(...ZONES),
  fc.constantFrom('UTC', '+03:00', '-05:00', '+05:30', '-03:30', 'Europe/Berlin', 'America/New_York'),
)
export const locale = fc.constantFrom(...LOCALES)

/** Whole minutes from 2020 to 2035. */
export const now = fc
  .integer({ min: 26_297_280, max: 34_186_080 })
  .map((minutes) => Temporal.Instant.fromEpochMilliseconds(minutes * 60_000))

const two = (n: number) => String(n).padStart(2, '0')
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${two(h)}:${two(m)}`)
const times = fc.uniqueArray(time, { minLength: 1, maxLength: 3 }).map((all) => all.sort())
const few = (min: number, max: number, most: number) =>
  fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: most })
    .map((all) => all.filter((n) => n !== 0).sort((a, b) => a - b))
    .filter((all) => all.length > 0)
const weekdays = few(1, 7, 4)
const months = fc.option(few(1, 12, 3), { nil: undefined, freq: 3 })

type Frame = Pick<Recurrence, 'every' | 'interval' | 'times'> & Partial<Recurrence>

const defined = (frame: object) =>
  Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined)) as Frame

const interval = fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 12 }))
const nth = fc.constantFrom([1], [2], [3], [4], [-1], [-2], [1, 3], [2, 4], [1, -1], [5])

const daily = fc.record({ interval, times, months }).map((r) => defined({ every: 'day', ...r }))
const weekly = fc.record({ interval, times, weekdays, months }).map((r) => defined({ every: 'week', ...r }))
const dated = fc
  .record({ interval, times, monthDays: fc.oneof(few(1, 31, 3), fc.constantFrom([-1], [-2], [-1, 15])) })
  .map((r) => defined({ every: 'month', ...r, monthDays: [...r.monthDays].sort((a, b) => a - b) }))
const nthly = fc
  .record({ interval, times, weekdays: few(1, 7, 2), nth })
  .map((r) => defined({ every: 'month', ...r }))
const working = fc
  .record({ interval, times, workingDays: fc.constantFrom([1], [-1], [2], [5], [-2]) })
  .map((r) => defined({ every: 'month', ...r }))
const yearly = fc
  .record({
    interval: fc.constantFrom(1, 1, 1, 2, 4),
    times,
    months: few(1, 12, 2),
    monthDays: few(1, 28, 2),
  })
  .map((r) => defined({ every: 'year', ...r }))
const yearlyNth = fc
  .record({ interval: fc.constant(1), times, months: few(1, 12, 2), weekdays: few(1, 7, 1), nth })
  .map((r) => defined({ every: 'year', ...r }))
const windowed = fc
  .record({
    every: fc.constantFrom('minute' as const, 'hour' as const),
    interval: fc.integer({ min: 1, max: 59 }),
    weekdays: fc.option(weekdays, { nil: undefined }),
    window: fc
      .tuple(time, time)
      .map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a }))
      .filter(({ from, to }) => from !== to),
  })
  .map((r) => defined({ ...r, times: [] }))
const elapsing = fc
  .record({
    every: fc.constantFrom('minute' as const, 'hour' as const),
    interval: fc.integer({ min: 1, max: 90 }),
    weekdays: fc.option(weekdays, { nil: undefined }),
  })
  .map((r) => defined({ ...r, times: [] }))
const slots = fc.tuple(few(1, 3, 2), times, few(4, 7, 2), times, interval).map(([a, at, b, bt, each]) =>
  defined({
    every: 'week',
    interval: each,
    times: [],
    slots: [
      { weekdays: a, times: at },
      { weekdays: b, times: bt },
    ],
  }),
)

export const frame = fc.oneof(
  daily,
  weekly,
  dated,
  nthly,
  working,
  yearly,
  yearlyNth,
  windowed,
  elapsing,
  slots,
)

export const extras = fc.record({
  begins: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined, freq: 2 }),
  until: fc.option(fc.integer({ min: 400, max: 4000 }), { nil: undefined, freq: 2 }),
  untilTime: fc.option(time, { nil: undefined, freq: 2 }),
  count: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined, freq: 2 }),
  except: fc.option(
    fc.oneof(
      few(1, 7, 2).map((days) => ({ weekdays: days })),
      few(1, 12, 2).map((all) => ({ months: all })),
      fc
        .constantFrom('12-25', '01-01', 'easter', 'easter+1', 'thanksgiving', 'advent+7')
        .map((day) => ({ yearly: [day] })),
      fc.record({ ahead: fc.integer({ min: 1, max: 3000 }), length: fc.integer({ min: 1, max: 40 }) }),
    ),
    { nil: undefined, freq: 2 },
  ),
})

const daysFrom = (first: Temporal.PlainDate, count: number) =>
  Array.from({ length: count }, (_, day) => first.add({ days: day }).toString())

const STEP: Record<string, number> = { minute: 1, hour: 60 }

/** A rule as somebody might have made it at `at`: it begins with its first run. */
export function ruleAt(
  one: Frame,
  more: {
    begins?: number | undefined
    until?: number | undefined
    untilTime?: string | undefined
    count?: number | undefined
    except?: object | undefined
  },
  where: string,
  at: Temporal.Instant,
): Recurrence | undefined {
  const wall = at
    .toZonedDateTimeISO(where)
    .toPlainDateTime()
    .round({ smallestUnit: 'minute', roundingMode: 'floor' })
  const rule: Recurrence = { ...one, from: `${wall.toPlainDate()}T00:00`, zone: where }
  const step = STEP[rule.every]
  const free = step !== undefined && rule.window === undefined
  if (free) {
    const minutes = rule.interval * step
    const passed = wall.hour * 60 + wall.minute
    const aligned = wall
      .toPlainDate()
      .toPlainDateTime()
      .add({ minutes: (Math.floor(passed / minutes) + 1) * minutes })
    rule.from = (1440 % minutes === 0 ? aligned : wall.add({ minutes })).toString({ smallestUnit: 'minute' })
    if (1440 % minutes !== 0) rule.begins = true
  }
  const except = more.except as
    | { weekdays?: number[]; months?: number[]; ahead?: number; length?: number }
    | undefined
  if (except?.ahead !== undefined)
    rule.except = { dates: daysFrom(wall.toPlainDate().add({ days: except.ahead }), except.length ?? 1) }
  else if (except !== undefined) rule.except = except as NonNullable<Recurrence['except']>
  if (more.begins !== undefined && !free) {
    rule.begins = true
    rule.from = `${wall.toPlainDate().add({ days: more.begins })}T00:00`
  }
  const start =
    rule.begins && !free
      ? Temporal.PlainDateTime.from(rule.from).toZonedDateTime(where).toInstant().subtract({ nanoseconds: 1 })
      : at
  const first = nextRuns(step === undefined ? { ...rule, interval: 1 } : rule, start, 1)[0]
  if (first === undefined) return undefined
  if (step === undefined || (free && (rule.begins || more.count !== undefined)))
    rule.from = first.toZonedDateTimeISO(where).toPlainDateTime().toString({ smallestUnit: 'minute' })
  if (more.until !== undefined) {
    const end = wall.toPlainDate().add({ days: more.until }).toString()
    rule.until = more.untilTime === undefined ? end : `${end}T${more.untilTime}`
  }
  if (more.count !== undefined) rule.count = more.count
  return nextRuns(rule, at, 1).length === 0 ? undefined : rule
}

/** A rule without what only says where it was made. */
export function canonical(rule: Recurrence): object {
  const { from: _, begins: __, ...rest } = rule
  const sorted = (numbers: number[] | undefined) => numbers && [...numbers].sort((a, b) => a - b)
  return { ...rest, monthDays: sorted(rule.monthDays), nth: sorted(rule.nth) }
}
