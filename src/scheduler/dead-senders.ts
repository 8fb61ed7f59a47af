import type { Workbench } from '../app/workbench.ts'
import { type EpochMs, SECOND } from '../kit/clock.ts'

/** How often a sender renews what it is sending, and how often others look whether it does (ms). */
export const RENEWED_EVERY = 5 * SECOND
/** Looks at which a lease has stood still before its sender is taken for dead: 20 to 25 s. */
export const LOOKS = 5
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
  let seen = new Map<string, { leaseUntil: EpochMs; looks: number }>()
  let looked: EpochMs | undefined
  return {
    async look() {
      const now = clock.now()
      if (looked !== undefined && now >= looked && now - looked < RENEWED_EVERY) return
      looked = now
      const still = new Map<string, { leaseUntil: EpochMs; looks: number }>()
      for (const { id, leaseUntil } of await outboxQueue.beingSent()) {
        const before = seen.get(id)
        const looks = before?.leaseUntil === leaseUntil ? before.looks + 1 : 1
        if (looks <= LOOKS) {
          still.set(id, { leaseUntil, looks })
          continue
        }
        log.warn({ entry: id }, 'A message was taken over from a process that died')
        await outboxQueue.release(id, leaseUntil, now)
      }
      seen = still
    },
  }
}
