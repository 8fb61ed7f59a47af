import { type Failure, QueryError } from '../query-error.ts'

/** By the class of SQLSTATE (its first two characters) or the whole: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const FAILURES: [prefix: string, failure: Failure][] = [
  ['23505', 'unique'],
  ['23503', 'foreign-key'],
  ['40', 'busy'],
  ['55P03', 'busy'],
  ['53100', 'full'],
  ['25006', 'readonly'],
  ['53', 'unavailable'],
  ['57', 'unavailable'],
  ['08', 'unavailable'],
]

/** By their classes, since `EPIPE` has five letters too. */
const SQLSTATE = /^(\d\d|F0|HV|P0|XX)[0-9A-Z]{3}$/

/** PostgreSQL's SQLSTATE or the network's own code, such as `ECONNREFUSED`; '' for neither. */
export const postgresCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Whatever the driver throws for a statement is the database's: without a code, the connection is gone. */
export function toQueryError(error: unknown, wasSent = true): QueryError {
  if (error instanceof QueryError) return error
  const code = postgresCode(error)
  const sentence = error instanceof Error ? error.message : String(error)
  const failure = SQLSTATE.test(code)
    ? FAILURES.find(([prefix]) => code.startsWith(prefix))?.[1]
    : 'unavailable'
  return new QueryError(failure ?? 'other', code, sentence, wasSent)
}

/** Ends that take the connection with them: the server shut down, crashed, or the network broke. */
const ENDS = /^(57P01|57P02|57P05|08...)$/

/** Is the connection gone, and with it whatever was not committed? */
export const isLost = (error: unknown): boolean =>
  error instanceof QueryError &&
  error.failure === 'unavailable' &&
  (ENDS.test(error.code) || !SQLSTATE.test(error.code))

/** Surely rolled back by the server, for others' sake: a deadlock, or a serialization failure. */
export const isRolledBack = (error: unknown): boolean =>
  error instanceof QueryError && (error.code === '40P01' || error.code === '40001')

/** The database in a person's words (`the PostgreSQL database …`) where a sentence begins with it. */
export const atStart = (where: string): string => `The${where.slice('the'.length)}`
