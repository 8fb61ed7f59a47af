import type { EpochMs } from '../kit/clock.ts'
import type { Published } from '../platforms/contract/platform.ts'

/** One post to one account: the unit that is published, retried, measured. */
export interface Delivery {
  id: string
  postId: string
  accountId: string
  /** The platform's name, so that a claim need not read the account. */
  platform: string
  /** What was approved; a delivery publishes this revision or nothing. */
  revision: string
  state: DeliveryState
  /** When the post was meant to go out (UTC ms). Never changes with retries. */
  scheduledFor: EpochMs
  /** When it is next due (UTC ms). */
  dueAt: EpochMs
  /** How many attempts it has behind it. One that is under way counts at its end, or when its process is found dead. */
  attempts: number
  /** The idempotency key (a UUIDv7), the same for every attempt. */
  key: string
  /** Who holds it, and until when (UTC ms); null unless publishing. */
  worker: string | null
  leaseUntil: EpochMs | null
  /** Finished steps of the preparation, and finished parts. */
  progress: Record<string, unknown>
  /** Where it is; set with `published`. */
  published: Published | null
  publishedAt: EpochMs | null
  /** Why it is where it is, for people; null where all is well. */
  problem: Problem | null
  createdAt: EpochMs
  updatedAt: EpochMs
}

export interface Problem {
  /** What a person can do about it. */
  ask: 'retry' | 'reconnect' | 'edit' | 'check' | 'late'
  /** One sentence. */
  message: string
  code?: string
  /** Set where it is not an answer that was lost, but what happened since the backup that was restored. */
  doubt?: 'restored'
}

/** The problem's code once a person is asked about an unsure delivery: nothing moves it any more but their word. */
export const ASKED = 'asked'

/** Does it stand still until a person says a word? */
export const isAsked = ({ state, problem }: Pick<Delivery, 'state' | 'problem'>): boolean =>
  state === 'late' || state === 'parked' || (state === 'unsure' && problem?.code === ASKED)

export const DELIVERY_STATES = [
  /** Waits for its time. Brought here by approval, a retry, a proven absence; taken away by a claim, an edit or a cancellation. A crash leaves it. */
  'scheduled',
  /** A worker holds its lease. Taken away by that worker. A crash leaves it until the lease ends: then an attempt without an outcome makes it `unsure`, none makes it `scheduled`. */
  'publishing',
  /** The commit was sent and its answer lost, or a backup was restored that does not know what became of it. Taken away by a look, or by a person. A crash leaves it. */
  'unsure',
  /** Its account's login is dead. Taken away by a reconnect. A crash leaves it. */
  'parked',
  /** Found later than the workspace allows. Taken away by a person. A crash leaves it. */
  'late',
  /** Live. An end. */
  'published',
  /** The platform will not take it, or it was tried too often. Taken away by `retry`. */
  'failed',
  /** Nobody wants it any more. An end. */
  'cancelled',
] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** One try at a delivery's commit, written down before it begins. */
export interface Attempt {
  id: string
  deliveryId: string
  /** From 1. */
  number: number
  /** Which commit of the publication, from 0. */
  part: number
  worker: string
  /** UTC ms. */
  startedAt: EpochMs
  endedAt: EpochMs | null
  /** Null while it runs, and for ever if the process died in it. */
  outcome: AttemptOutcome | null
  /** One sentence, where it went wrong. */
  message: string | null
}

/** Is it under way, or did its process die in it and nobody has drawn the consequence yet? */
export const isOpen = ({ outcome, endedAt }: Pick<Attempt, 'outcome' | 'endedAt'>): boolean =>
  outcome === null && endedAt === null

export const ATTEMPT_OUTCOMES = ['published', 'retry', 'reconnect', 'edit', 'check'] as const
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]
