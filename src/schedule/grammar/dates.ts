import type { Hit, Reader } from '../reader.ts'
import type { Item, ItemOf } from './items.ts'
import { integer, ordinal, yearAfter } from './numbers.ts'
import { nthOf } from './weekdays.ts'

const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

type DateItem = ItemOf<'date'>

interface Said {
  at: boolean
  on: boolean
  /** A day is to follow: the dot that ends "bis 21.12." is the date's own. */
  date?: boolean
}

/** A day of the calendar in any of its spellings, or a month alone. */
export function dateRule(r: Reader, i: number, said: Said): Hit<Item> | undefined {
  return (
    isoDate(r, i) ??
    markedDate(r, i) ??
    numericDate(r, i, said) ??
    dayThenMonth(r, i, said) ??
    monthThenDay(r, i) ??
    // "1. Advent" is more than the first of a month.
    holiday(r, i) ??
    dayAlone(r, i)
  )
}

function checked(r: Reader, from: number, next: number, item: DateItem): Hit<DateItem> | undefined {
  const longest = item.month === undefined ? 31 : (LONGEST_MONTH[item.month - 1] ?? 0)
  const bad = item.days.some((day) => day < -31 || day === 0 || day > longest)
  const leap = item.month === 2 && item.days.includes(29) && item.year !== undefined
  if (
    longest === 0 ||
    bad ||
    (leap && !Temporal.PlainDate.from({ year: item.year ?? 0, month: 1, day: 1 }).inLeapYear)
  ) {
    return r.refuse(`There is no ${r.quote(from, next)} in the calendar.`)
  }
  return { value: item, next }
}

/** 2026-02-11, 2026/2/11, 2026.02.11; a T before the time is passed over. */
function isoDate(r: Reader, i: number): Hit<Item> | undefined {
  const year = r.digits(i)
  const month = r.digits(i + 2)
  const day = r.digits(i + 4)
  const mark = r.tokens[i + 1]
  if (year?.text.length !== 4 || month === undefined || day === undefined || mark === undefined)
    return undefined
  if (!'-/.'.includes(mark.text) || mark.kind !== 'mark' || !r.mark(i + 3, mark.text)) return undefined
  if (month.text.length > 2 || day.text.length > 2) return undefined
  const t = r.tokens[i + 5]
  const next = t?.text === 't' && !t.gap && r.digits(i + 6) !== undefined ? i + 6 : i + 5
  return checked(r, i, next, {
    t: 'date',
    year: year.value,
    month: month.value,
    days: [day.value],
    marked: true,
  })
}

/** 2014年7月18日, 7月18日, 18日, 7月. */
function markedDate(r: Reader, i: number): Hit<Item> | undefined {
  let at = i
  const item: DateItem = { t: 'date', days: [], marked: true }
  const year = r.digits(at)
  const yearMark = year === undefined ? undefined : r.lex(at + 1, 'yearMark')
  if (year?.text.length === 4 && yearMark !== undefined) {
    item.year = year.value
    at = yearMark.next
  }
  const month = integer(r, at)
  const monthMark = month === undefined ? undefined : r.lex(month.next, 'monthMark')
  if (month !== undefined && monthMark !== undefined) {
    item.month = month.value
    at = monthMark.next
    const end = r.lex(at, 'endAfter')
    if (end !== undefined) return checked(r, i, end.next, { ...item, days: [-1] })
  }
  const day = integer(r, r.skip(at, 'of'))
  const dayMark = day === undefined ? undefined : r.lex(day.next, 'dayMarkAfter')
  if (day !== undefined && dayMark !== undefined) {
    item.days = [day.value]
    at = dayMark.next
    for (;;) {
      const more = moreDays(r, at)
      if (more === undefined) break
      item.days.push(more.value)
      at = more.next
    }
  }
  if (item.month === undefined && dayMark === undefined) return undefined
  return checked(r, i, at, item)
}

function moreDays(r: Reader, i: number): Hit<number> | undefined {
  const at = r.skip(r.mark(i, ',') ? i + 1 : i, 'and')
  if (at === i) return undefined
  const day = integer(r, at)
  const mark = day === undefined ? undefined : r.lex(day.next, 'dayMarkAfter')
  return day === undefined || mark === undefined ? undefined : { value: day.value, next: mark.next }
}

/** 4/25, 4/25/2026, 30.07.2013, 14.07., 25-12-2026, and 10.11 which may be a time. */
function numericDate(r: Reader, i: number, said: Said): Hit<Item> | undefined {
  const first = r.digits(i)
  const second = r.digits(i + 2)
  const mark = r.tokens[i + 1]
  if (first === undefined || second === undefined || mark?.kind !== 'mark' || !'/.-'.includes(mark.text))
    return undefined
  if (first.text.length > 2 || second.text.length > 2) return undefined
  // "14. 7. 2026" has blanks after its dots
  const dotted = mark.text === '.'
  if (mark.gap || (second.gap && !dotted)) return undefined
  const third = r.mark(i + 3, mark.text) && r.glued(i + 3) ? r.digits(i + 4) : undefined
  // "25.12. 18:00" has no year
  const isYear =
    third !== undefined && (!third.gap || (dotted && third.text.length === 4 && !r.is(i + 5, 'oclock')))
  const isClock = r.mark(i + 5, ':') && r.glued(i + 5)
  const year = isYear && !isClock ? yearOf(third.text) : undefined
  if (year !== undefined) return monthAndDay(r, i, i + 5, first.value, second.value, mark.text, year)
  if (mark.text === '-') return undefined
  if (third !== undefined && !third.gap && !isClock) return undefined
  if (dotted) {
    if (second.gap && !r.mark(i + 3, '.')) return undefined
    const closed = r.mark(i + 3, '.') && r.glued(i + 3) && (said.date || r.end > i + 4)
    if (closed) return monthAndDay(r, i, i + 4, first.value, second.value, '.')
    // 15.30 is a time, 24.12 is a date
    const asDate = second.value <= 12 && second.value > 0 && first.value <= 31 && first.value > 0
    if (!asDate || said.at) return undefined
    if (first.value > 24 || said.on) return monthAndDay(r, i, i + 3, first.value, second.value, '.')
    const value: Item = {
      t: 'dotted',
      first: first.value,
      second: second.value,
      index: i,
      asDate: second.text.length === 1,
    }
    return { value, next: i + 3 }
  }
  return monthAndDay(r, i, i + 3, first.value, second.value, '/')
}

/** "2026", "'26" or "26" as the third number of a date. */
function yearOf(text: string): number | undefined {
  // "4.3. 0930" has an hour
  if (text.length === 4) return Number(text) < 1970 ? undefined : Number(text)
  return text.length === 2 ? 2000 + Number(text) : undefined
}

function monthAndDay(
  r: Reader,
  from: number,
  next: number,
  first: number,
  second: number,
  mark: string,
  year?: number,
): Hit<Item> | undefined {
  // "3-4-2026" is written in the order of 3/4/2026, where a language may have either.
  const own = r.habits.dateOrder
  const order = mark === '.' || (mark === '-' && own !== 'ask') ? 'dmy' : own
  const monthFirst = order === 'mdy' || order === 'ask' || order === 'ymd'
  let [month, day] = monthFirst ? [first, second] : [second, first]
  if (month > 12 && day <= 12 && order !== 'mdy') [month, day] = [day, month]
  else if (month > 12 && day <= 12) [month, day] = [day, month]
  const item: DateItem = { t: 'date', month, days: [day], marked: true }
  if (order === 'ask' && first <= 12 && second <= 12 && first !== second) item.swap = true
  if (year !== undefined) item.year = year
  return checked(r, from, next, item)
}

/** "4 July", "4th of July 2026", "18. Juli", "1er mars", "15 de marzo de 2026", "1st and 15th of March". */
function dayThenMonth(r: Reader, i: number, said: Said): Hit<Item> | undefined {
  const start = r.skip(i, 'the', 'dayMark')
  const days = dayList(r, start, false)
  if (days === undefined) return undefined
  const at = r.skip(hyphen(r, days.next), 'of', 'the')
  const month = r.lex(at, 'month')
  if (month === undefined) return undefined
  // "9 to 17 in july" are hours
  const isPlain = r.digits(days.next - 1) !== undefined && !r.mark(days.next, '.')
  if (isPlain && isWithin(r, days.next)) return undefined
  // "at 9 dec 5", "at 9, 25 dec": an hour, and then a day
  // "às" is also an article
  const afterAt = start > i ? r.is(i, 'at') && !r.is(i, 'dayMark') : said.at && !r.is(i - 1, 'for')
  const hour = afterAt && ordinal(r, start) === undefined ? integer(r, start) : undefined
  if (hour !== undefined && hour.value <= 24) {
    const listed = days.value.length > 1
    const apart = isPlain && days.next === hour.next && !r.glued(month.next)
    if (listed || (apart && monthThenDay(r, at)?.value.days.length === 1)) return undefined
  }
  const year = yearAfter(r, hyphen(r, month.next))
  const item: DateItem = { t: 'date', month: Number(month.value), days: days.value, marked: true }
  if (year === undefined) return checked(r, i, dotAfter(r, month.next), item)
  return checked(r, i, year.next, { ...item, year: year.value })
}

/** "in july", "im Juli", "en juillet": the month as a time in which something happens, not as that of a day. */
const isWithin = (r: Reader, i: number) =>
  r.is(i, 'in') || r.is(i, 'on') || (r.habits.ordinalDot && r.is(i, 'of'))

/** "July 4", "Dec 25th, 2026", "March the 3rd", "March 2027", "March". */
function monthThenDay(r: Reader, i: number): Hit<DateItem> | undefined {
  // "the third thursday of next january"
  const next = r.lex(i, 'next')
  if (next !== undefined) {
    const alone = r.lex(next.next, 'month')
    return alone === undefined
      ? undefined
      : { value: { t: 'date', month: Number(alone.value), days: [] }, next: alone.next }
  }
  const month = r.lex(i, 'month')
  if (month === undefined) return undefined
  const value = Number(month.value)
  const end = r.lex(month.next, 'endAfter')
  if (end !== undefined)
    return { value: { t: 'date', month: value, days: [-1], marked: true }, next: end.next }
  const dotted = dotAfter(r, month.next)
  // "dezembro às 9": the word before an hour is also an article
  const after = hyphen(r, dotted)
  const days = dayList(r, r.is(after, 'at') ? after : r.skip(after, 'the'), true)
  if (days !== undefined && !countsDays(r, days.next)) {
    const year = yearAfter(r, days.next)
    const item: DateItem = { t: 'date', month: value, days: days.value, marked: true }
    // "mar 14 sep" is a Tuesday in Spanish
    if (r.is(r.skip(days.next, 'of'), 'month') && r.is(i, 'weekday')) return undefined
    if (year === undefined) return checked(r, i, days.next, item)
    return checked(r, i, year.next, { ...item, year: year.value })
  }
  const year = yearAfter(r, dotted)
  if (year === undefined) return { value: { t: 'date', month: value, days: [] }, next: dotted }
  return { value: { t: 'date', month: value, days: [], year: year.value }, next: year.next }
}

function dotAfter(r: Reader, i: number): number {
  return r.mark(i, '.') && r.glued(i) ? i + 1 : i
}

/** "20-Feb-2026", "may-10" */
function hyphen(r: Reader, i: number): number {
  return r.mark(i, '-') && r.glued(i) && r.glued(i + 1) ? i + 1 : i
}

/** Days of a month; a plain number only where it is not a time. */
function dayList(r: Reader, i: number, afterMonth: boolean): Hit<number[]> | undefined {
  const days: number[] = []
  let at = i
  for (;;) {
    const day = dayNumber(r, at, afterMonth)
    if (day === undefined) break
    days.push(day.value)
    at = day.next
    let then = r.mark(at, ',') ? at + 1 : at
    if (r.mark(then, '&')) then += 1
    then = r.skip(then, 'and')
    const more = r.skip(then, 'the', 'dayMark')
    const next = then === at ? undefined : dayNumber(r, more, afterMonth)
    // "July 4, 2026" and "July 4, 9:00" do not go on with a day
    const plain = r.digits(more) !== undefined && next?.next === more + 1
    const joined = r.is(at, 'and') || (r.mark(at, ',') && r.is(at + 1, 'and')) || r.mark(at, '&')
    if (next === undefined || (plain && afterMonth && (!joined || clockFollows(r, more, next.next)))) break
    at = more
  }
  return days.length === 0 ? undefined : { value: days, next: at }
}

function dayNumber(r: Reader, i: number, afterMonth: boolean): Hit<number> | undefined {
  const nth = ordinal(r, i)
  // "segunda, 16 de fevereiro" begins with a weekday
  if (nth !== undefined) return nth.value > 0 && !r.is(i, 'weekday') ? nth : undefined
  const digits = r.digits(i)
  if (digits === undefined) {
    const word = r.lex(i, 'number')
    return word !== undefined && Number.isInteger(word.value)
      ? { value: Number(word.value), next: word.next }
      : undefined
  }
  if (digits.text.length > 2) return undefined
  // "July 9:00", "July 9am": a time
  if (afterMonth) {
    const colon =
      (r.mark(i + 1, ':') || r.mark(i + 1, '.')) && r.glued(i + 1) && r.digits(i + 2) !== undefined
    if (colon || r.is(i + 1, 'ampm') || r.is(i + 1, 'oclock')) return undefined
    if (r.glued(i + 1) && r.tokens[i + 1]?.kind === 'word') return undefined
  }
  return { value: digits.value, next: i + 1 }
}

/** "the 15th", "the 1st and 15th", "le 15", "día 15", "am 15." */
function dayAlone(r: Reader, i: number): Hit<Item> | undefined {
  const mark = r.lex(i, 'dayMark')
  const start = mark?.next ?? i
  const days: number[] = []
  let at = start
  let next = start
  for (;;) {
    const nth = ordinal(r, at)
    let plain: Hit<number> | undefined
    // "every day 0930" has an hour
    const isLong = (r.digits(at)?.text.length ?? 0) > 2
    if (nth === undefined && !isLong && (mark !== undefined || days.length > 0)) plain = integer(r, at)
    if (plain !== undefined && days.length > 0 && mark === undefined) break
    const day = nth ?? plain
    if (
      day === undefined ||
      day.value < 1 ||
      (days.length > 0 && plain !== undefined && clockFollows(r, at, day.next))
    )
      break
    if (days.length === 0 && plain !== undefined && clockFollows(r, at, day.next)) return undefined
    days.push(day.value)
    next = day.next
    let then = r.mark(next, ',') ? next + 1 : next
    if (r.mark(then, '&')) then += 1
    then = r.skip(then, 'and')
    // "dia 7, às 9" goes on with an hour
    if (then === next || r.is(then, 'at')) break
    at = r.skip(then, 'the', 'dayMark', 'on')
  }
  if (days.length === 0 || countsDays(r, next)) return undefined
  // "second" alone is a word like any other; "the second", "second of march" are days
  const introduced =
    mark !== undefined || r.digits(i) !== undefined || (i > 0 && !r.mark(i - 1, ',')) || r.is(next, 'of')
  if (!introduced) return undefined
  return checked(r, i, next, { t: 'date', days, marked: true })
}

/** "the second friday": an ordinal before a weekday is no date. */
function countsDays(r: Reader, next: number): boolean {
  if (r.digits(next - 1) !== undefined || r.mark(next - 1, ',')) return false
  let at = next
  for (;;) {
    const then = r.skip(at, 'and')
    const more = then === at ? undefined : ordinal(r, r.skip(then, 'the'))
    if (more === undefined) return nthOf(r, at) !== undefined
    at = more.next
  }
}

/** Whether a number is an hour by what stands after it. */
export function clockFollows(r: Reader, i: number, next: number): boolean {
  if (r.is(next, 'oclock') || r.is(next, 'ampm') || r.is(next, 'unit') || r.is(next, 'shiftAfter'))
    return true
  if (r.digits(i) === undefined) return false
  return (
    (r.mark(next, ':') || r.mark(next, '.') || r.mark(next, '/')) &&
    r.glued(next) &&
    r.digits(next + 1) !== undefined
  )
}

function holiday(r: Reader, i: number): Hit<Item> | undefined {
  const day = r.lex(i, 'holiday')
  if (day === undefined) return undefined
  const year = yearAfter(r, day.next)
  const next = year?.next ?? day.next
  const inYear = year === undefined ? {} : { year: year.value }
  const fixed = /^(\d+)-(\d+)$/.exec(String(day.value))
  if (fixed === null) return { value: { t: 'feast', name: String(day.value), ...inYear }, next }
  return checked(r, i, next, {
    t: 'date',
    month: Number(fixed[1]),
    days: [Number(fixed[2])],
    marked: true,
    yearly: true,
    ...inYear,
  })
}
