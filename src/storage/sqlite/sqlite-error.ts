import { type Failure, QueryError } from '../query-error.ts'

const FAILURES: [prefix: string, failure: Failure][] = [
  ['SQLITE_CONSTRAINT_UNIQUE', 'unique'],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'unique'],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', 'foreign-key'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_READONLY', 'readonly'],
  // A disk that turned read-only under an open file: what could not be written is not committed, and reads go on.
  ['SQLITE_IOERR_WRITE', 'readonly'],
  ['SQLITE_IOERR', 'unavailable'],
  ['SQLITE_CANTOPEN', 'unavailable'],
]

/** SQLite's own code, such as `SQLITE_NOTADB`; '' for what is not an error of SQLite. */
export const sqliteCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

export function toQueryError(error: unknown): unknown {
  const code = sqliteCode(error)
  if (!(error instanceof Error) || !code.startsWith('SQLITE_')) return error
  const failure = FAILURES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'other'
  return new QueryError(failure, code, error.message)
}
