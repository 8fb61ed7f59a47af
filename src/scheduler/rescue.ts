import { announce } from '../app/announce.ts'
import { tellHooksOfDeliveries } from '../app/hooks-tell.ts'
import type { Workbench } from '../app/workbench.ts'
import type { Attempt, Delivery } from '../deliveries/delivery.ts'
import type { Claimed } from '../deliveries/delivery-store.ts'
import { type EpochMs, MINUTE } from '../kit/clock.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import { rememberReads } from './remember-reads.ts'

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
    const moved: Claimed[] = []
    for (const { workspaceId, delivery, openAttempt } of abandoned)
      if (await takeOver(bench, delivery, openAttempt)) moved.push({ workspaceId, delivery })
    taken += moved.length
    for (const [workspaceId, group] of Map.groupBy(moved, (one) => one.workspaceId))
      await tellOfRescue(bench, workspaceId, [...new Set(group.map(({ delivery }) => delivery.postId))])
    // Where none could be taken over, somebody else is at them.
    if (abandoned.length < BATCH || moved.length === 0) return taken
  }
}

/**
 * @param open its attempt that has no outcome: then it may be live
 * @returns false where somebody was faster, its own worker too
 */
export async function takeOver(
  bench: Workbench,
  delivery: Delivery,
  open: Attempt | undefined,
): Promise<boolean> {
  const at = bench.clock.now()
  const move = open ? 'lose' : 'retryLater'
  const problem = open ? { ask: 'check' as const, message: 'Crier stopped while it was being sent' } : null
  const seen = { leaseUntil: delivery.leaseUntil, openAttempt: open?.id ?? null }
  if (!(await bench.stores.queue.settleEndedLease(delivery.id, seen, move, { at, problem }))) return false
  bench.log.warn(
    { delivery: delivery.id, platform: delivery.platform, move },
    'A delivery was taken over from a worker that died',
  )
  return true
}

/** A process that dies leaves hundreds behind: one transaction for all that were taken over of a team at once. */
export const tellOfRescue = (
  bench: Workbench,
  workspaceId: WorkspaceId,
  postIds: readonly string[],
): Promise<void> =>
  bench.stores.transaction(workspaceId, async (inside) => {
    const stores = rememberReads(inside)
    for (const id of postIds) {
      const post = await stores.posts.get(id)
      if (post) await announce(stores, bench, post)
    }
    await tellHooksOfDeliveries(stores, await stores.deliveries.ofPosts(postIds), bench.clock.now())
  })
