import { z } from 'zod'

/** A post's number, as people say it: `42`, `#42`. */
export const postNumber = z
  .string()
  .regex(/^#?\d{1,9}$/, 'a post is called by its number, such as 42')
  .transform((said) => Number(said.replace('#', '')))

/** A revision, as buttons carry it. A beginning, as cards show it, is read too, so that it can be refused in words (`checkSeen`). */
export const revision = z
  .string()
  .transform((said) => said.replace(/^@/, '').toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{4,32}$/, "a revision is what stands behind the @ of a card's button"))

/** A delivery's standstill (`standstillOf`), as buttons about it carry it. */
export const standstill = z
  .string()
  .transform((said) => said.replace(/^@/, ''))
  .pipe(z.string().regex(/^[0-9a-f]{1,20}$/, "it is what stands behind the @ of its card's button"))

/** Accounts by their words, or by a form's choices. */
export const accounts = z.union([z.string(), z.array(z.string())])

/** The longest text that is kept: Facebook's 63,206 characters, the longest of all platforms, and a margin for hidden ones. */
const LONGEST_TEXT = 64_000
/** Control characters but tab, line feed and carriage return. */
const CONTROLS = /[^\P{Cc}\t\n\r]/gu

export const postText = z
  .string()
  // Invisible, refused by PostgreSQL (NUL) and by platforms: pasted by accident.
  .transform((said) => said.replace(CONTROLS, ''))
  .pipe(
    z.string().max(LONGEST_TEXT, `a text may have ${LONGEST_TEXT.toLocaleString('en')} characters at most`),
  )

/** A tick, a word that means one, or nothing. */
export const flag = z.union([z.boolean(), z.string().transform((said) => /^(on|yes|true)$/i.test(said))])
