import { quoted } from '../../kit/user-error.ts'
import type { Unit } from '../lexicon.ts'
import type { Hit, Reader } from '../reader.ts'
import { timeRule } from './clock.ts'
import { dateRule } from './dates.ts'
import { dayRange } from './day-range.ts'
import { EMPTY_SPAN, type Item, type Span } from './items.ts'
import { addUnit, hoursAndMinutes, integer, span } from './numbers.ts'
import { seqRule } from './sequence.ts'
import { endRule, nthRule, weekdayRule } from './weekdays.ts'

/** Which connectors stand before a chunk. */
export interface Said {
  at: boolean
  on: boolean
  /** Two times are to follow: "from 9 to 17" is not nine minutes to 17. */
  range?: boolean
  /** A day is to follow. */
  date?: boolean
}

export type Rule = (r: Reader, i: number, said: Said) => Hit<Item[]> | undefined

const one = (hit: Hit<Item> | undefined): Hit<Item[]> | undefined =>
  hit === undefined ? undefined : { value: [hit.value], next: hit.next }

export const NOTHING_SAID: Said = { at: false, on: false }

// Weekdays come first: "segunda, quarta e sexta" are no ordinals.
export const dateLike: Rule[] = [
  weekdayBesideRule,
  nextWorkdayRule,
  nightToRule,
  nightFromRule,
  dayWeekRule,
  (r, i) => one(weekdayRule(r, i)),
  endRule,
  (r, i) => one(nthRule(r, i)),
  (r, i, said) => one(dateRule(r, i, said)),
  dayRule,
  monthEndRule,
  periodRule,
  ofMonthRule,
]

export const timeLike: Rule = (r, i, said) =>
  one(
    timeRule(r, i, said, (at, than) =>
      isLonger(r, at, than, { ...said, on: false, date: !hasDot(r, i, at) }),
    ),
  )

/** "9.00 bis 17.10." are hours at the end of a sentence, "9 bis 21.12." are not. */
const hasDot = (r: Reader, from: number, to: number) =>
  r.tokens.slice(from, to).some(({ text }) => text === '.')

/** Whether a date or a length reads more from here than a time would: "at 9, 15 march". */
function isLonger(r: Reader, i: number, than: number, said: Said): boolean {
  const length = span(r, i)
  // "9-5 weekdays" is no five of them
  if (length !== undefined && length.value.workdays === 0 && length.next > than) return true
  if ((dayRange(r, i)?.next ?? 0) > than) return true
  if ((weekdaysAhead(r, i, false)?.next ?? 0) > than) return true
  for (const rule of dateLike) if ((rule(r, i, said)?.next ?? 0) > than) return true
  return false
}

const isLower = (word: string) => word === word.toLowerCase()

export function dayRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const day = r.lex(i, 'day')
  if (day === undefined) return undefined
  // "morgen so um 10": here it is no Sunday, which has a capital
  const about = r.is(day.next, 'weekday') ? r.lex(day.next, 'glue') : undefined
  const filled = about !== undefined && r.is(about.next, 'at') && isLower(r.quote(day.next, about.next))
  return { value: [{ t: 'day', offset: Number(day.value) }], next: filled ? about.next : day.next }
}

/** "the friday before christmas", "monday after the 15th": the day itself is read after it. */
function weekdayBesideRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const day = r.lex(i, 'weekday') ?? r.lex(i, 'weekdays')
  const side = day === undefined ? undefined : r.lex(day.next, 'side')
  if (day === undefined || side === undefined || !namesDate(r, side.next)) return undefined
  const which = side.value === 'before' ? 'before' : 'after'
  return { value: [{ t: 'weekday', days: [Number(day.value)], side: which }], next: side.next }
}

const namesDate = (r: Reader, i: number): boolean =>
  [i, r.skip(i, 'the', 'on')].some((from) => dateRule(r, from, NOTHING_SAID) !== undefined)

/** "after christmas", "before friday": on which side of a day is no day. The token after it. */
export function besideDay(r: Reader, i: number): number | undefined {
  const side = r.lex(i, 'side')
  return side === undefined ? undefined : someDays(r, side.next, false)?.next
}

/** "in der Nacht auf Sonntag": the night of the day before it, whose small hours are Sunday's. */
function nightToRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const night = r.lex(i, 'nightTo')
  const named =
    night !== undefined && (namesDate(r, night.next) || r.is(r.skip(night.next, 'the'), 'weekday'))
  if (night === undefined || !named) return undefined
  const dayBefore: Item = { t: 'span', span: negative({ ...EMPTY_SPAN, days: 1 }), based: true }
  return { value: [dayBefore, { t: 'part', part: 'night' }], next: night.next }
}

/** "dans la nuit de samedi à dimanche" is the night of that Saturday. */
function nightFromRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const night = r.lex(i, 'nightFrom')
  const first = night === undefined ? undefined : r.lex(night.next, 'weekday')
  const then = first === undefined ? i : r.skip(first.next, 'to', 'on', 'of', 'the')
  const second = first === undefined || then === first.next ? undefined : r.lex(then, 'weekday')
  if (first === undefined || second === undefined) return undefined
  if ((Number(first.value) % 7) + 1 !== second.value)
    return r.refuse(`${quoted(r.quote(i, second.next))} is more than one night. Say a day and an hour.`)
  const item: Item = { t: 'weekday', days: [Number(first.value)] }
  return { value: [item, { t: 'part', part: 'night' }], next: second.next }
}

/** "next business day", "翌営業日". */
function nextWorkdayRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const next = r.lex(i, 'next') ?? r.lex(i, 'coming')
  const day = next === undefined ? undefined : r.lex(next.next, 'workday')
  // "the next working days" are several
  if (day === undefined || (r.lex(next?.next ?? i, 'unit')?.next ?? 0) > day.next) return undefined
  return { value: [{ t: 'span', span: { ...EMPTY_SPAN, workdays: 1 } }], next: day.next }
}

/** "monday week", "today week", "lundi en huit". */
function dayWeekRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const day = one(weekdayRule(r, i)) ?? dayRule(r, i)
  const week = day === undefined ? undefined : r.lex(day.next, 'weekAfter')
  const [item] = day?.value ?? []
  if (week === undefined || item === undefined) return undefined
  const single = item.t === 'day' || (item.t === 'weekday' && item.days.length === 1 && !item.habit)
  if (!single) return undefined
  const later: Item = { t: 'span', span: { ...EMPTY_SPAN, days: 7 * Number(week.value) }, based: true }
  return { value: [later, item], next: week.next }
}

/** "next week", "this month", "la semaine prochaine". */
function periodRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const next = r.lex(i, 'next')
  const coming = next === undefined ? r.lex(i, 'coming') : undefined
  const now = next === undefined && coming === undefined ? r.lex(i, 'this') : undefined
  const start = next?.next ?? coming?.next ?? now?.next ?? i
  const unit = r.lex(start, 'unit') ?? r.lex(r.skip(start, 'of'), 'unit')
  if (unit === undefined) return undefined
  const name = unit.value
  if (name !== 'week' && name !== 'month' && name !== 'year' && name !== 'weekend') return undefined
  if (next !== undefined) {
    return {
      value: [{ t: 'period', unit: name, offset: Number(next.value === '' ? 1 : next.value) }],
      next: unit.next,
    }
  }
  if (coming !== undefined) {
    const offset = name === 'weekend' ? 0 : 1
    return { value: [{ t: 'period', unit: name, offset }], next: unit.next }
  }
  if (now !== undefined) return { value: [{ t: 'period', unit: name, offset: 0 }], next: unit.next }
  const after = r.lex(unit.next, 'nextAfter')
  if (after !== undefined) return { value: [{ t: 'period', unit: name, offset: 1 }], next: after.next }
  const gone = r.lex(unit.next, 'lastMark')
  if (gone !== undefined)
    return r.refuse(`${quoted(r.quote(i, gone.next))} is in the past. Say a time that is still to come.`)
  return undefined
}

/** "来月末", "gelecek ay sonu": the last day of that month. */
function monthEndRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const period = seqRule(r, i) ?? periodRule(r, i)
  const [item, ...more] = period?.value ?? []
  const end = period === undefined ? undefined : r.lex(period.next, 'endAfter')
  if (end === undefined || item?.t !== 'period' || item.unit !== 'month' || more.length > 0) return undefined
  return { value: [item, { t: 'nth', nths: [-1], of: 'day' }], next: end.next }
}

/** "of the month", "im Monat", "du mois", "ayın". */
export function ofMonthRule(r: Reader, i: number): Hit<Item[]> | undefined {
  if (!r.is(i, 'of') && !r.is(i, 'in')) return undefined
  const unit = r.lex(r.skip(i, 'of', 'in', 'the'), 'unit')
  if (unit !== undefined && r.is(unit.next, 'nextAfter')) return undefined
  return unit?.value === 'month' ? { value: [{ t: 'ofMonth' }], next: unit.next } : undefined
}

/** "in 2 hours", "2 hours from now", "+15 minutes", "5m", "two weeks from tomorrow", "in a week". */
export function spanRule(r: Reader, i: number, said: Said): Hit<Item[]> | undefined {
  if (r.mark(i, '-') && r.digits(i + 1) !== undefined && r.glued(i + 1) && i > 0 && r.is(i - 1, 'in')) {
    return r.refuse('A time cannot lie a negative amount ahead.')
  }
  const prefix = r.lex(i, 'in')
  const plus = r.mark(i, '+')
  const at = prefix === undefined ? (plus ? i + 1 : i) : r.skip(prefix.next, 'glue')
  if (prefix !== undefined && r.mark(at, '-')) return r.refuse('A time cannot lie a negative amount ahead.')
  // "after 9:30h" is rather a time of day
  const long = prefix === undefined || r.is(i, 'side') ? undefined : hoursAndMinutes(r, at)
  const length = long ?? span(r, at)
  if (length === undefined) return unitBeside(r, at) ?? weekdaysAhead(r, at, prefix !== undefined)
  // "às 9h a partir de março"
  if (said.at && prefix === undefined && !plus) return undefined
  // "9h après-demain", "9h depois de amanhã"
  const afterwards = Math.max(
    ...(['hence', 'base', 'side'] as const).map((k) => r.lex(length.next, k)?.next ?? 0),
  )
  // "9h a partir de 1 de março" begins on a day
  const begins = r.is(length.next, 'from') && (timeLike(r, i, said)?.next ?? 0) >= length.next
  const isDay = prefix === undefined && (begins || (r.lex(length.next, 'day')?.next ?? 0) > afterwards)
  const hence = isDay ? undefined : r.lex(length.next, 'hence')
  if (hence !== undefined) {
    const item: Item = { t: 'span', span: length.value }
    return { value: [hence.value === 'exact' ? { ...item, exact: true } : item], next: hence.next }
  }
  const base = prefix === undefined && !isDay ? r.lex(length.next, 'base') : undefined
  if (base !== undefined) {
    const now = r.lex(base.next, 'now')
    if (now !== undefined) return { value: [{ t: 'span', span: length.value }], next: now.next }
    return { value: [{ t: 'span', span: length.value, based: true }], next: base.next }
  }
  if (prefix !== undefined || plus) {
    const item: Item = { t: 'span', span: length.value }
    const round = r.lex(at, 'roundDays')
    const rounded = prefix !== undefined && round?.next === length.next
    return { value: [rounded ? { ...item, round: Number(round.value) } : item], next: length.next }
  }
  const before = isDay ? undefined : r.lex(length.next, 'side')
  if (before?.value === 'before')
    return { value: [{ t: 'span', span: negative(length.value), based: true }], next: before.next }
  if (isWeeks(length.value) && weeksOn(r, length.next))
    return { value: [{ t: 'span', span: length.value, based: true }], next: length.next }
  // "15h", "17h10", "1430 hours" are hours of the day
  if (said.at) return undefined
  const isClock = (timeLike(r, i, said)?.next ?? 0) >= length.next
  // but "2 hours" are to wait
  const unit = r.tokens[length.next - 1]
  const word = unit?.kind === 'word' && unit.text.length > 1
  const worded = r.habits.clock12 === 'always' && word && (r.digits(i)?.text.length ?? 9) < 3
  if (isClock && !worded) return undefined
  // "15日" is the fifteenth
  if ((dateRule(r, i, said)?.next ?? 0) >= length.next) return undefined
  const bare: Item = { t: 'span', span: length.value, bare: true }
  return { value: [length.compact ? { ...bare, compact: true } : bare], next: length.next }
}

/** "a week on monday", "two weeks tomorrow". */
const weeksOn = (r: Reader, i: number): boolean =>
  r.is(i, 'day') || (r.is(i, 'on') && r.is(r.skip(i, 'on'), 'weekday'))

const isWeeks = ({ seconds, days, workdays, months }: Span): boolean =>
  seconds + workdays + months === 0 && days > 0 && days % 7 === 0

const negative = ({ seconds, days, workdays, months }: Span): Span => ({
  seconds: -seconds,
  days: -days,
  workdays: -workdays,
  months: -months,
})

/** "the day before christmas", "the working day after easter". */
function unitBeside(r: Reader, i: number): Hit<Item[]> | undefined {
  const unit = r.lex(i, 'unit')
  const side = unit === undefined ? undefined : r.lex(unit.next, 'side')
  if (unit === undefined || side === undefined || !namesDate(r, side.next)) return undefined
  const length = addUnit(EMPTY_SPAN, 1, unit.value as Unit)
  // "the week before christmas" has seven days.
  if (length === undefined || length.days + length.workdays !== 1) return undefined
  const span = side.value === 'before' ? negative(length) : length
  return { value: [{ t: 'span', span, based: true }], next: side.next }
}

/** "2 sundays from now", "in three mondays". */
function weekdaysAhead(r: Reader, i: number, introduced: boolean): Hit<Item[]> | undefined {
  const count = integer(r, i)
  if (count === undefined || count.value < 1 || count.value > 100) return undefined
  const day = r.lex(count.next, 'weekdays') ?? r.lex(count.next, 'weekday')
  if (day === undefined) return undefined
  const hence = r.lex(day.next, 'hence')
  if (hence === undefined && !introduced) return undefined
  const length = addUnit(EMPTY_SPAN, count.value - 1, 'week') ?? EMPTY_SPAN
  const weekday: Item = { t: 'weekday', days: [Number(day.value)] }
  const ahead: Item[] = count.value === 1 ? [weekday] : [{ t: 'span', span: length, based: true }, weekday]
  return { value: ahead, next: hence?.next ?? day.next }
}

/** One or two things that name a day ("Friday 30 June"), and a time if it comes with its own "at". */
export function someDays(
  r: Reader,
  i: number,
  withTime: boolean,
  said: Said = { ...NOTHING_SAID, date: true },
): Hit<Item[]> | undefined {
  const items: Item[] = []
  let at = i
  for (;;) {
    const start = r.skip(r.mark(at, ',') && items.length > 0 ? at + 1 : at, 'the', 'on', 'of', 'in', 'glue')
    let best: Hit<Item[]> | undefined
    for (const rule of [...dateLike, spanRule]) {
      for (const from of start === at ? [at] : [at, start]) {
        const hit = rule(r, from, said)
        if (hit !== undefined && hit.next > (best?.next ?? from)) best = hit
      }
    }
    if (best === undefined || isApart(items.at(-1), best.value[0], r.mark(at, ','))) break
    items.push(...best.value)
    at = best.next
    if (items.length >= 3) break
  }
  if (items.length === 0) return undefined
  if (!withTime) return { value: items, next: at }
  return andTime(r, { value: items, next: at })
}

/** "fridays, dec 24" and "august on the 1st" are two things, "friday, dec 25" is one. */
function isApart(before: Item | undefined, item: Item | undefined, comma: boolean): boolean {
  // "until june 30 weekdays at 9", "from march 1 first monday of every month"
  const recurs = item?.t === 'nth' || (item?.t === 'weekday' && (item.habit === true || item.days.length > 1))
  if (recurs && before?.t === 'date' && before.days.length > 0) return true
  const dated = item?.t === 'date' && item.days.length > 0
  if (!dated || before === undefined) return false
  if (before.t === 'date') return before.days.length === 0 && item.month === undefined
  return comma && before.t === 'weekday' && (before.habit === true || before.days.length > 1)
}

/** Days with the time that stands after them, if it comes with its own "at". */
export function andTime(r: Reader, { value: items, next: at }: Hit<Item[]>): Hit<Item[]> {
  const saidAt = r.skip(at, 'at')
  const time = timeLike(r, saidAt, { at: saidAt > at, on: false })
  const item = time?.value[0]
  if (time === undefined || item?.t !== 'time' || item.clocks.length !== 1 || !(item.marked || saidAt > at))
    return { value: items, next: at }
  return { value: [...items, item], next: time.next }
}
