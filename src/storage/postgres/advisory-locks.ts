import { createHash } from 'node:crypto'
import pg from 'pg'
import { SECOND } from '../../kit/clock.ts'
import type { Lock, Locks } from '../../kit/locks.ts'
import type { Log } from '../../kit/log.ts'

/** How often (ms) the server is shown that the holder is alive, and how long its answer may take. */
const SHOW_EVERY = 2 * SECOND
const SHOWN_WITHIN = 4 * SECOND
/**
 * After this long (ms) without a word the server ends the connection, and its locks. More than both of the above, so that
 * a holder that is cut off knows before anybody else can have its lock; a frozen one can't know, and loses it all the same.
 */
const SILENT_FOR = 8 * SECOND
const CONNECT_WITHIN = 10 * SECOND

interface Session {
  /** One statement after the other: a connection runs one at a time. */
  query(text: string, values?: readonly unknown[]): Promise<pg.QueryResult>
  held: Map<string, AbortController>
  ended: boolean
  close(): Promise<void>
}

/**
 * Session locks (`pg_try_advisory_lock`) on a connection of their own, opened when the first is asked for. When it breaks,
 * all locks held on it are lost, and their holders are told. The connection stands in a transaction that writes nothing:
 * only there does every supported server end it when it falls silent, and a pooler in between leaves it to us alone.
 */
export function createAdvisoryLocks(url: string, log: Log): Locks & { close(): Promise<void> } {
  let opening: Promise<Session> | undefined
  let closed = false

  async function open(): Promise<Session> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'crier locks',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_WITHIN,
      query_timeout: SHOWN_WITHIN,
    })
    let last: Promise<unknown> = Promise.resolve()
    const session: Session = {
      held: new Map(),
      ended: false,
      query(text, values = []) {
        const run = () => client.query(text, [...values])
        const turn = last.then(run, run)
        last = turn
        // Whether the server did it is not known then: a lock that nobody knows of must not outlive it.
        turn.catch(end)
        return turn
      },
      close: () => client.end(),
    }
    const end = (why: unknown): void => {
      if (session.ended) return
      session.ended = true
      clearInterval(showing)
      opening = undefined
      for (const lost of session.held.values()) lost.abort(why)
      if (session.held.size > 0 && !closed)
        log.warn(
          { err: why, locks: session.held.size },
          'The connection that holds locks broke; they are lost',
        )
      session.held.clear()
      // Not waited for: a server that does not answer would keep it for ever, and the socket is ended all the same.
      client
        .end()
        .catch((error: unknown) => log.debug({ err: error }, 'A lock’s connection did not end cleanly'))
    }
    client.on('error', end)
    client.on('end', () => end(new Error('The connection ended')))
    const showing = setInterval(() => {
      session
        .query('select 1')
        .catch((error: unknown) => log.debug({ err: error }, 'No sign of life was taken'))
    }, SHOW_EVERY)
    showing.unref()
    try {
      await client.connect()
      await session.query('begin')
      await session.query(`set local idle_in_transaction_session_timeout = ${SILENT_FOR}`)
    } catch (error) {
      end(error)
      throw error
    }
    return session
  }

  return {
    async tryAcquire(name) {
      if (closed) return undefined
      opening ??= open()
      const session = await opening
      if (session.held.has(name)) return undefined
      // Taken at once, so that two who ask in one turn are not both told that it is theirs: the server counts, it does not refuse.
      const lost = new AbortController()
      session.held.set(name, lost)
      const key = keyOf(name)
      try {
        const { rows } = await session.query('select pg_try_advisory_lock($1) as taken', [key])
        if (session.ended) throw new Error('The connection ended')
        if (rows[0]?.taken !== true) {
          session.held.delete(name)
          return undefined
        }
      } catch (error) {
        session.held.delete(name)
        throw error
      }
      return lockOf(session, name, key, lost)
    },
    async close() {
      closed = true
      const session = await opening?.catch(() => undefined)
      await session?.close()
    },
  }

  function lockOf(session: Session, name: string, key: string, lost: AbortController): Lock {
    return {
      lost: lost.signal,
      async release() {
        if (session.held.get(name) !== lost) return
        session.held.delete(name)
        await session.query('select pg_advisory_unlock($1)', [key])
      },
    }
  }
}

/** Locks are numbers there, of 64 bits. */
const keyOf = (name: string): string =>
  createHash('sha256').update(`crier ${name}`).digest().readBigInt64BE().toString()
