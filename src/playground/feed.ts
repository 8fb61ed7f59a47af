import type { EpochMs } from '../kit/clock.ts'

/** What the rehearsal platform published: the feed on the page. */
export interface FeedItem {
  id: string
  /** The idempotency key it came with: a second item with the same key is the first one. */
  key: string
  /** Whose post it is, as it would be shown. */
  handle: string
  /** The platform whose dry run it is, or null. */
  dryRunOf: string | null
  text: string
  media: { mediaId: string; alt: string }[]
  /** The item it continues, in a thread. */
  replyTo: string | null
  at: EpochMs
}

/** Bound to one workspace. */
export interface FeedStore {
  /** Returns the item that is in the feed under this key: this one, or the one that was there already. */
  publish(item: FeedItem): Promise<FeedItem>
  byKey(key: string): Promise<FeedItem | undefined>
  /** Newest first. */
  list(limit: number): Promise<FeedItem[]>
  remove(id: string): Promise<boolean>
}
