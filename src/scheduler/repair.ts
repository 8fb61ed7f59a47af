import { createDeliveries } from '../app/enter-review.ts'
import { record } from '../app/record.ts'
import type { WorkspaceStores } from '../app/stores.ts'
import type { Workbench } from '../app/workbench.ts'
import { isOpen } from '../deliveries/delivery.ts'
import { SETTLED } from '../deliveries/moves.ts'
import type { Post } from '../posts/post.ts'
import { finishPosts } from './finish.ts'
import { MOST_SKEW, rescueAbandoned, takeOver, tellOfRescue } from './rescue.ts'

/** What was given its end, or its question; each a count. */
export interface Repaired {
  /** Deliveries of processes that died. */
  takenOver: number
  /** Deliveries that were to be sent although an attempt at them may have gone through. */
  doubted: number
  /** Deliveries that waited although nobody wants their post any more. */
  dropped: number
  /** Posts that waited without anything that could go out. */
  given: number
  /** Posts of which everything has ended. */
  finished: number
}

/**
 * Finds what would never come to its end by itself, and gives it one: what may be live is looked into, or asked about, and
 * never sent again unseen. Safe beside a running Crier: every move is guarded.
 */
export async function repairAll(bench: Workbench): Promise<Repaired> {
  const done: Repaired = { takenOver: 0, doubted: 0, dropped: 0, given: 0, finished: 0 }
  done.takenOver = await rescueAbandoned(bench, bench.clock.now() - MOST_SKEW)
  for (const { id } of await bench.stores.directory.all()) {
    const outside = bench.stores.workspace(id)
    const held = await outside.deliveries.list({ states: ['publishing'] })
    for (const one of held.filter(({ leaseUntil }) => leaseUntil === null)) {
      const open = (await outside.deliveries.attempts(one.id)).findLast(isOpen)
      if (!(await takeOver(bench, one, open))) continue
      done.takenOver += 1
      await tellOfRescue(bench, id, [one.postId])
    }
    for (const one of await outside.deliveries.list({ states: ['scheduled'], withOpenAttempt: true })) {
      const problem = { ask: 'check' as const, message: 'An attempt at it has no end, so it may be live' }
      const at = bench.clock.now()
      if (await outside.deliveries.move(one.id, 'doubt', { at, problem }, one)) done.doubted += 1
    }
    done.dropped += await dropUnwanted(bench, outside)
    done.given += await startOrGive(bench, id)
  }
  done.finished = await finishPosts(bench)
  return done
}

/** Deliveries of posts that are drafts again, in review or cancelled: they would go out all the same. */
async function dropUnwanted(bench: Workbench, { posts, deliveries }: WorkspaceStores): Promise<number> {
  const waiting = await deliveries.list({ states: ['scheduled'] })
  let dropped = 0
  for (const postId of new Set(waiting.map((one) => one.postId))) {
    const post = await posts.get(postId)
    if (!post || !['draft', 'in_review', 'cancelled'].includes(post.state)) continue
    dropped += await deliveries.cancelOfPost(postId, bench.clock.now())
  }
  return dropped
}

/** Posts that wait for their time: with nothing that waits with them, they would for ever. */
async function startOrGive(
  bench: Workbench,
  id: Parameters<Workbench['stores']['workspace']>[0],
): Promise<number> {
  const outside = bench.stores.workspace(id)
  const waiting = await outside.posts.list({ states: ['scheduled'] })
  const deliveries = Map.groupBy(
    await outside.deliveries.ofPosts(waiting.map((post) => post.id)),
    (one) => one.postId,
  )
  let given = 0
  for (const post of waiting) {
    const all = deliveries.get(post.id) ?? []
    const own = all.filter(({ revision }) => revision === post.revision)
    if (all.length === 0) given += await giveDeliveries(bench, id, post)
    else if (own.length > 0 && own.every(({ state }) => SETTLED.includes(state) || state === 'unsure'))
      // Its end is found by who finishes posts that are going out.
      await outside.posts.moveMany([post.id], 'start', bench.clock.now())
  }
  return given
}

/** Nothing of it was ever sent: it is due at its time, and where that has passed a person is asked. */
async function giveDeliveries(
  bench: Workbench,
  id: Parameters<Workbench['stores']['workspace']>[0],
  post: Post,
): Promise<number> {
  return bench.stores.transaction(id, async (stores) => {
    if ((await stores.deliveries.ofPosts([post.id])).length > 0) return 0
    const at = bench.clock.now()
    await createDeliveries(stores, [post], at)
    await record(stores, { by: null, at, verb: 'post.repaired', subject: `post:${post.number}` })
    return 1
  })
}

/** Media that posts which are still to go out need and that can't be read: `#12: photo.jpg`. */
export async function missingMedia(bench: Workbench): Promise<string[]> {
  const missing: string[] = []
  for (const { id } of await bench.stores.directory.all()) {
    const { posts, media } = bench.stores.workspace(id)
    const shelf = bench.blobs.of(id)
    for (const post of await posts.list({ states: ['in_review', 'scheduled', 'publishing'] })) {
      for (const { mediaId } of post.content.media) {
        const kept = await media.get(mediaId)
        const last = kept && { from: Math.max(0, kept.size - 1), to: kept.size }
        const there =
          kept &&
          (await shelf.get(kept.sha256, last).then(
            (bytes) => bytes.byteLength > 0,
            () => false,
          ))
        if (!there) missing.push(`#${post.number}: ${kept?.filename ?? mediaId}`)
      }
    }
  }
  return missing
}
