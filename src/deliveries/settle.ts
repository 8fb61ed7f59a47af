import type { EpochMs } from '../kit/clock.ts'
import { partStep } from '../platforms/contract/parts.ts'
import type { Progress } from '../platforms/contract/platform.ts'
import { PublishError } from '../platforms/contract/publish-error.ts'
import { type Outlet, publishedParts } from './deliver.ts'
import type { Attempt, Delivery } from './delivery.ts'
import type { DeliveryChanges } from './delivery-store.ts'
import type { DeliveryMove } from './moves.ts'

/** What looking into an unsure delivery found: a move to make, or when to look again (UTC ms). */
export type Settled =
  | { move: DeliveryMove; changes: DeliveryChanges }
  | { lookAgainAt: EpochMs }
  | { reconnect: string }

/**
 * Finds out whether a commit whose answer was lost went through. Where the platform takes the same key again without a
 * second post, that is the safest look of all; else it is asked, once its list can be trusted; else a person is.
 */
export async function settle(
  delivery: Delivery,
  last: Attempt,
  { platform, publication, io }: Outlet,
  now: EpochMs,
): Promise<Settled> {
  const { look } = platform
  const firstCommit = last.startedAt
  if (now - firstCommit < look.repeatableFor) {
    return { move: 'retryLater', changes: { at: now, dueAt: now, problem: null } }
  }
  if (!look.find) return ask(now, delivery, look.says)
  const trusted = (last.endedAt ?? last.startedAt) + look.trustAfter
  if (now < trusted) return { lookAgainAt: trusted }

  try {
    const found = await look.find(publication, io, readOnly(delivery.progress), last.part, last.startedAt)
    if (found === 'absent') return { move: 'retryLater', changes: { at: now, dueAt: now, problem: null } }
    if (found === 'unknown') return ask(now, delivery, look.says)
    const parts = platform.parts?.(publication) ?? 1
    if (last.part < parts - 1) {
      // The part is live; the thread goes on behind it. Its progress is written by the next worker from what the look finds again.
      return {
        move: 'retryLater',
        changes: {
          at: now,
          dueAt: now,
          problem: null,
          progress: { ...delivery.progress, [partStep(last.part)]: found },
        },
      }
    }
    const published = publishedParts(delivery.progress)[0] ?? found
    return { move: 'publish', changes: { at: now, published, publishedAt: last.startedAt, problem: null } }
  } catch (error) {
    if (error instanceof PublishError && error.next.do === 'reconnect') return { reconnect: error.message }
    if (error instanceof PublishError && error.next.do === 'retry')
      return { lookAgainAt: error.next.after ?? now + 60_000 }
    throw error
  }
}

/** Asked once: where the problem already says that a person decides, nothing changes. */
function ask(now: EpochMs, delivery: Delivery, says: string): Settled {
  if (delivery.problem?.code === ASKED) return { lookAgainAt: Number.POSITIVE_INFINITY }
  return {
    move: 'ask',
    changes: { at: now, problem: { ask: 'check', message: `The answer was lost, and ${says}`, code: ASKED } },
  }
}

/** The problem's code once a person has been asked. */
export const ASKED = 'asked'

const readOnly = (steps: Record<string, unknown>): Progress => ({
  get: <Value>(step: string) => steps[step] as Value | undefined,
  keep: async () => undefined,
})
