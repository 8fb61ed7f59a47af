import { askBetween } from './choices.ts'
import { eitherOf } from './either.ts'
import { readFloating } from './floating.ts'
import { readChunks } from './grammar/chunks.ts'
import type { Item } from './grammar/items.ts'
import { guard } from './guard.ts'
import { type LanguageCode, languageOf, languages, lexicons } from './languages/index.ts'
import type { Language } from './languages/language.ts'
import { type Here, readOnce } from './once.ts'
import { Reader } from './reader.ts'
import { isRepeating, readRule } from './rule.ts'
import { fillSlots } from './slots.ts'
import { type Token, tokenize } from './tokens.ts'
import { readWeekdayList } from './weekday-list.ts'
import type { ReadAt, When } from './when.ts'

export type { ReadAt, When } from './when.ts'

const DEFAULT_TIME = '09:00'
const CODES = Object.keys(languages) as LanguageCode[]

/**
 * What a phrase means to this person, now. Never guesses silently: what it did not understand it quotes, what may mean
 * two things it asks. Reads the person's language first, then English, then any language that reads the whole phrase.
 */
export function readWhen(phrase: string, at: ReadAt): When {
  const guarded = guard(phrase)
  if (!guarded.ok) return { kind: 'error', message: guarded.message }
  const tokens = tokenize(guarded.text)
  const here: Here = {
    now: at.now,
    zone: at.zone,
    locale: at.locale,
    defaultTime: Temporal.PlainTime.from(at.defaultTime ?? DEFAULT_TIME),
  }
  const own = readIn(languageOf(at.locale), guarded.text, tokens, here)
  return own.understood
    ? own.when
    : (elsewhere(guarded.text, tokens, here) ?? readFloating(guarded.text, here) ?? own.when)
}

/** What another language makes of a phrase that the person's own does not read: English first, then only one that can. */
function elsewhere(text: string, tokens: readonly Token[], here: Here): When | undefined {
  const own = languageOf(here.locale)
  if (own !== 'en') {
    const english = readIn('en', text, tokens, here)
    if (english.understood) return english.when
  }
  if (!tokens.some(isTelling)) return undefined
  const readings: When[] = []
  let refused: When | undefined
  for (const code of CODES) {
    if (code === own || code === 'en') continue
    const attempt = readIn(code, text, tokens, here)
    if (attempt.understood && attempt.when.kind === 'error') refused ??= attempt.when
    else if (attempt.understood) readings.push(attempt.when)
  }
  const [first, ...more] = readings
  if (first === undefined) return refused
  if (more.some((other) => !isSame(first, other))) return undefined
  return first
}

/** Short words mean something in too many languages ("so 9", "do 9"). */
const isTelling = ({ kind, text }: Token) =>
  kind === 'word' && (text.length >= 4 || text.charCodeAt(0) > 0x2fff)

function isSame(a: When, b: When): boolean {
  if (a.kind === 'once') return b.kind === 'once' && a.at.equals(b.at)
  if (a.kind === 'recurring') return b.kind === 'recurring' && a.next.join() === b.next.join()
  return false
}

interface Attempt {
  when: When
  /** Every word was read, whatever came of it. */
  understood: boolean
}

function readIn(code: LanguageCode, text: string, tokens: readonly Token[], here: Here): Attempt {
  const language: Language = languages[code]
  const r = new Reader(text, tokens, lexicons[code], habitsFor(language, here.locale))
  const chunks = readChunks(r)
  if (!chunks.ok) return { when: { kind: 'error', message: chunks.message }, understood: chunks.refused }
  return { when: meaning(chunks.items, here), understood: true }
}

function meaning(items: readonly Item[], here: Here): When {
  const either = eitherOf(items)
  if (either !== undefined) {
    const readings = either.ways.map((way) => meaning(way, here))
    return askBetween(either.question, readings, here)
  }
  if (isRepeating(items)) return readRule(items, here)
  const list = readWeekdayList(items, here)
  if (list !== undefined) return list
  const slots = fillSlots(items)
  return typeof slots === 'string' ? { kind: 'error', message: slots } : readOnce(slots, here)
}

/** Everywhere but in the United States 10/11 is the tenth of November; "en" alone may be either. */
const DAY_FIRST_REGIONS = new Set(['GB', 'AU', 'IE', 'NZ', 'IN', 'ZA', 'SG', 'HK', 'MT'])

function habitsFor({ habits }: Language, locale: string) {
  const region = locale.split(/[-_]/)[1]?.toUpperCase()
  return habits.dateOrder === 'ask' && region !== undefined && DAY_FIRST_REGIONS.has(region)
    ? { ...habits, dateOrder: 'dmy' as const }
    : habits
}
