import BetterSqlite from 'better-sqlite3'
import { StorageError } from '../storage-error.ts'
import { sqliteCode } from './sqlite-error.ts'

/**
 * Takes the place of the one long-running process of a SQLite file: an exclusive transaction in an empty database beside
 * it, which the operating system ends with the process, however that dies. Returns what gives it up.
 *
 * @throws StorageError where another process has it
 */
export function takeServerLock(file: string): () => void {
  const lock = new BetterSqlite(`${file}.lock`, { timeout: 0 })
  try {
    // Nothing is ever written: a journal beside it would only be left behind.
    lock.pragma('journal_mode = MEMORY')
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (sqliteCode(error).startsWith('SQLITE_BUSY'))
      throw new StorageError(
        `Another Crier is running on ${file}: stop it first, or give this one a DATABASE_URL of its own`,
      )
    throw new StorageError(
      `${file}.lock cannot be used (${messageOf(error)}): remove it and start again`,
      error,
    )
  }
  return () => {
    lock.close()
  }
}

/** Does a server hold the file just now? */
export function isServed(file: string): boolean {
  try {
    takeServerLock(file)()
    return false
  } catch (error) {
    if (error instanceof StorageError) return true
    throw error
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
