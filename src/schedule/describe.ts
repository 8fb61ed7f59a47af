import { clockWords } from '../kit/clock-words.ts'
import { languageOf, languages } from './languages/index.ts'
import type { Language } from './languages/language.ts'
import type { Recurrence } from './recurrence.ts'
import type { Speech } from './speech.ts'
import { zoneName } from './zones.ts'

/** How a reader is spoken to: in their language, with their clock. */
interface Voice extends Speech {
  clock: (time: Temporal.PlainTime) => string
}

const voiceOf = (locale: string): Voice => ({
  ...languages[languageOf(locale)].speech,
  clock: (time) => clockWords(time, locale),
})

/**
 * An instant for people, in a zone: "Fri 27 Nov 2026, 09:00 (Berlin time)". With `now`, a year that is the present one
 * is left out. Where the clock shows that time twice, the offset is said, so that it reads back to the same instant.
 */
export function describeInstant(
  at: Temporal.Instant,
  zone: string,
  options: { now?: Temporal.Instant; locale?: string } = {},
): string {
  const speech = voiceOf(options.locale ?? 'en')
  const wall = at.toZonedDateTimeISO(zone)
  const thisYear = options.now !== undefined && options.now.toZonedDateTimeISO(zone).year === wall.year
  const weekday = speech.weekdaysShort[wall.dayOfWeek - 1] ?? ''
  const month = speech.monthsShort[wall.month - 1] ?? ''
  const date = speech.shortDate(weekday, wall.day, month, thisYear ? undefined : wall.year)
  const earlier = wall.toPlainDateTime().toZonedDateTime(zone)
  const name = earlier.epochMilliseconds === wall.epochMilliseconds ? zoneName(zone) : zoneName(wall.offset)
  return speech.moment(date, speech.clock(wall.toPlainTime()), speech.zone(name))
}

/**
 * A rule for people: "every 2 weeks on Tuesday at 09:00 and 17:00, Berlin time, until 30 June 2026". What it prints
 * reads back to the same rule. A language that lacks a word for it is passed over for English.
 */
export function describeRule(rule: Recurrence, locale = 'en'): string {
  return sentence(rule, locale) ?? sentence(rule, 'en') ?? ''
}

function sentence(rule: Recurrence, locale: string): string | undefined {
  const speech = voiceOf(locale)
  const frame = frameOf(rule, speech)
  if (frame === undefined) return undefined
  const parts = [frame, speech.zone(zoneName(rule.zone))]
  if (isAnchored(rule)) {
    const from = Temporal.PlainDateTime.from(rule.from)
    // A count that begins in the middle of a day must say at which of its times.
    const midday = rule.count !== undefined && !(rule.times[0] && from.toPlainTime().equals(rule.times[0]))
    const timed = (byMinutes(rule) && rule.window === undefined) || midday
    parts.push(
      speech.starting(
        dateOf(from.toPlainDate(), speech),
        timed ? speech.clock(from.toPlainTime()) : undefined,
      ),
    )
  }
  if (rule.until !== undefined) {
    const timed = rule.until.includes('T')
    const end = timed ? Temporal.PlainDateTime.from(rule.until) : Temporal.PlainDate.from(rule.until)
    parts.push(
      end instanceof Temporal.PlainDateTime
        ? speech.until(dateOf(end.toPlainDate(), speech), speech.clock(end.toPlainTime()))
        : speech.until(dateOf(end, speech), undefined),
    )
  }
  if (rule.count !== undefined) parts.push(speech.times(rule.count))
  if (rule.except !== undefined) {
    const list = exceptions(rule.except, languages[languageOf(locale)])
    if (list === undefined) return undefined
    parts.push(speech.except(list))
  }
  return parts.join(', ')
}

const byMinutes = (rule: Recurrence) => rule.every === 'minute' || rule.every === 'hour'

/** Whether the sentence must say where the rule begins. */
function isAnchored(rule: Recurrence): boolean {
  if (rule.begins || rule.count !== undefined) return true
  if (!byMinutes(rule)) return rule.interval > 1
  if (rule.window !== undefined) return false
  const from = Temporal.PlainDateTime.from(rule.from)
  const step = rule.interval * (rule.every === 'hour' ? 60 : 1)
  return 1440 % step !== 0 || (from.hour * 60 + from.minute) % step !== 0 || from.second !== 0
}

const dateOf = (date: Temporal.PlainDate, speech: Speech) =>
  speech.date(date.day, speech.months[date.month - 1] ?? '', date.year)

function list(items: readonly string[], speech: Speech): string {
  const last = items.at(-1) ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')}${speech.and}${last}`
}

const weekdayNames = (days: readonly number[], speech: Speech) =>
  list(
    days.map((day) => speech.weekdays[day - 1] ?? ''),
    speech,
  )

const isWorkWeek = (days: readonly number[] | undefined) => days?.join() === '1,2,3,4,5'

function frameOf(rule: Recurrence, speech: Voice): string | undefined {
  if (rule.slots !== undefined) {
    const isEach = rule.interval === 1
    const days = isEach ? speech.everyWeekdays : speech.onWeekdays
    const slots = rule.slots.map(
      ({ weekdays, times }) => `${days(weekdayNames(weekdays, speech))} ${atTimes(times, speech)}`,
    )
    if (!isEach) slots[0] = `${speech.every(rule.interval, 'week')} ${slots[0] ?? ''}`
    const months = rule.months === undefined ? [] : [monthsOf(rule.months, speech)]
    return [list(slots, speech), ...months].join(' ')
  }
  const words: string[] = []
  const when =
    rule.window === undefined
      ? atTimes(rule.times, speech)
      : speech.between(shown(rule.window.from, speech), shown(rule.window.to, speech))
  switch (rule.every) {
    case 'minute':
    case 'hour':
    case 'day':
      words.push(speech.every(rule.interval, rule.every))
      if (rule.weekdays !== undefined) words.push(speech.onWeekdays(weekdayNames(rule.weekdays, speech)))
      if (rule.months !== undefined) words.push(monthsOf(rule.months, speech))
      break
    case 'week': {
      const days = rule.weekdays ?? [Temporal.PlainDateTime.from(rule.from).dayOfWeek]
      if (rule.interval === 1) {
        words.push(isWorkWeek(days) ? speech.everyWorkday : speech.everyWeekdays(weekdayNames(days, speech)))
      } else words.push(speech.every(rule.interval, 'week'), speech.onWeekdays(weekdayNames(days, speech)))
      if (rule.months !== undefined) words.push(monthsOf(rule.months, speech))
      break
    }
    case 'month':
    case 'year': {
      const days = monthlyDays(rule, speech)
      if (days === undefined) return undefined
      words.push(speech.every(rule.interval, rule.every), ...days)
      break
    }
    default:
      throw new TypeError(`No such rule: ${rule.every satisfies never}`)
  }
  if (when !== '') words.push(when)
  return words.join(' ')
}

const shown = (time: string, speech: Voice) => speech.clock(Temporal.PlainTime.from(time))

function atTimes(times: readonly string[], speech: Voice): string {
  if (times.length === 0) return ''
  return speech.at(
    list(
      times.map((time) => shown(time, speech)),
      speech,
    ),
  )
}

function monthsOf(months: readonly number[], speech: Speech): string {
  return speech.inMonths(
    list(
      months.map((month) => speech.months[month - 1] ?? ''),
      speech,
    ),
  )
}

/** "on 4 July", "in March on the 1st and 15th", "on the first and third Monday", "on the last working day". */
function monthlyDays(rule: Recurrence, speech: Speech): string[] | undefined {
  const from = Temporal.PlainDateTime.from(rule.from)
  const months = rule.months ?? (rule.every === 'year' ? [from.month] : undefined)
  const [month, ...moreMonths] = months ?? []
  const plain =
    rule.monthDays ?? (rule.weekdays === undefined && rule.workingDays === undefined ? [from.day] : [])
  const [day, ...moreDays] = plain
  const single = day !== undefined && day > 0 && moreDays.length === 0 && rule.every === 'year'
  if (single && month !== undefined && moreMonths.length === 0) {
    return [speech.yearly(day, speech.months[month - 1] ?? '')]
  }
  const words = months === undefined ? [] : [monthsOf(months, speech)]
  const ahead = plain.filter((one) => one > 0)
  if (ahead.length > 0) words.push(speech.onMonthDays(list(ahead.map(speech.monthDay), speech)))
  const groups: [readonly number[] | undefined, string][] = [
    [plain.filter((one) => one < 0), speech.day],
    [rule.workingDays, speech.workingDay],
    [rule.nth, weekdayNames(rule.weekdays ?? [], speech)],
  ]
  for (const [nths, what] of groups) {
    if (nths === undefined || nths.length === 0) continue
    const names = nths.map(speech.nth)
    if (names.some((name) => name === undefined)) return undefined
    words.push(
      speech.onNth(
        list(
          names.filter((name) => name !== undefined),
          speech,
        ),
        what,
      ),
    )
  }
  return words
}

function exceptions(except: NonNullable<Recurrence['except']>, language: Language): string | undefined {
  const { speech } = language
  const words = [
    ...(except.weekdays ?? []).map((day) => speech.weekdays[day - 1] ?? ''),
    ...(except.months ?? []).map((month) => speech.months[month - 1] ?? ''),
    ...stretches(except.dates ?? []).map(([first, last]) => stretch(first, last, speech)),
    ...(except.yearly ?? []).map((day) => dayOfYear(day, language)),
  ]
  if (words.includes(undefined)) return undefined
  const said = words.filter((word) => word !== undefined)
  return said.length > 1 && !speech.exceptSeveral ? undefined : list(said, speech)
}

/** "every 25 December", "every Easter". */
function dayOfYear(name: string, { words, speech }: Language): string | undefined {
  const fixed = /^(\d+)-(\d+)$/.exec(name)
  if (fixed !== null)
    return speech.eachYear(
      speech.date(Number(fixed[2]), speech.months[Number(fixed[1]) - 1] ?? '', undefined),
    )
  const feasts = typeof words.holiday === 'string' ? undefined : words.holiday?.[name]
  const [feast] = feasts?.split('|') ?? []
  return feast === undefined ? undefined : (speech.eachFeast ?? speech.eachYear)(feast)
}

type Stretch = [first: Temporal.PlainDate, last: Temporal.PlainDate]

/** Dates that follow one another without a gap, together. */
function stretches(dates: readonly string[]): Stretch[] {
  const all: Stretch[] = []
  for (const text of dates) {
    const date = Temporal.PlainDate.from(text)
    const before = all.at(-1)
    if (before?.[1].add({ days: 1 }).equals(date)) before[1] = date
    else all.push([date, date])
  }
  return all
}

function stretch(first: Temporal.PlainDate, last: Temporal.PlainDate, speech: Speech): string | undefined {
  const [a, b] = [dateOf(first, speech), dateOf(last, speech)]
  return first.equals(last) ? a : speech.range?.(a, b)
}
