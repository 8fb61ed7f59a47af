import { chmodSync, existsSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { type Driver, type Lane, type OpenTransaction, READS } from '../driver.ts'
import { migrationsOf, pending } from '../migrations.ts'
import { QueryError } from '../query-error.ts'
import type { Durability, Health, StorageOptions } from '../storage.ts'
import { StorageError } from '../storage-error.ts'
import { connectionOver } from './connection.ts'
import { hadMigrations, migrateFile } from './migrate-file.ts'
import { createMutex } from './mutex.ts'
import { MEMORY, OWNER_ONLY, openFile, pathOf, prepareFile } from './open-file.ts'
import { patiently, waitingInside } from './patience.ts'
import { isServed, takeServerLock } from './server-lock.ts'
import { type Writer, writerHere } from './writer.ts'
import { writerThreads } from './writer-in-thread.ts'

const MEGABYTE = 1024 * 1024
const GIGABYTE = 1024 * MEGABYTE
/** Under this much free space, or this part of a small disk, a person is warned: a write-ahead log and a backup need room. */
const LEAST_FREE = 100 * MEGABYTE
const LEAST_PART = 0.1

/** @throws StorageError */
export function openSqlite({ url, dataDir, log, role = 'server' }: StorageOptions): Driver {
  const path = pathOf(url, dataDir)
  const inMemory = path === MEMORY
  const file = inMemory ? MEMORY : prepareFile(path)
  const where = inMemory ? 'The database in memory' : file
  const unlock = role === 'server' && !inMemory ? lockFor(file) : () => undefined
  const known = migrationsOf('sqlite')
  let db: BetterSqlite.Database
  try {
    db = openFile(file, role)
    try {
      pending(known, hadMigrations(db), where)
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    unlock()
    throw error
  }
  // From here on it is `patiently` that waits for other processes.
  db.pragma('busy_timeout = 0')
  const mutex = createMutex()
  const connection = connectionOver(db)
  const here = writerHere(connection)
  const threads = inMemory ? undefined : writerThreads(file, log)
  /** Others' statements on this connection would be part of the transaction that is open on it. */
  let openHere = false
  /** A backup is told of the pages that this very connection writes; those of another one make it begin anew. */
  let backups = 0
  const writer = (): Writer => (backups > 0 ? undefined : threads?.current()) ?? here

  const alone = async <T>(work: () => T | Promise<T>): Promise<T> => {
    const release = await mutex.take()
    try {
      return await work()
    } finally {
      release()
    }
  }

  /**
   * A write that is a transaction by itself, while no other is open here. Here it keeps its turn until it is done: where it
   * waits for another process, it must not come to stand in a transaction that began meanwhile. A thread does what it is
   * told in the order of telling, and has the next before the answer to this one is here.
   */
  const inTurn = async <T>(write: (writer: Writer) => Promise<T>): Promise<T> => {
    const { done } = await alone(async () => {
      const mine = writer()
      const done = write(mine)
      if (mine === here) await done
      return { done }
    })
    return done
  }

  const laneOf = (durability: Durability): Lane => ({
    query: async (text, params) => {
      const step = { text, params }
      // Readers wait for no writer. Where nothing is open there is nothing to wait for at all: it runs in this very turn.
      if (READS.test(text))
        return openHere ? alone(() => here.query(durability, step)) : here.query(durability, step)
      return inTurn((one) => one.query(durability, step))
    },
  })

  const begin = async (durability: Durability): Promise<OpenTransaction> => {
    const release = await mutex.take()
    const letGo = (): void => {
      openHere = false
      release()
    }
    try {
      // This connection would find the file locked.
      if (threads?.current()) await threads.idle()
      await patiently(() => connection.begin(durability))
      openHere = true
    } catch (error) {
      letGo()
      throw error
    }
    let ended = false
    const end = (how: 'commit' | 'rollback'): void => {
      if (ended) return
      ended = true
      try {
        connection[how]()
      } finally {
        letGo()
      }
    }
    return {
      lane: { query: async (text, params) => connection.query(durability, { text, params }) },
      commit: async () => end('commit'),
      rollback: async () => end('rollback'),
    }
  }

  const check = async (): Promise<Health> => {
    // Committed, though not waited for: what is rolled back never meets a disk that turned read-only under the open file.
    await here.query('relaxed', { text: 'pragma user_version = 0', params: [] })
    const [[version] = []] = connection.query('durable', { text: 'select sqlite_version()', params: [] })
    if (inMemory) return { ok: true, sentence: `SQLite ${version} in memory: gone when this process ends` }
    const { bavail, blocks, bsize } = statfsSync(dirname(file))
    const free = bavail * bsize
    const least = Math.min(LEAST_FREE, blocks * bsize * LEAST_PART)
    const size =
      Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
    const sentence = `SQLite ${version}, ${inWords(size)} in ${file}, ${inWords(free)} free on its disk`
    return free < least ? { ok: false, sentence: `${sentence}: make room` } : { ok: true, sentence }
  }

  return {
    dialect: 'sqlite',
    // SQLite has no rows that it keeps from us: here the stores' types and tests are what holds.
    lane: (_whose, durability) => laneOf(durability),
    begin: (_whose, durability) => begin(durability),
    together: (durability, steps) => inTurn((one) => one.together(durability, steps)),
    call: (durability, procedure, given) =>
      writer() === here ? undefined : inTurn((one) => one.call(durability, procedure, given)),
    ...(threads && { burst: (lasts) => threads.burst(lasts, alone) }),
    // One writer at a time, which waits for its turn: nothing is taken back for others' sake.
    wasUndone: () => false,
    migrate: () =>
      alone(() => {
        if (pending(known, hadMigrations(db), where).length === 0) return
        if (role === 'visitor' && !inMemory && isServed(file))
          throw new StorageError(
            `${file} is in use by a server of an older Crier: restart that one with this version first`,
          )
        waitingInside(db, () => migrateFile(db, known, where))
      }),
    check: () =>
      alone(check).catch((error: unknown) => ({
        ok: false,
        sentence: `${where} does not take writes (${error instanceof Error ? error.message : error})${isFull(error) ? ': make room' : ''}`,
      })),
    backup: async (target) => {
      // What a thread has under way ends first.
      await alone(() => {
        backups += 1
      })
      try {
        return await backup(db, resolve(target))
      } finally {
        backups -= 1
      }
    },
    // Another process on the same file is a short command; the scheduler's heartbeat finds what that wrote.
    announce: () => undefined,
    listen: () => () => undefined,
    close: () =>
      alone(async () => {
        await threads?.close()
        db.close()
        unlock()
      }),
  }
}

const isFull = (error: unknown): boolean => error instanceof QueryError && error.failure === 'full'

const inWords = (bytes: number): string =>
  bytes < GIGABYTE ? `${(bytes / MEGABYTE).toFixed(1)} MB` : `${(bytes / GIGABYTE).toFixed(1)} GB`

function lockFor(file: string): () => void {
  try {
    return takeServerLock(file)
  } catch (error) {
    if (error instanceof StorageError) throw error
    throw new StorageError(
      `${file} cannot be opened: it must be a file in a folder that this user may write to (${dirname(file)})`,
      error,
    )
  }
}

async function backup(db: BetterSqlite.Database, target: string): Promise<string> {
  if (existsSync(target)) throw new StorageError(`${target} is there already: name a new file for the backup`)
  const unfinished = `${target}.part`
  rmSync(unfinished, { force: true })
  try {
    await db.backup(unfinished)
    const copy = new BetterSqlite(unfinished)
    // One file, with nothing beside it that could be forgotten when it is moved.
    copy.pragma('journal_mode = DELETE')
    const found = copy.pragma('quick_check(1)', { simple: true })
    copy.close()
    if (found !== 'ok') throw new Error(String(found))
    chmodSync(unfinished, OWNER_ONLY)
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw new StorageError(
      `The backup to ${target} failed (${error instanceof Error ? error.message : error}): nothing was written`,
      error,
    )
  }
  return `Backed up to ${target} (${inWords(statSync(target).size)}), and read it back to check it.`
}
