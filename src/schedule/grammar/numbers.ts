import { quoted } from '../../kit/user-error.ts'
import type { Unit } from '../lexicon.ts'
import type { Hit, Reader } from '../reader.ts'
import type { Span } from './items.ts'

/** Digits or a number word. */
export function integer(r: Reader, i: number): Hit<number> | undefined {
  const digits = r.digits(i)
  if (digits !== undefined) return digits.text.length > 6 ? undefined : { value: digits.value, next: i + 1 }
  const word = r.lex(i, 'number')
  if (word === undefined || !Number.isInteger(word.value)) return undefined
  return { value: Number(word.value), next: word.next }
}

/** "3rd", "15.", "1º", "third", "last", "second to last": negative counts from the end. */
export function ordinal(r: Reader, i: number): Hit<number> | undefined {
  const first = plainOrdinal(r, i)
  if (first === undefined || first.value < 2) return first
  // "3rd last", "second to last"
  let at = first.next
  if (r.mark(at, '-')) at += 1
  if (r.is(at, 'to')) at = r.skip(at, 'to', 'the')
  if (r.mark(at, '-')) at += 1
  const last = r.lex(at, 'ordinal')
  return last?.value === -1 ? { value: -first.value, next: last.next } : first
}

function plainOrdinal(r: Reader, i: number): Hit<number> | undefined {
  const mark = r.lex(i, 'ordinalMark')
  if (mark !== undefined) return integer(r, mark.next)
  const digits = r.digits(i)
  if (digits !== undefined) {
    if (digits.value < 1 || digits.text.length > 2) return undefined
    const ending = r.glued(i + 1) ? r.lex(i + 1, 'ordinalEnd') : undefined
    if (ending !== undefined) return { value: digits.value, next: ending.next }
    const dot = r.habits.ordinalDot && r.mark(i + 1, '.') && r.glued(i + 1)
    const number = r.digits(i + 2) !== undefined && r.glued(i + 2)
    return dot && !number ? { value: digits.value, next: i + 2 } : undefined
  }
  const word = r.lex(i, 'ordinal')
  return word === undefined ? undefined : { value: Number(word.value), next: word.next }
}

/** How many of a unit: "3", "2.5", "1/2", "half an", "a couple of", "two and a half", "an". */
function amount(r: Reader, i: number): Hit<number> | undefined {
  const half = r.lex(i, 'half')
  if (half !== undefined) return { value: 0.5, next: r.skip(half.next, 'article', 'of', 'the') }
  const quarter = r.lex(i, 'quarter')
  if (quarter !== undefined) return { value: 0.25, next: r.skip(quarter.next, 'article', 'of', 'the') }
  const few = r.lex(i, 'few')
  if (few !== undefined) return r.refuse(`${quoted(r.quote(i, few.next))} is not a number. Say how many.`)
  const whole = number(r, i)
  if (whole === undefined) {
    const article = r.lex(i, 'article')
    if (article === undefined) return undefined
    const after = amount(r, article.next)
    return after !== undefined && after.value < 1 ? after : { value: 1, next: article.next }
  }
  const andHalf = r.lex(whole.next, 'andHalf')
  return andHalf === undefined ? whole : { value: whole.value + 0.5, next: andHalf.next }
}

function number(r: Reader, i: number): Hit<number> | undefined {
  const first = r.digits(i)
  if (first === undefined) {
    const word = r.lex(i, 'number')
    return word === undefined ? undefined : { value: Number(word.value), next: word.next }
  }
  if (first.text.length > 6) return r.refuse(`${quoted(first.text)} is too large a number.`)
  const second = r.digits(i + 2)
  if (second !== undefined && r.glued(i + 1) && r.glued(i + 2)) {
    if (r.mark(i + 1, '/'))
      return second.value > 0 ? { value: first.value / second.value, next: i + 3 } : undefined
    if (r.mark(i + 1, '.') || r.mark(i + 1, ','))
      return { value: Number(`${first.text}.${second.text}`), next: i + 3 }
  }
  // "1 1/2"
  const third = r.digits(i + 3)
  if (r.digits(i + 1) !== undefined && r.mark(i + 2, '/') && third !== undefined && third.value > 0) {
    return { value: first.value + (r.digits(i + 1)?.value ?? 0) / third.value, next: i + 4 }
  }
  return { value: first.value, next: i + 1 }
}

const SECONDS: Partial<Record<Unit, number>> = { second: 1, minute: 60, hour: 3600 }

/** Adds so many of a unit; undefined when that makes no sense (half a month). */
export function addUnit(span: Span, count: number, unit: Unit): Span | undefined {
  const seconds = SECONDS[unit]
  if (seconds !== undefined) return { ...span, seconds: span.seconds + Math.round(count * seconds) }
  const whole = Number.isInteger(count)
  switch (unit) {
    case 'day':
      if (whole) return { ...span, days: span.days + count }
      return { ...span, seconds: span.seconds + Math.round(count * 86_400) }
    case 'week':
      return Number.isInteger(count * 7) ? { ...span, days: span.days + count * 7 } : undefined
    case 'workday':
      return whole ? { ...span, workdays: span.workdays + count } : undefined
    case 'month':
      return whole ? { ...span, months: span.months + count } : undefined
    case 'year':
      return Number.isInteger(count * 12) ? { ...span, months: span.months + count * 12 } : undefined
    default:
      return undefined
  }
}

export interface SpanHit extends Hit<Span> {
  /** Said so that it is a length to wait even alone: "2h30m", "10 min". */
  compact: boolean
}

/** "2 hours", "1d, 2hr, and 5min", "2h30m", "half an hour", "an hour and a half", "1h30". */
export function span(r: Reader, i: number): SpanHit | undefined {
  let total: Span = { seconds: 0, days: 0, workdays: 0, months: 0 }
  let at = i
  let parts = 0
  let compact = true
  for (;;) {
    const part = spanPart(r, at)
    if (part === undefined) break
    const sum = part.add(total)
    if (sum === undefined) return undefined
    total = sum
    at = part.next
    compact &&= part.compact
    parts += 1
    // "1h30"
    const minutes = r.digits(at)
    if (
      part.unit === 'hour' &&
      minutes?.text.length === 2 &&
      r.glued(at) &&
      minutes.value < 60 &&
      spanPart(r, at)?.unit !== 'minute'
    ) {
      return { value: { ...total, seconds: total.seconds + minutes.value * 60 }, next: at + 1, compact }
    }
    let then = at
    if (r.mark(then, ',')) then += 1
    then = r.skip(then, 'and')
    // "2 günde bir saat 9'da"
    const more = spanPart(r, then)
    if (more === undefined || r.is(at, 'everyAfter')) break
    const clock = r.is(at, 'and') || r.is(then - 1, 'and') ? undefined : clockIn(r, part, more)
    if (clock === 'clock') break
    if (clock === 'either')
      return r.refuse(
        `Is ${quoted(r.quote(then, more.next))} a time of day, or so long besides? Say "at", or "and", before it.`,
      )
    at = then
  }
  return parts === 0 ? undefined : { value: total, next: at, compact }
}

/** "dans 3 jours 9h": the hour of that day. In English, and in words, it may be so many hours more. */
function clockIn(
  r: Reader,
  days: SpanPart,
  { unit, unitAt, next }: SpanPart,
): 'clock' | 'either' | undefined {
  const isShort = r.tokens[unitAt]?.text === 'h'
  const worded = (r.tokens[days.unitAt]?.text.length ?? 0) > 1
  const byDays = days.unit !== 'hour' && days.unit !== 'minute' && days.unit !== 'second'
  if (unit !== 'hour' || !byDays || !worded || r.lex(unitAt, 'oclock')?.value !== 'h') return undefined
  // "2 days 3h 20min"
  const after = spanPart(r, r.skip(r.mark(next, ',') ? next + 1 : next, 'and'))
  if (after?.unit === 'minute' || after?.unit === 'second') return undefined
  if (r.habits.clock12 === 'always') return isShort ? 'either' : undefined
  return isShort ? 'clock' : 'either'
}

/** "0:45 hours", "1:30h" after "in": how long to wait, not a time of day. */
export function hoursAndMinutes(r: Reader, i: number): SpanHit | undefined {
  const [hours, minutes] = [r.digits(i), r.digits(i + 2)]
  const joined = r.mark(i + 1, ':') && r.glued(i + 1) && r.glued(i + 2)
  if (hours === undefined || minutes?.text.length !== 2 || minutes.value > 59 || !joined) return undefined
  const unit = r.lex(i + 3, 'unit') ?? r.lex(i + 3, 'shortUnit')
  if (unit?.value !== 'hour') return undefined
  const seconds = (hours.value * 60 + minutes.value) * 60
  return { value: { seconds, days: 0, workdays: 0, months: 0 }, next: unit.next, compact: true }
}

interface SpanPart {
  unit: Unit
  /** Where the unit stands. */
  unitAt: number
  next: number
  compact: boolean
  add: (to: Span) => Span | undefined
}

function spanPart(r: Reader, i: number): SpanPart | undefined {
  const named = r.lex(i, 'span') ?? r.lex(r.skip(i, 'article'), 'span')
  if (named !== undefined) {
    const minutes = Number(named.value)
    const days = minutes / 1440
    const [count, unit] = Number.isInteger(days) ? ([days, 'day'] as const) : ([minutes, 'minute'] as const)
    return { unit, unitAt: i, next: named.next, compact: false, add: (to) => addUnit(to, count, unit) }
  }
  const count = amount(r, i)
  if (count === undefined) return undefined
  let at = count.next
  // "2 fortnights", "2 Viertelstunden"
  const length = r.lex(at, 'span')
  if (length !== undefined) {
    const total = Number(length.value) * count.value
    const days = Number.isInteger(total / 1440)
    return {
      unit: 'day',
      unitAt: at,
      next: length.next,
      compact: false,
      add: (to) => addUnit(to, days ? total / 1440 : total, days ? 'day' : 'minute'),
    }
  }
  const short = r.digits(at - 1) === undefined ? undefined : r.lex(at, 'shortUnit')
  // "9'da öbür gün" is no nine days
  const unitFrom = r.mark(at, "'") ? at : r.skip(at, 'glue', 'next')
  const long = r.lex(unitFrom, 'unit')
  const unit = long === undefined || (short !== undefined && short.next > long.next) ? short : long
  if (unit === undefined) return undefined
  const name = unit.value as Unit
  // "3.12 saat 9": a date, and the word for hour before its hour
  const fraction = r.digits(i) !== undefined && count.next > i + 1
  if (fraction && r.is(at, 'at') && r.digits(unit.next) !== undefined) return undefined
  const glued = r.glued(at)
  const unitAt = unit === short ? at : unitFrom
  at = unit.next
  // "1d." but not a full stop that belongs to a date
  let value = count.value
  const andHalf = r.lex(at, 'andHalf')
  if (andHalf !== undefined && (name === 'hour' || name === 'minute' || name === 'year')) {
    value += 0.5
    at = andHalf.next
  }
  return {
    unit: name,
    unitAt,
    next: at,
    compact: r.digits(i) !== undefined && (glued || name === 'minute' || name === 'hour'),
    add: (to) => addUnit(to, value, name),
  }
}

/** A year after a date: four digits from 1970, or two after an apostrophe. */
export function yearAfter(r: Reader, i: number): Hit<number> | undefined {
  let at = r.mark(i, ',') ? i + 1 : i
  at = r.skip(at, 'of')
  if (r.mark(at, "'") && r.digits(at + 1)?.text.length === 2) {
    return { value: 2000 + (r.digits(at + 1)?.value ?? 0), next: at + 2 }
  }
  const year = r.digits(at)
  if (year?.text.length !== 4 || year.value < 1970 || year.value > 2199) return undefined
  if (r.is(at + 1, 'ampm') || r.is(at + 1, 'oclock')) return undefined
  return { value: year.value, next: r.lex(at + 1, 'yearMark')?.next ?? at + 1 }
}
