import pg from 'pg'
import type { Log } from '../../kit/log.ts'
import { type Lane, type OpenTransaction, READS, type Whose } from '../driver.ts'
import type { QueryError } from '../query-error.ts'
import type { Durability } from '../storage.ts'
import { type Binding, BoundQuery, beginFor, prepareBinding } from './bound-query.ts'
import { isLost, toQueryError } from './postgres-error.ts'

/** Connections of one process. More only queue inside the server: two cores do not write ten transactions at once. */
const CONNECTIONS = 10
/** How long (ms) a connection may take, a statement may run, and a transaction may stand idle before the server ends it. */
const CONNECT_WITHIN = 10_000
const STATEMENT_WITHIN = 30_000
/** A process that stands still inside a transaction keeps others from its team's rows for no longer. */
const IDLE_WITHIN = 10_000
/** How soon (ms) the server notices that who waits for a lock has died: until then each keeps one of its connections. */
const GONE_WITHIN = 2_000
/** How long (ms) an answer is waited for: longer than the server may take, for a server or a network that is gone. */
const ANSWER_WITHIN = 35_000

/** A pool whose connections are ready to be bound. */
export function openPool(config: pg.ClientConfig, log: Log): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN,
    query_timeout: ANSWER_WITHIN,
    // By a statement, not when connecting: PgBouncer refuses settings it does not know there. The pool waits for it.
    onConnect: async (client) => {
      await client.query(
        `set statement_timeout = ${STATEMENT_WITHIN}; set idle_in_transaction_session_timeout = ${IDLE_WITHIN}`,
      )
      // PostgreSQL 14 and newer know it, and not on every system.
      await client
        .query(
          `select set_config(name, '${GONE_WITHIN}', false) from pg_settings where name = 'client_connection_check_interval'`,
        )
        .catch((error: unknown) => log.debug({ err: error }, 'Dead clients are noticed late here'))
      await prepareBinding(client)
    },
  })
  // A connection that breaks while nobody uses it: the pool makes a new one for the next who asks.
  pool.on('error', (error) => log.debug({ err: error }, 'An idle connection to PostgreSQL broke'))
  return pool
}

/** One connection for as long as it is needed. */
interface Held {
  /** Without a binding inside a transaction: it has the transaction's. */
  query(
    binding: Binding | undefined,
    text: string,
    params: readonly unknown[],
    name?: string,
  ): Promise<unknown[][]>
  /** One without parameters, as `commit`. */
  say(text: string): Promise<void>
  release(): void
}

/** @throws QueryError */
async function hold(pool: pg.Pool): Promise<Held> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toQueryError(error, false)
  })
  let broken: Error | undefined
  const onError = (error: Error): void => {
    broken = error
  }
  client.on('error', onError)
  const failed = (error: unknown): QueryError => {
    const found = toQueryError(error)
    if (isLost(found)) broken ??= found
    return found
  }
  return {
    query: (binding, text, params, name) =>
      new Promise((answer, refuse) => {
        const query = new BoundQuery(binding, text, [...params], name, (error, result) => {
          if (error) refuse(failed(error))
          else answer(result.rows)
        })
        client.query(query)
      }),
    say: async (text) => {
      try {
        await client.query(text)
      } catch (error) {
        throw failed(error)
      }
    },
    release: () => {
      client.off('error', onError)
      client.release(broken)
    },
  }
}

/**
 * Calls `work` with a connection, and with another where the first had died unnoticed: at most as often as the pool could
 * hold dead ones.
 */
async function onLiveConnection<T>(pool: pg.Pool, work: (held: Held) => Promise<T>): Promise<T> {
  for (let died = 0; ; died++) {
    const held = await hold(pool)
    try {
      return await work(held)
    } catch (error) {
      held.release()
      if (died >= CONNECTIONS || !isLost(error)) throw error
    }
  }
}

export function laneOf(pool: pg.Pool, whose: Whose, durability: Durability): Lane {
  const binding: Binding = { whose, durability }
  return {
    query: async (text, params, name) => {
      const once = async (held: Held): Promise<unknown[][]> => {
        const rows = await held.query(binding, text, params, name)
        held.release()
        return rows
      }
      // What changes nothing may be asked again where its connection broke.
      if (READS.test(text)) return onLiveConnection(pool, once)
      const held = await hold(pool)
      try {
        return await held.query(binding, text, params, name)
      } finally {
        held.release()
      }
    },
  }
}

export async function beginOn(
  pool: pg.Pool,
  whose: Whose,
  durability: Durability,
  log: Log,
): Promise<OpenTransaction> {
  const held = await onLiveConnection(pool, async (one) => {
    await one.say(beginFor({ whose, durability }))
    return one
  })
  // One after the other, though the caller awaits several together: a connection runs one statement at a time.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run, run)
    last = turn
    return turn
  }
  let released = false
  const release = (): void => {
    if (released) return
    released = true
    held.release()
  }
  return {
    lane: { query: (text, params, name) => inTurn(() => held.query(undefined, text, params, name)) },
    commit: async () => {
      await inTurn(() => held.say('commit'))
      release()
    },
    rollback: async () => {
      if (released) return
      try {
        await inTurn(() => held.say('rollback'))
      } catch (error) {
        // The connection is gone, and the transaction with it.
        log.debug({ err: error }, 'A transaction ended with its connection')
      } finally {
        release()
      }
    },
  }
}
