import { parentPort, workerData } from 'node:worker_threads'
import type { Lane } from '../driver.ts'
import { handlesIn } from '../handles.ts'
import { procedures } from '../procedures.ts'
import { QueryError } from '../query-error.ts'
import type { Durability } from '../storage.ts'
import { connectionOver } from './connection.ts'
import { openFile, WAIT } from './open-file.ts'
import { sqliteSpeech } from './sqlite-speech.ts'
import type { Writer } from './writer.ts'

// Runs as a thread of its own: a second connection to the file, told by messages what to do, one after the other.

/** What is asked of the thread: what a writer does, or its end. */
export interface Asked {
  id: number
  verb: keyof Writer | 'close'
  args: readonly unknown[]
}

export type Answered = { id: number } & (
  | { result: unknown }
  | { refused: Pick<QueryError, 'failure' | 'code' | 'message'> }
  | { error: string }
)

const port = parentPort
if (!port) throw new Error('The thread that writes was started as a program')
const db = openFile(String(workerData), 'visitor')
// Here nobody waits beside it, so SQLite may wait for another process itself.
db.pragma(`busy_timeout = ${WAIT}`)
const connection = connectionOver(db)

const lane: Lane = { query: async (text, params) => connection.query('durable', { text, params }) }
const { insideOver } = handlesIn(sqliteSpeech, 'sqlite')
const inside = insideOver(lane, () => undefined)

const writer: Writer & { close(): Promise<void> } = {
  query: async (...args) => connection.query(...args),
  together: async (...args) => connection.together(...args),
  call: async (durability: Durability, name, given) => {
    const procedure = procedures.get(name)
    if (!procedure) throw new Error(`There is no procedure ${name}`)
    return connection.transaction(durability, () => procedure.run(inside, given as never))
  },
  close: async () => void db.close(),
}

async function answer({ id, verb, args }: Asked): Promise<Answered> {
  try {
    const call: (...args: never[]) => Promise<unknown> = writer[verb]
    return { id, result: await call(...(args as never[])) }
  } catch (error) {
    if (error instanceof QueryError) {
      const { failure, code, message } = error
      return { id, refused: { failure, code, message } }
    }
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}

let last = Promise.resolve()
port.on('message', (asked: Asked) => {
  last = last.then(async () => {
    port.postMessage(await answer(asked))
    if (asked.verb === 'close') port.close()
  })
})
