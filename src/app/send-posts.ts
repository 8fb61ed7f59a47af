import { checkSeen, notOwnEdit } from '../approvals/decide.ts'
import {
  isCutOff,
  keptInDoubt,
  standstillOf,
  triedAnew,
  whereItStands,
  withoutDoubt,
} from '../deliveries/bookkeeping.ts'
import { type Delivery, isAsked } from '../deliveries/delivery.ts'
import { newId } from '../kit/ids.ts'
import { Question, UserError } from '../kit/user-error.ts'
import { partStep } from '../platforms/contract/parts.ts'
import type { Post } from '../posts/post.ts'
import { postNews } from '../views/post-card.ts'
import { draftFor } from '../views/post-checks.ts'
import { deliveryWords } from '../views/words.ts'
import { type Member, mayAct, type Settings } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { announce } from './announce.ts'
import { deciderNow, isApproved, missingNow } from './approvers.ts'
import { mustBeComplete } from './completeness.ts'
import { createDeliveries, enterReview, leaveReview } from './enter-review.ts'
import { rollUp } from './post-outcome.ts'
import { mayTouch, refused, refusedPublish } from './post-refusals.ts'
import { record } from './record.ts'
import { postByNumber } from './sheets.ts'
import type { WorkspaceStores } from './stores.ts'
import { mustFitDay } from './within-plan.ts'
import type { Workbench } from './workbench.ts'

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
    if (!post) throw refusedPublish(before, await stores.deliveries.ofPosts([before.id]))
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

const mayRetry = ({ state, progress }: Delivery): boolean => state === 'failed' && !isCutOff(progress)

/**
 * Tries every failed delivery of a post again, at once.
 *
 * @param seen the standstill that somebody was asked about, and has looked at
 * @throws UserError where nothing has failed; Question where a backup was restored since, which knows of no later try
 */
export async function retryPost(actor: Actor, number: number, seen?: string): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    // Whoever is giving the post its end right now is waited for, and sees this.
    await stores.workspace.hold()
    const before = await postByNumber(stores, number)
    mayTouch(actor, before)
    const failed = (await stores.deliveries.ofPosts([before.id])).filter(mayRetry)
    if (failed.length === 0)
      throw new UserError(`Nothing of #${number} has failed`, {
        offers: [{ label: 'Show the post', line: `show ${number}` }],
      })
    await mustHaveLooked(stores, number, failed, seen)
    const post = before.state === 'publishing' ? before : await stores.posts.move(before.id, 'retry', { at })
    if (!post) throw refused('retry', before)
    for (const delivery of failed)
      await stores.deliveries.move(delivery.id, 'retry', {
        at,
        dueAt: at,
        problem: null,
        progress: triedAnew(delivery),
      })
    await record(stores, { by: member.id, at, verb: 'post.retried', subject: `post:${number}` })
    await announce(stores, bench, post, { thread: postNews(post, `is tried again, says ${member.name}`) })
    return post
  })
}

async function mustHaveLooked(
  stores: WorkspaceStores,
  number: number,
  failed: readonly Delivery[],
  seen: string | undefined,
): Promise<void> {
  const { restoredAt } = (await stores.workspace.get()).settings
  const [newest] = failed
    .filter(({ updatedAt }) => updatedAt <= restoredAt)
    .sort((a, b) => b.updatedAt - a.updatedAt)
  if (!newest || seen === standstillOf(newest)) return
  throw new Question(
    `#${number} had failed when a backup was made that was restored since: it may have been tried again after that, and be live`,
    {
      wayOut: 'Look whether it is there.',
      offers: [
        { label: 'Not there: try again', line: `retry ${number} @${standstillOf(newest)}` },
        { label: 'Show the post', line: `show ${number}` },
      ],
    },
  )
}

export const SETTLEMENTS = ['live', 'publish', 'drop'] as const
export type Settlement = (typeof SETTLEMENTS)[number]

/**
 * A person's word on a delivery that Crier will not decide alone: unsure, late or parked.
 *
 * @param place which of the post's deliveries, from 1, as its card numbers them
 * @param seen the standstill that the pressed button was about
 * @throws UserError where there is none, nothing to decide, or it was decided since
 */
export async function settleDelivery(
  actor: Actor,
  number: number,
  place: number,
  as: Settlement,
  seen?: string,
): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    await stores.workspace.hold()
    const post = await postByNumber(stores, number)
    mayTouch(actor, post)
    const delivery = (await stores.deliveries.ofPosts([post.id]))[place - 1]
    if (!delivery)
      throw new UserError(`#${number} has no delivery ${place}`, {
        offers: [{ label: 'Show the post', line: `show ${number}` }],
      })
    if (seen !== undefined && seen !== standstillOf(delivery))
      throw new UserError(`${number}.${place} was decided since: it ${deliveryWords(delivery)}`, {
        offers: [{ label: 'Show the post', line: `show ${number}` }],
      })
    const moved = await settled(stores, bench, post, delivery, as, at)
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
  bench: Pick<Workbench, 'platforms'>,
  post: Post,
  delivery: Delivery,
  as: Settlement,
  at: number,
): Promise<Delivery | undefined> {
  switch (as) {
    case 'live':
      // While it is being looked for, what a person knows of it is that it went out, at most.
      return isLive(stores, bench, post, delivery, at)
    case 'publish':
      return isAsked(delivery)
        ? stores.deliveries.move(
            delivery.id,
            'retry',
            {
              at,
              dueAt: at,
              problem: null,
              // Whoever was not asked whether it is live has not said that it isn't.
              progress: delivery.state === 'unsure' ? withoutDoubt(delivery) : triedAnew(delivery),
            },
            delivery,
          )
        : undefined
    case 'drop':
      return isAsked(delivery)
        ? stores.deliveries.move(
            delivery.id,
            'cancel',
            delivery.state === 'unsure'
              ? { at, problem: NOBODY_KNOWS, progress: keptInDoubt(delivery.progress, at) }
              : { at, problem: null },
            delivery,
          )
        : undefined
    default:
      return as satisfies never
  }
}

const NOBODY_KNOWS = { ask: 'check', message: 'nobody knows whether it is live' } as const

/** A person has seen the part that was asked about. A thread can't go on behind one whose address nobody knows. */
async function isLive(
  stores: WorkspaceStores,
  { platforms }: Pick<Workbench, 'platforms'>,
  post: Post,
  delivery: Delivery,
  at: number,
): Promise<Delivery | undefined> {
  if (delivery.state !== 'unsure') return undefined
  const part = (await stores.deliveries.attempts(delivery.id)).at(-1)?.part ?? 0
  const media = await stores.media.getMany(post.content.media.map(({ mediaId }) => mediaId))
  const parts = platforms.get(delivery.platform)?.parts?.(draftFor(post, delivery.platform, media)) ?? 1
  const seen = { remoteId: '', url: null }
  const progress = { ...delivery.progress, [partStep(part)]: seen }
  if (part < parts - 1)
    return stores.deliveries.move(
      delivery.id,
      'fail',
      { at, progress, problem: { ask: 'edit', message: restMissing(part + 1, parts) } },
      delivery,
    )
  const published = whereItStands(progress) ?? seen
  return stores.deliveries.move(
    delivery.id,
    'confirm',
    { at, publishedAt: at, published, problem: null, progress },
    delivery,
  )
}

const restMissing = (live: number, parts: number): string => {
  const rest = live + 1 === parts ? `Part ${parts}` : `Parts ${live + 1} to ${parts}`
  return `${rest} of ${parts} did not go out: nobody knows where the part before stands, so say the rest in a new post`
}
