import { createHash } from 'node:crypto'
import { MINUTE } from '../kit/clock.ts'
import { bold, type Message, message, prose, text } from '../message/message.ts'
import type { Post } from '../posts/post.ts'
import { postNews } from '../views/post-card.ts'
import { andList, counted } from '../views/words.ts'
import type { Settings } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { announceAll, tell } from './announce.ts'
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

/** How one post goes its way, and how several do, each with through whom: `is approved: Ada asks for 2 only`. */
export type Became = readonly [one: string, several: string]

/**
 * Lets go what is in review and has enough approvals, by the team's members and settings as they are now, as its last
 * approval would have. The cards of what stays are drawn anew: they say how many approvals are asked for. Each author is
 * told once, of all that is theirs.
 *
 * @param stores in the transaction of what was changed, behind its line of the audit trail: that line puts this and an
 *   approval of the same instant in order
 * @param actor whose doing it is, for the trail and the cards
 * @param mayGo throws where these must not go yet, which takes the whole change back
 */
export async function releaseApproved(
  stores: WorkspaceStores,
  actor: Actor,
  became: Became,
  mayGo: (posts: readonly Post[]) => void = () => {},
): Promise<Released> {
  const { bench, member } = actor
  const at = bench.clock.now()
  const { settings } = await stores.workspace.get()
  const inReview = await stores.posts.list({ states: ['in_review'] })
  const enough = new Set<Post>()
  for (const post of inReview)
    if (settings.approvals === 0 || (await isApproved(stores, post))) enough.add(post)
  const isPassed = ({ when }: Post) => when !== null && when.at < at - settings.lateMinutes * MINUTE
  const going = inReview.filter((post) => enough.has(post) && !isPassed(post))
  mayGo(going)
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
    ...released.map((post) => ({ post, news: { thread: postNews(post, became[0]) } })),
    ...stays.map((post) => ({ post })),
  ])
  const chats = await stores.workspace.chats()
  for (const [authorId, posts] of Map.groupBy(released, (post) => post.authorId))
    if (authorId !== member.id) await tell(stores, chats, authorId, newsOf(posts, became), at)
  return { released, passed: stays.filter((post) => enough.has(post)) }
}

/** For the author of them all. */
function newsOf(posts: readonly Post[], [one, several]: Became): Message {
  const [first] = posts
  return first && posts.length === 1
    ? postNews(first, one)
    : message(text(bold(numbersOf(posts)), ` ${several}`))
}

/** What somebody saw of the posts that would go: another post or another revision makes it another one. 16 hex digits. */
export const sightOf = (posts: readonly Post[]): string =>
  createHash('sha256')
    .update(
      posts
        .map(({ number, revision }) => `${number} ${revision}`)
        .sort()
        .join('\n'),
    )
    .digest('hex')
    .slice(0, 16)

/** What was released, for the answer to whoever changed who or how many must approve. */
export function sayReleased(
  { released, passed }: Released,
  [one, several]: Became,
  { pausedAt }: Pick<Settings, 'pausedAt'>,
): Message {
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

export function numbersOf(posts: readonly Post[]): string {
  const numbers = posts.map(({ number }) => number).sort((a, b) => a - b)
  const named = numbers.slice(0, MOST_NAMED).map((number) => `#${number}`)
  return andList(posts.length > MOST_NAMED ? [...named, `${posts.length - MOST_NAMED} more`] : named)
}
