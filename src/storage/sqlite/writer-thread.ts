import { parentPort, workerData } from 'node:worker_threads'
import { QueryError } from '../query-error.ts'
import { type Connection, connectionOver } from './connection.ts'
import { openFile, WAIT } from './open-file.ts'

// Runs as a thread of its own: a second connection to the file, told by messages what to do, one after the other.

/** What is asked of the thread: a call of its connection, or its end. */
export type Asked = { id: number } & (
  | { verb: keyof Connection; args: readonly unknown[] }
  | { verb: 'close'; args?: undefined }
)

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

const answer = ({ id, verb, args }: Asked): Answered => {
  try {
    if (verb === 'close') {
      db.close()
      return { id, result: undefined }
    }
    const call: (...args: never[]) => unknown = connection[verb]
    return { id, result: call(...(args as never[])) }
  } catch (error) {
    if (error instanceof QueryError) {
      const { failure, code, message } = error
      return { id, refused: { failure, code, message } }
    }
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}

port.on('message', (asked: Asked) => {
  port.postMessage(answer(asked))
  if (asked.verb === 'close') port.close()
})
