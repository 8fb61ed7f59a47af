import { quoted } from '../../kit/user-error.ts'
import type { Hit, Reader } from '../reader.ts'
import { clockFollows } from './dates.ts'
import { dayRange, mayEnd } from './day-range.ts'
import { someDays } from './day-rules.ts'
import type { Item } from './items.ts'
import { integer, ordinal } from './numbers.ts'

/** "except fridays", "except 25 December and 1 January", "except dec 24 to jan 2", "except every 25 December". */
export function exceptRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const word = r.lex(i, 'except')
  if (word === undefined) return undefined
  const items: Item[] = []
  let at = word.next
  let yearly = false
  for (;;) {
    const { start, every } = beginning(r, at)
    yearly ||= every
    const other = r.lex(start, 'every')
    if (other !== undefined)
      return r.refuse(`${quoted(r.quote(start, other.next))} cannot be left out. Say the dates of them.`)
    const nth = ordinal(r, start)
    if (nth !== undefined && r.digits(nth.next) === undefined && integer(r, nth.next)?.value === 1)
      return r.refuse('Which one is left out? Say its date, for example "except 7 December".')
    const days = leftOut(r, start)
    if (days === undefined) break
    items.push(...days.value)
    at = moreDays(r, days.next, items)
    const each = eachYear(r, at)
    yearly ||= each > at
    at = each
    items.push({ t: 'and' })
    const then = r.skip(r.mark(at, ',') ? at + 1 : at, 'and')
    if (then === at) break
    // "except fridays and at 9:00"
    if (leftOut(r, beginning(r, then).start) === undefined) break
    at = then
  }
  if (items.length === 0) return undefined
  return { value: [{ t: 'except', items: yearly ? items.map(ofEachYear) : items }], next: at }
}

/** Where what is left out begins, and whether it is so each year: "except every 25 December". */
function beginning(r: Reader, i: number): { start: number; every: boolean } {
  const at = r.skip(i, 'on', 'in', 'the', 'for')
  const every = r.lex(at, 'every')
  if (every === undefined || every.value !== '') return { start: at, every: false }
  const year = r.lex(every.next, 'unit')
  const then = year?.value === 'year' ? year.next : every.next
  return { start: r.skip(then, 'on', 'in', 'the', 'for'), every: true }
}

/** The token after "every year". */
function eachYear(r: Reader, i: number): number {
  const named = r.lex(i, 'seq')
  if (named?.value === 'every:year') return named.next
  const every = r.lex(i, 'every')
  const unit = every === undefined ? undefined : r.lex(every.next, 'unit')
  return unit?.value === 'year' ? unit.next : i
}

export const ofEachYear = (item: Item): Item =>
  item.t === 'date' && item.month !== undefined && item.days.length > 0 && item.year === undefined
    ? { ...item, yearly: true }
    : item

function leftOut(r: Reader, i: number): Hit<Item[]> | undefined {
  const range = dayRange(r, i, true)
  const days = someDays(r, i, false, { at: false, on: true, date: true }) ?? weekendAt(r, i)
  if (range !== undefined && range.next >= (days?.next ?? 0)) return range
  if (days === undefined || days.value.every(isOpen)) return days
  // "except next monday to next friday"; but "except mondays until june" ends the rule
  const to = r.lex(days.next, 'to') ?? r.lex(days.next, 'until')
  const last = to === undefined ? undefined : someDays(r, to.next, false)
  if (last === undefined) return days
  const until: Item = { t: 'until', items: last.value }
  if (mayEnd(r, days.next)) until.maybeEnd = true
  return { value: [{ t: 'from', items: days.value }, until], next: last.next }
}

/** Weekdays and months that are left out each time they come. */
const isOpen = (item: Item) =>
  (item.t === 'weekday' && item.next === undefined && !item.now) ||
  (item.t === 'date' && item.days.length === 0 && item.year === undefined)

/** "dec 24, 25 and 26": days in order that belong to the month before them, the last one after "and". */
function moreDays(r: Reader, i: number, items: Item[]): number {
  const date = items.at(-1)
  if (date?.t !== 'date' || date.month === undefined) return i
  const days = [...date.days]
  let at = i
  for (;;) {
    const comma = r.mark(at, ',') ? at + 1 : at
    const then = r.skip(comma, 'and')
    const day = r.digits(then)
    const isDay = day !== undefined && day.value <= 31 && day.value > (days.at(-1) ?? 31)
    if (then === at || !isDay || clockFollows(r, then, then + 1) || r.is(then + 1, 'month')) return i
    days.push(day.value)
    at = then + 1
    if (then === comma) continue
    items.splice(-1, 1, { ...date, days })
    return at
  }
}

function weekendAt(r: Reader, i: number): Hit<Item[]> | undefined {
  const unit = r.lex(i, 'unit')
  return unit?.value === 'weekend' ? { value: [{ t: 'weekday', days: [6, 7] }], next: unit.next } : undefined
}
