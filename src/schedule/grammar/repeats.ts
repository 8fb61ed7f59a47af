import { quoted } from '../../kit/user-error.ts'
import type { DayPart, Unit } from '../lexicon.ts'
import type { Hit, Reader } from '../reader.ts'
import { clockFollows, dateRule } from './dates.ts'
import { dayRange } from './day-range.ts'
import { andTime, NOTHING_SAID, ofMonthRule, type Said, someDays, timeLike } from './day-rules.ts'
import type { EMPTY_SPAN, Item } from './items.ts'
import { hoursAndMinutes, integer, ordinal, span } from './numbers.ts'
import { sequence } from './sequence.ts'

/** "every", "every other", "every 2 weeks", "every third day", "each". */
export function everyRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const every = r.lex(i, 'every')
  if (every === undefined) return onceRule(r, i)
  // "every now and then"
  if ((r.lex(i, 'vague')?.next ?? 0) > every.next) return undefined
  let interval = Number(every.value === '' ? 1 : every.value)
  let at = r.skip(every.next, 'glue')
  const other = r.lex(at, 'other')
  if (other !== undefined) {
    interval = 2
    at = other.next
  }
  const unit = r.lex(at, 'unit')
  // "every second tuesday" is not about seconds
  // "todo dia 15": every fifteenth
  if (
    unit?.value === 'day' &&
    r.is(at, 'dayMark') &&
    interval === 1 &&
    (dateRule(r, at, NOTHING_SAID)?.next ?? 0) > unit.next &&
    dayRange(r, unit.next) === undefined
  ) {
    return { value: [{ t: 'every', interval }], next: at }
  }
  const counts =
    unit?.value === 'second' && r.is(at, 'ordinal') && (r.is(unit.next, 'unit') || r.is(unit.next, 'weekday'))
  if (unit !== undefined && !counts) {
    return { value: [{ t: 'every', interval, unit: unit.value as Unit }], next: unit.next }
  }
  const named = r.lex(at, 'part')
  if (named !== undefined && interval === 1) {
    const part: Item = { t: 'part', part: named.value as DayPart }
    return { value: [{ t: 'every', interval, unit: 'day' }, part], next: named.next }
  }
  const half = r.lex(at, 'span') ?? (r.is(at, 'half') ? { value: 0, next: at } : undefined)
  if (half !== undefined && interval === 1) {
    const length = span(r, at)
    const minutes = (length?.value.seconds ?? 0) / 60
    if (length !== undefined && Number.isInteger(minutes) && minutes > 0 && length.value.days === 0) {
      const hours = minutes / 60
      const every: Item = Number.isInteger(hours)
        ? { t: 'every', interval: hours, unit: 'hour' }
        : { t: 'every', interval: minutes, unit: 'minute' }
      return { value: [every], next: length.next }
    }
  }
  // "every 1.5 hours", "every 2:30 hours"
  const long = interval === 1 ? hoursAndMinutes(r, at) : undefined
  if (long !== undefined) {
    const every = everySpan(long.value)
    return every === undefined ? undefined : { value: [every], next: long.next }
  }
  const length = interval === 1 && r.digits(at) !== undefined ? span(r, at) : undefined
  const fraction = length !== undefined && r.digits(at + 2) !== undefined && length.next > at + 3
  const fractional = fraction ? everySpan(length.value) : undefined
  if (fraction && fractional === undefined)
    return r.refuse(`${quoted(r.quote(i, length.next))} is no whole number of minutes or days.`)
  if (fractional !== undefined) return { value: [fractional], next: length?.next ?? at }
  const count = interval === 1 ? (ordinal(r, at) ?? integer(r, at)) : undefined
  if (count !== undefined) {
    const of = counted(r, count.next)
    // "every last day", "every 1st workday": which one of the month, not every so many
    const isNth = ordinal(r, at) !== undefined
    const ofMonth =
      of !== undefined && of.value === 'day' && (count.value === 1 || ofMonthRule(r, of.next) !== undefined)
    if (of !== undefined && (count.value < 0 || (isNth && (of.value === 'workday' || ofMonth)))) {
      return { value: [{ t: 'every', interval: 1 }], next: at }
    }
    if (of !== undefined) {
      const next = r.lex(of.next, 'everyAfter')?.next ?? of.next
      return { value: [{ t: 'every', interval: count.value, unit: of.value }], next }
    }
    // "cada dos lunes"
    const plain = integer(r, at)
    if (
      plain !== undefined &&
      plain.value > 1 &&
      ordinal(r, at) === undefined &&
      r.is(plain.next, 'weekday')
    ) {
      return { value: [{ t: 'every', interval: plain.value }], next: plain.next }
    }
  }
  return { value: [{ t: 'every', interval }], next: Math.max(every.next, at) }
}

function counted(r: Reader, i: number): Hit<Unit> | undefined {
  const short = r.digits(i - 1) === undefined ? undefined : r.lex(i, 'shortUnit')
  const unit = r.lex(i, 'unit')
  const longest = short !== undefined && short.next > (unit?.next ?? 0) ? short : unit
  return longest === undefined ? undefined : { value: longest.value as Unit, next: longest.next }
}

/** "once a week", "twice a day", "3 times a week". */
function onceRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const period = r.lex(i, 'unit')
  const per = period === undefined ? undefined : r.lex(period.next, 'onceA')
  // "günde iki kez"; "hafta sonu bir kez" may be one weekend
  if (period !== undefined && per !== undefined && Number(per.value) > 1)
    return {
      value: [
        { t: 'often', times: Number(per.value) },
        { t: 'every', interval: 1, unit: period.value as Unit },
      ],
      next: per.next,
    }
  const once = r.lex(i, 'onceA')
  let times: number | undefined
  let at = i
  if (once !== undefined) {
    times = Number(once.value)
    at = once.next
    // "once every 2 weeks"
    if (times === 1 && r.is(at, 'every')) return { value: [{ t: 'and' }], next: at }
  } else {
    const count = integer(r, i)
    const word = count === undefined ? undefined : r.lex(count.next, 'times')
    if (count === undefined || word === undefined) return undefined
    times = count.value
    at = word.next
  }
  at = r.skip(at, 'article', 'every', 'the', 'of', 'in', 'at')
  const unit = r.lex(at, 'unit')
  if (unit !== undefined) {
    return {
      value: [
        { t: 'often', times },
        { t: 'every', interval: 1, unit: unit.value as Unit },
      ],
      next: unit.next,
    }
  }
  const seq = r.lex(at, 'seq')
  if (seq === undefined || !String(seq.value).startsWith('every:')) {
    // "once monday 9am"
    return once?.value === 1 ? { value: [{ t: 'count', count: 1 }], next: once.next } : undefined
  }
  return { value: [{ t: 'often', times }, ...sequence(String(seq.value))], next: seq.next }
}

/** "de 2 em 2 horas": the number stands twice. */
export function stepRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const from = r.lex(i, 'rangeFrom')
  const first = from === undefined ? undefined : integer(r, from.next)
  const then = first === undefined ? i : r.skip(first.next, 'in', 'on')
  const second = first === undefined || then === first.next ? undefined : integer(r, then)
  const unit = second === undefined ? undefined : counted(r, second.next)
  if (first === undefined || unit === undefined || first.value !== second?.value) return undefined
  return { value: [{ t: 'every', interval: first.value, unit: unit.value }], next: unit.next }
}

const BY_THE_CLOCK = new Set<number | string>(['second', 'minute', 'hour'])

/** "2週間ごと", "iki haftada bir". */
export function everyAfterRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const count = integer(r, i)
  const unit = count === undefined ? undefined : r.lex(count.next, 'unit')
  const plain = unit === undefined ? undefined : r.lex(unit.next, 'everyAfter')
  if (count !== undefined && unit !== undefined && plain !== undefined) {
    if (plain.value === 'skip' && !BY_THE_CLOCK.has(unit.value)) {
      // "1日おき" leaves one day out. Of more, people are split on how many are left out.
      if (count.value !== 1)
        return r.refuse(
          `${quoted(r.quote(i, plain.next))} is every ${count.value} ${unit.value}s to some people, and every ${count.value + 1} to others. Say ${quoted(`${r.quote(i, unit.next)}ごと`)}.`,
        )
      return { value: [{ t: 'every', interval: 2, unit: unit.value as Unit }], next: plain.next }
    }
    return { value: [{ t: 'every', interval: count.value, unit: unit.value as Unit }], next: plain.next }
  }
  const length = span(r, i)
  const word = length === undefined ? undefined : r.lex(length.next, 'everyAfter')
  if (length === undefined || word === undefined) return undefined
  const every = everySpan(length.value)
  return every === undefined ? undefined : { value: [every], next: word.next }
}

function everySpan({ seconds, days, workdays, months }: typeof EMPTY_SPAN): Item | undefined {
  if (workdays > 0) return undefined
  if (seconds > 0) {
    if (days + months > 0 || seconds % 60 !== 0) return undefined
    const minutes = seconds / 60
    if (minutes % 60 === 0) return { t: 'every', interval: minutes / 60, unit: 'hour' }
    return { t: 'every', interval: minutes, unit: 'minute' }
  }
  if (days > 0) {
    if (months > 0) return undefined
    return days % 7 === 0
      ? { t: 'every', interval: days / 7, unit: 'week' }
      : { t: 'every', interval: days, unit: 'day' }
  }
  return months % 12 === 0
    ? { t: 'every', interval: months / 12, unit: 'year' }
    : { t: 'every', interval: months, unit: 'month' }
}

export function untilRule(r: Reader, i: number): Hit<Item[]> | undefined {
  return bound(r, i, 'until')
}

export function fromRule(r: Reader, i: number): Hit<Item[]> | undefined {
  return bound(r, i, 'from')
}

/** "at 5 to 9 december" is five minutes to nine to some, and five days to others. */
function timeOrDays(r: Reader, i: number, said: Said): undefined {
  const time = timeLike(r, i, said)
  const [item] = time?.value ?? []
  const isRelative = item?.t === 'time' && item.clocks.length === 1 && item.bare === undefined
  const days = dayRange(r, i)
  if (time === undefined || days === undefined || !isRelative || !r.is(i + 1, 'to') || time.next <= i + 1)
    return undefined
  // "at 5 to 9 dec 5"
  if (r.digits(days.next) !== undefined && !clockFollows(r, days.next, days.next + 1)) return undefined
  const [phrase, short] = [r.quote(i, days.next), r.quote(i, time.next)].map(quoted)
  return r.refuse(
    `${phrase} may be days, or the time ${short}. Say the time in digits, or "from" before the days.`,
  )
}

/** "from dec 1 to dec 5", "1 to 5 december": from the one day until the other. */
export function dayRangeRule(r: Reader, i: number, said: Said): Hit<Item[]> | undefined {
  if (said.at) return timeOrDays(r, i, said)
  const range = dayRange(r, i)
  const [from, until] = range?.value ?? []
  if (range === undefined || from === undefined || until?.t !== 'until') return undefined
  const last = andTime(r, { value: until.items, next: range.next })
  return { value: [from, { t: 'until', items: last.value }], next: last.next }
}

/** "until 30 June 2026 at 17:00", "starting next monday". */
function bound(r: Reader, i: number, edge: 'until' | 'from'): Hit<Item[]> | undefined {
  const word = r.lex(i, edge)
  // "beginning of march" is a day
  if (word === undefined || (r.lex(i, 'startOf')?.next ?? 0) > word.next) return undefined
  const now = edge === 'from' ? r.lex(word.next, 'now') : undefined
  if (now !== undefined) return { value: [{ t: 'and' }], next: now.next }
  const days = someDays(r, word.next, true)
  // nor is "from 10 to 12" ten minutes short of noon
  if (edge === 'from' && days === undefined && betweenRule(r, i) !== undefined) return undefined
  // "von Montag bis Freitag" is no beginning
  if (days?.value.some((item) => item.t === 'weekday' && item.days.length > 1)) return undefined
  if (days === undefined) {
    // "every 12 hours starting at 9pm", "every hour until 6pm"
    const start = r.skip(word.next, 'at')
    // "starting at 9 until 17", "from 10 to midnight"
    const hours = edge === 'from' ? timeLike(r, start, { at: true, on: false, range: true }) : undefined
    const range = hours?.value[0]
    if (hours !== undefined && range?.t === 'time' && range.range)
      return { value: [{ ...range, marked: true }], next: hours.next }
    const time = timeLike(r, start, { at: true, on: false })
    const item = time?.value[0]
    const single = item?.t === 'time' && item.clocks.length === 1
    return time !== undefined && single
      ? { value: [{ t: edge, items: time.value }], next: time.next }
      : undefined
  }
  return { value: [{ t: edge, items: days.value }], next: days.next }
}

/** "for three weeks", "for the next 5 days", "for 10 times", "10 times". */
export function lastingRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const word = r.lex(i, 'for')
  const at = word === undefined ? i : r.skip(word.next, 'the', 'next', 'glue')
  const count = integer(r, at)
  const times = count === undefined ? undefined : r.lex(count.next, 'times')
  if (count !== undefined && times !== undefined)
    return { value: [{ t: 'count', count: count.value }], next: times.next }
  const once = r.lex(at, 'onceA')
  if (once !== undefined && word !== undefined)
    return { value: [{ t: 'count', count: Number(once.value) }], next: once.next }
  if (word === undefined) {
    const before = span(r, i)
    const after = before === undefined ? undefined : r.lex(before.next, 'forAfter')
    if (before === undefined || after === undefined) return undefined
    return { value: [{ t: 'lasting', span: before.value }], next: after.next }
  }
  const length = hoursAndMinutes(r, at) ?? span(r, at)
  return length === undefined
    ? undefined
    : { value: [{ t: 'lasting', span: length.value }], next: length.next }
}

/** "at :30", "on the half hour". */
export function pastHourRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const named = r.lex(i, 'pastHour')
  if (named !== undefined)
    return { value: [{ t: 'pastHour', minute: Number(named.value) }], next: named.next }
  const minute = r.mark(i, ':') && r.glued(i + 1) ? r.digits(i + 1) : undefined
  const afterHour = r.digits(i - 1) !== undefined && r.glued(i)
  if (minute?.text.length !== 2 || minute.value > 59 || afterHour) return undefined
  return { value: [{ t: 'pastHour', minute: minute.value }], next: i + 2 }
}

/** "between 9 and 17". */
export function betweenRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const word = r.lex(i, 'between') ?? r.lex(i, 'rangeFrom')
  if (word === undefined) return undefined
  const days = r.is(i, 'between') ? betweenDays(r, word.next) : undefined
  if (days !== undefined) return days
  const time = timeLike(r, r.skip(word.next, 'the', 'at'), { at: true, on: false, range: true })
  const item = time?.value[0]
  if (time === undefined || item?.t !== 'time') return undefined
  const isBetween = r.is(i, 'between')
  if (item.clocks.length !== 2 || (!isBetween && !item.range)) return undefined
  return { value: [{ ...item, range: true, marked: true }], next: time.next }
}

/** "between 1 march and 30 june": from the one until the other. */
function betweenDays(r: Reader, i: number): Hit<Item[]> | undefined {
  const first = someDays(r, i, false)
  const then = first === undefined ? i : r.skip(first.next, 'and', 'to')
  const last = first === undefined || then === first.next ? undefined : someDays(r, then, false)
  if (first === undefined || last === undefined) return undefined
  return {
    value: [
      { t: 'from', items: first.value },
      { t: 'until', items: last.value },
    ],
    next: last.next,
  }
}
