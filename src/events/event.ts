import type { EpochMs } from '../kit/clock.ts'

/** One line of the audit trail: who did what to what, when. Append-only, each line hashed with the one before it. */
export interface Event {
  id: string
  /** Counts from 1 in each workspace, without gaps. */
  sequence: number
  at: EpochMs
  /** The member who did it; null where Crier itself did. */
  memberId: string | null
  /** What was done: `post.approved`, `settings.changed`. */
  verb: string
  /** What it was done to: `post:42`, `account:…`, `workspace`. */
  subject: string
  /** Facts, never secrets and never a post's text. */
  details: Record<string, unknown>
  /** SHA-256 (hex) over the previous line's hash and this line. */
  hash: string
  previousHash: string
}

export type NewEvent = Pick<Event, 'id' | 'at' | 'memberId' | 'verb' | 'subject' | 'details'>

/** Bound to one workspace. */
export interface EventStore {
  /** Appends with the next sequence and hash; two at once are put in order. */
  append(event: NewEvent): Promise<Event>
  /** The same for several at once, in their order. */
  appendMany(events: readonly NewEvent[]): Promise<Event[]>
  /** How many lines were ever written: there are as many, or some were taken away. */
  count(): Promise<number>
  /** Oldest first. */
  list(filter?: { subject?: string; after?: number; limit?: number }): Promise<Event[]>
}
