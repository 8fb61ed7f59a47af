import type { EpochMs } from '../kit/clock.ts'
import type { Metrics, Published } from '../platforms/contract/platform.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import type { Attempt, AttemptOutcome, Delivery, Problem } from './delivery.ts'
import type { DeliveryMove } from './moves.ts'
import type { Cap } from './pace.ts'

/** What a move may set besides the state. Fields left out keep their value. */
export interface DeliveryChanges {
  at: EpochMs
  dueAt?: EpochMs
  problem?: Problem | null
  published?: Published
  publishedAt?: EpochMs
  /** Replaces the kept steps: a look found a part of a thread that is live. */
  progress?: Record<string, unknown>
}

/** What a delivery was seen to be: a move on behalf of something found out meanwhile happens only if it still is. */
export type Seen = Pick<Delivery, 'attempts' | 'updatedAt'>

/** Bound to one workspace. */
export interface DeliveryStore {
  createMany(deliveries: readonly Delivery[]): Promise<void>
  get(id: string): Promise<Delivery | undefined>
  /** In the order of creation. */
  ofPosts(postIds: readonly string[]): Promise<Delivery[]>
  list(filter: DeliveryFilter): Promise<Delivery[]>
  /** One guarded statement by the table of moves, and by `seen` where it is given; undefined: somebody was faster. */
  move(id: string, move: DeliveryMove, changes: DeliveryChanges, seen?: Seen): Promise<Delivery | undefined>
  /** Says where a live delivery stands, if nobody has said so yet. Undefined where it is not live, or known. */
  locate(id: string, url: string): Promise<Delivery | undefined>
  /** Cancels every delivery of a post that no worker holds and that is not at its end; says how many. */
  cancelOfPost(postId: string, at: EpochMs): Promise<number>
  /** Sets the time of every scheduled delivery of a post; says how many. */
  rescheduleOfPost(postId: string, dueAt: EpochMs, at: EpochMs): Promise<number>
  /** Moves every delivery of an account in one statement (park, unpark); says which. */
  moveOfAccount(
    accountId: string,
    move: 'park' | 'unpark',
    changes: DeliveryChanges & { dueBefore?: EpochMs },
  ): Promise<Delivery[]>
  /** What was published or failed at or after `since` (UTC ms), counted: there may be thousands. */
  countEnds(since: EpochMs): Promise<EndCount[]>
  /** When the account last published (UTC ms). */
  lastPublishedAt(accountId: string): Promise<EpochMs | undefined>
  attempts(deliveryId: string): Promise<Attempt[]>
  /** How many commits of an account began at or after `since` (UTC ms): the pace. */
  countAttempts(accountId: string, since: EpochMs): Promise<number>
  addMetrics(deliveryId: string, at: EpochMs, metrics: Metrics): Promise<void>
  /** The newest metrics of each delivery, by delivery id. */
  latestMetrics(deliveryIds: readonly string[]): Promise<Map<string, { at: EpochMs; metrics: Metrics }>>
}

/** How many deliveries to a platform ended one way. */
export interface EndCount {
  platform: string
  state: 'published' | 'failed'
  deliveries: number
}

export interface DeliveryFilter {
  states?: readonly Delivery['state'][]
  accountId?: string
  /** Times (UTC ms): at or after `…From`, and before `…Until`. */
  dueUntil?: EpochMs
  publishedFrom?: EpochMs
  publishedUntil?: EpochMs
  updatedFrom?: EpochMs
  updatedUntil?: EpochMs
  /** Only those of which an attempt has no end. */
  withOpenAttempt?: boolean
  limit?: number
}

export interface Claimed {
  workspaceId: WorkspaceId
  delivery: Delivery
}

/** What a delivery whose lease has ended was seen to be. */
export interface EndedLease {
  /** UTC ms; null where it has none. */
  leaseUntil: EpochMs | null
  /** The newest attempt without an outcome that nobody has drawn the consequence of, by its id; null where there is none. */
  openAttempt: string | null
}

/** What came of the wish to begin an attempt: `lost` where the lease is; else the cap that has no room. */
export type Begun = 'begun' | 'lost' | { full: Cap }

/**
 * What workers do, across workspaces. Every write of a worker is guarded by its lease: `worker = ?` and
 * `state = 'publishing'`. A worker that lost its lease gets `false` and may not write its result.
 */
export interface DeliveryQueue {
  /** Takes up to `limit` deliveries that are due, oldest first; not those of paused workspaces. One guarded statement. */
  claimDue(claim: { now: EpochMs; leaseUntil: EpochMs; worker: string; limit: number }): Promise<Claimed[]>
  /** When the next delivery is due (UTC ms). */
  nextDueAt(): Promise<EpochMs | undefined>
  renewLease(deliveryId: string, worker: string, leaseUntil: EpochMs): Promise<boolean>
  keepProgress(
    deliveryId: string,
    worker: string,
    progress: Record<string, unknown>,
    at: EpochMs,
  ): Promise<boolean>
  /** Durable when it resolves. Only then may the commit be called. False: the lease is lost, do not call. */
  beginAttempt(attempt: Attempt): Promise<boolean>
  /**
   * The same for an account with caps: counting its attempts and adding this one are one step over all processes, so that
   * no cap is ever passed.
   */
  beginCapped(attempt: Attempt, caps: readonly Cap[]): Promise<Begun>
  /** The commit's end and the delivery's move, in one transaction. False: the lease is lost, nothing was written. */
  endAttempt(
    attempt: Pick<Attempt, 'id' | 'deliveryId' | 'number' | 'worker' | 'message'> & {
      outcome: AttemptOutcome
      at: EpochMs
    },
    move: DeliveryMove | null,
    changes: DeliveryChanges,
  ): Promise<boolean>
  /** A move of a delivery one holds, without an attempt: prepare failed, or it is too late. */
  release(deliveryId: string, worker: string, move: DeliveryMove, changes: DeliveryChanges): Promise<boolean>
  /** Deliveries whose lease has ended, with whether an attempt of theirs has no outcome. */
  leasesEnded(now: EpochMs, limit: number): Promise<(Claimed & { openAttempt: Attempt | undefined })[]>
  /**
   * Moves one whose lease has ended, guarded by what was seen of it: its worker may live, by a clock that is behind, and
   * begin an attempt meanwhile.
   */
  settleEndedLease(
    deliveryId: string,
    seen: EndedLease,
    move: DeliveryMove,
    changes: DeliveryChanges,
  ): Promise<boolean>
  /** Unsure deliveries that no person has been asked about yet, oldest first. */
  unsure(limit: number): Promise<(Claimed & { lastAttempt: Attempt | undefined })[]>
  /** Deliveries whose metrics are wanted: published at or after `since`, by age of their newest metrics. */
  toMeasure(since: EpochMs, limit: number): Promise<(Claimed & { measuredAt: EpochMs | undefined })[]>
  /** For health: how many are due, and since when the oldest is overdue. */
  overdue(now: EpochMs): Promise<{ count: number; oldest: EpochMs | undefined }>
}
