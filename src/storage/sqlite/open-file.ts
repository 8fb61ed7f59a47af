import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
// better-sqlite3: SQLite in the process; synchronous, so that a transaction is never left open across a turn.
import BetterSqlite from 'better-sqlite3'
import { MIGRATIONS_TABLE } from '../migrations.ts'
import type { StorageRole } from '../storage.ts'
import { StorageError } from '../storage-error.ts'
import { sqliteCode } from './sqlite-error.ts'

export const MEMORY = ':memory:'

/** How long (ms) a write waits for that of another process. */
export const WAIT = 10_000

/**
 * The path that a `file:` URL names. A bare file name lies in `dataDir`; a path with a folder starts in the working
 * directory, as everywhere.
 */
export function pathOf(url: string, dataDir: string | undefined): string {
  const path = url.slice('file:'.length)
  if (path === MEMORY) return MEMORY
  if (path.startsWith('///')) return fileURLToPath(url)
  if (path === '') throw new StorageError('DATABASE_URL "file:" names no file: write file:crier.db')
  if (isAbsolute(path)) return path
  return basename(path) === path && dataDir !== undefined ? resolve(dataDir, path) : resolve(path)
}

/** Who may read the file: drafts and sealed logins are nobody else's. What SQLite makes beside it gets the same. */
export const OWNER_ONLY = 0o600

/** Makes the folder and an empty file, and resolves links, so that two names of one file have one lock. @throws StorageError */
export function prepareFile(file: string): string {
  const folder = dirname(file)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Only where there is none: to close a file that SQLite has open in this process would take its locks away.
    if (!existsSync(file)) closeSync(openSync(file, 'a', OWNER_ONLY))
    return join(realpathSync(folder), basename(file))
  } catch (error) {
    throw new StorageError(
      `${file} cannot be made (${sqliteCode(error)}): name a file in a folder that this user may write to, in DATABASE_URL or DATA_DIR`,
      error,
    )
  }
}

/** SQLite opens what it may only read without a word, and even begins to write; only a write tells. */
const TRY_TO_WRITE = 'begin immediate; pragma user_version = 0; rollback'

/**
 * Opens a SQLite file and looks at it: is it one, is it ours, is it whole, can it be written?
 *
 * @throws StorageError
 */
export function openFile(file: string, role: StorageRole): BetterSqlite.Database {
  let db: BetterSqlite.Database | undefined
  try {
    db = new BetterSqlite(file, { timeout: WAIT })
    // The first statement that touches the file: it is here that a file of something else shows.
    db.pragma('journal_mode = WAL')
    // An attempt's row must be on the disk before the platform is called: NORMAL would lose the last ones with the power.
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    // Eight times the default: a page that many transactions change is then copied back once for all of them.
    db.pragma('wal_autocheckpoint = 8000')
    db.pragma('cache_size = -4000')
    db.pragma('temp_store = MEMORY')
    refuseForeign(db, file)
    // Reads every page: a short command would rather not, and the server beside it has.
    if (role === 'server') refuseDamaged(db, file)
    db.exec(TRY_TO_WRITE)
    return db
  } catch (error) {
    db?.close()
    throw error instanceof StorageError ? error : new StorageError(sentenceOf(error, file), error)
  }
}

function refuseForeign(db: BetterSqlite.Database, file: string): void {
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all()
  if (tables.length > 0 && !tables.includes(MIGRATIONS_TABLE))
    throw new StorageError(
      `${file} is a SQLite database of something else (it has no ${MIGRATIONS_TABLE}): name another file in DATABASE_URL`,
    )
}

function refuseDamaged(db: BetterSqlite.Database, file: string): void {
  const found = String(db.pragma('quick_check(1)', { simple: true }))
  if (found !== 'ok')
    throw new StorageError(
      `${file} is damaged (${found.replaceAll(/[\s*]+/g, ' ').trim()}): restore a backup`,
    )
}

function sentenceOf(error: unknown, file: string): string {
  const code = sqliteCode(error)
  const folder = dirname(file)
  if (code === 'SQLITE_NOTADB')
    return `${file} is not a SQLite database, or its beginning is damaged: name another file in DATABASE_URL, or restore a backup`
  if (code.startsWith('SQLITE_CORRUPT')) return `${file} is damaged (${code}): restore a backup`
  if (code.startsWith('SQLITE_READONLY'))
    return `${file} cannot be written: give this user the right to write to it and to ${folder}`
  if (code.startsWith('SQLITE_CANTOPEN') || error instanceof TypeError)
    return `${file} cannot be opened: it must be a file in a folder that this user may write to (${folder})`
  if (code.startsWith('SQLITE_BUSY')) return `${file} is locked by another program: close that first`
  if (code.startsWith('SQLITE_FULL')) return `The disk of ${file} is full: make room first`
  return `${file} cannot be used (${code || (error instanceof Error ? error.message : String(error))})`
}
