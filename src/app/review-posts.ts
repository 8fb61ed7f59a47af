import { checkSeen, mayDecide, notOwnEdit } from '../approvals/decide.ts'
import type { DecisionKind } from '../approvals/decision.ts'
import { type EpochMs, MINUTE } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import { UserError } from '../kit/user-error.ts'
import { message, prose, quote, text } from '../message/message.ts'
import type { Post, PostTime } from '../posts/post.ts'
import { shortRevision } from '../posts/revision.ts'
import { postNews } from '../views/post-card.ts'
import { counted, postStateWords } from '../views/words.ts'
import type { Member } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { announce, type News } from './announce.ts'
import { deciderNow, missingNow, othersOf } from './approvers.ts'
import { mustBeComplete } from './completeness.ts'
import { enterReview, leaveReview } from './enter-review.ts'
import { tellHooksOfPost } from './hooks-tell.ts'
import { mayTouch, refused } from './post-refusals.ts'
import { record } from './record.ts'
import { chooseReviewChannel, type ReviewPlace } from './review-channel.ts'
import { postByNumber } from './sheets.ts'
import type { WorkspaceStores } from './stores.ts'
import { mustFitDay } from './within-plan.ts'
import { draftIn, type PostWords } from './write-posts.ts'

/**
 * Sends a draft to review, or to its time where the workspace asks for no approval.
 *
 * @param when set first, where it was said with the line
 * @param reviewIn becomes the review channel
 * @throws UserError naming what is missing: text, time, account, alt text, or what a platform would refuse
 */
export async function submitPost(
  actor: Actor,
  number: number,
  { when, reviewIn }: { when?: PostTime | undefined; reviewIn?: ReviewPlace | undefined } = {},
): Promise<Post> {
  const { bench, workspace } = actor
  return bench.stores.transaction(workspace.id, async (stores) => {
    const post = await postByNumber(stores, number)
    mayTouch(actor, post)
    if (post.state !== 'draft') throw refused('submit', post)
    const timed = when ? await stores.posts.reschedule(post.id, when, bench.clock.now()) : post
    return submitIn(stores, actor, timed ?? post, reviewIn)
  })
}

/** Writes and submits in one: what can't be submitted is not written either, so that a refused form leaves nothing behind. */
export async function schedulePost(
  actor: Actor,
  words: PostWords,
  when: PostTime,
  reviewIn?: ReviewPlace,
): Promise<Post> {
  return actor.bench.stores.transaction(actor.workspace.id, async (stores) => {
    const post = await draftIn(stores, actor, words, when)
    try {
      return await submitIn(stores, actor, post, reviewIn)
    } catch (error) {
      // The post is rolled back with its refusal: its number, and buttons that name it, would lead nowhere.
      if (!(error instanceof UserError)) throw error
      const { message: said, wayOut, field } = error
      throw new UserError(unnumbered(said, post), {
        ...(wayOut ? { wayOut } : {}),
        ...(field ? { field } : {}),
        cause: error,
      })
    }
  })
}

const unnumbered = (said: string, { number }: Post): string =>
  said.replace(new RegExp(`#${number}\\b`, 'g'), (_, at: number) => (at === 0 ? 'The post' : 'the post'))

async function submitIn(
  stores: WorkspaceStores,
  actor: Actor,
  post: Post,
  reviewIn: ReviewPlace | undefined,
): Promise<Post> {
  const { bench, member } = actor
  const at = bench.clock.now()
  await mustBeComplete(stores, actor, post)
  await record(stores, {
    by: member.id,
    at,
    verb: 'post.submitted',
    subject: `post:${post.number}`,
    details: { revision: post.revision },
  })
  await chooseReviewChannel(stores, actor, reviewIn)
  const submitted = await enterReview(stores, actor, post)
  await mustFitDay(stores, bench, submitted)
  await announce(stores, bench, submitted, {
    ...(submitted.round > 1 ? { thread: postNews(submitted, `was submitted again by ${member.name}`) } : {}),
  })
  return submitted
}

export interface DecisionWords {
  kind: DecisionKind
  /** The revision on the card that was pressed. */
  seen?: string | undefined
  comment?: string | undefined
}

/** What came of a decision, for the answer: the post as it is now, and how many approvals are still missing. */
export interface Decided {
  post: Post
  missing: number
}

/**
 * A member's word on what is in review. Two who press at once: one decides, the other reads who was faster.
 *
 * @throws UserError where they may not decide, the post changed since, or it has been decided already
 */
export async function decide(
  actor: Actor,
  number: number,
  { kind, seen, comment = '' }: DecisionWords,
): Promise<Decided> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    const post = await postByNumber(stores, number)
    await mustAllow(stores, actor, post, { kind, seen })
    if (
      !(await stores.decisions.add({
        id: newId(at),
        postId: post.id,
        memberId: member.id,
        revision: post.revision,
        round: post.round,
        kind,
        comment,
        at,
      }))
    ) {
      throw new UserError(`You have already decided on #${number} @${shortRevision(post.revision)}`, {
        wayOut: 'It waits for others.',
      })
    }
    await record(stores, {
      by: member.id,
      at,
      verb: `post.${pastVerb[kind]}`,
      subject: `post:${number}`,
      details: { revision: post.revision },
    })

    // Looked at behind the line of the audit trail, which puts this and a change of roles or settings in order.
    const now = await deciderNow(stores, actor)
    mayDecide(post, now.member, now.settings, now.others)
    const missing = kind === 'approve' ? await missingNow(stores, post) : 0
    if (missing > 0) {
      await announce(stores, bench, post, {
        thread: postNews(post, `was approved by ${member.name}; ${counted(missing, 'more approval')} needed`),
      })
      return { post, missing }
    }
    const moved =
      kind === 'approve'
        ? await leaveReview(stores, post, at)
        : await stores.posts.move(post.id, moveOf[kind], { at, revision: post.revision })
    if (!moved) throw await alreadyDecided(stores, (await stores.posts.get(post.id)) ?? post, kind)
    if (kind !== 'approve') {
      await tellHooksOfPost(
        stores,
        moved,
        kind === 'reject' ? 'post.cancelled' : 'post.changes_requested',
        at,
      )
    }
    await announce(stores, bench, moved, newsOf(moved, member, kind, comment))
    return { post: moved, missing }
  })
}

/**
 * Refuses at once, before somebody writes why, what `decide` would refuse.
 *
 * @throws UserError as `decide` does
 */
export const mustBeDecidable = async (actor: Actor, number: number, words: DecisionWords): Promise<void> =>
  mustAllow(actor.stores, actor, await postByNumber(actor.stores, number), words)

async function mustAllow(
  stores: WorkspaceStores,
  actor: Actor,
  post: Post,
  { kind, seen }: DecisionWords,
): Promise<void> {
  const { member, workspace } = actor
  if (post.state !== 'in_review') throw await alreadyDecided(stores, post, kind)
  const others = othersOf(actor, await stores.workspace.members())
  mayDecide(post, member, workspace.settings, others)
  if (kind === 'approve') notOwnEdit(post, member, workspace.settings, others)
  checkSeen(post, seen)
  if (kind === 'approve') refusePassed(actor, post)
}

const moveOf = { approve: 'approve', 'request-changes': 'requestChanges', reject: 'reject' } as const
const pastVerb = { approve: 'approved', 'request-changes': 'sent-back', reject: 'rejected' } as const

function newsOf(post: Post, member: Member, kind: DecisionKind, comment: string): News {
  const words = {
    approve: 'was approved by',
    'request-changes': 'needs changes, says',
    reject: 'was rejected by',
  }[kind]
  const news = postNews(post, `${words} `, { type: 'member', id: member.id, name: member.name })
  const { blocks } = message(
    ...news.blocks,
    comment !== '' && quote(comment),
    kind === 'request-changes' && {
      type: 'buttons',
      buttons: [
        { label: 'Edit', line: `edit ${post.number}` },
        { label: 'Submit again', line: `submit ${post.number}` },
      ],
    },
  )
  const said = { ...news, blocks }
  return post.authorId === member.id
    ? { thread: said }
    : { thread: said, tell: { memberId: post.authorId, message: said } }
}

async function alreadyDecided(stores: WorkspaceStores, post: Post, kind: DecisionKind): Promise<UserError> {
  const last = (await stores.decisions.ofPost(post.id)).at(-1)
  const offers = [{ label: 'Show the post', line: `show ${post.number}` }]
  if (!last || post.state === 'draft') return refused(moveOf[kind], post)
  const who = await stores.workspace.member(last.memberId)
  return new UserError(
    `#${post.number} was already decided by ${who?.name ?? 'a former member'}; it is ${postStateWords[post.state]}`,
    { offers },
  )
}

function refusePassed({ bench, workspace }: Actor, post: Post): void {
  if (!post.when || post.when.at >= bench.clock.now() - workspace.settings.lateMinutes * MINUTE) return
  throw new UserError(`The time of #${post.number} passed while it was in review`, {
    wayOut: 'Publish it now, or give it a new time.',
    offers: [
      { label: 'Approve and publish now', line: `publish ${post.number} @${post.revision}` },
      { label: 'Reschedule', line: `reschedule ${post.number}` },
    ],
  })
}

/** A sentence for people who asked for something while everything is paused. */
export const pausedNote = (pausedAt: EpochMs | null) =>
  pausedAt === null
    ? undefined
    : text(...prose('⏸️ Everything is paused, so nothing goes out until somebody says `resume`.'))
