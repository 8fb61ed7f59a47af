import { describeInstant, describeRule } from './describe.ts'
import type { Choice, Here, When } from './when.ts'

/** How many choices a question shows. */
const MOST_CHOICES = 4

/** One of the moments a person may choose; its phrase reads back to it. */
export function choice(at: Temporal.Instant, zone: string, here: Here): Choice {
  return {
    label: describeInstant(at, zone, { now: here.now, locale: here.locale }),
    at,
    phrase: describeInstant(at, zone),
  }
}

/** What a reading gives to choose from; nothing when it is none. */
export function choicesIn(when: When, here: Here): Choice[] {
  switch (when.kind) {
    case 'once':
      return [choice(when.at, when.zone, here)]
    case 'recurring': {
      const [at] = when.next
      const phrase = describeRule(when.rule, 'en')
      return at === undefined ? [] : [{ label: describeRule(when.rule, here.locale), at, phrase }]
    }
    case 'ask':
      return when.choices
    case 'error':
      return []
    default:
      throw new TypeError(`No such reading: ${when satisfies never}`)
  }
}

/** Asks which of several readings is meant; does not ask when only one of them can be. */
export function askBetween(question: string, readings: readonly When[], here: Here): When {
  const possible = readings.filter(({ kind }) => kind !== 'error')
  const [only] = possible.length > 0 ? possible : readings
  if (only === undefined) return { kind: 'error', message: question }
  if (possible.length < 2) return only
  const choices = new Map<string, Choice>()
  for (const reading of possible)
    for (const one of choicesIn(reading, here)) if (!choices.has(one.phrase)) choices.set(one.phrase, one)
  return choices.size < 2
    ? only
    : { kind: 'ask', question, choices: [...choices.values()].slice(0, MOST_CHOICES) }
}
