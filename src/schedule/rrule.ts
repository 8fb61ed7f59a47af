import { quoted, UserError } from '../kit/user-error.ts'
import type { Recurrence } from './recurrence.ts'
import { knownZone } from './zones.ts'

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const FREQUENCIES = {
  minute: 'MINUTELY',
  hour: 'HOURLY',
  day: 'DAILY',
  week: 'WEEKLY',
  month: 'MONTHLY',
  year: 'YEARLY',
} as const

const compact = (wall: Temporal.PlainDateTime) =>
  wall.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '')

/**
 * The rule as iCalendar lines (RFC 5545, section 3.8.5): DTSTART with its zone, one RRULE for each set of times, EXDATE
 * for dates left out. Throws a UserError for the one thing that has no short form there: a rule that runs all day by the
 * minute or hour, but for single dates.
 */
export function toRRule(rule: Recurrence): string {
  if (rule.except?.yearly !== undefined)
    throw new UserError('iCalendar has no way to leave out a day of each year. Say the years of it.')
  const from = Temporal.PlainDateTime.from(rule.from)
  const lines = [stamped('DTSTART', from, rule.zone), ...ruleSets(rule).map((set) => `RRULE:${set}`)]
  for (const date of rule.except?.dates ?? []) {
    for (const time of timesOn(rule)) {
      lines.push(stamped('EXDATE', Temporal.PlainDate.from(date).toPlainDateTime(time), rule.zone))
    }
  }
  return lines.join('\n')
}

/** A value with a colon is quoted (RFC 5545, section 3.2). */
function stamped(name: string, wall: Temporal.PlainDateTime, zone: string): string {
  if (zone === 'UTC') return `${name}:${compact(wall)}Z`
  return `${name};TZID=${zone.includes(':') ? `"${zone}"` : zone}:${compact(wall)}`
}

function timesOn(rule: Recurrence): readonly string[] {
  if (rule.window === undefined && rule.times.length === 0 && rule.slots === undefined) {
    throw new UserError(
      'iCalendar has no way to leave out one day of a rule that runs all day. Leave out a weekday instead.',
    )
  }
  return (
    rule.slots?.flatMap((slot) => slot.times) ??
    (rule.window === undefined ? rule.times : windowTimes(rule, rule.window))
  )
}

function windowTimes(rule: Recurrence, { from, to }: { from: string; to: string }): string[] {
  if (to < from && rule.weekdays !== undefined) {
    throw new UserError(
      'iCalendar cannot say hours past midnight of some weekdays. Use two rules, one for each day.',
    )
  }
  const start = Temporal.PlainTime.from(from)
  const end = Temporal.PlainTime.from(to)
  const minutes = (time: Temporal.PlainTime) => time.hour * 60 + time.minute
  const span = (minutes(end) - minutes(start) + 1440) % 1440
  const step = rule.interval * (rule.every === 'hour' ? 60 : 1)
  const times: string[] = []
  for (let passed = 0; passed <= span; passed += step) {
    times.push(start.add({ minutes: passed }).toString({ smallestUnit: 'minute' }))
  }
  return times
}

/** BYHOUR and BYMINUTE multiply, so times that share no minute need rules of their own. */
function ruleSets(rule: Recurrence): string[] {
  const times = rule.window === undefined ? rule.times : windowTimes(rule, rule.window)
  const slots = rule.slots ?? [{ weekdays: rule.weekdays, times }]
  const sets: string[] = []
  for (const { weekdays, times } of slots) {
    const byMinute = new Map<string, string[]>()
    for (const time of times) {
      const [hour = '0', minute = '0', second] = time.split(':')
      const key = `${Number(minute)}${second === undefined ? '' : `;BYSECOND=${Number(second)}`}`
      byMinute.set(key, [...(byMinute.get(key) ?? []), String(Number(hour))])
    }
    const clocks = [...byMinute].map(([minute, hours]) => `BYHOUR=${hours.join(',')};BYMINUTE=${minute}`)
    for (const clock of clocks.length === 0 ? [undefined] : clocks) sets.push(ruleSet(rule, weekdays, clock))
  }
  return sets
}

function ruleSet(
  rule: Recurrence,
  weekdays: readonly number[] | undefined,
  clock: string | undefined,
): string {
  const isWindow = rule.window !== undefined
  const parts = [`FREQ=${isWindow ? 'DAILY' : FREQUENCIES[rule.every]}`]
  if (rule.interval > 1 && !isWindow) parts.push(`INTERVAL=${rule.interval}`)
  const months = (rule.months ?? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).filter(
    (month) => !rule.except?.months?.includes(month),
  )
  if (rule.months !== undefined || rule.except?.months !== undefined)
    parts.push(`BYMONTH=${months.join(',')}`)
  const days = (weekdays ?? [1, 2, 3, 4, 5, 6, 7]).filter((day) => !rule.except?.weekdays?.includes(day))
  if (rule.workingDays !== undefined) {
    parts.push('BYDAY=MO,TU,WE,TH,FR', `BYSETPOS=${rule.workingDays.join(',')}`)
  } else if (rule.nth !== undefined) {
    const { nth } = rule
    parts.push(`BYDAY=${days.flatMap((day) => nth.map((which) => `${which}${DAYS[day - 1]}`)).join(',')}`)
  } else if (weekdays !== undefined || rule.except?.weekdays !== undefined) {
    parts.push(`BYDAY=${days.map((day) => DAYS[day - 1]).join(',')}`)
  }
  if (rule.monthDays !== undefined) parts.push(`BYMONTHDAY=${rule.monthDays.join(',')}`)
  if (clock !== undefined) parts.push(clock)
  if (rule.every === 'week') parts.push('WKST=MO')
  if (rule.until !== undefined) {
    const end = rule.until.includes('T')
      ? Temporal.PlainDateTime.from(rule.until)
      : Temporal.PlainDate.from(rule.until).toPlainDateTime('23:59:59')
    // RFC 5545: UNTIL is in UTC wherever DTSTART has a zone.
    const instant = end.toZonedDateTime(rule.zone).toInstant().toZonedDateTimeISO('UTC').toPlainDateTime()
    parts.push(`UNTIL=${compact(instant)}Z`)
  }
  if (rule.count !== undefined) parts.push(`COUNT=${rule.count}`)
  return parts.join(';')
}

const NAMES: Record<string, Recurrence['every']> = {
  MINUTELY: 'minute',
  HOURLY: 'hour',
  DAILY: 'day',
  WEEKLY: 'week',
  MONTHLY: 'month',
  YEARLY: 'year',
}

const KNOWN = new Set(
  'FREQ,INTERVAL,BYMONTH,BYDAY,BYMONTHDAY,BYHOUR,BYMINUTE,BYSECOND,BYSETPOS,UNTIL,COUNT,WKST'.split(','),
)

/**
 * Reads DTSTART and one RRULE, with EXDATEs. Throws a UserError for what a rule of ours cannot say, so that nothing is
 * passed over in silence.
 */
export function fromRRule(text: string): Recurrence {
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
  const line = (name: string) => lines.filter((each) => each.toUpperCase().startsWith(name))
  const [rules, starts] = [line('RRULE'), line('DTSTART')]
  const [start] = starts
  if (rules.length !== 1 || start === undefined || starts.length !== 1) {
    throw new UserError('A rule needs one DTSTART and one RRULE line. Take several rules in one by one.')
  }
  const fields = fieldsOf(rules[0]?.slice('RRULE:'.length) ?? '')
  const { wall, zone } = startOf(start)
  const every = NAMES[fields.FREQ ?? '']
  if (every === undefined)
    throw new UserError('That rule has no frequency Crier knows. Use MINUTELY to YEARLY.')
  if (
    fields.WKST !== undefined &&
    fields.WKST !== 'MO' &&
    every === 'week' &&
    Number(fields.INTERVAL ?? 1) > 1
  ) {
    throw new UserError('Weeks begin on Monday here. Use WKST=MO.')
  }
  const rule: Recurrence = {
    every,
    interval: whole(fields.INTERVAL ?? '1', 1, 1000),
    from: wall.toString({ smallestUnit: wall.second === 0 ? 'minute' : 'second' }),
    begins: true,
    zone,
    times: every === 'minute' || every === 'hour' ? [] : timesOf(fields, wall),
  }
  if (rule.times.length === 0 && (fields.BYHOUR !== undefined || fields.BYMINUTE !== undefined)) {
    throw new UserError('BYHOUR and BYMINUTE are understood with DAILY, WEEKLY, MONTHLY and YEARLY only.')
  }
  if (fields.BYMONTH !== undefined) rule.months = numbers(fields.BYMONTH, 1, 12)
  if (fields.BYMONTHDAY !== undefined) rule.monthDays = numbers(fields.BYMONTHDAY, -31, 31)
  weekdaysInto(rule, fields)
  if (fields.COUNT !== undefined) rule.count = whole(fields.COUNT, 1, 10_000)
  if (fields.UNTIL !== undefined) rule.until = untilOf(fields.UNTIL, zone)
  const dates = line('EXDATE').flatMap((each) =>
    each
      .slice(each.lastIndexOf(':') + 1)
      .split(',')
      .map(dateOf),
  )
  if (dates.length > 0) rule.except = { dates: [...new Set(dates)].sort() }
  return rule
}

function fieldsOf(text: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const part of text.trim().toUpperCase().split(';')) {
    const [name = '', value = ''] = part.split('=')
    if (!KNOWN.has(name))
      throw new UserError(
        `Crier does not know ${name || 'that'} in a rule. Leave it out, or say the rule in words.`,
      )
    fields[name] = value
  }
  return fields
}

const STAMP = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/

function stamp(text: string): { wall: Temporal.PlainDateTime; utc: boolean; dated: boolean } {
  const match = STAMP.exec(text.trim())
  if (match === null)
    throw new UserError(`${quoted(text.slice(0, 30))} is no iCalendar time. It looks like 20261127T090000.`)
  const [, year, month, day, hour = '0', minute = '0', second = '0', z] = match.map(
    (part) => part ?? undefined,
  )
  const wall = Temporal.PlainDateTime.from(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
    },
    { overflow: 'reject' },
  )
  return { wall, utc: z === 'Z', dated: match[4] === undefined }
}

function startOf(line: string): { wall: Temporal.PlainDateTime; zone: string } {
  const value = line.slice(line.lastIndexOf(':') + 1)
  const [, inQuotes, plain] = /TZID=(?:"([^"]+)"|([^:;"]+))/i.exec(line) ?? []
  const zone = inQuotes ?? plain
  if (zone !== undefined && knownZone(zone) === undefined) {
    throw new UserError(`${quoted(zone)} is no time zone Crier knows. Use a name such as Europe/Berlin.`)
  }
  const { wall, utc } = stamp(value)
  if (!utc && zone === undefined)
    throw new UserError('The start says no time zone. Add TZID=Europe/Berlin, or Z for UTC.')
  return { wall, zone: utc ? 'UTC' : (zone ?? 'UTC') }
}

function untilOf(text: string, zone: string): string {
  const { wall, utc, dated } = stamp(text)
  if (dated) return wall.toPlainDate().toString()
  const local = utc ? wall.toZonedDateTime('UTC').withTimeZone(zone).toPlainDateTime() : wall
  const isDayEnd = local.hour === 23 && local.minute === 59 && local.second === 59
  return isDayEnd
    ? local.toPlainDate().toString()
    : local.toString({ smallestUnit: local.second === 0 ? 'minute' : 'second' })
}

const dateOf = (text: string) => stamp(text).wall.toPlainDate().toString()

function timesOf(fields: Record<string, string>, start: Temporal.PlainDateTime): string[] {
  const hours = fields.BYHOUR === undefined ? [start.hour] : numbers(fields.BYHOUR, 0, 23, true)
  const minutes = fields.BYMINUTE === undefined ? [start.minute] : numbers(fields.BYMINUTE, 0, 59, true)
  const seconds = fields.BYSECOND === undefined ? [start.second] : numbers(fields.BYSECOND, 0, 59, true)
  const times = hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      seconds.map((second) =>
        Temporal.PlainTime.from({ hour, minute, second }).toString({
          smallestUnit: second === 0 ? 'minute' : 'second',
        }),
      ),
    ),
  )
  return times.sort()
}

function weekdaysInto(rule: Recurrence, fields: Record<string, string>): void {
  if (fields.BYDAY === undefined) {
    if (fields.BYSETPOS !== undefined)
      throw new UserError('BYSETPOS is understood together with BYDAY=MO,TU,WE,TH,FR only.')
    return
  }
  const days = fields.BYDAY.split(',').map((text) => {
    const match = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(text)
    if (match === null)
      throw new UserError(`${quoted(text.slice(0, 10))} is no weekday in a rule. Use MO to SU.`)
    return {
      nth: match[1] === undefined ? undefined : Number(match[1]),
      day: DAYS.indexOf(match[2] ?? '') + 1,
    }
  })
  const weekdays = [...new Set(days.map(({ day }) => day))].sort((a, b) => a - b)
  if (fields.BYSETPOS !== undefined) {
    if (weekdays.join() !== '1,2,3,4,5')
      throw new UserError('BYSETPOS is understood together with BYDAY=MO,TU,WE,TH,FR only.')
    rule.workingDays = numbers(fields.BYSETPOS, -23, 23)
    return
  }
  rule.weekdays = weekdays
  const nths = [...new Set(days.map(({ nth }) => nth))]
  if (nths.every((nth) => nth === undefined)) return
  const nth = nths.filter((each) => each !== undefined)
  if (nth.length !== nths.length || days.length !== nth.length * weekdays.length) {
    throw new UserError('Those weekdays of the month do not fit one rule. Take them in one by one.')
  }
  rule.nth = nth.sort((a, b) => a - b)
}

function numbers(text: string, least: number, most: number, zero = false): number[] {
  const all = text.split(',').map((each) => whole(each, least, most))
  if (!zero && all.includes(0))
    throw new UserError('There is a 0 in that rule where days are counted from 1.')
  return [...new Set(all)].sort((a, b) => a - b)
}

function whole(text: string, least: number, most: number): number {
  const number = Number(text)
  if (!/^[+-]?\d{1,5}$/.test(text) || number < least || number > most) {
    throw new UserError(`${quoted(text.slice(0, 12))} in that rule is not a number from ${least} to ${most}.`)
  }
  return number
}
