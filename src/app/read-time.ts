import { instantOf } from '../kit/clock.ts'
import { Question, quoted, UserError } from '../kit/user-error.ts'
import { type Block, note } from '../message/message.ts'
import type { PostTime } from '../posts/post.ts'
import { readWhen } from '../schedule/read-when.ts'
import type { Recurrence } from '../schedule/recurrence.ts'
import type { Actor } from './actor.ts'

/** A time that was understood: once, or again and again. `notes` are shown before it counts. */
export type TimeWords =
  | { kind: 'once'; when: PostTime; notes: string[] }
  | { kind: 'recurring'; rule: Recurrence; first: PostTime; notes: string[] }

/**
 * Reads what a person said of a time, in their zone and language.
 *
 * @param lineFor the line that a choice types, where the words have two meanings; undefined where a line can't carry it
 * @throws UserError quoting what was not understood, or asking which of two times was meant
 */
export function timeFromWords(actor: Actor, phrase: string, lineFor?: (phrase: string) => string): TimeWords {
  const { bench, zone, locale, workspace } = actor
  const now = bench.clock.now()
  if (/^(now|right now|at once|asap)$/i.test(phrase.trim()))
    return { kind: 'once', when: { at: now, zone, phrase }, notes: [] }
  const read = readWhen(phrase, {
    now: instantOf(now),
    zone,
    locale,
    defaultTime: workspace.settings.defaultTime,
  })
  switch (read.kind) {
    case 'once':
      return {
        kind: 'once',
        when: { at: read.at.epochMilliseconds, zone: read.zone, phrase },
        notes: read.notes,
      }
    case 'recurring': {
      const [first] = read.next
      if (!first) throw new UserError(`${quoted(phrase)} has no run in the future`, { field: 'when' })
      return {
        kind: 'recurring',
        rule: read.rule,
        first: { at: first.epochMilliseconds, zone: read.rule.zone, phrase },
        notes: read.notes,
      }
    }
    case 'ask':
      throw new (lineFor ? Question : UserError)(read.question, {
        field: 'when',
        wayOut: `Say ${read.choices.map((choice) => `"${choice.phrase}"`).join(' or ')}.`,
        offers: lineFor
          ? read.choices.map((choice) => ({ label: choice.label.slice(0, 75), line: lineFor(choice.phrase) }))
          : [],
      })
    case 'error':
      throw new UserError(read.message, {
        field: 'when',
        // What was refused for another reason says its own way out.
        ...(read.message.includes('did not understand')
          ? { wayOut: 'Say it like `tomorrow 9am`, `Friday 14:30` or `every weekday at 9`.' }
          : {}),
      })
    default:
      return read satisfies never
  }
}

/** Like `timeFromWords`, where only a single time makes sense. */
export function oneTimeFromWords(
  actor: Actor,
  phrase: string,
  lineFor?: (phrase: string) => string,
): { when: PostTime; notes: string[] } {
  const read = timeFromWords(actor, phrase, lineFor)
  if (read.kind === 'once') return read
  throw new UserError(`${quoted(phrase)} comes again and again; this takes one time`, {
    wayOut: 'Use `schedule` for a series.',
    field: 'when',
  })
}

/** The reader's notes (a skipped hour, a default time) as asides. */
export const noteBlocks = (notes: readonly string[]): Block[] => notes.map((said) => note(`🕐 ${said}`))
