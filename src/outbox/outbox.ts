import { type EpochMs, MINUTE } from '../kit/clock.ts'
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
   * What the message is about, such as `post:<id>`; null where it is about no post. A `card` is kept up to date: the first
   * is posted, later ones update it, and a newer one replaces one that still waits. A `reply` stands in the card's thread.
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

/** What becomes of an entry that was not sent. */
export type NotSent =
  /**
   * It is tried again then (UTC ms). It `counts` as a try, unless the chat only asked to wait. `aside`: it has failed for so
   * long that the others of its channel pass it, if the channel takes them.
   */
  | { dueAt: EpochMs; counts: boolean; aside?: boolean }
  /** The chat will not take it, it said then (UTC ms). Kept in mind until it is made up for. */
  | { refusedAt: EpochMs }
  /** Nobody needs it any more. */
  | 'dropped'

/** So often tried, and written so long ago (ms): the team is told of it, and the others of its channel pass it. */
export const STUCK = { tries: 6, after: 10 * MINUTE }

/** Where an entry goes, as one word: entries of one lane are sent one after the other. */
export const laneOf = ({
  chatId,
  channel,
  memberId,
}: Pick<OutboxEntry, 'chatId' | 'channel' | 'memberId'>): string =>
  channel === null ? `${chatId}@${memberId ?? ''}` : `${chatId}#${channel}`

/** An entry that its chat will not take, and that was not made up for yet. */
export interface Refused {
  entry: OutboxEntry
  /** When it was refused, or last tried for (UTC ms). */
  at: EpochMs
  /** What its channel has taken since: nothing, another message, or one of its kind about the same post. */
  taken: 'nothing' | 'another' | 'the like'
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
  /** What chats refused, in the order in which it was written. */
  refused(): Promise<Refused[]>
  /** These were made up for, or nobody needs them any more. Says which of them nobody had said so of. */
  madeUpFor(ids: readonly string[]): Promise<string[]>
  /** It is tried for again, at `now` (UTC ms). False where somebody has done so since `at`. */
  triedFor(id: string, at: EpochMs, now: EpochMs): Promise<boolean>
}

/** What the sender does, across workspaces. */
export interface OutboxQueue {
  /**
   * Takes waiting entries that are due, in order: never two of one channel at once, none behind an unsent one of its
   * channel (but one that was put aside), and none of a chat that asked for quiet. What was `sent` since the last claim is
   * written in the same commit.
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
  /** Nobody tried them, which counts as a try: of what is as it was seen, so that of many who say so one counts it. */
  untaken(entries: readonly Elsewhere[], problem: string): Promise<void>
  /** Is it still ours? Then until `to` (UTC ms). `from` is what was last said of it, so that another's lease is not taken for ours. */
  renew(id: string, from: EpochMs, to: EpochMs): Promise<boolean>
  /** What is being sent, and until when it was said to be: an end that stands still is of a sender that died. */
  beingSent(): Promise<{ id: string; leaseUntil: EpochMs }[]>
  /** Its sender has died: it is due again at once, unless it has renewed its lease since. */
  release(id: string, leaseUntil: EpochMs, now: EpochMs): Promise<void>
  /** It was sent; where it is a card's first, `card` says where it stands. */
  sent(id: string, at: EpochMs, card: Card | undefined): Promise<void>
  /** It was not, for this reason (one sentence). False where the lease was lost: then it is another's, and left alone. */
  notSent(id: string, leaseUntil: EpochMs, problem: string, then: NotSent): Promise<boolean>
  /** The chat takes messages again: what waits there for another try is due at once. */
  recovered(chatId: string, now: EpochMs): Promise<void>
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
  /** Chats with a channel that does not take an entry which was tried at least `tries` times and written before that (UTC ms). */
  stuck(before: EpochMs, tries: number): Promise<StuckChat[]>
}

/** A chat that messages do not reach. */
export interface StuckChat {
  workspaceId: WorkspaceId
  chatId: string
  /** The oldest entry that waits: the name of this standstill. */
  oldest: number
}
