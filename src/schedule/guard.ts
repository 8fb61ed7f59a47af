/** A time phrase is short: what is longer is not one, and is not worth a parser's time. */
export const LONGEST_PHRASE = 200

const CONTROL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u
const VULGAR_HALVES: Record<string, string> = { '½': ' 1/2', '¼': ' 1/4', '¾': ' 3/4' }

export type Guarded = { ok: true; text: string } | { ok: false; message: string }

/** The phrase in one normal form (NFKC, single blanks), or why it is not even looked at. */
export function guard(phrase: string): Guarded {
  if (typeof phrase !== 'string') return { ok: false, message: 'Say when, in words.' }
  if (phrase.length > LONGEST_PHRASE) {
    return {
      ok: false,
      message: `A time has at most ${LONGEST_PHRASE} characters; this has ${phrase.length}.`,
    }
  }
  // NFKC would glue "2½" to "21/2".
  const text = phrase
    .replace(/[½¼¾]/g, (half) => VULGAR_HALVES[half] ?? half)
    .replace(/[\t\n\r\u00a0\u202f\u2009\u3000]/g, ' ')
    .normalize('NFKC')
    .replace(/ {2,}/g, ' ')
    .trim()
  if (text === '')
    return { ok: false, message: 'Say when: for example "tomorrow 9:00" or "every monday at 17:00".' }
  if (CONTROL.test(text))
    return { ok: false, message: 'There are control characters in this time. Please type it again.' }
  if (text.length > LONGEST_PHRASE) return { ok: false, message: 'This time is too long.' }
  return { ok: true, text }
}
