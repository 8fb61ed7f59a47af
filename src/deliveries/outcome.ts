import type { NewEvent } from '../events/event.ts'
import { newId } from '../kit/ids.ts'
import type { PostMove } from '../posts/moves.ts'
import type { Post } from '../posts/post.ts'
import { mayBeLive } from './bookkeeping.ts'
import type { Delivery } from './delivery.ts'
import { SETTLED } from './moves.ts'

/**
 * What a post's deliveries add up to: the move that ends `publishing`, or undefined while one of them is still open.
 * Cancelled deliveries count for nothing; where all were cancelled there is nothing live, which is a failure people chose.
 * One that ended in the middle of a thread, or in doubt, counts as live in part: to edit that post would publish it twice.
 */
export function endOf(
  deliveries: readonly Pick<Delivery, 'state' | 'progress'>[],
): Extract<PostMove, 'publish' | 'publishPartly' | 'fail'> | undefined {
  if (deliveries.some(({ state }) => !SETTLED.includes(state))) return undefined
  const inPart = deliveries.some(({ state, progress }) => state !== 'published' && mayBeLive(progress))
  const live = deliveries.some(({ state }) => state === 'published')
  if (!live) return inPart ? 'publishPartly' : 'fail'
  return inPart || deliveries.some(({ state }) => state === 'failed') ? 'publishPartly' : 'publish'
}

/** Of a post's deliveries, in the order of their creation, those of the revision that goes out; an earlier one's are cancelled or ended. */
export function ofNewest<One extends Pick<Delivery, 'revision'>>(deliveries: readonly One[]): One[] {
  const newest = deliveries.at(-1)?.revision
  return deliveries.filter(({ revision }) => revision === newest)
}

/** The line of the audit trail for a post's end, which nobody made. */
export const endEvent = (ended: Pick<Post, 'number' | 'state' | 'updatedAt'>): NewEvent => ({
  id: newId(ended.updatedAt),
  at: ended.updatedAt,
  memberId: null,
  verb: `post.${ended.state.replaceAll('_', '-')}`,
  subject: `post:${ended.number}`,
  details: {},
})
