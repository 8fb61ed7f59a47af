/**
 * An error that the person can put right: one sentence in their words, then the way out.
 * Everything that is not a UserError is ours: it is logged with an id and answered with that id.
 */
export class UserError extends Error {
  override name = 'UserError'
  /** What to do about it: a sentence, or a line to type such as `show 42`. */
  readonly wayOut: string | undefined
  /** The form field the mistake is in, so that a form can show it there. */
  readonly field: string | undefined
  /** Lines offered as buttons: the ways out that need no typing. */
  readonly offers: readonly Offer[]

  constructor(
    message: string,
    options: { wayOut?: string; field?: string; offers?: readonly Offer[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.wayOut = options.wayOut
    this.field = options.field
    this.offers = options.offers ?? []
  }
}

/**
 * Not a mistake but a question: what was said has several meanings, and each offer is one of them. Shown with its buttons
 * wherever it was asked, also where a form was sent: choosing is one press, and nothing has to be typed again.
 */
export class Question extends UserError {
  override name = 'Question'
}

/** A button in words: what it says and the line it types. */
export interface Offer {
  label: string
  line: string
}

/** Longer than this nobody reads their own words again. */
const QUOTED = 60

/** What somebody said, as a sentence about it quotes it: in one line, and not all of it where it is long. */
export function quoted(said: string): string {
  const line = said.replace(/\s+/g, ' ').trim()
  const cut = line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line
  return `"${cut.toWellFormed().replace('\ufffd…', '…')}"`
}
