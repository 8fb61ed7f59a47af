import { announce } from '../app/announce.ts'
import { tellHooksOfDeliveries } from '../app/hooks-tell.ts'
import type { Workbench } from '../app/workbench.ts'
import { type EpochMs, MINUTE } from '../kit/clock.ts'

const BATCH = 50

/** How far (ms) the clocks of two machines may be apart: a lease that another one wrote ends that much later. */
export const MOST_SKEW = MINUTE

/**
 * Takes over deliveries whose worker died. An attempt without an outcome may be live: unsure, never sent again unseen.
 * Without an attempt nothing was sent: it is due again, and the late policy decides.
 *
 * @param leasesUntil leases up to this time (UTC ms) have ended
 * @returns how many it took over
 */
export async function rescueAbandoned(bench: Workbench, leasesUntil: EpochMs): Promise<number> {
  let taken = 0
  for (;;) {
    const abandoned = await bench.stores.queue.leasesEnded(leasesUntil, BATCH)
    for (const { workspaceId, delivery, openAttempt } of abandoned) {
      if (delivery.leaseUntil === null) continue
      const at = bench.clock.now()
      const move = openAttempt ? 'lose' : 'retryLater'
      const problem = openAttempt
        ? { ask: 'check' as const, message: 'Crier stopped while it was being sent' }
        : null
      if (
        !(await bench.stores.queue.settleEndedLease(delivery.id, delivery.leaseUntil, move, { at, problem }))
      )
        continue
      taken += 1
      bench.log.warn(
        { delivery: delivery.id, platform: delivery.platform, move },
        'A delivery was taken over from a worker that died',
      )
      await bench.stores.transaction(workspaceId, async (stores) => {
        const post = await stores.posts.get(delivery.postId)
        if (post) await announce(stores, bench, post)
        await tellHooksOfDeliveries(stores, await stores.deliveries.ofPosts([delivery.postId]), at)
      })
    }
    if (abandoned.length < BATCH) return taken
  }
}
