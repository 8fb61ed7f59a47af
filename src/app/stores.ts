import type { AccountStore } from '../accounts/account-store.ts'
import type { DecisionStore } from '../approvals/decision.ts'
import type { DeliveryQueue, DeliveryStore } from '../deliveries/delivery-store.ts'
import type { EventStore } from '../events/event.ts'
import type { SeenStore } from '../kit/seen.ts'
import type { MediaStore, MediaSweep } from '../library/media.ts'
import type { KeptFormStore } from '../message/kept-form-store.ts'
import type { OpenFormStore } from '../message/open-form-store.ts'
import type { HookQueue, HookStore } from '../outbox/hook.ts'
import type { OutboxQueue, OutboxStore } from '../outbox/outbox.ts'
import type { FeedStore } from '../playground/feed.ts'
import type { TranscriptStore } from '../playground/transcript.ts'
import type { PostStore } from '../posts/post-store.ts'
import type { SeriesStore } from '../posts/series.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import type { MarkStore, WorkspaceDirectory, WorkspaceStore } from '../workspaces/workspace-store.ts'

/** What the rooms need remembered of one workspace, together. Storage keeps these promises; `build.ts` introduces them. */
export interface WorkspaceStores {
  workspace: WorkspaceStore
  marks: MarkStore
  posts: PostStore
  series: SeriesStore
  deliveries: DeliveryStore
  decisions: DecisionStore
  accounts: AccountStore
  events: EventStore
  outbox: OutboxStore
  hooks: HookStore
  media: MediaStore
  mediaSweep: MediaSweep
  keptForms: KeptFormStore
  transcript: TranscriptStore
  feed: FeedStore
}

/** `relaxed`: the power may take it back as long as nothing was committed after it. For what is done again then. */
type Durability = 'durable' | 'relaxed'

export interface Stores {
  directory: WorkspaceDirectory
  workspace(id: WorkspaceId, durability?: Durability): WorkspaceStores
  /** All or nothing. Inside, only the stores that are handed in may be awaited. */
  transaction<T>(
    id: WorkspaceId,
    run: (stores: WorkspaceStores) => Promise<T>,
    durability?: Durability,
  ): Promise<T>
  queue: DeliveryQueue
  outboxQueue: OutboxQueue
  hookQueue: HookQueue
  /** How the database and its disk are, in one sentence. */
  check(): Promise<{ ok: boolean; sentence: string }>
  seen: SeenStore
  openForms: OpenFormStore
}
