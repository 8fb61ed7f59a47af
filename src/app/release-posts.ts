import { MINUTE } from '../kit/clock.ts'
import type { Post } from '../posts/post.ts'
import { postNews } from '../views/post-card.ts'
import type { Actor } from './actor.ts'
import { announceAll, type News } from './announce.ts'
import { coveredBySeries, missingNow } from './approvers.ts'
import { leaveReview } from './enter-review.ts'
import { record } from './record.ts'
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
  const done: Released = { released: [], passed: [] }
  const told: { post: Post; news?: News }[] = []
  for (const post of await stores.posts.list({ states: ['in_review'] })) {
    const enough = await isApproved(stores, post)
    const passed = post.when !== null && post.when.at < at - settings.lateMinutes * MINUTE
    if (enough && passed) done.passed.push(post)
    const moved = enough && !passed ? await leaveReview(stores, post, at) : undefined
    if (!moved) {
      told.push({ post })
      continue
    }
    await record(stores, {
      by: member.id,
      at,
      verb: 'post.released',
      subject: `post:${moved.number}`,
      details: { revision: moved.revision, approvals: settings.approvals },
    })
    done.released.push(moved)
    told.push({ post: moved, news: newsOf(moved, actor, settings.approvals) })
  }
  await announceAll(stores, bench, told)
  return done
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
