import type { DeliveryState } from './delivery.ts'

export interface DeliveryMoveRule {
  from: readonly DeliveryState[]
  to: DeliveryState
  refusal: string
}

/** Every move a delivery can make. A pair that is not in this table cannot happen. */
export const deliveryMoves = {
  claim: { from: ['scheduled'], to: 'publishing', refusal: 'Only a scheduled delivery can be claimed' },
  publish: { from: ['publishing', 'unsure'], to: 'published', refusal: 'It is not going out' },
  retryLater: { from: ['publishing', 'unsure'], to: 'scheduled', refusal: 'It is not going out' },
  fail: { from: ['publishing', 'unsure'], to: 'failed', refusal: 'It is not going out' },
  lose: { from: ['publishing'], to: 'unsure', refusal: 'It is not going out' },
  /** A look could not tell: it stays, and a person is asked. */
  ask: { from: ['unsure'], to: 'unsure', refusal: 'Only a delivery nobody is sure of is asked about' },
  /** The database was put back to an earlier time: whatever waited in it may have gone out since, and a person is asked. */
  doubt: {
    from: ['scheduled', 'parked', 'late', 'unsure'],
    to: 'unsure',
    refusal: 'Only what has not ended can be doubted',
  },
  park: { from: ['scheduled', 'publishing'], to: 'parked', refusal: 'Only what is due can be parked' },
  unpark: { from: ['parked'], to: 'scheduled', refusal: 'Only a parked delivery can go on' },
  tooLate: {
    from: ['scheduled', 'publishing', 'parked'],
    to: 'late',
    refusal: 'Only what is due can be late',
  },
  /** A person's word: publish what was late, parked, failed or proven absent. */
  retry: {
    from: ['failed', 'late', 'parked', 'unsure'],
    to: 'scheduled',
    refusal: 'There is nothing to try again',
  },
  /** A person's word: what was unsure is live. */
  confirm: {
    from: ['unsure'],
    to: 'published',
    refusal: 'Only a delivery nobody is sure of can be confirmed',
  },
  cancel: {
    from: ['scheduled', 'parked', 'late', 'failed', 'unsure'],
    to: 'cancelled',
    refusal: 'It can no longer be cancelled',
  },
} as const satisfies Record<string, DeliveryMoveRule>

export type DeliveryMove = keyof typeof deliveryMoves

/** States in which nothing more will happen by itself or by a worker that is under way. */
export const SETTLED: readonly DeliveryState[] = ['published', 'failed', 'cancelled']
