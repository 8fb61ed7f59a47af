import { quoted } from '../../kit/user-error.ts'
import type { DayPart, Kind } from '../lexicon.ts'
import type { Hit, Reader } from '../reader.ts'
import { zoneRule } from '../zones.ts'
import {
  besideDay,
  dateLike,
  dayRule,
  NOTHING_SAID,
  ofMonthRule,
  type Rule,
  type Said,
  spanRule,
  timeLike,
} from './day-rules.ts'
import { exceptRule } from './except.ts'
import type { Item } from './items.ts'
import {
  betweenRule,
  dayRangeRule,
  everyAfterRule,
  everyRule,
  fromRule,
  lastingRule,
  pastHourRule,
  stepRule,
  untilRule,
} from './repeats.ts'
import { seqRule } from './sequence.ts'

/** Words that stand between things and say nothing of their own. */
const CONNECTORS: Kind[] = ['on', 'the', 'of', 'at', 'in', 'for', 'glue', 'this', 'coming', 'and']

const CONNECTING_MARKS = new Set([',', '.', '@', ';', ':', '!', '|', '&', '(', ')'])

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

function notUnderstood(r: Reader, start: number): string {
  const bound = BOUNDS.map((kind) => r.lex(start, kind)?.next ?? start)
  const after = r.skip(Math.max(...bound), 'the')
  // Of "except bank holidays" it is not "except" that was not understood.
  const from = after < r.end ? after : start
  const token = r.tokens[from]
  let to = from + 1
  while (from > start && to < r.end && isUnknown(r, to)) to += 1
  const word = r.quote(from, token?.kind === 'word' && isIdeograph(token.text) ? r.end : to)
  const whole = quoted(r.text)
  const inWhole = quoted(word) === whole ? '' : ` in ${whole}`
  return `I did not understand ${quoted(word)}${inWhole}.`
}

const BOUNDS: Kind[] = ['except', 'until', 'from']

const isUnknown = (r: Reader, i: number) =>
  r.tokens[i]?.kind === 'word' && chunk(r, i, NOTHING_SAID) === undefined && r.at(i).length === 0

const isIdeograph = (text: string) => (text.codePointAt(0) ?? 0) > 0x2fff

/** Adds what it reads to `items`; returns the first token it could not read. */
function readUntil(r: Reader, start: number, items: Item[]): number {
  let at = start
  let said = NOTHING_SAID
  let dangling = false
  while (at < r.end) {
    // Nothing begins with two brackets.
    if ((r.mark(at, '(') && r.mark(at + 1, '(')) || (r.mark(at, ')') && r.mark(at + 1, ')'))) {
      at += 1
      continue
    }
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
      if (kind === 'and') items.push({ t: 'and', word: true })
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
  // "last weekend of the month"
  if (gone !== undefined && ofMonthRule(r, gone.next) !== undefined)
    return `Which day is that? Say, for example, "last saturday of the month", or "last day of the month".`
  if (gone !== undefined)
    return `${quoted(r.quote(i, gone.next))} is in the past. Say a time that is still to come.`
  const or = r.lex(i, 'or')
  if (or !== undefined) return `${quoted(r.quote(i, or.next))} leaves it open. Say one time.`
  const beside = besideDay(r, i)
  if (beside !== undefined) return `${quoted(r.quote(i, beside))} leaves the day open. Say which one.`
  const twice = r.lex(i, 'vague')
  if (twice?.value === 'twice')
    return `${quoted(r.quote(i, twice.next))} is twice in one to some people, and every second one to others. Say "every 2 weeks", or the days.`
  if (twice?.value === 'third')
    return `${quoted(r.quote(i, twice.next))} is every 2 days to some people, and every 3 to others. Say the number.`
  const vague = r.lex(i, 'vague') ?? r.lex(i, 'few') ?? r.lex(i, 'not')
  return vague === undefined
    ? undefined
    : `${quoted(r.quote(i, vague.next))} is not a time. Say a day and an hour.`
}

const rules: Rule[] = [
  dayRule,
  seqRule,
  // Before "from": "from monday to friday" is no beginning.
  ...dateLike,
  dayRangeRule,
  everyRule,
  everyAfterRule,
  stepRule,
  untilRule,
  fromRule,
  exceptRule,
  lastingRule,
  spanRule,
  pastHourRule,
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
  sameTimeRule,
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

function afterRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const until = r.lex(i, 'untilAfter')
  if (until !== undefined) return { value: [{ t: 'after', edge: 'until' }], next: until.next }
  const from = r.lex(i, 'fromAfter')
  if (from !== undefined) return { value: [{ t: 'after', edge: 'from' }], next: from.next }
  const except = r.lex(i, 'exceptAfter')
  return except === undefined ? undefined : { value: [{ t: 'after', edge: 'except' }], next: except.next }
}

/** "same time tomorrow", "this time next week". */
function sameTimeRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const same = r.lex(i, 'sameTime')
  return same === undefined ? undefined : { value: [{ t: 'sameTime' }], next: same.next }
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
