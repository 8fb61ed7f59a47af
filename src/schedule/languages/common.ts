import type { Words } from '../lexicon.ts'

/** What people write in every language. */
export const common: Words = {
  shortUnit: {
    second: 's|sec|secs',
    minute: 'min|mins|m|min.',
    hour: 'h|hr|hrs|hrs.|std',
    day: 'd',
    week: 'w',
  },
  times: 'x',
}

/** Not for German, where "am" is a preposition. */
export const ampm: Record<string, string> = { am: 'am|a.m.|a.m|a. m.', pm: 'pm|p.m.|p.m|p. m.' }

/** Number words by their place in the list, from 0; several for one number are joined by "|". */
export function counted(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.map((word, number) => [String(number), word]))
}

/** Joins every form of the first words with every form of the second. */
export function joined(first: string, second: string, glue: string): string {
  return first
    .split('|')
    .flatMap((one) => second.split('|').map((two) => `${one}${glue}${two}`))
    .join('|')
}
