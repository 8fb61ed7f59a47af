import type { PostMove } from '../posts/moves.ts'
import type { Delivery, DeliveryState } from './delivery.ts'
import { SETTLED } from './moves.ts'

/**
 * What a post's deliveries add up to: the move that ends `publishing`, or undefined while one of them is still open.
 * Cancelled deliveries count for nothing; where all were cancelled there is nothing live, which is a failure people chose.
 */
export function endOf(
  deliveries: readonly Pick<Delivery, 'state'>[],
): Extract<PostMove, 'publish' | 'publishPartly' | 'fail'> | undefined {
  if (deliveries.some(({ state }) => !SETTLED.includes(state))) return undefined
  const live = count(deliveries, 'published')
  if (live === 0) return 'fail'
  return count(deliveries, 'failed') > 0 ? 'publishPartly' : 'publish'
}

const count = (deliveries: readonly Pick<Delivery, 'state'>[], state: DeliveryState): number =>
  deliveries.filter((delivery) => delivery.state === state).length
