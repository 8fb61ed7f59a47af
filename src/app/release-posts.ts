import { MINUTE } from '../kit/clock.ts'
import { type Message, message, prose, text } from '../message/message.ts'
import type { Post } from '../posts/post.ts'
import { postNews } from '../views/post-card.ts'
import { andList, counted } from '../views/words.ts'
import type { Settings } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { announceAll, type News } from './announce.ts'
import { isApproved } from './approvers.ts'
import { leaveReviewTogether } from './enter-review.ts'
import { recordAll } from './record.ts'
import { pausedNote } from './review-posts.ts'
import type { WorkspaceStores } from './stores.ts'

/** What a change of who or how many must approve has done to the posts in review. By time, then by number. */
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
 * @param why what became of each that goes its way, and through whom: `is approved: Ada asks for 2 only`
 */
export async function releaseApproved(stores: WorkspaceStores, actor: Actor, why: string): Promise<Released> {
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
    ...released.map((post) => ({ post, news: newsOf(post, actor, why) })),
    ...stays.map((post) => ({ post })),
  ])
  return { released, passed: stays.filter((post) => enough.has(post)) }
}

function newsOf(post: Post, { member }: Actor, why: string): News {
  const said = postNews(post, why)
  return post.authorId === member.id
    ? { thread: said }
    : { thread: said, tell: { memberId: post.authorId, message: said } }
}

/**
 * What was released, for the answer to whoever changed who or how many must approve.
 *
 * @param became how one of them goes its way, and how several do
 */
export function sayReleased(
  { released, passed }: Released,
  became: readonly [one: string, several: string],
  { pausedAt }: Pick<Settings, 'pausedAt'>,
): Message {
  const [one, several] = became
  return message(
    released.length > 0 &&
      text(
        `${counted(released.length, 'post')} in review ${released.length === 1 ? one : several}: ${numbersOf(released)}.`,
      ),
    passed.length > 0 &&
      text(
        ...prose(
          `⚠️ The time of ${numbersOf(passed)} passed in review: say \`reschedule\` with another, or \`publish\`.`,
        ),
      ),
    released.length > 0 && pausedNote(pausedAt),
  )
}

/** So many are named. */
const MOST_NAMED = 20

function numbersOf(posts: readonly Post[]): string {
  const numbers = posts.map(({ number }) => number).sort((a, b) => a - b)
  const named = numbers.slice(0, MOST_NAMED).map((number) => `#${number}`)
  return andList(posts.length > MOST_NAMED ? [...named, `${posts.length - MOST_NAMED} more`] : named)
}
