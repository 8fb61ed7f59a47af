import { type EpochMs, MINUTE, SECOND } from '../kit/clock.ts'
import { type Next, PublishError } from '../platforms/contract/publish-error.ts'
import type { AttemptOutcome, Problem } from './delivery.ts'
import type { DeliveryMove } from './moves.ts'

/** What a failure leads to: the attempt's outcome, the delivery's move, and what people are told. */
export interface AfterFailure {
  outcome: Exclude<AttemptOutcome, 'published'>
  move: DeliveryMove
  dueAt?: EpochMs
  problem: Problem
}

/** After this many tries that went wrong a person is asked, rather than trying for ever. */
export const MOST_TRIES = 8
const FIRST_WAIT = 15 * SECOND
const LONGEST_WAIT = 30 * MINUTE

/**
 * What happens after `error`. The thrower's verdict is obeyed; an error nobody classified is ours, and during a commit it
 * may have happened after the post went out, so it is looked into and never sent again unseen.
 *
 * @param tries how many tries have gone wrong, this one included
 * @param random in [0, 1): spreads retries, so that a thousand posts do not come back at one instant
 */
export function afterFailure(
  error: unknown,
  { phase, tries, now, random }: { phase: 'prepare' | 'commit'; tries: number; now: EpochMs; random: number },
): AfterFailure {
  const next: Next =
    error instanceof PublishError ? error.next : { do: phase === 'commit' ? 'check' : 'retry' }
  const told = { message: saidToPeople(error), ...codeOf(error) }
  switch (next.do) {
    case 'retry':
      if (tries >= MOST_TRIES) return { outcome: 'retry', move: 'fail', problem: { ask: 'retry', ...told } }
      return {
        outcome: 'retry',
        move: 'retryLater',
        dueAt: next.after === undefined ? now + backOff(tries, random) : Math.max(next.after, now + SECOND),
        problem: { ask: 'retry', ...told },
      }
    case 'reconnect':
      return { outcome: 'reconnect', move: 'park', problem: { ask: 'reconnect', ...told } }
    case 'edit':
      return { outcome: 'edit', move: 'fail', problem: { ask: 'edit', ...told } }
    case 'check':
      if (phase === 'prepare') {
        return afterFailure(asRetry(error), { phase, tries, now, random })
      }
      return { outcome: 'check', move: 'lose', problem: { ask: 'check', ...told } }
    default:
      return next satisfies never
  }
}

/** Milliseconds to wait before try `tries + 1`: doubling from 15 s to 30 min, up to half of it by chance. */
export function backOff(tries: number, random: number): number {
  const full = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1))
  return Math.round(full / 2 + (full / 2) * random)
}

/** Nothing has been published while preparing, so a platform file that says `check` there means `retry`. */
const asRetry = (error: unknown): PublishError =>
  new PublishError(
    error instanceof PublishError ? error.platform : 'unknown',
    { do: 'retry' },
    saidToPeople(error),
    { cause: error },
  )

const saidToPeople = (error: unknown): string =>
  error instanceof PublishError
    ? error.message
    : 'Something went wrong in Crier itself; the log has the details'

const codeOf = (error: unknown): { code?: string } =>
  error instanceof PublishError && error.code !== undefined ? { code: error.code } : {}
