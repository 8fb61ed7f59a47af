import { getCompileCacheDir } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { Log } from '../../kit/log.ts'
import { QueryError } from '../query-error.ts'
import type { Writer } from './writer.ts'
import type { Answered, Asked } from './writer-thread.ts'

/** How long (ms) the thread stays after a burst: another one often follows. */
const STAYS = 10_000

/** The thread that writes while a burst lasts. */
export interface WriterThreads {
  /** Undefined while there is none: then this thread writes. */
  current(): Writer | undefined
  /** Resolves once nothing is under way in it. Nobody may ask it for more meanwhile. */
  idle(): Promise<void>
  /**
   * Resolves once there is a thread, or can be none.
   *
   * @param alone runs its work when nobody writes
   */
  burst(lasts: boolean, alone: (work: () => Promise<void>) => Promise<void>): Promise<void>
  /** Nobody may be writing. */
  close(): Promise<void>
}

export function writerThreads(file: string, log: Log): WriterThreads {
  let thread: WriterInThread | undefined
  let opening: Promise<void> | undefined
  let leaves: NodeJS.Timeout | undefined
  let closed = false
  let bursts = false
  /** One that dies is started again once in a burst: what kills it may kill the next as well. */
  let mayReplace = false

  const open = async (): Promise<void> => {
    try {
      const opened = await openWriterInThread(file, (why) => {
        if (thread === opened) thread = undefined
        log.error(
          { err: why },
          'The thread that writes to the database died; what it had in hand is asked for again',
        )
        if (!bursts || !mayReplace || closed) return
        mayReplace = false
        opening ??= open()
      })
      if (closed) await opened.close()
      else thread = opened
    } catch (error) {
      log.warn(
        { err: error },
        'A thread that writes to the database could not be started: it is done without',
      )
    }
    opening = undefined
  }
  const close = async (): Promise<void> => {
    const leaving = thread
    thread = undefined
    await leaving?.close()
  }

  return {
    current: () => thread,
    idle: async () => thread?.idle(),
    async burst(lasts, alone) {
      clearTimeout(leaves)
      if (lasts && !bursts) mayReplace = true
      bursts = lasts
      if (!lasts) {
        const leave = (): void =>
          void alone(close).catch((error: unknown) =>
            log.error({ err: error }, 'The thread that writes to the database did not end well'),
          )
        leaves = setTimeout(leave, STAYS).unref()
        return
      }
      if (thread === undefined && !closed) opening ??= open()
      await opening
    },
    async close() {
      closed = true
      clearTimeout(leaves)
      await opening
      await close()
    },
  }
}

interface WriterInThread extends Writer {
  idle(): Promise<void>
  /** Resolves once what was asked for is done and the thread has ended. */
  close(): Promise<void>
}

interface Waiting {
  resolve(result: never): void
  reject(error: unknown): void
}

/**
 * Opens the file in a thread of its own: what is written there leaves the processor to who publishes, and waits for the
 * disk while others work.
 *
 * @param ended hears when the thread has died by itself after it was opened, and why
 * @throws QueryError where it can't be started
 */
async function openWriterInThread(file: string, ended: (why: unknown) => void): Promise<WriterInThread> {
  const source = import.meta.url.endsWith('.ts')
    ? new URL('./writer-thread.ts', import.meta.url)
    : new URL('./writer-thread.js', import.meta.url)
  // All that it needs of the environment. It is there in half the time where what was parsed before is kept.
  const cache = getCompileCacheDir()
  const env = cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }
  const thread = new Worker(source, { workerData: file, env })
  thread.unref()
  const waiting = new Map<number, Waiting>()
  let asked = 0
  let opened = false
  let closing = false
  let died: unknown
  let whenIdle: (() => void)[] = []

  const noteIdle = (): void => {
    if (waiting.size > 0) return
    if (!closing) thread.unref()
    for (const one of whenIdle) one()
    whenIdle = []
  }

  const giveUp = (why: unknown): void => {
    if (died !== undefined) return
    died = why
    for (const one of waiting.values()) one.reject(away(why))
    waiting.clear()
    noteIdle()
    if (opened && !closing) ended(why)
  }
  thread.on('error', giveUp)
  thread.on('exit', (code) => giveUp(new Error(`The thread that writes has ended (${code})`)))
  thread.on('message', (answered: Answered) => {
    const one = waiting.get(answered.id)
    waiting.delete(answered.id)
    noteIdle()
    if ('refused' in answered) {
      const { failure, code, message } = answered.refused
      one?.reject(new QueryError(failure, code, message))
    } else if ('error' in answered) one?.reject(new Error(answered.error))
    else one?.resolve(answered.result as never)
  })

  const ask = <Result>(verb: Asked['verb'], ...args: readonly unknown[]): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      if (died !== undefined) return reject(away(died))
      asked += 1
      waiting.set(asked, { resolve, reject })
      // What was asked for is waited for, whatever else keeps the process alive.
      thread.ref()
      thread.postMessage({ id: asked, verb, args } satisfies Asked)
    })

  const writer: WriterInThread = {
    query: (...args) => ask('query', ...args),
    together: (...args) => ask('together', ...args),
    call: (...args) => ask('call', ...args),
    idle: () => (waiting.size === 0 ? Promise.resolve() : new Promise((idle) => whenIdle.push(idle))),
    close: async () => {
      if (died !== undefined) return
      closing = true
      const gone = new Promise<void>((exits) => thread.once('exit', () => exits()))
      await ask('close')
      await gone
    },
  }
  // Its first answer says that the file is open.
  await writer.query('relaxed', { text: 'select 1', params: [] })
  opened = true
  return writer
}

/** What it had in hand may or may not be on the disk, as with a database whose connection broke. */
const away = (why: unknown): QueryError =>
  new QueryError('unavailable', 'THREAD', why instanceof Error ? why.message : String(why))
