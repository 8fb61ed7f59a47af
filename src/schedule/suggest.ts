import { clockWords } from '../kit/clock-words.ts'
import { describeInstant, describeRule } from './describe.ts'
import { guard } from './guard.ts'
import { languageOf, languages } from './languages/index.ts'
import type { Language } from './languages/language.ts'
import type { Kind } from './lexicon.ts'
import { type ReadAt, readWhen } from './read-when.ts'
import { fold } from './tokens.ts'

/** How many suggestions a person is shown. */
const MOST_SUGGESTIONS = 8
/** How many candidates are read for them: typing must not wait. */
const MOST_CANDIDATES = 40
/** Discord takes at most this much in the name and the value of a choice. */
const LONGEST = 100

/** Words worth completing. */
const COMPLETED: readonly Kind[] = [
  'day',
  'weekday',
  'every',
  'next',
  'month',
  'holiday',
  'part',
  'clock',
  'in',
  'weekdays',
  'unit',
]

interface Suggestion {
  label: string
  phrase: string
}

/**
 * What a partial time may become, as it is typed: how it reads as it stands, then what it may be completed to. Each
 * `phrase` reads without a question, each `label` says what it reads as. Both fit a Discord choice.
 */
export function whenSuggestions(partial: string, at: ReadAt): Suggestion[] {
  const guarded = guard(partial)
  const language: Language = languages[languageOf(at.locale)]
  if (!guarded.ok) return partial.trim() === '' ? collect(language.starters, at) : []
  const text = guarded.text
  return collect(candidates(text, /\s$/.test(partial), language, at), at)
}

function collect(phrases: Iterable<string>, at: ReadAt): Suggestion[] {
  const found = new Map<string, Suggestion>()
  let tried = 0
  for (const phrase of phrases) {
    tried += 1
    if (found.size >= MOST_SUGGESTIONS || tried > MOST_CANDIDATES) break
    // A question is worth asking of what was typed, not of what might be.
    for (const suggestion of read(phrase, at, tried === 1)) {
      const fits = suggestion.phrase.length <= LONGEST
      if (fits && !found.has(suggestion.label)) found.set(suggestion.label, suggestion)
    }
  }
  return [...found.values()].slice(0, MOST_SUGGESTIONS)
}

function read(phrase: string, at: ReadAt, asking: boolean): Suggestion[] {
  const when = readWhen(phrase, at)
  switch (when.kind) {
    case 'once':
      return [
        { label: short(describeInstant(when.at, when.zone, { now: at.now, locale: at.locale })), phrase },
      ]
    case 'recurring':
      return [{ label: short(describeRule(when.rule, at.locale)), phrase }]
    case 'ask':
      return asking
        ? when.choices.map((choice) => ({ label: short(choice.label), phrase: choice.phrase }))
        : []
    case 'error':
      return []
    default:
      throw new TypeError(`No such reading: ${when satisfies never}`)
  }
}

const short = (label: string) => (label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label)

/** The text itself, then with its last word completed, then with a time. */
function* candidates(
  text: string,
  closed: boolean,
  language: Language,
  { defaultTime = '09:00', locale }: ReadAt,
): Generator<string> {
  yield text
  const folded = fold(text)
  for (const starter of language.starters) if (fold(starter).startsWith(folded)) yield starter
  const at = (time: string) => language.speech.at(clockWords(Temporal.PlainTime.from(time), locale))
  if (/\d$/.test(text)) {
    for (const unit of units(language)) yield `${text} ${unit}`
    yield `${text}:00`
    yield `${text}:30`
  } else if (/\d:$/.test(text)) {
    yield `${text}00`
    yield `${text}30`
  }
  const completed = closed ? [] : completions(text, language)
  for (const phrase of completed) {
    yield phrase
    yield `${phrase} ${at(defaultTime)}`
  }
  yield `${text} ${at(defaultTime)}`
  yield `${text} ${at('12:00')}`
  yield `${text} ${at('17:00')}`
}

/** "in 2" goes on with the units that one can wait for. */
function units(language: Language): string[] {
  const words = language.words.unit
  if (words === undefined || typeof words === 'string') return []
  return [words.hour, words.minute, words.day, words.week].map(
    (each) => each?.split('|')[1] ?? each?.split('|')[0] ?? '',
  )
}

function completions(text: string, language: Language): string[] {
  const start = text.search(/[\p{L}\p{M}]+$/u)
  if (start < 0) return []
  const begun = fold(text.slice(start))
  const head = text.slice(0, start)
  const found: string[] = []
  for (const kind of COMPLETED) {
    const entries = language.words[kind]
    for (const words of typeof entries === 'string' ? [entries] : Object.values(entries ?? {})) {
      const word = words.split('|').find((each) => fold(each).startsWith(begun) && fold(each) !== begun)
      if (word !== undefined) found.push(head + word)
    }
  }
  return found.slice(0, 8)
}
