import { clockWords } from '../kit/clock-words.ts'
import { choice, choicesIn } from './choices.ts'
import { addSpan, type Days, daysOf } from './days.ts'
import { describeInstant } from './describe.ts'
import { noteOfFeast } from './feasts.ts'
import { type Clock, EMPTY_SPAN, type Span } from './grammar/items.ts'
import { addUnit } from './grammar/numbers.ts'
import { offsetOf, type SaidZone, saidZones } from './said-zone.ts'
import type { Slots } from './slots.ts'
import { clocksInPart, isGoingOn, type TimeOfDay, timeOfPart, timesOf } from './time-of-day.ts'
import type { Here, When } from './when.ts'
import { zoneName } from './zones.ts'

export type { Here } from './when.ts'

interface Candidate {
  at: Temporal.Instant
  zone: string
  notes: string[]
  question: string | undefined
  /** Said with its own year or day, so that it does not move on when it has passed. */
  past: boolean
}

const YEARS_AHEAD = 50
const LATEST = 'That is too far away: Crier plans at most 50 years ahead.'

/** One moment, a question with the moments it may be, or why there is none. */
export function readOnce(slots: Slots, here: Here): When {
  const span = slots.span
  if (span?.bare && !span.compact)
    return error('Is that how long from now? Say, for example, "in 10 minutes".')
  if (span !== undefined && isNothing(span.span))
    return error('That is now. Say a time that is still to come.')
  if (span !== undefined && (span.span.seconds !== 0 || span.exact)) return elapsed(slots, here)
  if (slots.time !== undefined && (slots.time.range || slots.time.clocks.length > 1)) {
    return error('A post goes out at one time. Say one, or "every day at 9:00 and 17:00" if it repeats.')
  }
  if (span?.bare && hasDayBesides(slots)) {
    return error('Say how long from now ("in 2 weeks"), or a day, not both.')
  }
  const later = sameTimeOn(slots) ?? monthsOn(slots)
  if (later !== undefined) return readOnce(later, here)
  if (!isOneDay(slots)) return error('There is more than one day in it. Say one.')
  if (slots.dotted !== undefined) return dottedOnce(slots, here)
  const numbered = numberAsDay(slots)
  if (numbered !== undefined) return readOnce(numbered, here)
  const named = hasDay(slots)
  if (!named && slots.time?.maybeSpan) {
    return error('Is that a time of day, or how long from now? Say "at …" or "in …".')
  }
  if (slots.sameTime !== undefined && (slots.time ?? slots.part) !== undefined)
    return error('There is more than one time of day in it. Say one.')
  if (!named && slots.time === undefined && slots.part === undefined) {
    return error('There is no day and no time in it. Say, for example, "tomorrow 9:00".')
  }
  if (
    !named &&
    slots.time !== undefined &&
    !slots.time.marked &&
    slots.part === undefined &&
    !isWholeClock(slots)
  ) {
    return error(
      `Is ${slots.time.bare ?? 'that'} an hour? Say "at ${slots.time.bare ?? 9}:00", or a day and a time.`,
    )
  }
  // "mother's day france" is not the American day by the clock of Paris.
  const country = slots.zone === undefined || slots.time !== undefined ? undefined : slots.feast
  const abroad = country === undefined ? undefined : noteOfFeast(country.name)
  if (abroad !== undefined) return error(`${abroad} For another country, say the date.`)
  const times = timesSaid(slots, here)
  if (typeof times === 'string') return error(times)
  return decide(candidates(slots, times, here), here, slots.period)
}

const error = (message: string): When => ({ kind: 'error', message })

const isNothing = ({ seconds, days, workdays, months }: Span): boolean =>
  seconds === 0 && days === 0 && workdays === 0 && months === 0

const hasDay = (slots: Slots): boolean => slots.span !== undefined || hasDayBesides(slots)

/** Is there a day in it, besides a length of time? */
const hasDayBesides = ({ day, weekday, date, feast, weekEdge, nth, period }: Slots): boolean =>
  [day, weekday, date, feast, weekEdge, nth, period].some((slot) => slot !== undefined)

/** Which ways of naming a day go together. Whatever is not here would be passed over in silence. */
const TOGETHER = new Set([
  'day weekday',
  'weekday date',
  'weekday feast',
  'feast period',
  'day date',
  'day weekday date',
  'weekday period',
  'date period',
  'weekday date period',
  'date nth',
  'nth period',
  'date nth period',
  'day span',
  'weekday span',
])

function isOneDay(slots: Slots): boolean {
  const { day, weekday, date, feast, weekEdge, nth, span, period } = slots
  const said: string[] = []
  if (day !== undefined) said.push('day')
  if (weekday !== undefined) said.push('weekday')
  if (date !== undefined) said.push('date')
  if (feast !== undefined) said.push('feast')
  if (weekEdge !== undefined) said.push('weekEdge')
  if (nth !== undefined) said.push('nth')
  if (span !== undefined && !span.based) said.push('span')
  if (period !== undefined) said.push('period')
  return said.length < 2 || TOGETHER.has(said.join(' '))
}

/** "this time next week": the same weekday, and next month the same date. */
function sameTimeOn(slots: Slots): Slots | undefined {
  const { period, ...rest } = slots
  if (rest.sameTime === undefined || period === undefined || period.offset < 1 || hasDay(rest))
    return undefined
  const length = addUnit(EMPTY_SPAN, period.offset, period.unit)
  return length === undefined ? undefined : { ...rest, span: { t: 'span', span: length } }
}

/** "in 2 months on the 15th" is the 15th of that month. */
function monthsOn(slots: Slots): Slots | undefined {
  const { span, date, ...rest } = slots
  if (span === undefined || span.based || date === undefined || date.month !== undefined) return undefined
  const { seconds, days, workdays, months } = span.span
  if (seconds + days + workdays > 0 || months === 0 || rest.period !== undefined) return undefined
  return { ...rest, date, period: { t: 'period', unit: 'month', offset: months } }
}

/** "1430" alone is a time, "2026" is a year and "9" is nothing. */
function isWholeClock(slots: Slots): boolean {
  const bare = slots.time?.bare
  return bare !== undefined && bare >= 100 && !(bare >= 1900 && bare <= 2199)
}

/** "Fri 27" is a day, since no clock shows 27; "Fri 17" is an hour, unless that Friday is the 17th. */
function numberAsDay(slots: Slots): Slots | undefined {
  const bare = slots.time?.bare
  if (bare === undefined || slots.weekday === undefined || bare <= 24 || bare > 31) return undefined
  const { time: _, ...rest } = slots
  return { ...rest, date: { t: 'date', days: [bare] } }
}

function timesSaid(slots: Slots, here: Here): TimeOfDay[] | string {
  if (slots.sameTime !== undefined) {
    const now = here.now.toZonedDateTimeISO(here.zone).toPlainTime()
    return [{ time: now.round({ smallestUnit: 'minute', roundingMode: 'trunc' }) }]
  }
  const clock = slots.time?.clocks[0]
  const { part } = slots
  if (clock === undefined) {
    if (part !== undefined) {
      const usual = timeOfPart(part.part, here)
      const now = here.now.toZonedDateTimeISO(here.zone).toPlainTime()
      // At four the afternoon is not over, though its usual hour is.
      const going = slots.day?.offset === 0 && isGoingOn(part.part, usual.time, now)
      return going ? 'At what hour? Say, for example, "today at 17:30".' : [usual]
    }
    const time = here.defaultTime
    const bare = slots.span !== undefined || (slots.day?.offset === 0 && slots.weekday === undefined)
    const note = `No time was said: ${clockWords(time, here.locale)}.`
    return bare && slots.day?.offset === 0 && slots.span === undefined
      ? 'At what time today?'
      : [{ time, note }]
  }
  if (part !== undefined) {
    return clocksInPart(clock, part.part)
  }
  // "today at midnight" is the one to come
  if (clock.midnight && slots.day?.offset === 0)
    return [{ time: Temporal.PlainTime.from('00:00'), nextDay: true }]
  const times = timesOf(clock)
  return hasDay(slots) ? times : eitherHalf(clock, times, here)
}

/** "at 8 o'clock" at noon may be tonight or tomorrow morning. */
function eitherHalf(clock: Clock, times: TimeOfDay[], here: Here): TimeOfDay[] {
  const [first] = times
  if (clock.sure || times.length > 1 || first === undefined || clock.hour > 11) return times
  const now = here.now.toZonedDateTimeISO(here.zone).toPlainTime()
  const evening = first.time.add({ hours: 12 })
  const passed =
    Temporal.PlainTime.compare(first.time, now) <= 0 && Temporal.PlainTime.compare(evening, now) > 0
  return passed ? [{ time: evening }, first] : times
}

/** 10.11 may be a time or the tenth of November. */
function dottedOnce(slots: Slots, here: Here): When {
  const { dotted, ...rest } = slots
  if (dotted === undefined) return readOnce(rest, here)
  const asDate: Slots = { ...rest, date: { t: 'date', month: dotted.second, days: [dotted.first] } }
  if (slots.time !== undefined || slots.part !== undefined || dotted.asDate) return readOnce(asDate, here)
  const clock = { hour: dotted.first, minute: dotted.second, second: 0, sure: dotted.first > 12 }
  const asTime: Slots = {
    ...rest,
    time: { t: 'time', clocks: [clock], range: false, marked: true, index: dotted.index },
  }
  if (slots.day !== undefined || slots.date !== undefined || slots.nth !== undefined)
    return readOnce(asTime, here)
  const dated = readOnce(asDate, here)
  if (slots.weekday !== undefined) return dated.kind === 'once' ? dated : readOnce(asTime, here)
  const timed = readOnce(asTime, here)
  const choices = [...choicesIn(dated, here), ...choicesIn(timed, here)]
  const [only] = choices
  if (choices.length === 0 || only === undefined) return dated
  return { kind: 'ask', question: 'Is that a date or a time?', choices }
}

/** "in 2 hours", "in 1 day and 2 hours", "an hour after midnight tomorrow". */
function elapsed(slots: Slots, here: Here): When {
  const said = slots.span?.span
  if (said === undefined) return error('There is no length of time in it.')
  const { span, zone, ...rest } = slots
  if (span?.based) {
    const base = readOnce(zone === undefined ? rest : { ...rest, zone }, here)
    if (base.kind !== 'once' || rest.time === undefined) {
      return base.kind === 'error' ? base : error('From which time on? Say a day and an hour.')
    }
    return decide(
      [
        {
          at: base.at.add({ seconds: said.seconds }),
          zone: base.zone,
          notes: base.notes,
          question: undefined,
          past: false,
        },
      ],
      here,
    )
  }
  if (Object.keys(rest).length > 0) return error('Say how long from now, or a day and a time, not both.')
  if (said.seconds < 0) return error('That is in the past. Say a time that is still to come.')
  const wall = here.now.toZonedDateTimeISO(here.zone)
  const moved = addSpan(wall.toPlainDate(), said).toPlainDateTime(wall.toPlainTime())
  const days =
    said.days + said.months + said.workdays === 0 ? here.now : moved.toZonedDateTime(here.zone).toInstant()
  return decide(
    [
      {
        at: days.add({ seconds: said.seconds }),
        zone: here.zone,
        notes: [],
        question: undefined,
        past: false,
      },
    ],
    here,
  )
}

function candidates(slots: Slots, times: TimeOfDay[], here: Here): Candidate[] | string {
  const found: Candidate[] = []
  let failed: string | undefined
  const zones = saidZones(slots.zone, here.zone)
  for (const said of zones.zones) {
    for (const time of times) {
      const days = daysFor(slots, said, time, here)
      if (typeof days === 'string') {
        failed ??= days
        continue
      }
      for (const date of days.dates) {
        const question = zones.question ?? (days.dates.length > 1 ? days.question : undefined)
        found.push(...onDay(date, time, said, days, question, here))
      }
    }
  }
  return found.length > 0 ? found : (failed ?? 'There is no such time.')
}

const LAST_TIME = Temporal.PlainTime.from('23:59:59')

/** The days as seen from the zone of the phrase, and where they differ also from the person's own. */
function daysFor(slots: Slots, said: SaidZone, time: TimeOfDay, here: Here): Days | string {
  const there = here.now.toZonedDateTimeISO(said.zone).toPlainDateTime()
  // "friday night at 1" is after midnight: on a Friday afternoon that is still to come.
  const passes = time.nextDay ? LAST_TIME : time.time
  const days = daysOf(slots, there, passes)
  if (days === undefined) return rolling(there, time)
  if (typeof days === 'string' || !days.relative || said.zone === here.zone) return days
  const own = here.now.toZonedDateTimeISO(here.zone).toPlainDateTime()
  if (own.toPlainDate().equals(there.toPlainDate())) return days
  const ownDays = daysOf(slots, own, passes)
  if (ownDays === undefined || typeof ownDays === 'string') return days
  const dates = [...days.dates]
  for (const date of ownDays.dates) if (!dates.some((other) => other.equals(date))) dates.push(date)
  const question = `It is another day in ${zoneName(said.zone)} now. Which day do you mean?`
  return dates.length > days.dates.length ? { ...days, dates, question } : days
}

/** A time without a day is the next one. */
function rolling(now: Temporal.PlainDateTime, time: TimeOfDay): Days {
  const today = now.toPlainDate()
  const ahead = Temporal.PlainDateTime.compare(today.toPlainDateTime(time.time), now) > 0
  // "24:00" and "12 at night" alone are the coming midnight all the same.
  const start = ahead ? today : today.add({ days: 1 })
  return { dates: [time.nextDay ? start.subtract({ days: 1 }) : start], relative: false, rolling: true }
}

function onDay(
  date: Temporal.PlainDate,
  time: TimeOfDay,
  said: SaidZone,
  days: Days,
  question: string | undefined,
  here: Here,
): Candidate[] {
  const wall = (time.nextDay ? date.add({ days: 1 }) : date).toPlainDateTime(time.time)
  const notes: string[] = []
  const named = days.relative || (time.midnight && !days.rolling)
  if (wall.hour === 0 && wall.minute === 0 && !time.nextDay && named && days.dates.length === 1) {
    notes.push('That is the midnight with which the day begins.')
  }
  if (days.note !== undefined) notes.push(days.note)
  if (time.note !== undefined) notes.push(time.note)
  if (said.note !== undefined) notes.push(said.note)
  if (time.nextDay && days.relative && wall.hour > 0)
    notes.push('That is after midnight, so on the following day.')
  const first = wall.toZonedDateTime(said.zone, { disambiguation: said.winter ? 'later' : 'compatible' })
  const at = said.offset === undefined ? first.toInstant() : wall.toZonedDateTime(said.offset).toInstant()
  const note =
    said.offset === undefined ? clockNote(wall, first, { zone: said.zone, locale: here.locale }) : undefined
  if (note !== undefined) notes.push(note)
  const past = Temporal.Instant.compare(at, here.now) <= 0
  const found: Candidate[] = [{ at, zone: said.zone, notes, question, past }]
  // "9am EST" in July: New York has no EST then.
  if (said.offset !== undefined && offsetOf(at, said.zone) !== said.offset) {
    const other = first.toInstant()
    const ask = `${said.name} is not in use in ${zoneName(said.zone)} on that day. Which one do you mean?`
    found[0] = { at, zone: said.offset, notes, question: ask, past }
    found.push({
      at: other,
      zone: said.zone,
      notes,
      question: ask,
      past: Temporal.Instant.compare(other, here.now) <= 0,
    })
  }
  return found
}

/** What to say of a wall clock that a change skips or shows twice. */
export function clockNote(
  wall: Temporal.PlainDateTime,
  zoned: Temporal.ZonedDateTime,
  { zone, locale }: Pick<Here, 'zone' | 'locale'>,
): string | undefined {
  const shown = (time: Temporal.PlainTime) => clockWords(time, locale)
  if (!zoned.toPlainDateTime().equals(wall)) {
    return `The clock in ${zoneName(zone)} skips ${shown(wall.toPlainTime())} that night; ${shown(zoned.toPlainTime())} it is.`
  }
  const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
    wall.toZonedDateTime(zone, { disambiguation }),
  )
  if (earlier === undefined || later === undefined || earlier.equals(later)) return undefined
  const which = zoned.equals(earlier) ? 'first' : 'second'
  return `The clock in ${zoneName(zone)} shows ${shown(wall.toPlainTime())} twice that night; it is the ${which}.`
}

/** One moment that is to come: that one. Several: a question. None: the past. */
function decide(found: Candidate[] | string, here: Here, period?: Slots['period']): When {
  if (typeof found === 'string') return error(found)
  const latest = here.now.add({ hours: YEARS_AHEAD * 8766 })
  const open: Candidate[] = []
  for (const candidate of found) {
    const known = open.some(({ at }) => at.equals(candidate.at))
    if (!candidate.past && !known && Temporal.Instant.compare(candidate.at, here.now) > 0)
      open.push(candidate)
  }
  const [first, second] = open
  if (first === undefined) return isPast(found, here, period)
  if (Temporal.Instant.compare(first.at, latest) > 0) return error(LATEST)
  if (second === undefined) return { kind: 'once', at: first.at, zone: first.zone, notes: first.notes }
  const question =
    open.find((candidate) => candidate.question !== undefined)?.question ?? 'Which time do you mean?'
  return { kind: 'ask', question, choices: open.slice(0, 4).map(({ at, zone }) => choice(at, zone, here)) }
}

/** What has passed, and when it comes round again. */
function isPast(found: Candidate[], here: Here, period: Slots['period']): When {
  const [likeliest] = found
  if (likeliest === undefined) return error('There is no such time.')
  const wall = likeliest.at.toZonedDateTimeISO(likeliest.zone)
  const now = here.now.toZonedDateTimeISO(likeliest.zone)
  const gap = comesRound(period, wall.toPlainDate().equals(now.toPlainDate()))
  let next = wall
  while (Temporal.ZonedDateTime.compare(next, now) <= 0) next = next.add(gap)
  const said = describeInstant(likeliest.at, likeliest.zone, { locale: here.locale })
  return error(
    `${said} is in the past. Did you mean ${describeInstant(next.toInstant(), likeliest.zone, { locale: here.locale })}?`,
  )
}

/** A day of this month comes again next month, a weekend next week, an hour of today tomorrow, a date next year. */
function comesRound(period: Slots['period'], today: boolean): Temporal.DurationLike {
  if (period?.unit === 'month') return { months: 1 }
  if (period?.unit === 'week' || period?.unit === 'weekend') return { weeks: 1 }
  return today ? { days: 1 } : { years: 1 }
}
