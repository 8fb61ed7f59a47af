import { SECOND } from './clock.ts'

const FIRST_PAUSE = SECOND
const LONGEST_PAUSE = 30 * SECOND

/** The pause (ms) after one that was not enough. */
export const longer = (pause: number): number => Math.min(Math.max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE)

/** Resolves after `ms` milliseconds, or at once when the signal comes. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (ms === 0 || signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })

/** The value, or undefined after `ms` milliseconds; what it waited for goes on. */
export async function within<Value>(ms: number, value: Promise<Value>): Promise<Value | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, Math.max(0, ms), undefined)
  try {
    return await Promise.race([value, late])
  } finally {
    clearTimeout(timer)
  }
}
