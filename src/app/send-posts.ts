import { checkSeen, notOwnEdit } from '../approvals/decide.ts'
import { withoutDoubt, withoutTries } from '../deliveries/deliver.ts'
import type { Delivery } from '../deliveries/delivery.ts'
import { deliveryMoves } from '../deliveries/moves.ts'
import { newId } from '../kit/ids.ts'
import { UserError } from '../kit/user-error.ts'
import type { Post } from '../posts/post.ts'
import { postNews } from '../views/post-card.ts'
import { deliveryWords } from '../views/words.ts'
import { type Member, mayAct, type Settings } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { announce } from './announce.ts'
import { deciderNow, isApproved, missingNow } from './approvers.ts'
import { mustBeComplete } from './completeness.ts'
import { createDeliveries, enterReview, leaveReview } from './enter-review.ts'
import { rollUp } from './post-outcome.ts'
import { mayTouch, refused } from './post-refusals.ts'
import { record } from './record.ts'
import { postByNumber } from './sheets.ts'
import type { WorkspaceStores } from './stores.ts'
import { mustFitDay } from './within-plan.ts'

/**
 * Sends a post out now instead of at its time. What still needs an approval gets the presser's, where they may give it.
 *
 * @throws UserError where it may not go out yet, or is out already
 */
export async function publishNow(actor: Actor, number: number, seen?: string): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    const before = await postByNumber(stores, number)
    mayTouch(actor, before)
    checkSeen(before, seen)
    const now = { at, zone: actor.zone, phrase: 'now' }
    if (before.accountIds.length === 0) {
      throw new UserError(`#${number} has no account to go to yet`, {
        wayOut: 'Choose one or more.',
        offers: [{ label: 'Edit', line: `edit ${number}` }],
      })
    }
    let post = await stores.posts.reschedule(before.id, now, at)
    if (!post) throw refused('reschedule', before)
    if (post.state === 'draft') {
      await mustBeComplete(stores, actor, post)
      post = await enterReview(stores, actor, post)
    }
    await record(stores, {
      by: member.id,
      at,
      verb: 'post.published-now',
      subject: `post:${number}`,
      details: { revision: post.revision },
    })
    if (post.state === 'in_review') post = await approveOnTheWay(stores, actor, post, before.state)
    else await stores.deliveries.rescheduleOfPost(post.id, at, at)
    await mustFitDay(stores, bench, post)
    await announce(stores, bench, post, { thread: postNews(post, `goes out now, says ${member.name}`) })
    return post
  })
}

async function approveOnTheWay(
  stores: WorkspaceStores,
  actor: Actor,
  post: Post,
  before: Post['state'],
): Promise<Post> {
  const at = actor.bench.clock.now()
  // It lacked nothing but a time: `releaseApproved` left it.
  const released = (await isApproved(stores, post)) ? await leaveReview(stores, post, at) : undefined
  if (released) return released
  const { member, settings, others } = await deciderNow(stores, actor)
  mayApproveNow(post, before, member, settings, others)
  notOwnEdit(post, member, settings, others)
  await stores.decisions.add({
    id: newId(at),
    postId: post.id,
    memberId: member.id,
    revision: post.revision,
    round: post.round,
    kind: 'approve',
    comment: '',
    at,
  })
  if ((await missingNow(stores, post)) > 0) {
    throw new UserError(`#${post.number} needs more approvals before it can go out`, {
      wayOut: `Ask for them with \`submit ${post.number}\`.`,
    })
  }
  const approved = await stores.posts.move(post.id, 'approve', { at, revision: post.revision })
  if (!approved) throw refused('approve', post)
  await createDeliveries(stores, [approved], at)
  return approved
}

/** @throws UserError in words about publishing: whoever publishes what waits for an approval gives one */
function mayApproveNow(
  post: Post,
  before: Post['state'],
  member: Member,
  settings: Settings,
  others: readonly Member[],
): void {
  if (others.length === 0) return
  const wayOut = `An approver can approve or publish it${before === 'draft' ? `; \`submit ${post.number}\` asks them` : ''}.`
  if (!mayAct(member.role, 'approver'))
    throw new UserError(`#${post.number} can't go out before an approver has approved it`, {
      wayOut,
    })
  if (post.authorId === member.id && !settings.selfApproval)
    throw new UserError(
      `#${post.number} is your own, so it can't go out before somebody else has approved it`,
      {
        wayOut,
      },
    )
}

/** Tries every failed delivery of a post again, at once. @throws UserError where nothing has failed */
export async function retryPost(actor: Actor, number: number): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    const before = await postByNumber(stores, number)
    mayTouch(actor, before)
    const failed = (await stores.deliveries.ofPosts([before.id])).filter((one) => one.state === 'failed')
    if (failed.length === 0)
      throw new UserError(`Nothing of #${number} has failed`, {
        offers: [{ label: 'Show the post', line: `show ${number}` }],
      })
    const post = before.state === 'publishing' ? before : await stores.posts.move(before.id, 'retry', { at })
    if (!post) throw refused('retry', before)
    for (const delivery of failed)
      await stores.deliveries.move(delivery.id, 'retry', {
        at,
        dueAt: at,
        problem: null,
        progress: withoutTries(delivery.progress),
      })
    await record(stores, { by: member.id, at, verb: 'post.retried', subject: `post:${number}` })
    await announce(stores, bench, post, { thread: postNews(post, `is tried again, says ${member.name}`) })
    return post
  })
}

export const SETTLEMENTS = ['live', 'publish', 'drop'] as const
export type Settlement = (typeof SETTLEMENTS)[number]

/**
 * A person's word on a delivery that Crier will not decide alone: unsure, late or parked.
 *
 * @param place which of the post's deliveries, from 1, as its card numbers them
 * @throws UserError where there is none, or nothing to decide
 */
export async function settleDelivery(
  actor: Actor,
  number: number,
  place: number,
  as: Settlement,
): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    const post = await postByNumber(stores, number)
    mayTouch(actor, post)
    const delivery = (await stores.deliveries.ofPosts([post.id]))[place - 1]
    if (!delivery)
      throw new UserError(`#${number} has no delivery ${place}`, {
        offers: [{ label: 'Show the post', line: `show ${number}` }],
      })
    const moved = await settled(stores, delivery, as, at)
    if (!moved) {
      throw new UserError(
        `There is nothing to decide about ${number}.${place}: it ${deliveryWords(delivery)}`,
        {
          offers: [{ label: 'Show the post', line: `show ${number}` }],
        },
      )
    }
    await record(stores, {
      by: member.id,
      at,
      verb: `delivery.settled-${as}`,
      subject: `post:${number}`,
      details: { delivery: delivery.id },
    })
    return rollUp(stores, bench, post, { by: member.name })
  })
}

async function settled(
  stores: WorkspaceStores,
  delivery: Delivery,
  as: Settlement,
  at: number,
): Promise<Delivery | undefined> {
  switch (as) {
    case 'live':
      return stores.deliveries.move(delivery.id, 'confirm', {
        at,
        publishedAt: at,
        published: { remoteId: '', url: null },
        problem: null,
      })
    case 'publish':
      return deliveryMoves.retry.from.some((state) => state === delivery.state)
        ? stores.deliveries.move(delivery.id, 'retry', {
            at,
            dueAt: at,
            problem: null,
            progress: withoutDoubt(delivery.progress),
          })
        : undefined
    case 'drop':
      return delivery.state === 'scheduled'
        ? undefined
        : stores.deliveries.move(delivery.id, 'cancel', { at, problem: null })
    default:
      return as satisfies never
  }
}
