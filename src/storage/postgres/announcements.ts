import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Log } from '../../kit/log.ts'
import type { Written } from '../storage.ts'

const CHANNEL = 'crier_writes'
/** How long (ms) to wait before listening again after the connection broke. */
const LISTEN_AGAIN = 1_000
const ALL: readonly Written[] = ['deliveries', 'outbox']

export interface Announcements {
  announce(written: ReadonlySet<Written>): void
  listen(heard: (written: Written) => void): () => void
}

/**
 * Tells the other processes of one database what was written, by NOTIFY. Lost ones do no harm: the scheduler's heartbeat
 * finds what it was not told.
 */
export function createAnnouncements(
  config: pg.ClientConfig,
  query: (text: string, params: readonly unknown[]) => Promise<unknown>,
  log: Log,
): Announcements {
  // So that a process does not hear itself: it has told its own listeners already.
  const sender = randomUUID()
  const unsaid = new Set<Written>()
  let saying = false

  /** A commit that notifies takes a lock on the whole server: many writes are said once. */
  const say = async (): Promise<void> => {
    if (saying) return
    saying = true
    try {
      while (unsaid.size > 0) {
        const words = [...unsaid].join(' ')
        unsaid.clear()
        await query('select pg_notify($1, $2)', [CHANNEL, `${sender} ${words}`])
      }
    } catch (error) {
      unsaid.clear()
      log.debug({ err: error }, 'Other processes could not be told of a write')
    } finally {
      saying = false
    }
  }

  return {
    announce: (written) => {
      for (const one of written) unsaid.add(one)
      void say()
    },
    listen: (heard) => {
      let stopped = false
      let client: pg.Client | undefined
      let timer: NodeJS.Timeout | undefined
      let broken = false

      const again = (error: unknown): void => {
        if (stopped || timer !== undefined) return
        broken = true
        log.debug({ err: error }, 'Listening for writes of other processes broke off')
        timer = setTimeout(() => {
          timer = undefined
          void start()
        }, LISTEN_AGAIN)
        timer.unref()
      }

      const start = async (): Promise<void> => {
        const listening = new pg.Client(config)
        client = listening
        listening.on('error', again)
        listening.on('end', () => again(new Error('The connection ended')))
        listening.on('notification', ({ payload = '' }) => {
          const [from, ...words] = payload.split(' ')
          if (from !== sender) for (const one of ALL) if (words.includes(one)) heard(one)
        })
        try {
          await listening.connect()
          await listening.query(`listen ${CHANNEL}`)
          // What was said while nobody listened is not known.
          if (broken) for (const one of ALL) heard(one)
          broken = false
        } catch (error) {
          again(error)
        }
        if (stopped) await listening.end()
      }

      void start()
      return () => {
        stopped = true
        clearTimeout(timer)
        client?.end().catch((error: unknown) => log.debug({ err: error }, 'The listener did not end cleanly'))
      }
    },
  }
}
