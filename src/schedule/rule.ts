import { addSpan, daysOf, WEEKDAY_NAMES } from './days.ts'
import { describeInstant, describeRule } from './describe.ts'
import type { Clock, Item, ItemOf } from './grammar/items.ts'
import type { Unit } from './lexicon.ts'
import { clockNote, type Here } from './once.ts'
import type { Choice, When } from './read-when.ts'
import { nextRuns, type Recurrence } from './recurrence.ts'
import { type RepeatParts, repeatParts } from './repeat-parts.ts'
import { saidZones } from './said-zone.ts'
import { fillSlots } from './slots.ts'
import { clockInPart, type TimeOfDay, timeOfPart, timesOf } from './time-of-day.ts'

/** How many runs a reading shows. */
const SHOWN_RUNS = 3

const error = (message: string): When => ({ kind: 'error', message })

/** Whether the items say something that repeats. */
export function isRepeating(items: readonly Item[]): boolean {
  // "le lundi" is every Monday, "le lundi 5 mars" is one.
  const dated = items.some((item) => (item.t === 'date' && item.days.length > 0) || item.t === 'dotted')
  return items.some(
    (item) =>
      item.t === 'every' ||
      item.t === 'often' ||
      (item.t === 'weekday' &&
        item.habit === true &&
        item.next === undefined &&
        (!dated || item.days.length > 1)),
  )
}

/** The frame of a rule: what it is every so many of, and on which days. */
interface Frame {
  every: Recurrence['every']
  interval: number
  weekdays?: number[]
  nth?: number[]
  workingDays?: number[]
  monthDays?: number[]
  months?: number[]
  notes: string[]
  /** Another way to understand it, and the question. */
  other?: { frame: Frame; question: string }
}

/** A rule, a question with two rules, or why there is none. */
export function readRule(items: readonly Item[], here: Here): When {
  const parts = repeatParts(items)
  if (typeof parts === 'string') return error(parts)
  const zones = saidZones(parts.zone, here.zone)
  const frame = frameOf(parts, here)
  if (typeof frame === 'string') return error(frame)
  if (parts.ofMonth && frame.every !== 'month' && frame.every !== 'year') {
    return error('Which one of the month? Say, for example, "the first monday of every month".')
  }
  const times = timesSaid(parts, frame, here)
  if (typeof times === 'string') return error(times)
  const rules: { rule: Recurrence; notes: string[]; question: string | undefined }[] = []
  let failed: string | undefined
  const frames = frame.other === undefined ? [frame] : [frame, frame.other.frame]
  for (const zone of zones.zones) {
    for (const one of frames) {
      for (const choice of times.choices) {
        const built = buildRule(parts, one, choice.times, zone.zone, here)
        if (typeof built === 'string') {
          failed ??= built
          continue
        }
        const notes = [...one.notes, ...choice.notes]
        if (zone.note !== undefined) notes.push(zone.note)
        const question = zones.question ?? frame.other?.question ?? times.question
        rules.push({ rule: built, notes, question })
        const offset = zone.offset
        if (offset === undefined) continue
        notes.push(`${zone.name} is taken as the clock of ${zone.zone}, with its changes.`)
        const fixed = buildRule(parts, one, choice.times, offset, here)
        if (typeof fixed !== 'string' && differ(built, fixed, here)) {
          const ask = `Does it move with the clock changes in ${zone.zone}, or stay at ${zone.name} (UTC${offset})?`
          rules.push({ rule: fixed, notes: [], question: ask })
        }
      }
    }
  }
  const [first] = rules
  if (first === undefined) return error(failed ?? 'That never happens.')
  if (rules.length === 1) return recurring(first.rule, first.notes, here)
  const choices: Choice[] = []
  for (const { rule } of rules.slice(0, 4)) {
    const [at] = nextRuns(rule, here.now, 1)
    const phrase = describeRule(rule, 'en')
    if (at !== undefined) choices.push({ label: describeRule(rule, here.locale), at, phrase })
  }
  const question = rules.find((rule) => rule.question !== undefined)?.question
  return { kind: 'ask', question: question ?? 'Which one do you mean?', choices }
}

function differ(a: Recurrence, b: Recurrence, here: Here): boolean {
  const others = nextRuns(b, here.now, SHOWN_RUNS)
  return nextRuns(a, here.now, SHOWN_RUNS).some((at, i) => others[i]?.equals(at) !== true)
}

function recurring(rule: Recurrence, notes: string[], here: Here): When {
  const next = nextRuns(rule, here.now, SHOWN_RUNS)
  if (next.length === 0) return error('That never happens, or it is over already. Say when it goes on.')
  for (const at of next) {
    const zoned = at.toZonedDateTimeISO(rule.zone)
    if (rule.times.length !== 1 || rule.slots !== undefined) break
    const wall = zoned.toPlainDate().toPlainDateTime(rule.times[0] ?? '00:00')
    const note = clockNote(wall, wall.toZonedDateTime(rule.zone), rule.zone)
    if (note !== undefined) notes.push(`${describeInstant(at, rule.zone, { locale: 'en' })}: ${note}`)
  }
  return { kind: 'recurring', rule, next, notes }
}

const UNIT_NAMES: Partial<Record<Unit, Recurrence['every']>> = {
  minute: 'minute',
  hour: 'hour',
  day: 'day',
  week: 'week',
  month: 'month',
  year: 'year',
}

function frameOf(parts: RepeatParts, here: Here): Frame | string {
  const { interval, weekdays, nth, dates, months } = parts
  const notes: string[] = []
  const unit = parts.unit === undefined ? undefined : UNIT_NAMES[parts.unit]
  const monthly = months.length > 0 ? { months } : {}
  if (parts.unit === 'second')
    return 'That is more often than anybody wants to read. The shortest is every minute.'
  if (interval < 1 || interval > 1000)
    return `Every ${interval} of them is not a rule. Say a number from 1 to 1000.`
  const days = setOf(parts)
  if (unit === 'minute' || unit === 'hour') {
    if (nth !== undefined || dates.length > 0)
      return 'Say either every so many hours or minutes, or on which days.'
    const only = days === undefined ? {} : { weekdays: days }
    return { every: unit, interval, ...only, ...monthly, notes }
  }
  if (nth !== undefined) return nthFrame(parts, nth, unit, notes)
  if (dates.length > 0) {
    if (days !== undefined) return 'Say either the weekday or the day of the month.'
    const every = months.length > 0 ? 'year' : 'month'
    if (unit === 'day' || unit === 'week') return `Every ${unit}, or on a date? Say one of them.`
    if (unit === 'month' && months.length > 0) return 'Every month, or in one month? Say one of them.'
    if (unit === 'year' && months.length === 0) return 'In which month?'
    if (dates.some((day) => day > 28) && every === 'month') {
      notes.push(
        'Months without that day are passed over; say "the last day of every month" for the end of each.',
      )
    }
    return { every, interval, monthDays: dates, ...monthly, notes }
  }
  if (days !== undefined) {
    if (unit === 'month' || unit === 'year')
      return `Which ${WEEKDAY_NAMES[(days[0] ?? 1) - 1]} of the ${unit}? Say "first …", or "every week".`
    if (unit === 'day' && interval % 7 === 0)
      return { every: 'week', interval: interval / 7, weekdays: days, ...monthly, notes }
    if (unit === 'day' && interval > 1) return 'Say every so many days, or on which weekdays, not both.'
    return { every: 'week', interval, weekdays: days, ...monthly, notes }
  }
  if (unit === undefined && (interval > 1 || (parts.clocks.length === 0 && parts.part === undefined))) {
    return 'Every what? Say, for example, "every day", or "every monday".'
  }
  if (unit === undefined || unit === 'day') return { every: 'day', interval, ...monthly, notes }
  if (parts.from !== undefined) return startFrame(parts, unit, interval, here, notes)
  const lists = { week: 'every monday', month: 'every month on the 1st', year: 'every year on july 4' }
  return `On which day of the ${unit}? Say, for example, "${lists[unit]}".`
}

function setOf({ weekdays, unit }: RepeatParts): number[] | undefined {
  if (unit === 'workday') return weekdays ?? [1, 2, 3, 4, 5]
  if (unit === 'weekend') return weekdays ?? [6, 7]
  return weekdays
}

/** "every 2 weeks starting 16.02.2026": the start says the day. */
function startFrame(
  parts: RepeatParts,
  unit: 'week' | 'month' | 'year',
  interval: number,
  here: Here,
  notes: string[],
): Frame | string {
  const start = edge(parts.from ?? [], 'from', here.zone, here)
  if (typeof start === 'string') return start
  if (unit === 'week') return { every: 'week', interval, weekdays: [start.dayOfWeek], notes }
  if (unit === 'month') return { every: 'month', interval, monthDays: [start.day], notes }
  return { every: 'year', interval, monthDays: [start.day], months: [start.month], notes }
}

function nthFrame(
  parts: RepeatParts,
  nth: ItemOf<'nth'>,
  unit: Recurrence['every'] | undefined,
  notes: string[],
): Frame | string {
  const { months, interval, weekdays, dates } = parts
  if (weekdays !== undefined) return 'There is more than one weekday in it. Say one.'
  const yearly = months.length > 0
  if (yearly && unit === 'month') return 'Every month, or in one month? Say one of them.'
  if (unit === 'year' && !yearly) return 'In which month?'
  const scoped = yearly || parts.ofMonth || unit === 'month'
  const frame: Frame = { every: yearly ? 'year' : 'month', interval, ...(yearly ? { months } : {}), notes }
  if (nth.of === 'workday') {
    if (unit === 'day' || unit === 'week') return 'Working days of which month?'
    if (!scoped && nth.nths.some((which) => which > 1)) return 'Working day of what? Say "of every month".'
    return { ...frame, workingDays: nth.nths }
  }
  if (nth.of === 'day') {
    if (unit === 'day' || unit === 'week') return 'The last day of what? Say "of every month".'
    return { ...frame, monthDays: [...nth.nths, ...dates] }
  }
  if (dates.length > 0) return 'Say either the weekday or the day of the month.'
  if (unit === 'week' || unit === 'day') return 'Say "every week", or which one of every month.'
  const monthly: Frame = { ...frame, weekdays: nth.of, nth: nth.nths }
  const [which, ...more] = nth.nths
  // "every second tuesday" is every other one; "every third tuesday" is either.
  if (scoped || which === undefined || which < 2 || more.length > 0 || interval > 1) return monthly
  const weekly: Frame = { every: 'week', interval: which, weekdays: nth.of, notes: [] }
  const name = WEEKDAY_NAMES[(nth.of[0] ?? 1) - 1]
  if (which === 2) {
    return {
      ...weekly,
      notes: [
        `Every second ${name} is taken as every other one; say "of every month" for the second of a month.`,
      ],
    }
  }
  const question = `The ${name} number ${which} of every month, or every ${which} weeks?`
  return { ...monthly, other: { frame: weekly, question } }
}

interface Times {
  choices: { times: string[]; notes: string[] }[]
  question?: string
}

const clockText = (time: Temporal.PlainTime) =>
  time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' })

function timesSaid(parts: RepeatParts, frame: Frame, here: Here): Times | string {
  if (frame.every === 'minute' || frame.every === 'hour') return { choices: [{ times: [], notes: [] }] }
  if (parts.pairs !== undefined) return { choices: [{ times: [], notes: [] }] }
  if (parts.window !== undefined) {
    return 'A post goes out at one moment. Say one time, or every how many minutes or hours.'
  }
  if (parts.clocks.length === 0) {
    if (parts.part === 'morning' || parts.part === 'noon' || parts.part === undefined) {
      const time: TimeOfDay =
        parts.part === undefined
          ? { time: here.defaultTime, note: `No time was said: ${clockText(here.defaultTime)}.` }
          : timeOfPart(parts.part, here.defaultTime)
      return {
        choices: [{ times: [clockText(time.time)], notes: time.note === undefined ? [] : [time.note] }],
      }
    }
    const { time } = timeOfPart(parts.part, here.defaultTime)
    const hours = [time, time.add({ hours: 1 })]
    return {
      choices: hours.map((hour) => ({ times: [clockText(hour)], notes: [] })),
      question: 'At what hour?',
    }
  }
  const sets = clockSets(parts.clocks, parts)
  if (typeof sets === 'string') return sets
  return {
    choices: sets.map((times) => ({ times, notes: [] })),
    question: 'In the morning or in the afternoon?',
  }
}

/** The times of a list; twice when they may all be before or after noon. */
function clockSets(clocks: Clock[], parts: RepeatParts): string[][] | string {
  const likely: string[] = []
  const other: string[] = []
  for (const clock of clocks) {
    let times: TimeOfDay[]
    if (parts.part === undefined) times = timesOf(clock)
    else {
      const inPart = clockInPart(clock, parts.part)
      if (typeof inPart === 'string') return inPart
      times = [inPart]
    }
    const [first, second] = times
    if (first === undefined) return 'There is no such time.'
    likely.push(clockText(first.time))
    other.push(clockText((second ?? first).time))
  }
  const sets = [sorted(likely)]
  if (other.join() !== likely.join()) sets.push(sorted(other))
  return sets
}

const sorted = (times: string[]) => [...new Set(times)].sort()

function buildRule(
  parts: RepeatParts,
  frame: Frame,
  times: string[],
  zone: string,
  here: Here,
): Recurrence | string {
  const { notes: _, other: __, ...days } = frame
  const now = here.now.toZonedDateTimeISO(zone).toPlainDateTime()
  const start = parts.from === undefined ? undefined : edge(parts.from, 'from', zone, here)
  if (typeof start === 'string') return start
  const rule: Recurrence = { ...days, from: wallText(start ?? now), zone, times }
  if (start !== undefined) rule.begins = true
  if (parts.pairs !== undefined) {
    const slots = slotsOf(parts)
    if (typeof slots === 'string') return slots
    rule.slots = slots
    delete rule.weekdays
    rule.times = []
  }
  if (rule.every === 'minute' || rule.every === 'hour') {
    const problem = byTheClock(rule, parts, start, now)
    if (problem !== undefined) return problem
  }
  const except = exceptions(parts.except, zone, here)
  if (typeof except === 'string') return except
  if (except !== undefined) rule.except = except
  // A rule begins with its first run: that is what its interval and its count are counted from.
  const first = firstRun(rule, start === undefined ? here.now : undefined)
  if (first === undefined) return 'That never happens.'
  const wall = first.toZonedDateTimeISO(zone).toPlainDateTime()
  if (rule.every !== 'minute' && rule.every !== 'hour') rule.from = wallText(wall)
  else if (
    start === undefined &&
    rule.window === undefined &&
    rule.weekdays === undefined &&
    rule.months === undefined
  )
    rule.from = wallText(wall)
  if (parts.count !== undefined) {
    if (parts.count < 1 || parts.count > 10_000) return `${parts.count} times is not possible.`
    rule.count = parts.count
  }
  if (parts.lasting !== undefined) {
    if (parts.lasting.seconds !== 0) {
      const end = first.add({ seconds: parts.lasting.seconds })
      rule.until = wallText(end.toZonedDateTimeISO(zone).toPlainDateTime())
    } else {
      rule.until = addSpan(wall.toPlainDate(), parts.lasting).subtract({ days: 1 }).toString()
    }
  }
  if (parts.until !== undefined) {
    const end = edge(parts.until, 'until', zone, here)
    if (typeof end === 'string') return end
    rule.until = parts.until.some((item) => item.t === 'time') ? wallText(end) : end.toPlainDate().toString()
  }
  return rule
}

function firstRun(rule: Recurrence, now: Temporal.Instant | undefined): Temporal.Instant | undefined {
  const after =
    now ??
    Temporal.PlainDateTime.from(rule.from).toZonedDateTime(rule.zone).toInstant().subtract({ nanoseconds: 1 })
  const everyOne = rule.every === 'minute' || rule.every === 'hour' ? rule : { ...rule, interval: 1 }
  return nextRuns(everyOne, after, 1)[0]
}

const wallText = (wall: Temporal.PlainDateTime) =>
  wall.toString({ smallestUnit: wall.second === 0 ? 'minute' : 'second' })

/** Minutes and hours: on the hour where they divide the day, in their window where they have one. */
function byTheClock(
  rule: Recurrence,
  parts: RepeatParts,
  start: Temporal.PlainDateTime | undefined,
  now: Temporal.PlainDateTime,
): string | undefined {
  if (parts.window !== undefined) {
    const sides = parts.window.map((clock) => {
      if (parts.part === undefined)
        return timesOf(clock)[clock.sure || clock.hour >= 7 ? 0 : 1] ?? timesOf(clock)[0]
      return timesOf(clock)[0]
    })
    const [from, to] = sides
    if (from === undefined || to === undefined) return 'Between which times?'
    rule.window = { from: clockText(from.time), to: clockText(to.time) }
    rule.from = wallText(start ?? now)
    return undefined
  }
  if (parts.part !== undefined) return 'Between which hours? Say, for example, "between 9:00 and 12:00".'
  const [clock, ...more] = parts.clocks
  const minutes = rule.interval * (rule.every === 'hour' ? 60 : 1)
  if (clock !== undefined) {
    if (more.length > 0 || start !== undefined)
      return 'Say either the times, or every how many minutes or hours.'
    return 'Say either one time, or every how many minutes or hours between which times.'
  }
  if (start !== undefined) return undefined
  const divides = 1440 % minutes === 0
  const grid = divides ? now.round({ smallestUnit: 'day', roundingMode: 'floor' }) : undefined
  if (grid === undefined) {
    const from = now.round({ smallestUnit: 'minute', roundingMode: 'floor' }).add({ minutes })
    rule.from = wallText(from)
    return undefined
  }
  const passed = now.hour * 60 + now.minute
  rule.from = wallText(grid.add({ minutes: (Math.floor(passed / minutes) + 1) * minutes }))
  return undefined
}

function slotsOf(parts: RepeatParts): NonNullable<Recurrence['slots']> | string {
  const slots: { weekdays: number[]; times: string[] }[] = []
  for (const pair of parts.pairs ?? []) {
    const sets = clockSets(pair.clocks, parts)
    if (typeof sets === 'string') return sets
    if (sets.length > 1) return 'In the morning or in the afternoon? Say "am" or "pm" with each time.'
    slots.push({ weekdays: [...pair.days].sort((a, b) => a - b), times: sets[0] ?? [] })
  }
  return slots
}

function exceptions(
  items: Item[] | undefined,
  zone: string,
  here: Here,
): Recurrence['except'] | string | undefined {
  if (items === undefined) return undefined
  const except: { dates?: string[]; weekdays?: number[]; months?: number[] } = {}
  for (const item of items) {
    if (item.t === 'and') continue
    if (item.t === 'weekday')
      except.weekdays = [...(except.weekdays ?? []), ...item.days].sort((a, b) => a - b)
    else if (
      item.t === 'date' &&
      item.days.length === 0 &&
      item.month !== undefined &&
      item.year === undefined
    ) {
      except.months = [...(except.months ?? []), item.month].sort((a, b) => a - b)
    } else if (item.t === 'date') {
      for (const day of item.days) {
        const found = edge([{ ...item, days: [day] }], 'from', zone, here)
        if (typeof found === 'string') return found
        except.dates = [...(except.dates ?? []), found.toPlainDate().toString()].sort()
      }
    } else return 'What is left out? Say weekdays, months or dates.'
  }
  return except
}

/** The first moment of "starting …" or the last of "until …": a month or a week is meant whole. */
function edge(
  items: readonly Item[],
  which: 'from' | 'until',
  zone: string,
  here: Here,
): Temporal.PlainDateTime | string {
  const slots = fillSlots(items)
  if (typeof slots === 'string') return slots
  const now = here.now.toZonedDateTimeISO(zone).toPlainDateTime()
  const clock = slots.time?.clocks[0]
  const time = clock === undefined ? undefined : timesOf(clock)[0]?.time
  const last = which === 'until'
  const { date, period } = slots
  const wide = date !== undefined && date.days.length === 0
  let day: Temporal.PlainDate
  if (wide && slots.nth === undefined) {
    const month = date.month ?? 1
    const passed = month < now.month || (last ? false : month === now.month && now.day > 1)
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
    const found = daysOf(slots, now, time ?? Temporal.PlainTime.from('23:59:59'))
    if (found === undefined) return last ? 'Until when?' : 'From when on?'
    if (typeof found === 'string') return found
    const [first, second] = found.dates
    if (first === undefined) return 'There is no such day.'
    if (second !== undefined && date?.swap) return found.question ?? 'Which day do you mean?'
    day = slots.weekday?.next === undefined ? first : (second ?? first)
  }
  if (last && Temporal.PlainDate.compare(day, now.toPlainDate()) < 0)
    return `It would be over already: ${day.toString()} is past.`
  return day.toPlainDateTime(time ?? '00:00')
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
