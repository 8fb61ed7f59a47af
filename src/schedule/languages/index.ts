import { type Branch, compileWords } from '../lexicon.ts'
import { common } from './common.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import type { Language } from './language.ts'
import { pt } from './pt.ts'
import { tr } from './tr.ts'

/** Every language there is, by its code. A new one is a file beside these and a word here. */
export const languages = { en, de, fr, es, pt, tr, ja } satisfies Record<string, Language>

export type LanguageCode = keyof typeof languages

/** The language of a locale such as `pt-BR`; English when there is none. */
export function languageOf(locale: string): LanguageCode {
  const code = locale.toLowerCase().split(/[-_]/)[0] ?? 'en'
  return Object.hasOwn(languages, code) ? (code as LanguageCode) : 'en'
}

/** The words of each language as one tree, made once. */
export const lexicons = Object.fromEntries(
  Object.entries(languages).map(([code, { words, umlauts }]: [string, Language]) => [
    code,
    compileWords([common, words], umlauts),
  ]),
) as Record<LanguageCode, Branch>
