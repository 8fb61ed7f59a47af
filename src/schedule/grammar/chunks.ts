import type { DayPart, Kind, Unit } from '../lexicon.ts'
import type { Hit, Reader } from '../reader.ts'
import { zoneRule } from '../zones.ts'
import { timeRule } from './clock.ts'
import { dateRule, nthRule, weekdayRule } from './dates.ts'
import { EMPTY_SPAN, type Item } from './items.ts'
import { addUnit, integer, ordinal, span } from './numbers.ts'

/** Words that stand between things and say nothing of their own. */
const CONNECTORS: Kind[] = ['on', 'the', 'of', 'at', 'in', 'for', 'glue', 'this', 'coming', 'and']
const CONNECTING_MARKS = new Set([',', '.', '@', ';', ':', '!', '|', '&'])
/** What a phrase may not end with. */
const DANGLING: Kind[] = ['at', 'in', 'for', 'of']

/** `refused`: it was read, and is no time; otherwise there is a word in it that was not understood. */
export type Chunks = { ok: true; items: Item[] } | { ok: false; message: string; refused: boolean }

/** Reads a whole phrase as a list of items; every word must belong to one. */
export function readChunks(r: Reader): Chunks {
  const items: Item[] = []
  const end = readUntil(r, 0, items)
  if (r.refusal !== undefined) return { ok: false, message: r.refusal, refused: true }
  if (end < r.end) return { ok: false, message: notUnderstood(r, end), refused: false }
  return { ok: true, items }
}

function notUnderstood(r: Reader, from: number): string {
  const token = r.tokens[from]
  const to = from + 1
  const word = r.quote(from, token?.kind === 'word' && isIdeograph(token.text) ? r.end : to)
  const whole = r.text.length > 60 ? `${r.text.slice(0, 57)}…` : r.text
  const inWhole = word === whole ? '' : ` in "${whole}"`
  return `I did not understand "${word.slice(0, 40)}"${inWhole}.`
}

const isIdeograph = (text: string) => (text.codePointAt(0) ?? 0) > 0x2fff

/** Adds what it reads to `items`; returns the first token it could not read. */
function readUntil(r: Reader, start: number, items: Item[]): number {
  let at = start
  let said = NOTHING_SAID
  let dangling = false
  while (at < r.end) {
    const hit = chunk(r, at, said)
    if (hit !== undefined && hit.next > at) {
      items.push(...hit.value)
      at = hit.next
      said = NOTHING_SAID
      dangling = false
      continue
    }
    const refusal = refusalAt(r, at)
    if (refusal !== undefined) {
      r.refuse(refusal)
      return at
    }
    let next = at
    for (const kind of CONNECTORS) {
      const found = r.lex(at, kind)
      if (found === undefined || found.next < next) continue
      next = found.next
      said = { at: said.at || kind === 'at' || kind === 'for', on: said.on || kind === 'on' }
      dangling = DANGLING.includes(kind)
      if (kind === 'and') items.push({ t: 'and' })
    }
    if (next === at && CONNECTING_MARKS.has(r.tokens[at]?.text ?? '') && r.tokens[at]?.kind === 'mark') {
      if (r.mark(at, '@')) said = { at: true, on: false }
      if (r.mark(at, ',') || r.mark(at, '&') || r.mark(at, ';')) items.push({ t: 'and' })
      next = at + 1
    }
    if (next === at) return at
    at = next
  }
  return dangling ? at - 1 : at
}

function refusalAt(r: Reader, i: number): string | undefined {
  const gone = r.lex(i, 'gone')
  if (gone !== undefined)
    return `"${r.quote(i, gone.next)}" is in the past. Say a time that is still to come.`
  const or = r.lex(i, 'or')
  if (or !== undefined) return `"${r.quote(i, or.next)}" leaves it open. Say one time.`
  const vague = r.lex(i, 'vague') ?? r.lex(i, 'few') ?? r.lex(i, 'not')
  return vague === undefined ? undefined : `"${r.quote(i, vague.next)}" is not a time. Say a day and an hour.`
}

/** Which connectors stand before a chunk. */
interface Said {
  at: boolean
  on: boolean
  /** Two times are to follow: "from 9 to 17" is not nine minutes to 17. */
  range?: boolean
}

type Rule = (r: Reader, i: number, said: Said) => Hit<Item[]> | undefined

const one = (hit: Hit<Item> | undefined): Hit<Item[]> | undefined =>
  hit === undefined ? undefined : { value: [hit.value], next: hit.next }

// Weekdays come first: "segunda, quarta e sexta" are no ordinals.
const dateLike: Rule[] = [
  (r, i) => one(weekdayRule(r, i)),
  (r, i) => one(nthRule(r, i)),
  (r, i, said) => one(dateRule(r, i, said)),
  dayRule,
  periodRule,
  ofMonthRule,
]

const timeLike: Rule = (r, i, said) => one(timeRule(r, i, said, (at, than) => isLonger(r, at, than)))

/** Whether a date or a length reads more from here than a time would: "at 9, 15 march". */
function isLonger(r: Reader, i: number, than: number): boolean {
  const length = span(r, i)
  if (length !== undefined && length.next > than) return true
  for (const rule of dateLike) if ((rule(r, i, NOTHING_SAID)?.next ?? 0) > than) return true
  return false
}

const NOTHING_SAID: Said = { at: false, on: false }

const rules: Rule[] = [
  dayRule,
  seqRule,
  // Before "from": "from monday to friday" is no beginning.
  ...dateLike,
  everyRule,
  everyAfterRule,
  untilRule,
  fromRule,
  exceptRule,
  lastingRule,
  spanRule,
  timeLike,
  betweenRule,
  partRule,
  seqRule,
  (r, i) => {
    const hit = zoneRule(r, i)
    return hit === undefined ? undefined : { value: [{ t: 'zone', meaning: hit.value }], next: hit.next }
  },
  afterRule,
  nowRule,
  lateDayRule,
]

/** The rule that reads the most; of equals, the first. */
function chunk(r: Reader, i: number, said: Said): Hit<Item[]> | undefined {
  let best: Hit<Item[]> | undefined
  for (const rule of rules) {
    const hit = rule(r, i, said)
    if (hit !== undefined && hit.next > (best?.next ?? i)) best = hit
  }
  return best
}

/** "every", "every other", "every 2 weeks", "every third day", "each". */
function everyRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const every = r.lex(i, 'every')
  if (every === undefined) return onceRule(r, i)
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
    (dateRule(r, at, NOTHING_SAID)?.next ?? 0) > unit.next
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
      return { value: [{ t: 'every', interval: minutes, unit: 'minute' }], next: length.next }
    }
  }
  const count = interval === 1 ? (ordinal(r, at) ?? integer(r, at)) : undefined
  if (count !== undefined) {
    const of = counted(r, count.next)
    // "every last day", "every 1st workday": which one of the month, not every so many
    const isNth = ordinal(r, at) !== undefined
    const ofMonth =
      of !== undefined && of.value === 'day' && (count.value === 1 || ofMonthRule(r, of.next) !== undefined)
    if (of !== undefined && (count.value < 1 || (isNth && (of.value === 'workday' || ofMonth)))) {
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
  return { value: [{ t: 'every', interval }], next: every.next > at ? every.next : at }
}

function counted(r: Reader, i: number): Hit<Unit> | undefined {
  const short = r.digits(i - 1) === undefined ? undefined : r.lex(i, 'shortUnit')
  const unit = r.lex(i, 'unit')
  const longest = short !== undefined && short.next > (unit?.next ?? 0) ? short : unit
  return longest === undefined ? undefined : { value: longest.value as Unit, next: longest.next }
}

/** "once a week", "twice a day", "3 times a week". */
function onceRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const once = r.lex(i, 'onceA')
  let times: number | undefined
  let at = i
  if (once !== undefined) {
    times = Number(once.value)
    at = once.next
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
  if (seq === undefined || !String(seq.value).startsWith('every:')) return undefined
  return { value: [{ t: 'often', times }, ...sequence(String(seq.value))], next: seq.next }
}

/** "2週間ごと", "iki haftada bir". */
function everyAfterRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const count = integer(r, i)
  const unit = count === undefined ? undefined : r.lex(count.next, 'unit')
  const plain = unit === undefined ? undefined : r.lex(unit.next, 'everyAfter')
  if (count !== undefined && unit !== undefined && plain !== undefined) {
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

function untilRule(r: Reader, i: number): Hit<Item[]> | undefined {
  return bound(r, i, 'until')
}

function fromRule(r: Reader, i: number): Hit<Item[]> | undefined {
  return bound(r, i, 'from')
}

/** "until 30 June 2026 at 17:00", "starting next monday". */
function bound(r: Reader, i: number, edge: 'until' | 'from'): Hit<Item[]> | undefined {
  const word = r.lex(i, edge)
  // "beginning of march" is a day
  if (word === undefined || (r.lex(i, 'startOf')?.next ?? 0) > word.next) return undefined
  const now = edge === 'from' ? r.lex(word.next, 'now') : undefined
  if (now !== undefined) return { value: [{ t: 'and' }], next: now.next }
  const days = someDays(r, word.next, true)
  // "von Montag bis Freitag" is no beginning
  if (days?.value.some((item) => item.t === 'weekday' && item.days.length > 1)) return undefined
  if (days === undefined && edge === 'from') {
    // "every 12 hours starting at 9pm"
    const time = timeLike(r, r.skip(word.next, 'at'), { at: true, on: false })
    const item = time?.value[0]
    const single = item?.t === 'time' && item.clocks.length === 1
    return time !== undefined && single
      ? { value: [{ t: 'from', items: time.value }], next: time.next }
      : undefined
  }
  return days === undefined ? undefined : { value: [{ t: edge, items: days.value }], next: days.next }
}

/** One or two things that name a day ("Friday 30 June"), and a time if it comes with its own "at". */
function someDays(r: Reader, i: number, withTime: boolean): Hit<Item[]> | undefined {
  const items: Item[] = []
  let at = i
  for (;;) {
    const start = r.skip(r.mark(at, ',') && items.length > 0 ? at + 1 : at, 'the', 'on', 'of', 'in', 'glue')
    let best: Hit<Item[]> | undefined
    for (const rule of [...dateLike, spanRule]) {
      for (const from of start === at ? [at] : [at, start]) {
        const hit = rule(r, from, NOTHING_SAID)
        if (hit !== undefined && hit.next > (best?.next ?? from)) best = hit
      }
    }
    if (best === undefined) break
    items.push(...best.value)
    at = best.next
    if (items.length >= 3) break
  }
  if (items.length === 0) return undefined
  if (!withTime) return { value: items, next: at }
  const saidAt = r.skip(at, 'at')
  const time = timeLike(r, saidAt, { at: saidAt > at, on: false })
  const item = time?.value[0]
  if (time === undefined || item?.t !== 'time' || item.clocks.length !== 1 || !(item.marked || saidAt > at))
    return { value: items, next: at }
  return { value: [...items, item], next: time.next }
}

/** "except fridays", "except 25 December and 1 January". */
function exceptRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const word = r.lex(i, 'except')
  if (word === undefined) return undefined
  const items: Item[] = []
  let at = word.next
  for (;;) {
    const start = r.skip(at, 'on', 'in', 'the', 'for', 'every')
    const days = someDays(r, start, false) ?? weekendAt(r, start)
    if (days === undefined) break
    items.push(...days.value, { t: 'and' })
    at = days.next
    const then = r.skip(r.mark(at, ',') ? at + 1 : at, 'and')
    if (then === at) break
    // "except fridays and at 9:00"
    if (someDays(r, r.skip(then, 'on', 'in', 'the'), false) === undefined) break
    at = then
  }
  return items.length === 0 ? undefined : { value: [{ t: 'except', items }], next: at }
}

function weekendAt(r: Reader, i: number): Hit<Item[]> | undefined {
  const unit = r.lex(i, 'unit')
  return unit?.value === 'weekend' ? { value: [{ t: 'weekday', days: [6, 7] }], next: unit.next } : undefined
}

/** "for three weeks", "for the next 5 days", "for 10 times", "10 times". */
function lastingRule(r: Reader, i: number): Hit<Item[]> | undefined {
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
  const length = span(r, at)
  return length === undefined
    ? undefined
    : { value: [{ t: 'lasting', span: length.value }], next: length.next }
}

/** "in 2 hours", "2 hours from now", "+15 minutes", "5m", "two weeks from tomorrow", "in a week". */
function spanRule(r: Reader, i: number, said: Said): Hit<Item[]> | undefined {
  if (r.mark(i, '-') && r.digits(i + 1) !== undefined && r.glued(i + 1) && i > 0 && r.is(i - 1, 'in')) {
    return r.refuse('A time cannot lie a negative amount ahead.')
  }
  const prefix = r.lex(i, 'in')
  const plus = r.mark(i, '+')
  const at = prefix === undefined ? (plus ? i + 1 : i) : r.skip(prefix.next, 'glue')
  if (prefix !== undefined && r.mark(at, '-')) return r.refuse('A time cannot lie a negative amount ahead.')
  const length = span(r, at)
  if (length === undefined) return weekdaysAhead(r, at, prefix !== undefined)
  // "às 9h a partir de março"
  if (said.at && prefix === undefined && !plus) return undefined
  const hence = r.lex(length.next, 'hence')
  if (hence !== undefined) {
    const item: Item = { t: 'span', span: length.value }
    return { value: [hence.value === 'exact' ? { ...item, exact: true } : item], next: hence.next }
  }
  const base = prefix === undefined ? r.lex(length.next, 'base') : undefined
  if (base !== undefined) {
    const now = r.lex(base.next, 'now')
    if (now !== undefined) return { value: [{ t: 'span', span: length.value }], next: now.next }
    return { value: [{ t: 'span', span: length.value, based: true }], next: base.next }
  }
  if (prefix !== undefined || plus) return { value: [{ t: 'span', span: length.value }], next: length.next }
  // "15h", "17h10", "1430 hours" are hours of the day
  if (said.at || (timeLike(r, i, said)?.next ?? 0) >= length.next) return undefined
  // "15日" is the fifteenth
  if ((dateRule(r, i, said)?.next ?? 0) >= length.next) return undefined
  const bare: Item = { t: 'span', span: length.value, bare: true }
  return { value: [length.compact ? { ...bare, compact: true } : bare], next: length.next }
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

function dayRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const day = r.lex(i, 'day')
  return day === undefined ? undefined : { value: [{ t: 'day', offset: Number(day.value) }], next: day.next }
}

/** "next week", "this month", "la semaine prochaine". */
function periodRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const next = r.lex(i, 'next')
  const coming = next === undefined ? r.lex(i, 'coming') : undefined
  const now = next === undefined && coming === undefined ? r.lex(i, 'this') : undefined
  const start = r.skip(next?.next ?? coming?.next ?? now?.next ?? i, 'of')
  const unit = r.lex(start, 'unit')
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
    return r.refuse(`"${r.quote(i, gone.next)}" is in the past. Say a time that is still to come.`)
  return undefined
}

/** "of the month", "im Monat", "du mois", "ayın". */
function ofMonthRule(r: Reader, i: number): Hit<Item[]> | undefined {
  if (!r.is(i, 'of') && !r.is(i, 'in')) return undefined
  const unit = r.lex(r.skip(i, 'of', 'in', 'the'), 'unit')
  if (unit !== undefined && r.is(unit.next, 'nextAfter')) return undefined
  return unit?.value === 'month' ? { value: [{ t: 'ofMonth' }], next: unit.next } : undefined
}

/** "between 9 and 17". */
function betweenRule(r: Reader, i: number): Hit<Item[]> | undefined {
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

function partRule(r: Reader, i: number): Hit<Item[]> | undefined {
  // "this morning" is today's, also when it has passed
  const now = r.lex(i, 'this')
  const todays = now === undefined ? undefined : r.lex(now.next, 'part')
  if (todays !== undefined) {
    return {
      value: [
        { t: 'day', offset: 0 },
        { t: 'part', part: todays.value as DayPart },
      ],
      next: todays.next,
    }
  }
  const part = r.lex(i, 'part')
  return part === undefined
    ? undefined
    : { value: [{ t: 'part', part: part.value as DayPart }], next: part.next }
}

function seqRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const seq = r.lex(i, 'seq')
  return seq === undefined ? undefined : { value: sequence(String(seq.value)), next: seq.next }
}

/** "day:0 part:night" as items. */
function sequence(text: string): Item[] {
  return text.split(' ').map((entry): Item => {
    const [name, first = '', second = ''] = entry.split(':')
    switch (name) {
      case 'day':
        return { t: 'day', offset: Number(first) }
      case 'part':
        return { t: 'part', part: first as DayPart }
      case 'weekday':
        return { t: 'weekday', days: [Number(first)] }
      case 'weekdays':
        return { t: 'weekday', days: first.split(',').map(Number), habit: true }
      case 'every':
        return first === ''
          ? { t: 'every', interval: 1 }
          : { t: 'every', interval: Number(second || 1), unit: first as Unit }
      case 'period':
        return { t: 'period', unit: first as 'week' | 'month' | 'year' | 'weekend', offset: Number(second) }
      case 'nth':
        return { t: 'nth', nths: [Number(first)], of: second === 'workday' ? 'workday' : 'day' }
      case 'ofMonth':
        return { t: 'ofMonth' }
      case 'span':
        return { t: 'span', span: addUnit(EMPTY_SPAN, Number(first), second as Unit) ?? EMPTY_SPAN }
      default:
        throw new TypeError(`No such item in a table: ${entry}`)
    }
  })
}

function afterRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const until = r.lex(i, 'untilAfter')
  if (until !== undefined) return { value: [{ t: 'after', edge: 'until' }], next: until.next }
  const from = r.lex(i, 'fromAfter')
  if (from !== undefined) return { value: [{ t: 'after', edge: 'from' }], next: from.next }
  const except = r.lex(i, 'exceptAfter')
  return except === undefined ? undefined : { value: [{ t: 'after', edge: 'except' }], next: except.next }
}

/** "fri 27": no clock shows 27. */
function lateDayRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const day = r.digits(i)
  if (day === undefined || day.value < 25 || day.value > 31 || i === 0 || !r.is(i - 1, 'weekday'))
    return undefined
  return { value: [{ t: 'date', days: [day.value], marked: true }], next: i + 1 }
}

function nowRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const now = r.lex(i, 'now')
  return now === undefined ? undefined : { value: [{ t: 'now' }], next: now.next }
}
