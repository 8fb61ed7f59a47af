import { UserError } from '../kit/user-error.ts'
import type { FormValues } from '../message/form.ts'
import type { Arg } from './arg.ts'
import type { Said } from './surface.ts'

/**
 * More characters than this nobody types: Discord takes 6,000 of an option and 4,000 of a box, Slack 3,000 of a box. What
 * people publish, and what a platform asks for in fields of its own, may be long.
 */
const MOST_OF_A_VALUE = 2_000
const MOST_OF_A_TEXT = 70_000
const MOST_OF_A_LINE = 100_000

/**
 * What was said, as the rest of Crier may rely on it: every text is well-formed Unicode, since half a letter breaks
 * addresses, databases and chats.
 *
 * @throws UserError where a line is longer than any that means something
 */
export function wellFormed(said: Said): Said {
  if (!('line' in said))
    return { ...said, command: said.command.toWellFormed(), values: eachWellFormed(said.values) }
  if (said.line.length > MOST_OF_A_LINE)
    throw new UserError(
      `That line has ${said.line.length.toLocaleString('en')} characters, and ${MOST_OF_A_LINE.toLocaleString('en')} are the most that is read`,
      { wayOut: 'Say it in fewer words, or attach a long text as a file.' },
    )
  return { ...said, line: said.line.toWellFormed() }
}

const eachWellFormed = (values: FormValues): FormValues =>
  // Own properties alone, and no prototype that somebody sent along.
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.map((one) => String(one).toWellFormed())]
      return [name, typeof value === 'string' ? value.toWellFormed() : value]
    }),
  )

/** The first value that is longer than any that means something; undefined where there is none. */
export function tooLong(
  values: FormValues,
  fields: readonly Arg[],
): { name: string; error: UserError } | undefined {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'boolean') continue
    const field = fields.find((one) => one.name === name)
    const most = field && field.kind !== 'text' && field.kind !== 'secret' ? MOST_OF_A_VALUE : MOST_OF_A_TEXT
    const length = Array.isArray(value) ? value.join().length : value.length
    // A text that is published says itself what fits, beside what was written.
    if (length <= most || field?.name === 'text') continue
    const label = field?.label ?? name.slice(0, 40)
    return {
      name,
      error: new UserError(`${label}: it may have ${most.toLocaleString('en')} characters at most`, {
        field: name,
      }),
    }
  }
  return undefined
}
