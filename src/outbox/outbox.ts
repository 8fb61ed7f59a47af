import type { EpochMs } from '../kit/clock.ts'
import type { Message } from '../message/message.ts'
import type { SurfaceName, WorkspaceId } from '../workspaces/workspace.ts'

/**
 * What an entry says: a message, or the card of a post, which is drawn as the post stands when it is sent. So a burst that
 * changes thousands of cards draws each as often as its channel takes it, not as often as it changes.
 */
export type Said = Message | PostCard

export interface PostCard {
  type: 'post-card'
  postId: string
}

/**
 * A message that must reach a chat. Nothing that follows a publish can fail it or repeat it: what has to be said is
 * written here in the same transaction as what happened, and sent afterwards, in order per channel.
 */
export interface OutboxEntry {
  id: string
  chatId: string
  /** Channel id on the surface, or null for a direct message to `memberId`. */
  channel: string | null
  memberId: string | null
  /**
   * What the message is about, such as `post:<id>`. A `card` is kept up to date: the first is posted, later ones update
   * it, and a newer one replaces one that still waits. A `reply` stands in the card's thread.
   */
  subject: string | null
  kind: 'card' | 'reply' | 'message'
  message: Said
  state: 'waiting' | 'sending' | 'sent' | 'failed'
  /** When it may be tried (next) (UTC ms). */
  dueAt: EpochMs
  attempts: number
  /** One sentence, where it went wrong. */
  problem: string | null
  createdAt: EpochMs
}

export type NewOutboxEntry = Pick<
  OutboxEntry,
  'id' | 'chatId' | 'channel' | 'memberId' | 'subject' | 'kind' | 'message' | 'createdAt'
>

/** Where a card stands on its surface. */
export interface Card {
  chatId: string
  subject: string
  channel: string
  /** The surface's own id of the message: Slack's ts, Discord's snowflake. */
  remoteId: string
}

/** An entry that the chat has; where it is a card's first, where that stands. */
export interface Sent {
  id: string
  card: Card | undefined
}

/** An entry for a surface that this process has not. */
export interface Elsewhere {
  /** Its place in the outbox: a newer card takes another's place, under an id of its own. */
  sequence: number
  surface: SurfaceName
  attempts: number
  state: 'waiting' | 'sending'
}

/** Bound to one workspace. */
export interface OutboxStore {
  /**
   * In this order. A card takes the place of one of the same chat, channel and subject that waits and was never tried;
   * everything else is appended.
   */
  add(...entries: NewOutboxEntry[]): Promise<void>
  cards(subject: string): Promise<Card[]>
  /** What waits is not sent any more, for this reason (one sentence). Says how many there were. */
  giveUp(problem: string): Promise<number>
}

/** What the sender does, across workspaces. */
export interface OutboxQueue {
  /**
   * Takes waiting entries that are due, in order: never two of one channel at once, none behind an unsent one of its
   * channel, and none of a chat that asked for quiet. What was `sent` since the last claim is written in the same commit.
   *
   * @param claim.surfaces those that this process can send to: others' entries are left to who has theirs. All where absent
   */
  claim(claim: {
    now: EpochMs
    leaseUntil: EpochMs
    limit: number
    surfaces?: readonly SurfaceName[]
    sent?: readonly Sent[]
  }): Promise<
    {
      workspaceId: WorkspaceId
      surface: SurfaceName
      chatExternalId: string
      entry: OutboxEntry
      card: Card | undefined
    }[]
  >
  /** What a claim at `now` (UTC ms) for all but these surfaces would take, without limit, and what is being sent there. */
  elsewhere(surfaces: readonly SurfaceName[], now: EpochMs): Promise<Elsewhere[]>
  /**
   * Nobody tried them, which counts as a try: of what is as it was seen, so that of many who say so one counts it. At the
   * try `most` it is given up.
   */
  untaken(entries: readonly Elsewhere[], problem: string, most: number): Promise<void>
  /** Is it still ours? Then until `to` (UTC ms). `from` is what was last said of it, so that another's lease is not taken for ours. */
  renew(id: string, from: EpochMs, to: EpochMs): Promise<boolean>
  /** What is being sent, and until when it was said to be: an end that stands still is of a sender that died. */
  beingSent(): Promise<{ id: string; leaseUntil: EpochMs }[]>
  /** Its sender has died: it is due again at once, unless it has renewed its lease since. */
  release(id: string, leaseUntil: EpochMs, now: EpochMs): Promise<void>
  /** It was sent; where it is a card's first, `card` says where it stands. */
  sent(id: string, at: EpochMs, card: Card | undefined): Promise<void>
  /** It was not; tried again at `dueAt` (UTC ms), or given up where that is null. */
  notSent(id: string, problem: string, dueAt: EpochMs | null): Promise<void>
  /** The chat wants to be sent nothing until then (UTC ms), in any channel, by anybody. */
  quiet(chatId: string, until: EpochMs): Promise<void>
  /**
   * What was being sent when its process died is due at once, instead of when its lease ends. Only for a process that
   * knows itself to be the only one.
   */
  takeOver(now: EpochMs): Promise<void>
  /**
   * A clock was set back: what was written after `beyond` (UTC ms, a time to come) waits no longer than now, nor does a chat
   * that was to be left alone until long after it. What waits behind it in its channel would wait as long.
   */
  hurry(now: EpochMs, beyond: EpochMs): Promise<void>
  depth(): Promise<number>
  /** Chats that took nothing since an entry which was tried at least `tries` times and written before that (UTC ms). */
  stuck(before: EpochMs, tries: number): Promise<StuckChat[]>
}

/** A chat that nothing reaches. */
export interface StuckChat {
  workspaceId: WorkspaceId
  chatId: string
  /** Which entry it took last, as long as it takes no other: the name of this standstill. */
  lastTaken: number
}
