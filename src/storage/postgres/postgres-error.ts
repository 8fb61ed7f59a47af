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

/** PostgreSQL's SQLSTATE or the network's own code, such as `ECONNREFUSED`; '' for neither. */
export const postgresCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Whatever the driver throws for a statement is the database's: without a code, the connection is gone. */
export function toQueryError(error: unknown): QueryError {
  const code = postgresCode(error)
  const sentence = error instanceof Error ? error.message : String(error)
  const isState = /^[0-9A-Z]{5}$/.test(code)
  const failure = isState ? FAILURES.find(([prefix]) => code.startsWith(prefix))?.[1] : 'unavailable'
  return new QueryError(failure ?? 'other', code, sentence)
}

/** The database in a person's words (`the PostgreSQL database …`) where a sentence begins with it. */
export const atStart = (where: string): string => `The${where.slice('the'.length)}`
