import type { EpochMs } from '../kit/clock.ts'
import type { Message } from '../message/message.ts'
import type { SurfaceName, WorkspaceId } from '../workspaces/workspace.ts'

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
  message: Message
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

/** Bound to one workspace. */
export interface OutboxStore {
  /** A waiting card of the same chat, channel and subject is replaced; everything else is appended. */
  add(entry: NewOutboxEntry): Promise<void>
  cards(subject: string): Promise<Card[]>
}

/** What the sender does, across workspaces. */
export interface OutboxQueue {
  /** Takes waiting entries that are due, in order: never two of one channel at once, and none behind an unsent one of its channel. */
  claim(claim: { now: EpochMs; leaseUntil: EpochMs; limit: number }): Promise<
    {
      workspaceId: WorkspaceId
      surface: SurfaceName
      chatExternalId: string
      entry: OutboxEntry
      card: Card | undefined
    }[]
  >
  /** It was sent; where it is a card's first, `card` says where it stands. */
  sent(id: string, at: EpochMs, card: Card | undefined): Promise<void>
  /** It was not; tried again at `dueAt` (UTC ms), or given up where that is null. */
  notSent(id: string, problem: string, dueAt: EpochMs | null): Promise<void>
  /**
   * What was being sent when its process died is due at once, instead of when its lease ends. Only for a process that
   * knows itself to be the only one.
   */
  takeOver(now: EpochMs): Promise<void>
  depth(): Promise<number>
}
