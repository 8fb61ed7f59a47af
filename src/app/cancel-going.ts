import { mayBeLive } from '../deliveries/bookkeeping.ts'
import type { Delivery, DeliveryState } from '../deliveries/delivery.ts'
import { UserError } from '../kit/user-error.ts'
import type { Post } from '../posts/post.ts'
import type { Actor } from './actor.ts'
import { rollUp } from './post-outcome.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'

/** Where a delivery of a post that is going out waits, for its next try or for a person. */
const WAITING: readonly DeliveryState[] = ['scheduled', 'parked', 'late']

/** Can it be taken back? Not where a worker holds it, and not where it or a part of it is or may be live. */
const isWaiting = ({ state, progress }: Delivery): boolean => WAITING.includes(state) && !mayBeLive(progress)

/**
 * Takes back of a post that is going out what still waits: a retry, a dead login, a platform that is left alone. Where all
 * of it waited the post is cancelled; else the rest goes on, and the post ends by that.
 *
 * @throws UserError where all of it is under way
 */
export async function cancelGoing(
  stores: WorkspaceStores,
  { bench, member }: Actor,
  post: Post,
  at: number,
): Promise<Post> {
  const current = (await stores.deliveries.ofPosts([post.id])).filter((one) => one.revision === post.revision)
  const taken: string[] = []
  for (const delivery of current.filter(isWaiting))
    if (await stores.deliveries.move(delivery.id, 'cancel', { at }, delivery)) taken.push(delivery.id)
  if (taken.length === 0)
    throw new UserError(`#${post.number} is already going out`, {
      wayOut: `\`show ${post.number}\` tells what became of it.`,
      offers: [{ label: 'Show the post', line: `show ${post.number}` }],
    })
  if (current.every(({ id, state }) => state === 'cancelled' || taken.includes(id))) {
    await stores.posts.move(post.id, 'fail', { at })
    const cancelled = await stores.posts.move(post.id, 'cancel', { at })
    if (cancelled) return cancelled
  }
  await record(stores, {
    by: member.id,
    at,
    verb: 'post.partly-cancelled',
    subject: `post:${post.number}`,
    details: { deliveries: taken },
  })
  return rollUp(stores, bench, post, { by: member.name })
}
