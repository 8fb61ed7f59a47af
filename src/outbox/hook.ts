import type { EpochMs } from '../kit/clock.ts'
import type { Workspace, WorkspaceId } from '../workspaces/workspace.ts'

/** An address that is told what happens: Zapier's, Make's, one's own. */
export interface Hook {
  id: string
  /** What people call it: `hooks remove 2`. Counts from 1 in each workspace and is never given twice. */
  number: number
  /** Where it leads, as far as it may be shown: the rest of the address is as good as a key. */
  host: string
  /** `{ url, secret }`, sealed for its id; null once it is removed. */
  sealed: string | null
  /** What it is told; empty: everything. */
  events: HookEvent[]
  /** Only of these platforms; empty: of all. */
  platforms: string[]
  state: HookState
  /** Since when nothing has come through (UTC ms), or null. */
  failingSince: EpochMs | null
  createdBy: string
  createdAt: EpochMs
}

export const HOOK_STATES = [
  /** Gets what happens. Brought here by `add` and `resume`; taken away by days of failure, a 410 and `remove`. */
  'active',
  /** Nothing came through for days. Taken away by `resume` and `remove`. */
  'off',
  /** Its receiver is gone, or people took it away; kept for its log. An end. */
  'removed',
] as const
export type HookState = (typeof HOOK_STATES)[number]

/** What can be told, with what it means: the list that help and the documentation show. */
export const HOOK_EVENTS = {
  'post.submitted': 'a post went to review',
  'post.scheduled': 'a post was approved, or needs no approval, and waits for its time',
  'post.rescheduled': 'a post got another time',
  'post.changes_requested': 'a reviewer sent a post back',
  'post.cancelled': 'a post was cancelled or rejected',
  'post.published': 'every delivery of a post is live',
  'post.partly_published': 'some deliveries of a post are live, some failed',
  'post.failed': 'no delivery of a post is live',
  'delivery.published': 'a post is live on one account',
  'delivery.failed': 'a post did not go out to one account',
  'delivery.unsure': 'a post was sent to one account, and the answer was lost',
} as const
export type HookEvent = keyof typeof HOOK_EVENTS

/** One message to one hook: written with what happened, sent afterwards, kept for the log. */
export interface HookCall {
  id: string
  /** What people call it: `hooks replay k3m9qt`. */
  code: string
  hookId: string
  /** The `webhook-id`: the same in every try and every replay, so that a receiver can tell a repeat. */
  messageId: string
  /** 0, or which replay it is. */
  round: number
  event: HookEvent | 'hook.test'
  /** What it is about, for the log: `#42 to @acme`. */
  subject: string
  /** The JSON that is sent, byte for byte. */
  body: string
  state: HookCallState
  /** When it is tried next (UTC ms). */
  dueAt: EpochMs
  /** How many tries have begun. */
  tries: number
  /** What the last try was answered (an HTTP status), and how long it took (ms); null where nothing was. */
  status: number | null
  duration: number | null
  /** One sentence, where the last try went wrong. */
  problem: string | null
  createdAt: EpochMs
  endedAt: EpochMs | null
}

export const HOOK_CALL_STATES = [
  /** Waits for its (next) try. Taken away by a claim. A crash leaves it. */
  'waiting',
  /** A worker sends it. A crash leaves it until the lease ends; then it is sent again under the same `webhook-id`. */
  'sending',
  /** The receiver took it. An end. */
  'sent',
  /** Tried too often, or its hook is off. An end; `replay` makes a new one. */
  'failed',
] as const
export type HookCallState = (typeof HOOK_CALL_STATES)[number]

export type NewHookCall = Pick<
  HookCall,
  'id' | 'code' | 'hookId' | 'messageId' | 'round' | 'event' | 'subject' | 'body' | 'createdAt'
>

/** Bound to one workspace. */
export interface HookStore {
  /** Gives the hook the workspace's next number. */
  add(hook: Omit<Hook, 'number'>): Promise<Hook>
  /** In the order of their numbers, those that are removed too. */
  list(): Promise<Hook[]>
  change(
    id: string,
    changes: Partial<Pick<Hook, 'state' | 'failingSince' | 'sealed'>>,
  ): Promise<Hook | undefined>
  /** Writes calls that wait to be sent. One that was written before (hook, message and round) is left alone. */
  addCalls(calls: readonly NewHookCall[]): Promise<void>
  /** The newest calls of a hook, newest first. */
  log(hookId: string, limit: number): Promise<HookCall[]>
  callByCode(code: string): Promise<HookCall | undefined>
  /** Ends every call of a hook that waits. */
  endWaiting(hookId: string, problem: string, at: EpochMs): Promise<void>
  /** Sets the secret of `POST /hooks/<secret>`, by its SHA-256 in hex; the one before opens nothing any more. */
  setIncoming(incoming: { secretHash: string; createdBy: string; createdAt: EpochMs }): Promise<void>
}

export interface ClaimedCall {
  workspaceId: WorkspaceId
  call: HookCall
  hook: Hook
}

/** What became of a try. `dueAt` is when it is tried again (UTC ms), or null where it never is. */
export type TryEnd = {
  at: EpochMs
  status: number | null
  duration: number
} & ({ sent: true } | { sent: false; problem: string; dueAt: EpochMs | null })

/** What the sender does, across workspaces. */
export interface HookQueue {
  /**
   * Takes calls of active hooks that are due, oldest first, so that at most `perHook` of one hook are under way (one,
   * where nothing comes through): a receiver that hangs must not hold up the others.
   */
  claim(claim: { now: EpochMs; leaseUntil: EpochMs; limit: number; perHook: number }): Promise<ClaimedCall[]>
  /** Takes this one, if nobody has it. */
  take(id: string, leaseUntil: EpochMs): Promise<ClaimedCall | undefined>
  /** Writes how a try ended, if it is still the one that counts (`tries` as it was claimed). */
  ended(id: string, tries: number, end: TryEnd): Promise<boolean>
  /** A clock was set back: calls written after `beyond` (UTC ms, a time to come) wait no longer than now. */
  hurry(now: EpochMs, beyond: EpochMs): Promise<void>
  /** Forgets ended calls that were made before `before` (UTC ms) and are not among the newest `keep` of their hook. */
  forget(before: EpochMs, keep: number): Promise<number>
  /** Whose secret it is (SHA-256 in hex). */
  ofIncoming(secretHash: string): Promise<Workspace | undefined>
}
