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
  if (move === 'schedule') await createDeliveries(stores, [moved], at)
  else await tellHooksOfPost(stores, moved, 'post.submitted', at, `${round} ${post.revision}`)
  return moved
}

/**
 * Out of review: it has its approvals, and so has its series as this one stands.
 *
 * @returns undefined where somebody was faster
 */
export const leaveReview = async (
  stores: WorkspaceStores,
  post: Post,
  at: EpochMs,
): Promise<Post | undefined> => (await leaveReviewTogether(stores, [post], at))[0]

/** The same for many, in few writes. @returns those that nobody was faster with, in this order */
export async function leaveReviewTogether(
  stores: WorkspaceStores,
  posts: readonly Post[],
  at: EpochMs,
): Promise<Post[]> {
  const moved: Post[] = []
  for (const { id, revision } of posts) {
    const one = await stores.posts.move(id, 'approve', { at, revision })
    if (one) moved.push(one)
  }
  await createDeliveries(stores, moved, at)
  for (const { seriesId, revision } of moved)
    if (seriesId) await stores.series.change(seriesId, { approvedRevision: revision })
  return moved
}

/** A delivery per account, due at its post's time: from here on the posts are scheduled. */
export async function createDeliveries(
  stores: WorkspaceStores,
  posts: readonly Post[],
  at: EpochMs,
): Promise<void> {
  if (posts.length === 0) return
  const accounts = new Map((await stores.accounts.list()).map((account) => [account.id, account]))
  await stores.deliveries.createMany(
    posts.flatMap((post) =>
      post.accountIds.flatMap((id): Delivery[] => {
        const account = accounts.get(id)
        const dueAt = post.when?.at ?? at
        if (!account) return []
        return [
          {
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
          },
        ]
      }),
    ),
  )
  if ((await stores.hooks.list()).length === 0) return
  for (const post of posts)
    await tellHooksOfPost(stores, post, 'post.scheduled', at, `${post.round} ${post.revision}`)
}
