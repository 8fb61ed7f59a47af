import type { Workbench } from '../app/workbench.ts'
import type { EpochMs } from '../kit/clock.ts'
import { createStandstill, LOOKED_EVERY, LOOKS } from './standstill.ts'

/** How often a sender renews what it is sending (ms): as often as others look whether it does. */
export const RENEWED_EVERY = LOOKED_EVERY
/** After so long (ms) without a renewal a sender must not send any more: others may take it for dead. */
export const TRUSTED_FOR = (LOOKS - 1) * RENEWED_EVERY

/**
 * Finds what a dead process was sending. It compares no clocks, which may be a minute apart: a lease that was not renewed
 * between several looks of our own is one that nobody renews.
 */
export interface DeadSenders {
  look(): Promise<void>
}

export function createDeadSenders({
  stores,
  clock,
  log,
}: Pick<Workbench, 'stores' | 'clock' | 'log'>): DeadSenders {
  const { outboxQueue } = stores
  const lookAgain = createStandstill<string, EpochMs>(clock, (before, now) => before === now)
  return {
    look: () =>
      lookAgain(
        async () => new Map((await outboxQueue.beingSent()).map(({ id, leaseUntil }) => [id, leaseUntil])),
        async (id, leaseUntil, now) => {
          log.warn({ entry: id }, 'A message was taken over from a process that died')
          await outboxQueue.release(id, leaseUntil, now)
        },
      ),
  }
}
