import type { AccountStore, SealedStore } from '../accounts/account-store.ts'
import type { DecisionStore } from '../approvals/decision.ts'
import type { DeliveryQueue, DeliveryStore } from '../deliveries/delivery-store.ts'
import type { EventStore } from '../events/event.ts'
import type { Locks } from '../kit/locks.ts'
import type { Log } from '../kit/log.ts'
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

/**
 * `relaxed`: the commit is not waited for until it is on the disk. The power may take it, but never what is committed
 * `durable` after it without it. For what would be done again then, and lets nothing out of the house by itself.
 */
export type Durability = 'durable' | 'relaxed'

/** A dialect's difference is one named word. */
export type Dialect = 'sqlite' | 'postgres'

/**
 * Everything one workspace remembers. Bound to it by its type: there is no argument by which another could be reached.
 * Stated again in app/, which may not know storage, nor storage the app: test/architecture.test.ts holds the two equal.
 */
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

/** What a write touched that somebody may be waiting for. */
export type Written = 'deliveries' | 'outbox'

/** How the database is, in one sentence a person can read. */
export interface Health {
  ok: boolean
  sentence: string
  /** What should be put right although it works, for the operator. */
  advice?: { words: string; wayOut: string }
}

/** One open database, whichever it is. */
export interface Storage {
  readonly dialect: Dialect
  readonly directory: WorkspaceDirectory
  /** The stores of one workspace. Cheap: call it per request. */
  workspace(id: WorkspaceId, durability?: Durability): WorkspaceStores
  /**
   * Runs `run` in one durable transaction, with stores that write into it. It is rolled back where `run` throws, and
   * where it awaits anything but its own stores (a timer, a request): nobody else could write meanwhile. The stores
   * handed in are dead afterwards; stores from outside are refused inside. Where the database took it back itself (a
   * deadlock, a connection that broke before the commit) `run` is called again: it must do nothing but read and write.
   *
   * @throws DatabaseAway
   * @throws StorageError where `run` misuses it; otherwise whatever `run` threw
   */
  transaction<T>(
    id: WorkspaceId,
    run: (stores: WorkspaceStores) => Promise<T>,
    durability?: Durability,
  ): Promise<T>
  readonly queue: DeliveryQueue
  readonly outboxQueue: OutboxQueue
  readonly hookQueue: HookQueue
  readonly sealed: SealedStore
  readonly seen: SeenStore
  readonly openForms: OpenFormStore
  /** Held by one process of all on this database; on SQLite there is only one. */
  readonly locks: Locks
  /**
   * Brings the tables to this build's shape; does nothing where they have it already. Call it once after opening.
   *
   * @throws StorageError where it cannot
   */
  migrate(): Promise<void>
  check(): Promise<Health>
  /** Writes a consistent copy to `file` while everything runs on (SQLite). Answers with a sentence on what was done, or what to do. */
  backup(file: string): Promise<string>
  /**
   * Calls `listener` after each committed write that may have made a delivery or an outbox entry due (a claim does not);
   * on PostgreSQL also for those of other processes. Returns what stops it.
   */
  onWrite(listener: (written: Written) => void): () => void
  /** Says that very many writes follow one another, or that it is over: while it lasts, SQLite writes in a thread of its own. Resolves once it does. */
  burst(lasts: boolean): Promise<void>
  /** Waits for what is under way, then closes. Further calls are refused. */
  close(): Promise<void>
}

/**
 * Who opens: `server` is the one long-running process of a SQLite file (a second one is refused); a `visitor` is a
 * short command beside it, which is safe. PostgreSQL takes any number of either.
 */
export type StorageRole = 'server' | 'visitor'

export interface StorageOptions {
  /** `file:…` (a path; relative ones start in `dataDir`), `file::memory:` or `postgres://…`. */
  url: string
  /** The folder that relative SQLite paths start in; made where it does not exist. Default: the working directory. */
  dataDir?: string
  log: Log
  /** Default: `server`. */
  role?: StorageRole
}
