import { startPostgres } from '../test/setup-postgres.ts'
import { startRedis, stays } from './parts/machine.ts'

/** What all parts stand on: the servers, and how much is asked for. */
export interface Ground {
  /** Where the POSTs go. */
  receiver: string
  /** A new database's url; undefined where there is no PostgreSQL. */
  database: (() => Promise<string>) | undefined
  redis: number | undefined
  /** How often each contestant runs. */
  runs: number
  /** Deliveries of a burst. */
  many: number
  /** Finished deliveries for the claim. */
  finished: number
  /** Seconds in which an idle server is watched. */
  idle: number
  /** What is missing, in words. */
  says: string[]
  stop(): Promise<void>
}

export async function prepare(asked: Pick<Ground, 'runs' | 'many' | 'finished' | 'idle'>): Promise<Ground> {
  const postgres = await startPostgres({ durable: true })
  const redis = await startRedis()
  const { said: port, child: receiver } = await stays('receiver.ts')
  const there = 'missing' in postgres ? undefined : postgres
  return {
    ...asked,
    receiver: `http://127.0.0.1:${port}`,
    database: there && (() => there.createDatabase()),
    redis: redis?.port,
    says: [
      `PostgreSQL: ${'missing' in postgres ? postgres.missing : `${postgres.says}, fsync on`}`,
      redis
        ? 'Redis: append-only file, each second'
        : 'BullMQ is skipped: there is no /usr/bin/redis-server (apt install redis-server)',
    ],
    async stop() {
      receiver.kill()
      redis?.stop()
      await there?.stop()
    },
  }
}
