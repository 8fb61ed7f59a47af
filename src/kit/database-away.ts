import { UserError } from './user-error.ts'

/** Why nothing can be written: the database does not answer, its disk is full, or it may only be read. */
export type Away = 'silent' | 'full' | 'readonly'

/**
 * The database does not take what it is told: nobody's mistake, and it passes. Storage says in the log once when it began
 * and once when it is over; whoever meets it on the way needs no line of their own (the log sees to that).
 */
export class DatabaseAway extends UserError {
  override name = 'DatabaseAway'
  /** Was the change that was under way written? `unknown` where the answer to its commit was lost. */
  readonly written: 'no' | 'unknown'
  readonly away: Away

  constructor(written: 'no' | 'unknown', cause: unknown, away: Away = 'silent') {
    super(SAYS[away], { wayOut: away === 'silent' ? WAYS_OUT[written] : OPERATORS, cause })
    this.written = written
    this.away = away
  }
}

const SAYS: Record<Away, string> = {
  silent: 'The database does not answer at the moment',
  full: 'The disk that Crier writes to is full',
  readonly: 'The disk that Crier writes to takes no writes',
}

const WAYS_OUT = {
  no: 'Nothing was changed: say it again in a minute.',
  unknown: 'Whether this was done is not known: look before you say it again.',
}
const OPERATORS =
  'Nothing was changed, and nothing goes out meanwhile: tell whoever runs Crier, and say it again afterwards.'

/** Does this error come from a database that takes nothing, however deep it is wrapped? In which way? */
export function awayOf(error: unknown): DatabaseAway | undefined {
  // As deep as anybody wraps; a cause may point back at itself.
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++)
    if (at instanceof DatabaseAway) return at
  return undefined
}

export const isAway = (error: unknown): boolean => awayOf(error) !== undefined
