import type { Delivery } from '../deliveries/delivery.ts'
import type { EpochMs } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Post } from '../posts/post.ts'
import type { Actor } from './actor.ts'
import { tellHooksOfPost } from './hooks-tell.ts'
import { refused } from './post-refusals.ts'
import type { WorkspaceStores } from './stores.ts'

/**
 * Into review, or straight to the schedule where no approval is asked for. For drafts, and for what an edit made one.
 *
 * @param stores behind a line of the audit trail, or the post's first: both put this and a change of settings in order
 */
export async function enterReview(
  stores: WorkspaceStores,
  { bench }: Pick<Actor, 'bench'>,
  post: Post,
): Promise<Post> {
  const at = bench.clock.now()
  const round = post.round + 1
  const { settings } = await stores.workspace.get()
  const move = settings.approvals > 0 ? 'submit' : 'schedule'
  const moved = await stores.posts.move(post.id, move, { at, revision: post.revision, round })
  if (!moved) throw refused(move, (await stores.posts.get(post.id)) ?? post)
  if (move === 'schedule') await createDeliveries(stores, moved, at)
  else await tellHooksOfPost(stores, moved, 'post.submitted', at, `${round} ${post.revision}`)
  return moved
}

/**
 * Out of review: it has its approvals, and so has its series as this one stands.
 *
 * @returns undefined where somebody was faster
 */
export async function leaveReview(
  stores: WorkspaceStores,
  post: Post,
  at: EpochMs,
): Promise<Post | undefined> {
  const moved = await stores.posts.move(post.id, 'approve', { at, revision: post.revision })
  if (!moved) return undefined
  await createDeliveries(stores, moved, at)
  if (moved.seriesId) await stores.series.change(moved.seriesId, { approvedRevision: moved.revision })
  return moved
}

/** A delivery per account, due at the post's time: from here on the post is scheduled. */
export async function createDeliveries(
  stores: WorkspaceStores,
  post: Post,
  at: EpochMs,
  dueAt = post.when?.at ?? at,
): Promise<void> {
  const accounts = await stores.accounts.list()
  const going = post.accountIds.flatMap((id) => accounts.find((account) => account.id === id) ?? [])
  await stores.deliveries.createMany(
    going.map(
      (account): Delivery => ({
        id: newId(at),
        postId: post.id,
        accountId: account.id,
        platform: account.platform,
        revision: post.revision,
        state: 'scheduled',
        scheduledFor: dueAt,
        dueAt,
        attempts: 0,
        key: newId(at),
        worker: null,
        leaseUntil: null,
        progress: {},
        published: null,
        publishedAt: null,
        problem: null,
        createdAt: at,
        updatedAt: at,
      }),
    ),
  )
  await tellHooksOfPost(stores, post, 'post.scheduled', at, `${post.round} ${post.revision}`)
}
