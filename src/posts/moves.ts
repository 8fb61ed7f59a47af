import type { PostState } from './post.ts'

/** One way from some states to another, and the sentence that refuses it elsewhere. */
export interface Move {
  from: readonly PostState[]
  to: PostState
  refusal: string
}

/** Every move a post can make. A pair that is not in this table cannot happen. */
export const postMoves = {
  submit: { from: ['draft'], to: 'in_review', refusal: 'Only a draft can be submitted for review' },
  approve: { from: ['in_review'], to: 'scheduled', refusal: 'Only a post in review can be approved' },
  /** Where the workspace asks for no approval. */
  schedule: { from: ['draft'], to: 'scheduled', refusal: 'Only a draft can be scheduled' },
  requestChanges: { from: ['in_review'], to: 'draft', refusal: 'Only a post in review can be sent back' },
  /** Whoever it was approved by may approve no more. */
  recall: { from: ['scheduled'], to: 'in_review', refusal: 'Only a scheduled post can be called back' },
  reject: { from: ['in_review'], to: 'cancelled', refusal: 'Only a post in review can be rejected' },
  /** An edit of what waits for a decision, or for its time, throws both away. */
  edit: {
    from: ['draft', 'in_review', 'scheduled', 'failed'],
    to: 'draft',
    refusal: 'This post can no longer be edited',
  },
  start: { from: ['scheduled'], to: 'publishing', refusal: 'Only a scheduled post can go out' },
  publish: { from: ['publishing'], to: 'published', refusal: 'This post is not going out' },
  publishPartly: { from: ['publishing'], to: 'partly_published', refusal: 'This post is not going out' },
  fail: { from: ['publishing'], to: 'failed', refusal: 'This post is not going out' },
  retry: {
    from: ['failed', 'partly_published'],
    to: 'publishing',
    refusal: 'Only a failed post can be tried again',
  },
  cancel: {
    from: ['draft', 'in_review', 'scheduled', 'failed'],
    to: 'cancelled',
    refusal: 'This post can no longer be cancelled',
  },
} as const satisfies Record<string, Move>

export type PostMove = keyof typeof postMoves

/** Where the time may still change. */
export const movable: readonly PostState[] = ['draft', 'in_review', 'scheduled']
