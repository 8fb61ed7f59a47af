import type { Kind } from '../lexicon.ts'
import type { Hit, Reader } from '../reader.ts'
import type { Clock, Item } from './items.ts'
import { integer } from './numbers.ts'

/** A clock with what makes it one. */
interface Reading {
  clock: Clock
  /** Something besides digits says that it is a time. */
  marked: boolean
  /** The number, when that is all there is. */
  bare?: number
}

/** Whether a rule for dates or lengths would read more from here than a bare number. */
type Longer = (i: number, than: number) => boolean

/** "9", "9 and 17", "9:00, 12:30 and 5pm", "9-17", "half past three", "15h30"… */
export function timeRule(
  r: Reader,
  i: number,
  said: { at: boolean; range?: boolean },
  longer: Longer,
): Hit<Item> | undefined {
  const first = said.range ? (namedClock(r, i) ?? plainClock(r, i, true)) : clockAt(r, i, said.at)
  if (first === undefined) return undefined
  const readings = [first.value]
  let at = first.next
  let range = false
  let orMinutes: number | undefined
  for (;;) {
    const separated = separator(r, at)
    if (separated === undefined) break
    // "9h, le 15"; "15/3, 9h"
    if (separated.value === 'and' && r.is(separated.next, 'dayMark')) break
    if (r.mark(at, '/') && !said.at && longer(i, at)) break
    const then = r.skip(separated.next, 'at', 'the')
    const next = clockAt(r, then, said.at || readings[0]?.marked === true)
    if (next === undefined) break
    if (longer(then, next.next)) break
    // "saturday 14, 9am"
    const isDay = r.mark(at, ',') && r.is(i - 1, 'weekday') && first.value.bare !== undefined
    if (isDay && !said.at && (next.value.bare === undefined || r.is(separated.next, 'at'))) break
    if (separated.value === 'to') {
      // "samedi 21 à 13h30": the word for "to" is also that for "at"
      const isAt = r.is(at, 'at') && first.value.bare !== undefined && !said.range
      if (readings.length > 1 || isAt) break
      range = true
    }
    orMinutes = readings.length > 1 ? undefined : minutesOrHour(r, at, then, [first.value, next.value])
    readings.push(next.value)
    at = next.next
    if (range) {
      at = r.lex(at, 'untilAfter')?.next ?? at
      break
    }
  }
  const marked = said.at || readings.some((reading) => reading.marked)
  shareHalf(readings, range || (said.range === true && readings.length === 2))
  const bare = readings.length === 1 ? readings[0]?.bare : undefined
  const item: Item = { t: 'time', clocks: readings.map(({ clock }) => clock), range, marked, index: i }
  if (orMinutes !== undefined) item.orMinutes = orMinutes
  const unit = r.lex(i + 1, 'unit') ?? r.lex(i + 1, 'shortUnit')
  const worded = (r.tokens[i + 1]?.text.length ?? 0) > 1 && first.value.clock.hour < 7
  const hours = unit?.value === 'hour' && !said.at && (r.habits.clock12 === 'always' || worded)
  if (hours && first.value.clock.hour < 13 && !first.value.clock.dayEnd) item.maybeSpan = true
  return { value: bare === undefined ? item : { ...item, bare }, next: at }
}

/** "a las 9 y 15", but not "a las 9 y a las 15" nor "9 y 17", which nobody says of minutes. */
function minutesOrHour(r: Reader, i: number, second: number, [one, two]: [Reading, Reading]) {
  if (r.lex(i, 'plus')?.next !== second || one.clock.minute + two.clock.minute > 0) return undefined
  const digits = r.digits(second)
  const plain = one.bare !== undefined && (two.bare !== undefined || two.clock.half !== undefined)
  return plain && digits !== undefined && digits.value > 0 && digits.value % 5 === 0
    ? digits.value
    : undefined
}

function separator(r: Reader, i: number): Hit<'and' | 'to'> | undefined {
  // 2026-02-11T14:00-05:00: an offset, no range
  const offset = r.digits(i + 1)
  if (r.mark(i, '-') && !r.glued(i) && r.glued(i + 1) && offset !== undefined) {
    const minutes = r.mark(i + 2, ':') && r.glued(i + 2) && offset.text.length === 2
    if (minutes || offset.text.length === 4) return undefined
  }
  if (r.mark(i, '-') && r.glued(i) && r.tokens.slice(0, i).some(({ text }) => text === 't')) return undefined
  if (r.mark(i, '-')) return { value: 'to', next: i + 1 }
  const to = r.lex(i, 'to') ?? r.lex(i, 'until')
  if (to !== undefined) return { value: 'to', next: to.next }
  let at = i
  if (r.mark(at, ',') || r.mark(at, '/') || r.mark(at, '&')) at += 1
  at = r.lex(at, 'and')?.next ?? at
  return at === i ? undefined : { value: 'and', next: at }
}

/** "2 and 5pm" are both pm, "9 and 5pm" are not; one 17 makes a 9 in its list a 24-hour 9. */
function shareHalf(readings: Reading[], range: boolean): void {
  const last = readings.at(-1)?.clock
  const twentyFour = readings.some(({ clock }) => clock.sure && clock.half === undefined && clock.hour > 12)
  let before = -1
  for (const reading of readings) {
    const clock = reading.clock
    const minute = clock.hour * 60 + clock.minute
    if (clock.sure) continue
    if (twentyFour) reading.clock = { ...clock, sure: true }
    else if (last?.half === 'am') reading.clock = { ...clock, half: 'am', sure: true, hour: clock.hour % 12 }
    else if (last?.half === 'pm' && minutesOf(clock) < minutesOf(last) - 720) {
      reading.clock = { ...clock, half: 'pm', sure: true, hour: (clock.hour % 12) + 12 }
    } else if (last?.half === 'pm' && clock.hour < 12) {
      reading.clock = { ...clock, half: 'am', sure: true }
    } else if (range && before >= 0 && minute <= before && minute + 720 > before) {
      // "9 to 5"
      reading.clock = { ...clock, sure: true, hour: clock.hour + 12 }
    }
    before = reading.clock.hour * 60 + reading.clock.minute
  }
  if (range && readings.length === 2) {
    const [first, second] = readings
    if (first !== undefined && second?.clock.sure && !first.clock.sure && first.clock.hour >= 7)
      first.clock.sure = true
  }
}

const minutesOf = ({ hour, minute }: Clock) => (hour % 12) * 60 + minute + (hour >= 12 ? 720 : 0)

/** One time of day. `said`: "at" or its like stands before it. */
function clockAt(r: Reader, i: number, said: boolean): Hit<Reading> | undefined {
  return namedClock(r, i) ?? relativeClock(r, i, said) ?? plainClock(r, i, said)
}

function namedClock(r: Reader, i: number): Hit<Reading> | undefined {
  const twelve = r.digits(i)?.value === 12 ? i + 1 : i
  const named = r.lex(twelve, 'clock')
  if (named === undefined) return undefined
  const midnight = named.value === 'midnight'
  const clock: Clock = { hour: midnight ? 0 : 12, minute: 0, second: 0, sure: true }
  const shift = r.lex(named.next, 'shiftAfter')
  if (shift !== undefined && !midnight && Number(shift.value) > 0) {
    return { value: { clock: { ...clock, minute: Number(shift.value) }, marked: true }, next: shift.next }
  }
  if (midnight) clock.midnight = true
  else clock.half = 'pm'
  return { value: { clock, marked: true }, next: named.next }
}

/** "half past 3", "halb drei", "quarter to nine", "20 past 5", "fünf vor halb vier", "quinze para as três". */
function relativeClock(r: Reader, i: number, said: boolean): Hit<Reading> | undefined {
  const before = minutesBefore(r, i)
  const shift = r.lex(before?.next ?? i, 'shift')
  if (before === undefined && shift === undefined) return undefined
  const at = r.skip(shift?.next ?? before?.next ?? i, 'the', 'at')
  const hour = plainClock(r, at, true) ?? namedClock(r, at)
  if (hour === undefined || hour.value.clock.minute !== 0) return undefined
  // "10 to 20" is a range: nobody is ten minutes short of a twentieth hour
  if (before !== undefined && hour.value.bare !== undefined && hour.value.bare > 12 && r.is(i + 1, 'to'))
    return undefined
  const minutes = (before?.value ?? 0) + Number(shift?.value ?? 0)
  return { value: { clock: moved(r, hour.value.clock, minutes, said), marked: true }, next: hour.next }
}

function minutesBefore(r: Reader, i: number): Hit<number> | undefined {
  const count = integer(r, i)
  if (count === undefined || count.value < 1 || count.value > 59) return undefined
  const unit = r.lex(count.next, 'unit')
  const at = unit?.value === 'minute' ? unit.next : count.next
  const past = r.lex(at, 'past')
  if (past !== undefined) return { value: count.value, next: past.next }
  // "9 to 5" are hours
  if (r.digits(i) !== undefined && count.value % 5 !== 0 && unit === undefined) return undefined
  const till = r.lex(at, 'till')
  return till === undefined ? undefined : { value: -count.value, next: till.next }
}

function moved(r: Reader, clock: Clock, minutes: number, _said: boolean): Clock {
  const total = (clock.hour * 60 + clock.minute + minutes + 1440) % 1440
  const hour = Math.floor(total / 60)
  // A quarter to midnight is no midnight, and a quarter to noon is before it.
  const { midnight, ...named } = clock
  if (midnight || (clock.half === 'pm' && clock.hour === 12 && minutes < 0))
    return { hour, minute: total % 60, second: 0, sure: true, ...(midnight ? {} : { half: 'am' }) }
  const sure = clock.half !== undefined || clock.hour > 12 || r.habits.clock12 === 'never'
  return {
    ...named,
    hour: clock.half === undefined && hour === 0 && clock.hour === 1 ? 12 : hour,
    minute: total % 60,
    sure,
  }
}

function plainClock(r: Reader, i: number, said: boolean): Hit<Reading> | undefined {
  const before = r.lex(i, 'ampmBefore')
  if (before !== undefined) return halfBefore(r, i, before)
  const digits = r.digits(i)
  const read = digits === undefined ? wordHour(r, i) : digitHour(r, i, said)
  if (read === undefined) return undefined
  const reading = ending(r, i, read)
  // "18:59, 253 times"
  const bare = reading !== undefined && digits !== undefined && reading.next === i + 1
  return bare && r.is(reading.next, 'times') ? undefined : reading
}

/** "午後3時" */
function halfBefore(r: Reader, i: number, before: Hit<number | string>): Hit<Reading> | undefined {
  const half = before.value === 'am' ? 'am' : 'pm'
  const read = plainClock(r, r.skip(before.next, 'of'), true)
  if (read === undefined) return undefined
  const { clock } = read.value
  if (clock.hour > 12) return half === 'pm' ? read : r.refuse(`There is no time ${r.quote(i, read.next)}.`)
  const hour = (clock.hour % 12) + (half === 'pm' ? 12 : 0)
  return { value: { clock: { ...clock, hour, half, sure: true }, marked: true }, next: read.next }
}

interface Raw {
  hour: number
  minute: number
  second: number
  marked: boolean
  /** Minutes were said. */
  full: boolean
  /** Written so that only the 24-hour clock is meant. */
  sure: boolean
  next: number
}

function wordHour(r: Reader, i: number): Raw | undefined {
  // "a la una y media" is no one and a half
  const found = r.at(i).filter(({ lexeme }) => lexeme.kind === 'number' && Number.isInteger(lexeme.value))
  const longest = found.at(-1)
  if (longest === undefined || Number(longest.lexeme.value) > 24) return undefined
  const hour = { value: longest.lexeme.value, next: longest.next }
  const raw: Raw = {
    hour: Number(hour.value),
    minute: 0,
    second: 0,
    marked: false,
    full: false,
    sure: false,
    next: hour.next,
  }
  raw.sure = raw.hour > 12
  // "five-thirty", "ten forty five"
  const at = r.mark(hour.next, '-') ? hour.next + 1 : hour.next
  const minute = r.lex(at, 'number')
  if (
    minute !== undefined &&
    Number.isInteger(minute.value) &&
    Number(minute.value) >= 10 &&
    Number(minute.value) < 60
  ) {
    const isShift = r.is(minute.next, 'pastAfter') || r.is(minute.next, 'tillAfter')
    if (!isShift && !r.is(minute.next, 'unit') && !r.is(minute.next, 'month')) {
      return { ...raw, minute: Number(minute.value), full: true, marked: true, next: minute.next }
    }
  }
  return raw
}

function digitHour(r: Reader, i: number, said: boolean): Raw | undefined {
  const token = r.digits(i)
  if (token === undefined) return undefined
  const { value, text } = token
  const base = { second: 0, marked: false, full: false, sure: false }
  const minute = r.digits(i + 2)
  const close = r.glued(i + 1) && r.glued(i + 2)
  if (text.length <= 2 && minute !== undefined && close && (r.mark(i + 1, ':') || r.mark(i + 1, '.'))) {
    const colon = r.mark(i + 1, ':')
    if (minute.text.length === 2) {
      const second = r.digits(i + 4)
      const third = second !== undefined && r.glued(i + 3) && r.glued(i + 4)
      const seconds = third && (r.mark(i + 3, ':') || (colon && r.mark(i + 3, '.')))
      // 30.07.2013 is a date
      if (!colon && third && r.mark(i + 3, '.')) return undefined
      if (colon && (value > 24 || minute.value > 59 || (value === 24 && minute.value > 0))) {
        return r.refuse(`There is no time ${r.quote(i, i + 3)}.`)
      }
      if (value > 24 || minute.value > 59 || (value === 24 && minute.value > 0)) return undefined
      if (seconds && (second?.value ?? 0) > 59) return r.refuse(`There is no time ${r.quote(i, i + 5)}.`)
      const sure = value > 12 || (text.length === 2 && value < 10) || value === 0
      return {
        ...base,
        hour: value,
        minute: minute.value,
        second: seconds ? (second?.value ?? 0) : 0,
        marked: true,
        full: true,
        sure,
        next: seconds ? afterFraction(r, i + 5) : i + 3,
      }
    }
    return undefined
  }
  // "tomorrow 930"
  const dated = r.is(i - 1, 'day') || r.is(i - 1, 'weekday')
  if (text.length === 4 || (text.length === 3 && (said || dated || timeMarkFollows(r, i + 1)))) {
    const hour = Math.floor(value / 100)
    const minutes = value % 100
    if (minutes > 59 || hour > 24 || (hour === 24 && minutes > 0)) return undefined
    const sure = text.length === 4 && !r.is(i + 1, 'ampm')
    return {
      ...base,
      hour,
      minute: minutes,
      full: true,
      sure,
      marked: said || timeMarkFollows(r, i + 1),
      next: i + 1,
    }
  }
  if (text.length > 2) return undefined
  // "9 30 am"; but "fri 9 10am" is the ninth
  const apart = r.digits(i + 1)
  if (apart?.text.length === 2 && apart.value > 12 && apart.value < 60 && value <= 12 && r.is(i + 2, 'ampm'))
    return { ...base, hour: value, minute: apart.value, full: true, sure: false, marked: true, next: i + 2 }
  if (value > 24) {
    if (r.is(i + 1, 'ampm') && (r.glued(i + 1) || said))
      return r.refuse(`There is no time ${r.quote(i, i + 2)}.`)
    return undefined
  }
  return {
    ...base,
    hour: value,
    minute: 0,
    sure: value > 12 || value === 0 || (text.length === 2 && value < 10),
    next: i + 1,
  }
}

/** "10:30:00.000" */
function afterFraction(r: Reader, i: number): number {
  const fraction = r.mark(i, '.') && r.glued(i) && r.glued(i + 1) && r.digits(i + 1) !== undefined
  return fraction ? i + 2 : i
}

const timeMarkFollows = (r: Reader, i: number) => r.is(i, 'ampm') || r.is(i, 'oclock') || r.is(i, 'part')

/** What may follow an hour: "Uhr 30", "y media", "moins le quart", "buçuk", "on kala", "pm", "a". */
function ending(r: Reader, i: number, raw: Raw): Hit<Reading> | undefined {
  let { hour, minute, second, marked, full, sure, next } = raw
  const oclock = r.lex(next, 'oclock')
  if (oclock !== undefined && second === 0) {
    marked = true
    next = oclock.next
    // "3 Uhr" has 15 beside it; "3 o'clock", "3'te" and "las 3 en punto" have not.
    if (r.habits.clock12 !== 'always' && oclock.value === 'h') sure = true
    if (!full && r.habits.clock12 === 'always' && oclock.value === 'h' && r.digits(next) !== undefined)
      sure = hour > 12 || sure
    const minutes = full || oclock.value === '' ? undefined : minutesAfter(r, next)
    if (minutes !== undefined) {
      minute = minutes.value
      full = true
      next = minutes.next
    }
  }
  let shift = 0
  if (!full || minute === 0) {
    const after = r.lex(next, 'shiftAfter')
    const signed =
      after === undefined ? signedMinutes(r, next) : { value: Number(after.value), next: after.next }
    if (signed !== undefined) {
      shift = signed.value
      next = signed.next
      marked = true
      full = true
    }
  }
  if (full && oclock === undefined) {
    // "sieben Uhr dreißig Uhr" is nothing, "17.15 Uhr" is
    const late = r.lex(next, 'oclock')
    if (late !== undefined) {
      next = late.next
      marked = true
      if (r.habits.clock12 !== 'always' && late.value === 'h') sure = true
    }
  } else if (full && shift === 0 && minute !== 0) {
    const till = r.lex(next, 'tillAfter')
    if (till !== undefined) {
      shift = -2 * minute
      next = till.next
    }
  }
  let half: 'am' | 'pm' | undefined
  const ampm =
    r.lex(next, 'ampm') ?? (r.glued(next) && r.digits(next - 1) ? r.lex(next, 'ampmGlued') : undefined)
  if (ampm !== undefined) {
    half = ampm.value === 'am' ? 'am' : 'pm'
    if (hour > 12 || (hour === 0 && half === 'pm'))
      return r.refuse(`There is no time ${r.quote(i, ampm.next)}.`)
    hour = (hour % 12) + (half === 'pm' ? 12 : 0)
    sure = true
    marked = true
    next = ampm.next
  }
  if (hour > 24) return undefined
  const dayEnd = hour === 24
  const total = ((hour % 24) * 60 + minute + shift + 1440) % 1440
  const spoken = r.digits(i) === undefined || !full || shift !== 0
  const { clock12 } = r.habits
  if (clock12 === 'never' || (!spoken && (clock12 === 'spoken' || (clock12 === 'plain' && hour > 6))))
    sure = true
  const clock: Clock = { hour: Math.floor(total / 60), minute: total % 60, second, sure }
  if (half !== undefined) clock.half = half
  if (dayEnd) clock.dayEnd = true
  const reading: Reading = { clock, marked }
  if (!marked && !full) reading.bare = hour
  if (!marked && full) reading.bare = hour * 100 + minute
  return { value: reading, next }
}

function minutesAfter(r: Reader, i: number): Hit<number> | undefined {
  const count = r.digits(i)
  if (count !== undefined && (count.text.length > 2 || count.value > 59)) return undefined
  const minutes = integer(r, i)
  if (minutes === undefined || minutes.value > 59) return undefined
  // "à 9h un mardi sur deux"
  if ((r.lex(i, 'seq')?.next ?? 0) > minutes.next) return undefined
  // "21h15 march 4"
  if (count?.text.length === 2 && r.glued(i) && r.tokens[i - 1]?.text === 'h') return minutes
  // "9 Uhr 12. März", "9 Uhr 12.3.", "9h 10/11", "9h 12 de março"
  const dated = r.digits(i + 2) !== undefined ? r.glued(i + 2) : r.is(i + 2, 'month')
  const marked = (r.mark(i + 1, '.') || r.mark(i + 1, '/')) && r.glued(i + 1)
  if (count !== undefined && ((marked && dated) || r.is(r.skip(i + 1, 'of'), 'month'))) return undefined
  const mark = r.lex(minutes.next, 'minuteMark')
  if (mark !== undefined) return { value: minutes.value, next: mark.next }
  // "9時 12月1日": a date
  if (r.is(minutes.next, 'monthMark') || r.is(minutes.next, 'dayMarkAfter')) return undefined
  // "à 9 heures 2 fois", "9h 3 jours": not minutes
  if (count?.text.length === 1 || NO_MINUTES.some((kind) => r.is(minutes.next, kind))) return undefined
  return isOfDate(r, minutes.next) ? undefined : minutes
}

/** What a number that stands before one of these counts is no minutes. */
const NO_MINUTES: Kind[] = ['unit', 'month', 'times']

/** "9時 12月21日": the 12 is a month. "9時30 月曜" has a weekday there. */
function isOfDate(r: Reader, i: number): boolean {
  const mark = r.lex(i, 'monthMark') ?? r.lex(i, 'dayMarkAfter') ?? r.lex(i, 'yearMark')
  return mark !== undefined && r.glued(i) && mark.next >= (r.lex(i, 'weekday')?.next ?? 0)
}

/** "y diez", "menos diez", "on geçe", "çeyrek kala", "10分前". */
function signedMinutes(r: Reader, i: number): Hit<number> | undefined {
  const plus = r.lex(i, 'plus')
  const minus = r.lex(i, 'minus')
  const count = integer(r, plus?.next ?? minus?.next ?? i)
  if (count === undefined || count.value < 1 || count.value > 59) return undefined
  if (minus !== undefined) return { value: -count.value, next: count.next }
  if (plus !== undefined) {
    // "a las 9 y 17" are two times: only words and what no clock shows as an hour are minutes
    const digits = r.digits(plus.next)
    if (digits === undefined) return count.value >= 5 ? count : undefined
    return count.value > 24 && !r.is(r.skip(count.next, 'of'), 'month') ? count : undefined
  }
  const past = r.lex(count.next, 'pastAfter')
  if (past !== undefined) return { value: count.value, next: past.next }
  const till = r.lex(count.next, 'tillAfter')
  return till === undefined ? undefined : { value: -count.value, next: till.next }
}
