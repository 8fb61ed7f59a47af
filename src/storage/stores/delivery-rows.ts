import type { Attempt, Delivery, DeliveryState } from '../../deliveries/delivery.ts'
import type { DeliveryChanges } from '../../deliveries/delivery-store.ts'
import { type DeliveryMove, deliveryMoves } from '../../deliveries/moves.ts'
import { and, isNull, type SQL } from '../drizzle.ts'
import type { Tables } from '../schema/tables.ts'

export type DeliveryRow = Tables['deliveries']['$inferSelect']
export type AttemptRow = Tables['attempts']['$inferSelect']

export const toDelivery = ({
  workspaceId: _bound,
  measuredAt: _measured,
  ordinal: _order,
  ...row
}: DeliveryRow): Delivery => row

export const toAttempt = ({ workspaceId: _bound, accountId: _account, ...row }: AttemptRow): Attempt => row

/** As `isOpen` says it of one attempt. */
export const isOpenIn = (attempts: Tables['attempts']): SQL | undefined =>
  and(isNull(attempts.outcome), isNull(attempts.endedAt))

/** What a move writes. Whoever held the delivery holds it no more. */
export const moved = (move: DeliveryMove, changes: DeliveryChanges) => ({
  state: deliveryMoves[move].to,
  worker: null,
  leaseUntil: null,
  updatedAt: changes.at,
  dueAt: changes.dueAt,
  problem: changes.problem,
  published: changes.published,
  publishedAt: changes.publishedAt,
  progress: changes.progress,
})

/** The states a move may start from where nobody's lease is asked for: never from under a worker that holds it. */
export const freeStates = (move: DeliveryMove): DeliveryState[] => {
  const from: readonly DeliveryState[] = deliveryMoves[move].from
  return from.filter((state) => state !== 'publishing')
}

/**
 * @throws TypeError where a worker asks for a move that does not start from `publishing`: the table has no such pair
 */
export function fromPublishing(move: DeliveryMove): DeliveryState {
  const { from, to }: { from: readonly DeliveryState[]; to: DeliveryState } = deliveryMoves[move]
  if (!from.includes('publishing'))
    throw new TypeError(`"${move}" is no move of a delivery that is going out`)
  return to
}
