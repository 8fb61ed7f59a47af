import { Worker } from 'node:worker_threads'
import { SECOND } from '../../kit/clock.ts'
import type { Scene } from './scene.ts'

export type DrawRequest = { id: number } & (
  | { kind: 'svg'; svg: string; zoom: number }
  | { kind: 'preview'; scenes: readonly Scene[]; columns: number; zoom: number }
)
export type DrawAnswer = { id: number; png: Uint8Array; undrawn: number } | { id: number; error: string }

export interface Drawn {
  png: Uint8Array
  /** How many characters no font here can draw; a box stands for each. */
  undrawn: number
}

/** Draws an SVG to PNG at `zoom` times its size, in a thread of its own. Text is set in Inter and Noto Emoji. @throws Error */
export const drawSvg = async (svg: string, zoom = 2): Promise<Uint8Array> =>
  (await ask({ kind: 'svg', svg, zoom })).png

/** Draws posts as their readers will see them, at most `columns` in a row. @throws Error */
export const drawPreview = (scenes: readonly Scene[], { columns = 1, zoom = 1.5 } = {}): Promise<Drawn> =>
  ask({ kind: 'preview', scenes, columns, zoom })

/** The thread ends after this long (ms) without work, and gives its memory back. */
const IDLE = 20 * SECOND
/** A drawing takes some tens of milliseconds; one that takes this long (ms) is given up. */
const PATIENCE = 20 * SECOND

interface Thread {
  worker: Worker
  waiting: Map<number, PromiseWithResolvers<Drawn>>
  idle: NodeJS.Timeout | undefined
}

let thread: Thread | undefined
let asked = 0

type Ask = DrawRequest extends infer One ? (One extends DrawRequest ? Omit<One, 'id'> : never) : never

async function ask(request: Ask): Promise<Drawn> {
  thread ??= open()
  const mine = thread
  clearTimeout(mine.idle)
  asked += 1
  const id = asked
  const drawn = Promise.withResolvers<Drawn>()
  mine.waiting.set(id, drawn)
  mine.worker.ref()
  mine.worker.postMessage({ id, ...request })
  const late = setTimeout(
    () => end(mine, new Error(`A picture was not drawn within ${PATIENCE} ms`)),
    PATIENCE,
  )
  try {
    return await drawn.promise
  } finally {
    clearTimeout(late)
    mine.waiting.delete(id)
    if (mine.waiting.size === 0) {
      mine.worker.unref()
      mine.idle = setTimeout(() => end(mine, new Error('The thread that draws has ended')), IDLE).unref()
    }
  }
}

function open(): Thread {
  const source = import.meta.url.endsWith('.ts')
    ? new URL('./draw-worker.ts', import.meta.url)
    : new URL('./draw-worker.js', import.meta.url)
  const worker = new Worker(source, { resourceLimits: { maxOldGenerationSizeMb: 192 } })
  const opened: Thread = { worker, waiting: new Map(), idle: undefined }
  worker.on('message', (answer: DrawAnswer) => {
    const drawn = opened.waiting.get(answer.id)
    if ('error' in answer) drawn?.reject(new Error(answer.error))
    else drawn?.resolve({ png: answer.png, undrawn: answer.undrawn })
  })
  worker.on('error', (error: Error) => end(opened, error))
  worker.on('exit', () => end(opened, new Error('The thread that draws has ended')))
  return opened
}

/** The thread is given up: who waits is told, and the next picture gets a new one. */
function end(given: Thread, reason: Error): void {
  if (thread === given) thread = undefined
  clearTimeout(given.idle)
  for (const drawn of given.waiting.values()) drawn.reject(reason)
  // Ending a thread has no failure to speak of: its exit code is all there is.
  void given.worker.terminate()
}
