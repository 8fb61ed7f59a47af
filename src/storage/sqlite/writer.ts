import type { Step } from '../driver.ts'
import type { Durability } from '../storage.ts'
import type { Connection } from './connection.ts'
import { patiently } from './patience.ts'

/** Who writes: this thread's own connection, or one in a thread of its own. One transaction at a time. */
export type Writer = {
  [Verb in keyof Connection]: (
    ...asked: Parameters<Connection[Verb]>
  ) => Promise<ReturnType<Connection[Verb]>>
}

/** By this thread's own connection. Other processes are waited for where a transaction begins. */
export const writerHere = (connection: Connection): Writer => ({
  query: (durability: Durability, step: Step) => patiently(() => connection.query(durability, step)),
  begin: (durability, first) => patiently(() => connection.begin(durability, first)),
  commit: async () => connection.commit(),
  rollback: async () => connection.rollback(),
  together: (durability, steps) => patiently(() => connection.together(durability, steps)),
})
