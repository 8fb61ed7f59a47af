import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE, SECOND } from '../../kit/clock.ts'
import { PublishError } from './publish-error.ts'

/** `done`, or how long (ms) the platform wants to be left alone. */
export type Working<Value> = { done: Value } | { wait: number }

/**
 * Asks a platform that works on something (a video, a container) until it is done. After `patience` the attempt ends with
 * `retry`, and the next one asks again.
 *
 * @param what for people, behind "X is still working on"
 * @throws PublishError
 */
export async function untilDone<Value>(
  ask: () => Promise<Working<Value>>,
  {
    platform,
    what,
    signal,
    patience = MINUTE,
  }: {
    platform: { name: string; label: string }
    what: string
    signal: AbortSignal
    /** Milliseconds of waiting in one attempt. */
    patience?: number
  },
): Promise<Value> {
  const still = (cause?: unknown): PublishError =>
    new PublishError(platform.name, { do: 'retry' }, `${platform.label} is still working on ${what}`, {
      code: 'STILL_WORKING',
      cause,
    })
  for (let waited = 0; ; ) {
    const answer = await ask()
    if ('done' in answer) return answer.done
    const wait = Math.max(answer.wait, SHORTEST)
    waited += wait
    if (waited > patience) throw still()
    await sleep(wait, undefined, { signal }).catch((cause: unknown) => {
      throw still(cause)
    })
  }
}

const SHORTEST = SECOND / 20

/** Milliseconds between one look and the next: soon at first, then every five seconds. */
export function workingWaits(): () => number {
  let wait = SECOND / 4
  return () => {
    wait = Math.min(wait * 2, 5 * SECOND)
    return wait
  }
}
