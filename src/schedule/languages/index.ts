import { type Branch, compileWords } from '../lexicon.ts'
import { common } from './common.ts'
import { en } from './en.ts'
import type { Language } from './language.ts'

/** Every language there is, by its code. A new one is a file beside these and a word here. */
export const languages = { en } satisfies Record<string, Language>

export type LanguageCode = keyof typeof languages

/** The words of each language as one tree, made once. */
export const lexicons = Object.fromEntries(
  Object.entries(languages).map(([code, { words, umlauts }]: [string, Language]) => [code, compileWords([common, words], umlauts)]),
) as Record<LanguageCode, Branch>
