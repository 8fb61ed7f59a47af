import type { Hit, Reader } from '../reader.ts'
import type { Item, ItemOf, NthOf } from './items.ts'
import { ordinal, yearAfter } from './numbers.ts'

/** "first monday", "2nd and 4th friday", "last day", "last working day". */
export function nthRule(r: Reader, i: number): Hit<Item> | undefined {
  const nths: number[] = []
  let at = r.skip(i, 'the')
  for (;;) {
    const nth = ordinal(r, at)
    if (nth === undefined) break
    nths.push(nth.value)
    const then = r.skip(r.mark(nth.next, ',') || r.mark(nth.next, '&') ? nth.next + 1 : nth.next, 'and')
    at = nth.next
    // "on the 1st and mondays" is no first Monday
    const more = r.skip(then, 'the')
    if (then === nth.next || ordinal(r, more) === undefined) break
    at = more
  }
  if (nths.length === 0) return undefined
  const of = nthOf(r, at)
  // "every month on the 4th last"
  if (of === undefined && nths.every((nth) => nth < -1))
    return { value: { t: 'nth', nths, of: 'day' }, next: at }
  if (of === undefined) return undefined
  // "the 3rd day" is a date; "every third day" belongs to the rule for every
  if (of.value === 'day' && nths.some((nth) => nth > 0)) {
    const { value, next } = of
    return value === 'day' ? { value: { t: 'nth', nths, of: 'day' }, next } : undefined
  }
  // "the 15th and first monday": no month has fifteen Mondays
  if (of.value !== 'workday' && nths.some((nth) => Math.abs(nth) > 5)) return undefined
  if (of.value === 'workday' && nths.some((nth) => nth > 5) && nths.some((nth) => nth < 0))
    return r.refuse('Is that a date, or a working day? Say "working day" after each of them.')
  const item: ItemOf<'nth'> = { t: 'nth', nths, of: of.value }
  // not "last friday's"
  const plural = r.lex(of.next - 1, 'weekdays')?.next === of.next
  return { value: plural ? { ...item, plural: true } : item, next: of.next }
}

export function nthOf(r: Reader, i: number): Hit<NthOf> | undefined {
  const at = r.skip(i, 'the')
  // "sexta dia 11": no sixth day, but a Friday and its date
  const mark = r.lex(at, 'dayMark')
  const dated = mark !== undefined && r.digits(mark.next) !== undefined
  const unit = dated ? undefined : r.lex(at, 'unit')
  const set = r.lex(at, 'days')
  const days = weekdayList(r, at)
  // "日曜日" begins with the word for day
  const longest = Math.max(unit?.next ?? 0, set?.next ?? 0, days?.next ?? 0)
  if (unit?.next === longest && (unit.value === 'day' || unit.value === 'workday'))
    return { value: unit.value, next: longest }
  if (set?.next === longest && set.value === '1-5') return { value: 'workday', next: longest }
  return days === undefined ? undefined : { value: days.value.days, next: days.next }
}

/** "end of june", "end of the month", "end of next year", "start of the week". */
export function endRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const end = r.lex(i, 'endOf')
  const edge = end ?? r.lex(i, 'startOf')
  // "fim de semana" is no end of a week.
  if (edge === undefined || r.is(i, 'unit')) return undefined
  const isEnd = end !== undefined
  const day = isEnd ? -1 : 1
  const at = r.skip(edge.next, 'of', 'the')
  const month = r.lex(r.skip(at, 'this'), 'month')
  if (month !== undefined) {
    const year = yearAfter(r, month.next)
    const item: ItemOf<'date'> = { t: 'date', month: Number(month.value), days: [day], marked: true }
    if (year === undefined) return { value: [item], next: month.next }
    return { value: [{ ...item, year: year.value }], next: year.next }
  }
  // What "next" or "every" says of the month or the year is read after it.
  const said = r.lex(at, 'next') ?? r.lex(at, 'coming') ?? r.lex(at, 'every')
  const nth: ItemOf<'nth'> = { t: 'nth', nths: [day], of: 'day' }
  if (said !== undefined && r.is(said.next, 'month')) return { value: [nth], next: at }
  const unit = r.lex(said?.next ?? r.skip(at, 'this'), 'unit')
  if (unit === undefined) return undefined
  const after = r.lex(unit.next, 'nextAfter')
  if (unit.value === 'week') {
    if (r.is(at, 'every')) return undefined
    const offset = after !== undefined || r.is(at, 'coming') ? 1 : Number(r.lex(at, 'next')?.value ?? 0)
    const item: Item = { t: 'weekEdge', edge: isEnd ? 'end' : 'start', offset }
    return { value: [item], next: after?.next ?? unit.next }
  }
  if (unit.value !== 'month' && unit.value !== 'year') return undefined
  if (unit.value === 'year' && r.is(at, 'every')) return undefined
  const item: Item =
    unit.value === 'month' ? nth : { t: 'date', month: isEnd ? 12 : 1, days: [isEnd ? 31 : 1] }
  if (after !== undefined)
    return { value: [item, { t: 'period', unit: unit.value, offset: 1 }], next: after.next }
  return { value: [item], next: said === undefined ? unit.next : at }
}

interface Weekdays {
  days: number[]
  habit: boolean
  article?: boolean
  next?: number
  now?: true
  gone?: true
}

/** "mon, wed and fri", "monday through friday", "next friday", "vendredi prochain", "mondays", "weekdays". */
export function weekdayRule(r: Reader, i: number): Hit<Item> | undefined {
  const list = weekdayList(r, i)
  if (list === undefined) return undefined
  const { days, habit, article, next, now, gone } = list.value
  const item: ItemOf<'weekday'> = { t: 'weekday', days }
  if (habit) item.habit = true
  if (article) item.article = true
  if (next !== undefined) item.next = next
  if (now) item.now = true
  if (gone) item.gone = true
  return { value: item, next: list.next }
}

function weekdayList(r: Reader, i: number): Hit<Weekdays> | undefined {
  const all: Weekdays = { days: [], habit: false }
  let at = i
  let last: number | undefined
  for (;;) {
    const one = weekday(r, at)
    if (one === undefined) break
    if (last !== undefined && (one.value.next ?? all.next) !== all.next) break
    // "mon,mon,mon" is nothing anybody means
    if (one.value.days.some((day) => all.days.includes(day))) return undefined
    all.days.push(...one.value.days)
    all.habit ||= one.value.habit
    if (one.value.article) all.article = true
    if (one.value.next !== undefined) all.next = one.value.next
    if (one.value.now) all.now = true
    if (one.value.gone) all.gone = true
    last = one.next
    let then = last
    if (r.mark(then, ',') || r.mark(then, '/') || r.mark(then, '&') || r.mark(then, '+')) then += 1
    then = r.skip(then, 'and', 'the')
    if (then === last) then = r.is(last, 'weekday') && r.tokens[last]?.text.length === 1 ? last : last
    if (then === last && !(weekday(r, then) !== undefined && isKana(r, then))) break
    at = r.skip(then, 'on')
  }
  return last === undefined ? undefined : { value: all, next: last }
}

/** "月水金" has no separators. */
function isKana(r: Reader, i: number): boolean {
  return (r.tokens[i]?.text.codePointAt(0) ?? 0) > 0x2fff
}

/** One weekday, a range of them, or a set with a name. */
function weekday(r: Reader, i: number): Hit<Weekdays> | undefined {
  const set = r.lex(i, 'days')
  const habit = r.lex(i, 'weekdays')
  let at = i
  const all: Weekdays = { days: [], habit: false }
  const next = r.lex(at, 'next')
  if (next !== undefined) {
    all.next = Number(next.value === '' ? 1 : next.value)
    at = r.skip(next.next, 'of')
  } else if (r.is(at, 'this')) {
    all.now = true
    at = r.skip(at, 'this')
  } else if (r.is(at, 'coming')) {
    all.now = true
    at = r.skip(at, 'coming', 'of')
  } else {
    at = r.is(at, 'rangeFrom') ? r.skip(at, 'rangeFrom', 'the') : at
  }
  const one = r.lex(at, 'weekday')
  const longest = Math.max(set?.next ?? -1, habit?.next ?? -1, one?.next ?? -1)
  if (longest < 0) return undefined
  if (one?.next !== longest) {
    const range = habit?.next === longest ? rangeEnd(r, habit.next) : undefined
    if (habit?.next === longest) {
      const coming = range === undefined ? r.lex(habit.next, 'nextAfter') : undefined
      if (coming !== undefined)
        return { value: { days: [Number(habit.value)], habit: false, next: 1 }, next: coming.next }
      const gone = range === undefined ? r.lex(habit.next, 'lastMark') : undefined
      if (gone !== undefined)
        return { value: { days: [Number(habit.value)], habit: false, gone: true }, next: gone.next }
      const article = r.is(at, 'dayMark') && r.lex(at + 1, 'weekday')?.next === habit.next
      if (range === undefined)
        return {
          value: { days: [Number(habit.value)], habit: true, ...(article ? { article } : {}) },
          next: habit.next,
        }
      return { value: { days: daysBetween(Number(habit.value), range.value), habit: true }, next: range.next }
    }
    // "le week-end prochain" is one
    if (r.is(longest, 'nextAfter') || r.is(longest, 'lastMark')) return undefined
    return { value: { days: setDays(String(set?.value)), habit: true }, next: longest }
  }
  const first = Number(one.value)
  let end = dotAfterShort(r, at, one.next)
  // Without a leading "from", "from" is what stood before: "monday to friday"
  const to = rangeEnd(r, end)
  if (to !== undefined && all.next === undefined) {
    return { value: { ...all, days: daysBetween(first, to.value), habit: all.now !== true }, next: to.next }
  }
  if (at !== i && r.is(i, 'rangeFrom')) return undefined
  all.days = [first]
  const after = r.lex(end, 'nextAfter')
  if (after !== undefined) {
    all.next = after.value === '' ? 1 : Number(after.value)
    end = after.next
  } else {
    const gone = r.lex(end, 'lastMark')
    if (gone !== undefined) {
      all.gone = true
      end = gone.next
    }
  }
  return { value: all, next: end }
}

/** "Mo." and "Fr.," but not the dot of "18." */
function dotAfterShort(r: Reader, from: number, next: number): number {
  const short = (r.tokens[from]?.text.length ?? 9) <= 4
  return short && r.mark(next, '.') && r.glued(next) ? next + 1 : next
}

function rangeEnd(r: Reader, i: number): Hit<number> | undefined {
  let at = i
  if (r.mark(at, '-')) at += 1
  else at = r.lex(at, 'to')?.next ?? r.lex(at, 'until')?.next ?? at
  if (at === i) return undefined
  at = r.skip(at, 'the')
  const last = r.lex(at, 'weekday') ?? r.lex(at, 'weekdays')
  if (last === undefined) return undefined
  const end = dotAfterShort(r, at, last.next)
  return { value: Number(last.value), next: r.lex(end, 'untilAfter')?.next ?? end }
}

function daysBetween(first: number, last: number): number[] {
  const days: number[] = []
  for (let day = first; ; day = (day % 7) + 1) {
    days.push(day)
    if (day === last) return days
  }
}

function setDays(name: string): number[] {
  const [first, last] = name.split('-').map(Number)
  return daysBetween(first ?? 1, last ?? first ?? 1)
}
