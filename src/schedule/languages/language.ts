import type { Words } from '../lexicon.ts'
import type { Habits } from '../reader.ts'
import type { Speech } from '../speech.ts'

/** All that Crier knows of a language. A new one is one file like these, named in `index.ts`. */
export interface Language {
  habits: Habits
  words: Words
  /** ä may be written ae. */
  umlauts?: true
  speech: Speech
  /** What people often say, shown before they have typed anything, and completed as they type. */
  starters: readonly string[]
}
