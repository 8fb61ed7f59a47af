import { addSpan } from './days.ts'
import { describeInstant, describeRule } from './describe.ts'
import type { Item } from './grammar/items.ts'
import { clockNote, type Here } from './once.ts'
import { nextRuns, type Recurrence } from './recurrence.ts'
import { type RepeatParts, repeatParts } from './repeat-parts.ts'
import { edgeNotes, edges, feastNotes } from './rule-edges.ts'
import { exceptions } from './rule-exceptions.ts'
import { dayLater, type Frame, frameOf, nextDays } from './rule-frame.ts'
import { clockSets, clockText, timesSaid, wallText } from './rule-times.ts'
import { saidZones } from './said-zone.ts'
import { timesOf } from './time-of-day.ts'
import type { Choice, When } from './when.ts'

/** How many runs a reading shows. */
const SHOWN_RUNS = 3
const SHORTEST_MONTH = 28

const error = (message: string): When => ({ kind: 'error', message })

/** Whether the items say something that repeats. */
export function isRepeating(items: readonly Item[]): boolean {
  // "le lundi" is every Monday, "le lundi 5 mars" is one.
  const dated = items.some((item) => (item.t === 'date' && item.days.length > 0) || item.t === 'dotted')
  // "the first and third monday of the month", "the 1st and 15th of the month"
  const ofMonth = items.some((item) => item.t === 'ofMonth')
  return items.some(
    (item) =>
      (item.t === 'nth' && (item.plural || (ofMonth && item.nths.length > 1))) ||
      (ofMonth && item.t === 'date' && item.month === undefined && item.days.length > 1) ||
      item.t === 'every' ||
      item.t === 'often' ||
      (item.t === 'weekday' &&
        item.habit === true &&
        item.next === undefined &&
        (!dated || item.days.length > 1 || !item.article)),
  )
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
    for (const said of frames) {
      for (const choice of times.choices) {
        const one = choice.later ? dayLater(said) : said
        if (typeof one === 'string') {
          failed ??= one
          continue
        }
        const built = buildRule(parts, one, choice.times, zone.zone, here)
        if (typeof built === 'string') {
          failed ??= built
          continue
        }
        const notes = [...one.notes, ...choice.notes, ...edgeNotes(parts.until), ...feastNotes(parts)]
        if (built.begins && Temporal.PlainDateTime.compare(built.from, wallIn(built.zone, here)) < 0)
          notes.push(`It counts from ${built.from.slice(0, 10)}, which is past.`)
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

const wallIn = (zone: string, here: Here) => here.now.toZonedDateTimeISO(zone).toPlainDateTime()

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
    const note = clockNote(wall, wall.toZonedDateTime(rule.zone), {
      zone: rule.zone,
      locale: here.locale,
    })
    if (note !== undefined) notes.push(`${describeInstant(at, rule.zone, { locale: 'en' })}: ${note}`)
  }
  return { kind: 'recurring', rule, next, notes }
}

function buildRule(
  parts: RepeatParts,
  frame: Frame,
  times: string[],
  zone: string,
  here: Here,
): Recurrence | string {
  const { notes: _, other: __, ...days } = frame
  const now = here.now.toZonedDateTimeISO(zone).toPlainDateTime()
  const said = edges({ from: parts.from, until: parts.until }, zone, here, latestOf(times))
  if (typeof said === 'string') return said
  const { start, end } = said
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
  if (start !== undefined && parts.window === undefined) {
    const problem = fromMidnight(rule, parts, start, wall)
    if (problem !== undefined) return problem
  }
  const onItsGrid =
    start === undefined &&
    (rule.window !== undefined || rule.weekdays !== undefined || rule.months !== undefined)
  if ((rule.every !== 'minute' && rule.every !== 'hour') || !onItsGrid) rule.from = wallText(wall)
  if (parts.count !== undefined) {
    if (parts.count < 1 || parts.count > 10_000) return `${parts.count} times is not possible.`
    rule.count = parts.count
  }
  if (parts.lasting !== undefined) {
    if (parts.lasting.seconds !== 0) {
      const over = lastBefore(rule, first, parts.lasting.seconds)
      rule.until = wallText(over.toZonedDateTimeISO(zone).toPlainDateTime())
    } else {
      rule.until = addSpan(wall.toPlainDate(), parts.lasting).subtract({ days: 1 }).toString()
    }
  }
  if (parts.until !== undefined && end !== undefined) {
    rule.until = parts.until.some((item) => item.t === 'time') ? wallText(end) : end.toPlainDate().toString()
    const isNear = parts.until.some(
      (item) => item.t === 'date' && item.days.length > 0 && item.year === undefined,
    )
    const isLong =
      rule.every === 'year' ||
      (rule.every === 'month' && wall.toPlainDate().until(rule.until.slice(0, 10)).days < SHORTEST_MONTH)
    // "every month on the 1st to the 5th" means five days of each
    if (isNear && isLong && nextRuns(rule, first, 1).length === 0)
      return `It would come only once, on ${rule.from.slice(0, 10)}. Say that day alone, or each of them, for example "on the 1st, 2nd and 3rd".`
  }
  return rule
}

const latestOf = (times: readonly string[]) => {
  const last = times.at(-1)
  return last === undefined ? undefined : Temporal.PlainTime.from(last)
}

/** "for 2 hours" ends two hours after it began, and what would run at that very moment is one too many. */
function lastBefore(rule: Recurrence, first: Temporal.Instant, seconds: number): Temporal.Instant {
  if (rule.every !== 'minute' && rule.every !== 'hour') return first.add({ seconds: seconds - 60 })
  const step = rule.interval * (rule.every === 'hour' ? 3_600 : 60)
  return first.add({ seconds: Math.floor((seconds - 1) / step) * step })
}

function firstRun(rule: Recurrence, now: Temporal.Instant | undefined): Temporal.Instant | undefined {
  const after =
    now ??
    Temporal.PlainDateTime.from(rule.from).toZonedDateTime(rule.zone).toInstant().subtract({ nanoseconds: 1 })
  const everyOne = rule.every === 'minute' || rule.every === 'hour' ? rule : { ...rule, interval: 1 }
  return nextRuns(everyOne, after, 1)[0]
}

/** Minutes and hours: on the hour where they divide the day, in their window where they have one. */
function byTheClock(
  rule: Recurrence,
  parts: RepeatParts,
  start: Temporal.PlainDateTime | undefined,
  now: Temporal.PlainDateTime,
): string | undefined {
  if (parts.window !== undefined) {
    // "between 1 and 5"
    const isOpen = parts.window.every(({ sure, hour }) => !sure && hour < 12) && parts.window[0].hour < 7
    if (isOpen && parts.part === undefined)
      return 'In the morning or in the afternoon? Say "am" or "pm" with each hour.'
    const sides = parts.window.map((clock) => {
      if (parts.part === undefined)
        return timesOf(clock)[clock.sure || clock.hour >= 7 ? 0 : 1] ?? timesOf(clock)[0]
      return timesOf(clock)[0]
    })
    const [from, to] = sides
    if (from === undefined || to === undefined) return 'Between which times?'
    // "every hour at :30 between 9 and 17"
    const first = parts.pastHour === undefined ? from.time : from.time.add({ minutes: parts.pastHour })
    rule.window = { from: clockText(first), to: clockText(to.time) }
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
  if (start !== undefined) return hoursOrDays(parts)
  if (parts.pastHour !== undefined) {
    const grid = 1440 % minutes === 0 ? minutes : 60
    const past = (now.hour * 60 + now.minute - parts.pastHour) / grid
    const ahead = (Math.floor(past) + 1) * grid + parts.pastHour
    rule.from = wallText(now.round({ smallestUnit: 'day', roundingMode: 'floor' }).add({ minutes: ahead }))
    return undefined
  }
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

/** "every hour from 9 to 17 december" says hours to some, and days to others. */
function hoursOrDays({ from }: RepeatParts): string | undefined {
  const plain = from?.find((item) => item.t === 'date' && item.days.length > 0 && !item.marked)
  const [day] = plain?.t === 'date' ? plain.days : []
  return day === undefined || day > 24
    ? undefined
    : `Is ${day} an hour, or a day? Say, for example, "between 9:00 and 17:00", or the month with each day.`
}

/** "every hour on weekdays from 9": it begins at nine; but on the days after it would run from midnight on. */
function fromMidnight(
  rule: Recurrence,
  parts: RepeatParts,
  start: Temporal.PlainDateTime,
  first: Temporal.PlainDateTime,
): string | undefined {
  const byDay = rule.every !== 'minute' && rule.every !== 'hour'
  if (byDay || !parts.from?.some((item) => item.t === 'time')) return undefined
  const eachDay = parts.from.every((item) => item.t === 'time') && rule.weekdays !== undefined
  if (!eachDay && first.toPlainDate().equals(start.toPlainDate())) return undefined
  const [from, to] = [start, start.add({ hours: 8 })].map((moment) => clockText(moment.toPlainTime()))
  return `Until which hour? Say, for example, "between ${from} and ${to}".`
}

function slotsOf(parts: RepeatParts): NonNullable<Recurrence['slots']> | string {
  const slots: { weekdays: number[]; times: string[] }[] = []
  for (const pair of parts.pairs ?? []) {
    const sets = clockSets(pair.clocks, parts, false)
    if (typeof sets === 'string') return sets
    if (sets.length > 1) return 'In the morning or in the afternoon? Say "am" or "pm" with each time.'
    const { times = [], later } = sets[0] ?? {}
    slots.push({ weekdays: later ? nextDays(pair.days) : [...pair.days].sort((a, b) => a - b), times })
  }
  return slots
}
