import { announce } from '../../app/announce.ts'
import { SECOND } from '../../kit/clock.ts'
import { defineJob } from '../job.ts'

const BATCH = 50

/**
 * Deliveries whose worker died. An attempt without an outcome may be live: unsure, never sent again unseen. Without an
 * attempt nothing was sent: it is due again, and the late policy decides.
 */
export default defineJob({
  name: 'rescue-abandoned',
  every: 5 * SECOND,

  async run({ bench }) {
    const now = bench.clock.now()
    for (const { workspaceId, delivery, openAttempt } of await bench.stores.queue.leasesEnded(now, BATCH)) {
      if (delivery.leaseUntil === null) continue
      const move = openAttempt ? 'lose' : 'retryLater'
      const problem = openAttempt
        ? { ask: 'check' as const, message: 'Crier stopped while it was being sent' }
        : null
      const settled = await bench.stores.queue.settleEndedLease(delivery.id, delivery.leaseUntil, move, {
        at: now,
        problem,
      })
      if (!settled) continue
      bench.log.warn(
        { delivery: delivery.id, platform: delivery.platform, move },
        'A delivery was taken over from a worker that died',
      )
      await bench.stores.transaction(workspaceId, async (stores) => {
        const post = await stores.posts.get(delivery.postId)
        if (post) await announce(stores, bench, post)
      })
    }
  },
})
