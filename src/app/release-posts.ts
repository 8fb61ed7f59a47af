import { MINUTE } from '../kit/clock.ts'
import type { Post } from '../posts/post.ts'
import { postNews } from '../views/post-card.ts'
import type { Actor } from './actor.ts'
import { announceAll, type News } from './announce.ts'
import { coveredBySeries, missingNow } from './approvers.ts'
import { leaveReviewTogether } from './enter-review.ts'
import { recordAll } from './record.ts'
import type { WorkspaceStores } from './stores.ts'

/** What a change of how many must approve has done to the posts in review. By time, then by number. */
export interface Released {
  /** They had enough approvals, and go out at their times. */
  released: Post[]
  /** They have enough too, but their time passed while they were in review: they wait for another one. */
  passed: Post[]
}

/**
 * Lets go what is in review and has enough approvals, by the team's members and settings as they are now, as its last
 * approval would have. The cards of what stays are drawn anew: they say how many approvals are asked for.
 *
 * @param stores in the transaction of what was changed, behind its line of the audit trail: that line puts this and an
 *   approval of the same instant in order
 * @param actor whose doing it is, for the trail and the cards
 */
export async function releaseApproved(stores: WorkspaceStores, actor: Actor): Promise<Released> {
  const { bench, member } = actor
  const at = bench.clock.now()
  const { settings } = await stores.workspace.get()
  const inReview = await stores.posts.list({ states: ['in_review'] })
  const enough = new Set<Post>()
  for (const post of inReview)
    if (settings.approvals === 0 || (await isApproved(stores, post))) enough.add(post)
  const isPassed = ({ when }: Post) => when !== null && when.at < at - settings.lateMinutes * MINUTE
  const going = inReview.filter((post) => enough.has(post) && !isPassed(post))
  const released = await leaveReviewTogether(stores, going, at)
  await recordAll(
    stores,
    released.map((post) => ({
      by: member.id,
      at,
      verb: 'post.released',
      subject: `post:${post.number}`,
      details: { revision: post.revision, approvals: settings.approvals },
    })),
  )
  const goes = new Set(going)
  const stays = inReview.filter((post) => !goes.has(post))
  await announceAll(stores, bench, [
    ...released.map((post) => ({ post, news: newsOf(post, actor, settings.approvals) })),
    ...stays.map((post) => ({ post })),
  ])
  return { released, passed: stays.filter((post) => enough.has(post)) }
}

/** Does a post in review lack nothing any more? Its series' approvals count for a run that nobody sent back. */
export const isApproved = async (stores: WorkspaceStores, post: Post): Promise<boolean> =>
  (await missingNow(stores, post)) === 0 || (post.round === 1 && (await coveredBySeries(stores, post)))

function newsOf(post: Post, { member }: Actor, approvals: number): News {
  const why =
    approvals === 0
      ? `goes out without a review: ${member.name} asks for none any more`
      : `is approved: ${member.name} asks for ${approvals} only`
  const said = postNews(post, why)
  return post.authorId === member.id
    ? { thread: said }
    : { thread: said, tell: { memberId: post.authorId, message: said } }
}
