import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { MIGRATIONS_TABLE, migrationsOf, pending } from '../migrations.ts'
import { StorageError } from '../storage-error.ts'
import { hadMigrations } from './migrate-file.ts'
import { MEMORY, OWNER_ONLY, pathOf, prepareFile } from './open-file.ts'
import { takeServerLock } from './server-lock.ts'
import { sqliteCode } from './sqlite-error.ts'

/** What SQLite keeps beside a database. A log left behind would be read into the file that takes its place. */
const BESIDE = ['-wal', '-shm', '-journal']

/**
 * Puts a backup in the place of the configured database. The backup is copied and the copy looked at first; the present
 * database is kept under a new name; nothing is ever deleted but a copy that was not fit.
 *
 * @param stamp ends the name of what is kept, such as `2026-11-20T09-30-00Z`
 * @returns the paths of the database and of what was kept, if there was one
 * @throws StorageError while a server or a command holds the database, or where the backup is none: nothing has changed then
 */
export function restoreFile(
  { url, dataDir }: { url: string; dataDir: string },
  backup: string,
  stamp: string,
): { file: string; kept: string | undefined } {
  const path = pathOf(url, dataDir)
  if (path === MEMORY)
    throw new StorageError('A database in memory cannot be restored: name a file in DATABASE_URL')
  const from = resolve(backup)
  if (!existsSync(from)) throw new StorageError(`There is no file ${from}`)
  const had = existsSync(path)
  if (had && statSync(path).ino === statSync(from).ino)
    throw new StorageError(`${from} is the database that is in use: name a backup of it`)
  const file = prepareFile(path)
  // The empty file that was made just now is nothing to keep.
  if (!had) rmSync(file)
  const unlock = takeServerLock(file)
  try {
    const fresh = checkedCopy(from, `${file}.restoring`)
    try {
      const kept = had ? keepAside(file, `${file}.before-restore-${stamp}`) : undefined
      renameSync(fresh, file)
      sync(dirname(file))
      return { file, kept }
    } finally {
      rmSync(fresh, { force: true })
    }
  } finally {
    unlock()
  }
}

/** @throws StorageError where it is no backup of Crier, damaged, or of a newer one */
function checkedCopy(from: string, copy: string): string {
  const all = ['', ...BESIDE].map((end) => `${copy}${end}`)
  const clear = (): void => {
    for (const one of all) rmSync(one, { force: true })
  }
  clear()
  try {
    // Its own mode before its content: drafts are nobody else's to read.
    closeSync(openSync(copy, 'w', OWNER_ONLY))
    copyFileSync(from, copy)
    // Somebody's own copy of a live database may have a log beside it.
    if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${copy}-wal`)
    const db = new BetterSqlite(copy, { fileMustExist: true })
    try {
      lookAt(db, from)
    } finally {
      db.close()
    }
    sync(copy)
    return copy
  } catch (error) {
    clear()
    if (error instanceof StorageError) throw error
    const code = sqliteCode(error)
    if (code === 'SQLITE_NOTADB')
      throw new StorageError(`${from} is not a SQLite database: name a backup; nothing was changed`, error)
    throw new StorageError(
      `${from} could not be restored (${code || (error instanceof Error ? error.message : error)}): nothing was changed`,
      error,
    )
  }
}

function lookAt(db: BetterSqlite.Database, from: string): void {
  // One file again, whatever was beside it.
  db.pragma('journal_mode = DELETE')
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all()
  if (!tables.includes(MIGRATIONS_TABLE))
    throw new StorageError(
      `${from} is no backup of Crier (it has no ${MIGRATIONS_TABLE}): nothing was changed`,
    )
  const found = String(db.pragma('quick_check(1)', { simple: true }))
  if (found !== 'ok')
    throw new StorageError(
      `${from} is damaged (${found.replaceAll(/[\s*]+/g, ' ').trim()}): take an older backup; nothing was changed`,
    )
  pending(migrationsOf('sqlite'), hadMigrations(db), from)
}

/**
 * Keeps what is there under another name. Its log is folded into it first, which also finds out whether any process still
 * has it open; where it is too damaged for that, its log is kept beside it.
 */
function keepAside(file: string, kept: string): string {
  if (existsSync(kept)) throw new StorageError(`${kept} is there already: nothing was changed`)
  fold(file)
  for (const end of BESIDE) if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${kept}${end}`)
  try {
    // A second name, so that a crash between here and the next step leaves a database where it was.
    linkSync(file, kept)
  } catch (error) {
    if (!NO_LINKS.includes(String((error as NodeJS.ErrnoException).code))) throw error
    copyFileSync(file, kept)
  }
  return kept
}

/** What file systems without second names answer. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP']

function fold(file: string): void {
  let db: BetterSqlite.Database | undefined
  try {
    db = new BetterSqlite(file, { timeout: 2_000 })
    db.pragma('journal_mode = DELETE')
  } catch (error) {
    if (sqliteCode(error).startsWith('SQLITE_BUSY'))
      throw new StorageError(`Another command is at work on ${file}: wait for it, or stop it first`, error)
    if (!/^SQLITE_(CORRUPT|NOTADB|IOERR|READONLY|CANTOPEN)/.test(sqliteCode(error))) throw error
  } finally {
    db?.close()
  }
}

function sync(path: string): void {
  const opened = openSync(path, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
