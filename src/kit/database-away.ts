import { UserError } from './user-error.ts'

/**
 * The database does not answer: nobody's mistake, and it passes. Storage says in the log once when it went away and once
 * when it is back; whoever meets it on the way needs no line of their own (the log sees to that).
 */
export class DatabaseAway extends UserError {
  override name = 'DatabaseAway'
  /** Was the change that was under way written? `unknown` where the answer to its commit was lost. */
  readonly written: 'no' | 'unknown'

  constructor(written: 'no' | 'unknown', cause: unknown) {
    super('The database does not answer at the moment', { wayOut: WAYS_OUT[written], cause })
    this.written = written
  }
}

const WAYS_OUT = {
  no: 'Nothing was changed: say it again in a minute.',
  unknown: 'Whether this was done is not known: look before you say it again.',
}

/** Does this error come from a database that does not answer, however deep it is wrapped? */
export function isAway(error: unknown): boolean {
  // As deep as anybody wraps; a cause may point back at itself.
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++)
    if (at instanceof DatabaseAway) return true
  return false
}
