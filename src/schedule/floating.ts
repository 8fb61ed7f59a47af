import { createRequire } from 'node:module'
// chrono-node: a well-kept reader of one-off times for languages that Crier has no table for.
import type * as chrono from 'chrono-node'
import { clockWords } from '../kit/clock-words.ts'
import { quoted } from '../kit/user-error.ts'
import { choice } from './choices.ts'
import { clockNote, type Here } from './once.ts'
import type { When } from './when.ts'

/** The languages chrono reads and Crier has no grammar for. */
const LANGUAGES = ['fi', 'it', 'nl', 'ru', 'sv', 'uk', 'vi', 'zh'] as const
type Language = (typeof LANGUAGES)[number]

const load = createRequire(import.meta.url)

/** Loaded when one of them is first spoken: chrono takes 20 MB, which nobody else should pay. */
const readerOf = (language: Language): Pick<chrono.Chrono, 'parse'> =>
  (load('chrono-node') as typeof chrono)[language]

/** What may stand around a time and say nothing. */
const FILLERS = /[\s.,;:!()]+/g
const ZONE = /\b[A-Z]{2,5}\b|[+-]\d/

/**
 * A one-off time in a language without a table of its own, read by chrono on a wall clock without a zone: the clock is
 * handed over as if it were UTC, only its components come back, and Temporal makes the instant. Undefined when chrono
 * does not read all of it as exactly one moment to come.
 */
export function readFloating(text: string, here: Here): When | undefined {
  const language = LANGUAGES.find((one) => one === here.locale.toLowerCase().split(/[-_]/)[0])
  if (language === undefined) return undefined
  const now = here.now.toZonedDateTimeISO(here.zone).toPlainDateTime()
  const instant = new Date(now.toZonedDateTime('UTC').epochMilliseconds)
  const results = readerOf(language).parse(text, { instant, timezone: 0 }, { forwardDate: true })
  const [result] = results
  if (result === undefined || results.length > 1 || result.end) return undefined
  const left = text.slice(0, result.index) + text.slice(result.index + result.text.length)
  if (left.replace(FILLERS, '') !== '') return undefined
  const { start } = result
  if (start.isCertain('timezoneOffset')) {
    // chrono notes an offset for a zone that was said and for a length of time; of these only the length is wanted.
    if (ZONE.test(text) || !start.isCertain('hour')) return undefined
    const at = here.now.add({ milliseconds: start.date().getTime() - instant.getTime() })
    const ahead = Temporal.Instant.compare(at, here.now) > 0
    return ahead ? { kind: 'once', at, zone: here.zone, notes: [] } : undefined
  }
  const part = (name: chrono.Component) => start.get(name) ?? 0
  const date = { year: part('year'), month: part('month'), day: part('day') }
  const timed = start.isCertain('hour')
  const time = timed
    ? Temporal.PlainTime.from({ hour: part('hour'), minute: part('minute'), second: part('second') })
    : here.defaultTime
  const wall = Temporal.PlainDate.from(date).toPlainDateTime(time)
  const zoned = wall.toZonedDateTime(here.zone)
  const at = zoned.toInstant()
  if (Temporal.Instant.compare(at, here.now) <= 0) {
    return {
      kind: 'error',
      message: `${quoted(text)} is in the past. Say a time that is still to come.`,
    }
  }
  // chrono moves "last friday" forward, too: a weekday alone is asked about.
  if (start.isCertain('weekday') && !start.isCertain('day')) {
    const later = zoned.add({ days: 7 }).toInstant()
    return {
      kind: 'ask',
      question: 'Which day do you mean?',
      choices: [at, later].map((one) => choice(one, here.zone, here)),
    }
  }
  const notes = timed ? [] : [`No time was said: ${clockWords(time, here.locale)}.`]
  const note = clockNote(wall, zoned, here)
  return { kind: 'once', at, zone: here.zone, notes: note === undefined ? notes : [...notes, note] }
}
