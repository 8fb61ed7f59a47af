import { rollUp } from '../app/post-outcome.ts'
import type { Workbench } from '../app/workbench.ts'
import { type Delivery, isAsked } from '../deliveries/delivery.ts'
import { endOf } from '../deliveries/outcome.ts'
import { SECOND } from '../kit/clock.ts'
import { askedMark, askOnce } from './afterwards.ts'
import { rememberReads } from './remember-reads.ts'
import { teamsOf } from './teams.ts'

/** What ended longer ago than this (ms) and was not told is told here: the process that should have is gone. */
const PATIENCE = 10 * SECOND

/**
 * Ends posts whose deliveries have all ended, and asks about those that stand still, where the process died between the
 * one and the other. Everything in here is guarded: what has been told is not told again.
 *
 * @returns how many posts it looked after
 */
export async function finishPosts(bench: Workbench, stopping?: AbortSignal): Promise<number> {
  let finished = 0
  for await (const { id } of teamsOf(bench)) {
    if (stopping?.aborted) return finished
    const before = bench.clock.now() - PATIENCE
    const outside = bench.stores.workspace(id)
    const going = await outside.posts.list({ states: ['publishing'] })
    if (going.length === 0) continue
    const deliveries = Map.groupBy(
      await outside.deliveries.ofPosts(going.map((post) => post.id)),
      (one) => one.postId,
    )
    for (const post of going) {
      const current = (deliveries.get(post.id) ?? []).filter((one) => one.revision === post.revision)
      if (current.some((one) => one.updatedAt > before)) continue
      const silent: Delivery[] = []
      for (const one of current.filter(isAsked))
        if ((await outside.marks.get(askedMark(one))) === undefined) silent.push(one)
      if (silent.length === 0 && endOf(current) === undefined) continue
      finished += 1
      await bench.stores.transaction(id, async (inside) => {
        const stores = rememberReads(inside)
        for (const delivery of silent) await askOnce(stores, bench, delivery)
        const now = await stores.posts.get(post.id)
        if (now?.state === 'publishing' && endOf(current) !== undefined) await rollUp(stores, bench, now)
      })
    }
  }
  return finished
}
