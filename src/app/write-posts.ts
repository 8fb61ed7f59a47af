import { mayBeLive } from '../deliveries/bookkeeping.ts'
import type { Delivery } from '../deliveries/delivery.ts'
import { newId } from '../kit/ids.ts'
import { UserError } from '../kit/user-error.ts'
import { message, text } from '../message/message.ts'
import { type Content, emptyContent, type Post, type PostTime } from '../posts/post.ts'
import { revisionOf, shortRevision } from '../posts/revision.ts'
import { postNews } from '../views/post-card.ts'
import type { Actor } from './actor.ts'
import { announce } from './announce.ts'
import { isApproved } from './approvers.ts'
import { cancelGoing } from './cancel-going.ts'
import { mustBeComplete } from './completeness.ts'
import { enterReview, leaveReview } from './enter-review.ts'
import { tellHooksOfPost } from './hooks-tell.ts'
import { mayTouch, refused } from './post-refusals.ts'
import { record } from './record.ts'
import { postByNumber } from './sheets.ts'
import type { WorkspaceStores } from './stores.ts'
import { mustFitDay } from './within-plan.ts'

/** What a person gives of a post; what is left out stays as it is, or empty. */
export interface PostWords {
  text?: string
  variants?: Record<string, string>
  options?: Record<string, Record<string, string>>
  media?: Content['media']
  accountIds?: string[]
}

export const draftPost = (actor: Actor, words: PostWords, when: PostTime | null): Promise<Post> =>
  actor.bench.stores.transaction(actor.workspace.id, (stores) => draftIn(stores, actor, words, when))

/** The same inside a transaction that does more. */
export async function draftIn(
  stores: WorkspaceStores,
  { bench, member }: Actor,
  words: PostWords,
  when: PostTime | null,
): Promise<Post> {
  const at = bench.clock.now()
  const content = contentOf(emptyContent, words)
  const accountIds = words.accountIds ?? []
  const post = await stores.posts.create({
    id: newId(at),
    authorId: member.id,
    state: 'draft',
    content,
    revision: revisionOf(content, accountIds),
    accountIds,
    when,
    round: 0,
    edited: null,
    seriesId: null,
    createdAt: at,
    updatedAt: at,
  })
  await record(stores, {
    by: member.id,
    at,
    verb: 'post.drafted',
    subject: `post:${post.number}`,
    details: { revision: post.revision },
  })
  return post
}

/**
 * Replaces words, media or accounts. What waited for a decision or for its time is a new revision: decisions fall, the
 * card says what changed, and it goes back to review where the workspace asks for one.
 *
 * @param seen the revision the editor looked at; another one in the meantime is said, not overwritten
 * @throws UserError where the post can no longer be edited, or somebody else has edited it since
 */
export async function editPost(actor: Actor, number: number, words: PostWords, seen?: string): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    const post = await postByNumber(stores, number)
    mayTouch(actor, post)
    if (seen !== undefined && post.revision !== seen) {
      throw new UserError(`Somebody has edited #${number} since you opened it`, {
        wayOut: 'Your words are kept; look at the new text before you send them again.',
        offers: [{ label: 'Show the post', line: `show ${number}` }],
      })
    }
    const content = contentOf(post.content, words)
    const accountIds = words.accountIds ?? post.accountIds
    const revision = revisionOf(content, accountIds)
    if (revision === post.revision) return post

    const edited = {
      revision: post.revision,
      content: post.content,
      accountIds: post.accountIds,
      memberId: member.id,
      at,
    }
    const draft = await stores.posts.edit(post.id, post.revision, {
      content,
      accountIds,
      revision,
      edited,
      at,
    })
    if (!draft) throw refused('edit', await postByNumber(stores, number))
    await withdraw(stores, post, at)
    await record(stores, {
      by: member.id,
      at,
      verb: 'post.edited',
      subject: `post:${number}`,
      details: { from: post.revision, to: revision },
    })

    const waited = post.state === 'in_review' || post.state === 'scheduled'
    if (waited) await mustBeComplete(stores, actor, draft)
    const now = waited ? await enterReview(stores, actor, draft) : draft
    await announce(stores, bench, now, {
      thread: postNews(
        now,
        `was edited by ${member.name}: @${shortRevision(post.revision)} is now @${shortRevision(revision)}. Earlier decisions no longer count.`,
      ),
      ...(post.authorId === member.id
        ? {}
        : { tell: { memberId: post.authorId, message: postNews(now, `was edited by ${member.name}`) } }),
    })
    return now
  })
}

/** @throws UserError where the time can no longer change */
export async function reschedulePost(actor: Actor, number: number, when: PostTime): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    const before = await postByNumber(stores, number)
    mayTouch(actor, before)
    const moved = await stores.posts.reschedule(before.id, when, at)
    if (!moved) throw refused('reschedule', before)
    if (moved.state === 'scheduled') {
      await stores.deliveries.rescheduleOfPost(moved.id, when.at, at)
      await refuseWhereUnderWay(stores, moved)
    }
    await record(stores, {
      by: member.id,
      at,
      verb: 'post.rescheduled',
      subject: `post:${number}`,
      details: { from: before.when?.at ?? null, to: when.at },
    })
    // What waited for a time only, since fewer must approve than before, has one now.
    const goes = moved.state === 'in_review' && (await isApproved(stores, moved))
    const post = (goes ? await leaveReview(stores, moved, at) : undefined) ?? moved
    await mustFitDay(stores, bench, post)
    if (post.state !== 'draft') await tellHooksOfPost(stores, post, 'post.rescheduled', at)
    await announce(stores, bench, post, {
      thread: message(
        text('Moved by ', { type: 'member', id: member.id, name: member.name }, ' to ', {
          type: 'time',
          at: when.at,
          zone: when.zone,
        }),
      ),
    })
    return post
  })
}

/** @throws UserError where it is already going out, or out */
export async function cancelPost(actor: Actor, number: number): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    const before = await postByNumber(stores, number)
    mayTouch(actor, before)
    const going = before.state === 'publishing'
    const post = going
      ? await cancelGoing(stores, actor, before, at)
      : await stores.posts.move(before.id, 'cancel', { at })
    if (!post) throw refused('cancel', before)
    if (going && post.state !== 'cancelled') return post
    if (!going) await withdraw(stores, post, at)
    await record(stores, { by: member.id, at, verb: 'post.cancelled', subject: `post:${number}` })
    await tellHooksOfPost(stores, post, 'post.cancelled', at)
    await announce(stores, bench, post, {
      thread: postNews(post, `was cancelled by ${member.name}`),
      ...(post.authorId === member.id
        ? {}
        : { tell: { memberId: post.authorId, message: postNews(post, `was cancelled by ${member.name}`) } }),
    })
    return post
  })
}

/**
 * Takes back every delivery that no worker holds.
 *
 * @throws UserError where one is under way, or may be live: cancel and edit win or lose cleanly against a claim
 */
async function withdraw(stores: WorkspaceStores, post: Post, at: number): Promise<void> {
  await refuseWhereLive(stores, post)
  await stores.deliveries.cancelOfPost(post.id, at)
  await refuseWhereUnderWay(stores, post)
}

/** What went out, or may have, would go out twice. */
async function refuseWhereLive(stores: WorkspaceStores, post: Post): Promise<void> {
  const deliveries = await stores.deliveries.ofPosts([post.id])
  const live = ({ revision, state, progress }: Delivery) =>
    revision === post.revision && (state === 'published' || mayBeLive(progress))
  if (!deliveries.some(live)) return
  throw new UserError(`Some of #${post.number} is live, or may be`, {
    wayOut: `\`show ${post.number}\` tells what; say the rest in a new post.`,
    offers: [{ label: 'Show the post', line: `show ${post.number}` }],
  })
}

/** Behind the write that it guards: a claim that came first is seen, one that comes later finds nothing. */
async function refuseWhereUnderWay(stores: WorkspaceStores, post: Post): Promise<void> {
  const deliveries = await stores.deliveries.ofPosts([post.id])
  if (deliveries.some((one) => one.state === 'publishing' || one.state === 'unsure')) {
    throw new UserError(`#${post.number} is already going out`, {
      wayOut: `\`show ${post.number}\` tells what became of it.`,
      offers: [{ label: 'Show the post', line: `show ${post.number}` }],
    })
  }
}

function contentOf(before: Content, words: PostWords): Content {
  return {
    text: words.text ?? before.text,
    variants: withoutEmpty({ ...before.variants, ...words.variants }),
    media: words.media ?? before.media,
    options: { ...before.options, ...words.options },
  }
}

/** An emptied variant is none: the platform gets the common text again. */
const withoutEmpty = (variants: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(variants).filter(([, said]) => said.trim() !== ''))
