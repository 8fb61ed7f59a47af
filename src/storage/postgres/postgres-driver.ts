import pg from 'pg'
import type { Driver, Lane, OpenTransaction } from '../driver.ts'
import { drizzlePart } from '../drizzle.ts'
import type { Speech } from '../engine.ts'
import type { Database } from '../handle.ts'
import { migrationsOf, pending } from '../migrations.ts'
import { postgresKit } from '../schema/postgres-kit.ts'
import { tables } from '../schema/tables.ts'
import type { StorageOptions } from '../storage.ts'
import { StorageError } from '../storage-error.ts'
import { createAnnouncements } from './announcements.ts'
import { hadMigrations, migrateDatabase } from './migrate-database.ts'
import { atStart, postgresCode, toQueryError } from './postgres-error.ts'

const { drizzle } = drizzlePart('drizzle-orm/node-postgres')
const { PgDialect } = drizzlePart('drizzle-orm/pg-core')

/** Connections of one process. More only queue inside the server: two cores do not write ten transactions at once. */
const CONNECTIONS = 10
/** How long (ms) a connection may take, a statement may run, and a transaction may stand idle before the server ends it. */
const CONNECT_WITHIN = 10_000
const STATEMENT_WITHIN = 30_000
const IDLE_WITHIN = 30_000

/** Drizzle's node-postgres over a lane. The builders' types are SQLite's: both dialects share what we use of them. */
export const postgresSpeech: Speech = {
  t: tables(postgresKit),
  over: (lane) => {
    const client = {
      query: async (config: { text: string }, params: unknown[]) => ({
        rows: await lane.query(config.text, params),
      }),
    }
    return drizzle({ client: client as unknown as pg.Pool, casing: 'snake_case' }) as unknown as Database
  },
  compile: (query) => {
    const { sql, params } = new PgDialect({ casing: 'snake_case' }).sqlToQuery(query)
    return { text: sql, params }
  },
}

/** @throws StorageError */
export async function openPostgres({ url, log }: StorageOptions): Promise<Driver> {
  const where = whereOf(url)
  const config: pg.PoolConfig = {
    connectionString: url,
    application_name: 'crier',
    keepAlive: true,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN,
  }
  const pool = new pg.Pool({
    ...config,
    // By a statement, not when connecting: PgBouncer refuses settings it does not know there. The pool waits for it.
    onConnect: async (client) => {
      await client.query(
        `set statement_timeout = ${STATEMENT_WITHIN}; set idle_in_transaction_session_timeout = ${IDLE_WITHIN}`,
      )
    },
  })
  // A connection that breaks while nobody uses it: the pool makes a new one for the next who asks.
  pool.on('error', (error) => log.warn({ err: error }, 'A connection to PostgreSQL broke'))

  const known = migrationsOf('postgres')
  try {
    await refuseUnfit(pool, atStart(where))
    pending(known, await hadMigrations(pool), atStart(where))
  } catch (error) {
    await pool.end()
    throw error instanceof StorageError ? error : new StorageError(sentenceOf(error, where), error)
  }

  const execute = async (
    client: pg.Pool | pg.PoolClient,
    text: string,
    params: readonly unknown[],
    name?: string,
  ) => {
    try {
      const values = [...params]
      const query = { text, values, rowMode: 'array' as const }
      const { rows } = await client.query(name === undefined ? query : { ...query, name })
      return rows as unknown[][]
    } catch (error) {
      throw toQueryError(error)
    }
  }
  const lane: Lane = { query: (text, params, name) => execute(pool, text, params, name) }

  const begin = async (): Promise<OpenTransaction> => {
    const client = await pool.connect().catch((error: unknown) => {
      throw toQueryError(error)
    })
    let broken: Error | undefined
    let released = false
    const onError = (error: Error): void => {
      broken = error
    }
    client.on('error', onError)
    const release = (): void => {
      if (released) return
      released = true
      client.off('error', onError)
      client.release(broken)
    }
    try {
      await execute(client, 'begin', [])
    } catch (error) {
      broken ??= error instanceof Error ? error : new Error(String(error))
      release()
      throw error
    }
    // One after the other, though the caller awaits several together: a connection runs one statement at a time.
    let last: Promise<unknown> = Promise.resolve()
    const inTurn = (text: string, params: readonly unknown[], name?: string): Promise<unknown[][]> => {
      const run = () => execute(client, text, params, name)
      const turn = last.then(run, run)
      last = turn
      return turn
    }
    return {
      lane: { query: inTurn },
      commit: async () => {
        await inTurn('commit', [])
        release()
      },
      rollback: async () => {
        if (released) return
        try {
          await inTurn('rollback', [])
        } catch (error) {
          // The connection is gone, and the transaction with it.
          broken ??= error instanceof Error ? error : new Error(String(error))
          log.debug({ err: error }, 'A transaction ended with its connection')
        } finally {
          release()
        }
      },
    }
  }

  const announcements = createAnnouncements(config, (text, params) => execute(pool, text, params), log)

  return {
    dialect: 'postgres',
    lane,
    begin,
    migrate: async () => {
      try {
        await migrateDatabase(pool, known, where)
      } catch (error) {
        throw error instanceof StorageError ? error : new StorageError(sentenceOf(error, where), error)
      }
    },
    check: async () => {
      try {
        const [row] = await execute(
          pool,
          `select current_setting('server_version'), pg_size_pretty(pg_database_size(current_database())),
                  pg_is_in_recovery(), current_setting('synchronous_commit')`,
          [],
        )
        const sentence = `PostgreSQL ${row?.[0]}, ${row?.[1]} in ${where}`
        if (row?.[2] === true)
          return { ok: false, sentence: `${sentence}, which is a replica that takes no writes` }
        if (row?.[3] === 'off')
          return {
            ok: false,
            sentence: `${sentence}, which forgets its last commits when it crashes (synchronous_commit is off): posts could go out twice`,
          }
        return { ok: true, sentence }
      } catch (error) {
        return {
          ok: false,
          sentence: `${atStart(where)} does not answer (${error instanceof Error ? error.message : error})`,
        }
      }
    },
    backup: async () =>
      `Crier makes no copies of PostgreSQL: use the server's own "pg_dump --format=custom --file=crier.dump <DATABASE_URL>" (${where}).`,
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
