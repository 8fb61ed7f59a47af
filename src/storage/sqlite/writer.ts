import type { Step } from '../driver.ts'
import { QueryError } from '../query-error.ts'
import type { Durability } from '../storage.ts'
import type { Connection } from './connection.ts'
import { patiently } from './patience.ts'

/** Who writes what is a transaction by itself: this thread's own connection, or one in a thread of its own. */
export interface Writer {
  query(durability: Durability, step: Step): Promise<unknown[][]>
  together(durability: Durability, steps: readonly Step[]): Promise<unknown[][][]>
  /** A procedure by its name, in a transaction. */
  call(durability: Durability, procedure: string, given: unknown): Promise<unknown>
}

/** By this thread's own connection. Other processes are waited for where a transaction begins. */
export const writerHere = (connection: Connection): Writer => ({
  query: (durability, step) => patiently(() => connection.query(durability, step)),
  together: (durability, steps) => patiently(() => connection.together(durability, steps)),
  // Only where the thread left between the question and its turn: as with any database that is away, it is asked again.
  call: async () => {
    throw new QueryError('unavailable', 'THREAD', 'The thread that writes has left', false)
  },
})
