import type { EpochMs } from '../kit/clock.ts'

/** A member's word on one revision of a post. */
export interface Decision {
  id: string
  postId: string
  memberId: string
  revision: string
  /** Decisions count within one round of review; an edit or a request for changes begins the next. */
  round: number
  kind: DecisionKind
  /** What they said with it; '' where nothing. */
  comment: string
  at: EpochMs
}

export const DECISION_KINDS = ['approve', 'request-changes', 'reject'] as const
export type DecisionKind = (typeof DECISION_KINDS)[number]

/** Bound to one workspace. */
export interface DecisionStore {
  /** False where this member has already decided on this revision in this round. */
  add(decision: Decision): Promise<boolean>
  /** Oldest first. */
  ofPost(postId: string): Promise<Decision[]>
  /** Members who approved this revision of any post of the series, each once, in no order. */
  approversOfSeries(seriesId: string, revision: string): Promise<string[]>
  /** Scheduled posts whose revision this member has approved, on the post itself or on another of its series, by time. */
  scheduledBy(memberId: string): Promise<string[]>
}
