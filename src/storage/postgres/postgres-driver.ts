import pg from 'pg'
import { type Driver, EVERY_WORKSPACE } from '../driver.ts'
import { drizzlePart } from '../drizzle.ts'
import type { Database } from '../handle.ts'
import type { Speech } from '../handles.ts'
import { migrationsOf, pending } from '../migrations.ts'
import { postgresKit } from '../schema/postgres-kit.ts'
import { tables } from '../schema/tables.ts'
import type { StorageOptions } from '../storage.ts'
import { StorageError } from '../storage-error.ts'
import { createAnnouncements } from './announcements.ts'
import { WORKSPACE_SETTING } from './bound-query.ts'
import { beginOn, laneOf, openPool } from './connections.ts'
import { healthOf } from './health.ts'
import { hadMigrations, migrateDatabase } from './migrate-database.ts'
import { atStart, isLost, isRolledBack, postgresCode } from './postgres-error.ts'

const { NodePgDatabase, NodePgSession } = drizzlePart('drizzle-orm/node-postgres')
const { PgDialect } = drizzlePart('drizzle-orm/pg-core')

/** After this silence (ms) the network is asked whether the other end is there: also for whom only listens. */
const SILENT_FOR = 10_000

/** The rows of all teams, which row-level security would keep from it. */
const DUMP = `PGOPTIONS='-c ${WORKSPACE_SETTING}=${EVERY_WORKSPACE}' pg_dump --enable-row-security --format=custom --file=crier.dump <DATABASE_URL>`

/** One for all: it remembers how columns are spelled, where `drizzle()` would make one anew for each transaction. */
const dialect = new PgDialect({ casing: 'snake_case' })

/** Drizzle's node-postgres over a lane. The builders' types are SQLite's: both dialects share what we use of them. */
export const postgresSpeech: Speech = {
  t: tables(postgresKit),
  over: (lane) => {
    const client = {
      query: async (config: { text: string }, params: unknown[]) => ({
        rows: await lane.query(config.text, params),
      }),
    }
    const session = new NodePgSession(client as unknown as pg.Pool, dialect, undefined)
    return new NodePgDatabase(dialect, session, undefined) as unknown as Database
  },
  compile: (query) => {
    const { sql, params } = dialect.sqlToQuery(query)
    return { text: sql, params }
  },
}

/** @throws StorageError */
export async function openPostgres({ url, log }: StorageOptions): Promise<Driver> {
  const where = whereOf(url)
  const config: pg.ClientConfig = {
    connectionString: url,
    application_name: 'crier',
    keepAlive: true,
    keepAliveInitialDelayMillis: SILENT_FOR,
  }
  const pool = openPool(config, log)

  const known = migrationsOf('postgres')
  try {
    await refuseUnfit(pool, atStart(where))
    pending(known, await hadMigrations(pool), atStart(where))
  } catch (error) {
    await pool.end()
    throw error instanceof StorageError ? error : new StorageError(sentenceOf(error, where), error)
  }

  const everything = laneOf(pool, EVERY_WORKSPACE, 'durable')
  const announcements = createAnnouncements(config, (text, params) => everything.query(text, params), log)

  return {
    dialect: 'postgres',
    lane: (whose, durability) => laneOf(pool, whose, durability),
    begin: (whose, durability) => beginOn(pool, whose, durability, log),
    wasUndone: (error, during) => isRolledBack(error) || (during === 'work' && isLost(error)),
    migrate: async () => {
      // One that waits as long as a migration takes.
      const patient = new pg.Pool({ ...config, max: 1 })
      try {
        await migrateDatabase(patient, known, where)
      } catch (error) {
        throw error instanceof StorageError ? error : new StorageError(sentenceOf(error, where), error)
      } finally {
        await patient.end()
      }
    },
    check: () => healthOf(everything, where),
    backup: async () => `Crier makes no copies of PostgreSQL: use the server's own tool on ${where}: ${DUMP}`,
    announce: announcements.announce,
    listen: announcements.listen,
    close: () => pool.end(),
  }
}

/** The database in a person's words, in the middle of a sentence: never with its password. @throws StorageError */
function whereOf(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url)
    return `the PostgreSQL database "${decodeURIComponent(pathname.slice(1))}" at ${hostname || 'localhost'}${port && `:${port}`}`
  } catch (error) {
    throw new StorageError(
      'DATABASE_URL is no address: write postgres://user:password@host:5432/database, with special characters in the password percent-encoded',
      error,
    )
  }
}

async function refuseUnfit(pool: pg.Pool, where: string): Promise<void> {
  const { rows } = await pool.query(
    `select current_setting('server_encoding') as encoding, current_setting('server_version_num')::int as version`,
  )
  const { encoding, version } = rows[0] ?? {}
  if (encoding !== 'UTF8')
    throw new StorageError(`${where} is encoded in ${encoding}: make one in UTF8, which can hold every text`)
  if (version < 130_000)
    throw new StorageError(`${where} runs PostgreSQL ${version / 10_000}: it must be 13 or newer`)
}

function sentenceOf(error: unknown, where: string): string {
  const code = postgresCode(error)
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing answers for ${where}: is the server running, and are host and port right in DATABASE_URL?`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of ${where} is not known: look at DATABASE_URL`
    case '28P01':
    case '28000':
      return `User or password of ${where} are not accepted: look at DATABASE_URL`
    case '3D000':
      return `There is no such database: ${where}; make it with createdb, or look at DATABASE_URL`
    default:
      return `${atStart(where)} cannot be used (${code || (error instanceof Error ? error.message : error)})`
  }
}
