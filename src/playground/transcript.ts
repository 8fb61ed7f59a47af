import type { EpochMs } from '../kit/clock.ts'
import type { Message } from '../message/message.ts'

/** One entry of the playground's channels, kept so that a reload or a restart shows what was said. */
export interface TranscriptEntry {
  id: string
  /** Channel name, such as `general` or `review`. */
  channel: string
  /** The entry whose thread this one stands in, or null. */
  threadOf: string | null
  /** Who said it; null for Crier. */
  memberId: string | null
  /** The only member who sees it, or null where everybody does. */
  onlyFor: string | null
  message: Message
  at: EpochMs
  updatedAt: EpochMs
}

/** Bound to one workspace. */
export interface TranscriptStore {
  /** Adding an entry whose id is there already changes nothing: a repeated send is one message. */
  add(entry: TranscriptEntry): Promise<void>
  update(id: string, message: Message, at: EpochMs): Promise<void>
  /** Oldest first: the newest `limit` entries of a channel, threads included. */
  list(channel: string, limit: number): Promise<TranscriptEntry[]>
}
