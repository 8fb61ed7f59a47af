import { type Locks, locksInMemory } from '../kit/locks.ts'
import type { Log } from '../kit/log.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import type { Driver } from './driver.ts'
import { createEngine } from './engine.ts'
import type { Handle } from './handle.ts'
import type { Speech } from './handles.ts'
import { withBareErrors } from './query-error.ts'
import { createDeliveryQueue } from './queues/delivery-queue.ts'
import { createHookQueue } from './queues/hook-queue.ts'
import { createOutboxQueue } from './queues/outbox-queue.ts'
import { openSqlite } from './sqlite/sqlite-driver.ts'
import { sqliteSpeech } from './sqlite/sqlite-speech.ts'
import type { Storage, StorageOptions, WorkspaceStores } from './storage.ts'
import { StorageError } from './storage-error.ts'
import { createAccountStore } from './stores/account-store.ts'
import { createDecisionStore } from './stores/decision-store.ts'
import { createDeliveryStore } from './stores/delivery-store.ts'
import { createEventStore } from './stores/event-store.ts'
import { createFeedStore } from './stores/feed-store.ts'
import { createHookStore } from './stores/hook-store.ts'
import { createKeptFormStore } from './stores/kept-form-store.ts'
import { createMarkStore } from './stores/mark-store.ts'
import { createMediaStore } from './stores/media-store.ts'
import { createMediaSweep } from './stores/media-sweep.ts'
import { createOpenFormStore } from './stores/open-form-store.ts'
import { createOutboxStore } from './stores/outbox-store.ts'
import { createPostStore } from './stores/post-store.ts'
import { createSealedStore } from './stores/sealed-store.ts'
import { createSeenStore } from './stores/seen-store.ts'
import { createSeriesStore } from './stores/series-store.ts'
import { createTranscriptStore } from './stores/transcript-store.ts'
import { createWorkspaceDirectory } from './stores/workspace-directory.ts'
import { createWorkspaceStore } from './stores/workspace-store.ts'

/**
 * Opens the database that `url` names, and looks at it before anybody relies on it. Call `migrate()` next.
 *
 * @throws StorageError in one sentence: not a database, damaged, newer than this build, not writable, held by another
 *   server, not reachable
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  if (options.url.startsWith('file:')) {
    const locks = { ...locksInMemory(), close: async () => undefined }
    return storageOn(openSqlite(options), sqliteSpeech, options.log, locks)
  }
  if (/^postgres(ql)?:/.test(options.url)) {
    // Read only where it is wanted: it takes a tenth of the start.
    const { openPostgres, postgresSpeech } = await import('./postgres/postgres-driver.ts')
    const { createAdvisoryLocks } = await import('./postgres/advisory-locks.ts')
    const { url, log } = options
    return storageOn(await openPostgres(options), postgresSpeech, log, createAdvisoryLocks(url, log))
  }
  throw new StorageError(
    `DATABASE_URL is "${options.url.split(':')[0]}:…": write file:<path> for SQLite, or postgres://… for PostgreSQL`,
  )
}

/** A database behind the stores, whichever it is: exported for tests that stand in between. */
export function storageOn(
  driver: Driver,
  speech: Speech,
  log: Log,
  locks: Locks & { close(): Promise<void> },
): Storage {
  const engine = createEngine(driver, speech, log)
  const { settle, ...queue } = createDeliveryQueue(engine)
  return {
    dialect: driver.dialect,
    directory: withBareErrors(createWorkspaceDirectory(engine.outside)),
    workspace: (id, durability) => storesOf(engine.of(id, durability).outside, id),
    transaction: (id, run, durability) =>
      engine.of(id, durability).transaction((inside) => run(storesOf(inside, id))),
    queue: withBareErrors(queue),
    outboxQueue: withBareErrors(createOutboxQueue(engine.outside)),
    hookQueue: withBareErrors(createHookQueue(engine.outside)),
    sealed: withBareErrors(createSealedStore(engine.outside)),
    seen: withBareErrors(createSeenStore(engine.outside)),
    openForms: withBareErrors(createOpenFormStore(engine.outside)),
    locks,
    migrate: () => driver.migrate(),
    check: () => driver.check(),
    backup: (file) => driver.backup(file),
    onWrite: (listener) => engine.onWrite(listener),
    burst: (lasts) => engine.burst(lasts),
    close: async () => {
      await settle()
      await locks.close()
      await engine.close()
    },
  }
}

/**
 * The one place where a workspace's id is bound. On PostgreSQL the handle is bound to it too: a store that forgot its
 * workspace would find nothing of another's.
 */
function storesOf(handle: Handle, id: WorkspaceId): WorkspaceStores {
  return {
    workspace: withBareErrors(createWorkspaceStore(handle, id)),
    marks: withBareErrors(createMarkStore(handle, id)),
    posts: withBareErrors(createPostStore(handle, id)),
    series: withBareErrors(createSeriesStore(handle, id)),
    deliveries: withBareErrors(createDeliveryStore(handle, id)),
    decisions: withBareErrors(createDecisionStore(handle, id)),
    accounts: withBareErrors(createAccountStore(handle, id)),
    events: withBareErrors(createEventStore(handle, id)),
    outbox: withBareErrors(createOutboxStore(handle, id)),
    hooks: withBareErrors(createHookStore(handle, id)),
    media: withBareErrors(createMediaStore(handle, id)),
    mediaSweep: withBareErrors(createMediaSweep(handle, id)),
    keptForms: withBareErrors(createKeptFormStore(handle, id)),
    transcript: withBareErrors(createTranscriptStore(handle, id)),
    feed: withBareErrors(createFeedStore(handle, id)),
  }
}
