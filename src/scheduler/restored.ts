import { digestTime } from '../analytics/digest.ts'
import { askAbout } from '../app/post-outcome.ts'
import { record } from '../app/record.ts'
import { sayInChannels } from '../app/say-in-channels.ts'
import type { WorkspaceStores } from '../app/stores.ts'
import type { Workbench } from '../app/workbench.ts'
import { dateOf } from '../calendar/week.ts'
import { ASKED, type Delivery, isAsked } from '../deliveries/delivery.ts'
import { type EpochMs, instantOf } from '../kit/clock.ts'
import { restoredView } from '../views/restored.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { askOnce } from './afterwards.ts'
import { rescueAbandoned } from './rescue.ts'

/** More posts than one team makes between a backup and its restore: numbers on cards that stand in the chats mean no other post. */
const NUMBERS_SKIPPED = 1_000

/** What was asked, for the operator. */
export interface Asked {
  workspaces: number
  deliveries: number
}

/**
 * The database was put back to an earlier time. What was due since may have gone out, so it is asked about and nothing of
 * it is sent; what was changed since (posts cancelled, moved, sent at once) is forgotten, so everything is paused until a
 * person has looked. What had failed may have been tried again: `retry` asks first. Messages that waited are dropped, runs of
 * series that have passed are not made up for.
 *
 * Safe to run again: each workspace is gone through in one transaction, once per `id`.
 *
 * @param id names this restore
 * @param backedUpAt when the backup was made (UTC ms); undefined where nobody knows
 */
export async function askAfterRestore(
  bench: Workbench,
  { id, backedUpAt }: { id: string; backedUpAt: EpochMs | undefined },
): Promise<Asked> {
  const asked: Asked = { workspaces: 0, deliveries: 0 }
  await rescueAbandoned(bench, Number.MAX_SAFE_INTEGER)
  for (const workspace of await bench.stores.directory.all()) {
    const count = await bench.stores.transaction(workspace.id, (stores) =>
      askIn(bench, stores, workspace, id, backedUpAt),
    )
    if (count === undefined) continue
    asked.workspaces += 1
    asked.deliveries += count
  }
  return asked
}

async function askIn(
  bench: Workbench,
  stores: WorkspaceStores,
  { settings }: Workspace,
  id: string,
  backedUpAt: EpochMs | undefined,
): Promise<number | undefined> {
  const now = bench.clock.now()
  if (!(await stores.marks.setOnce(`restored ${id}`, now))) return undefined
  const dropped = await stores.outbox.giveUp('Not sent again: a backup was restored')
  const to = backedUpAt === undefined ? 'an earlier time' : atMinute(backedUpAt)
  const doubtful = await mayBeLive(stores, now)
  await stores.posts.moveMany([...new Set(doubtful.map((one) => one.postId))], 'start', now)
  for (const { id: delivery } of doubtful) {
    const moved = await stores.deliveries.move(delivery, 'doubt', {
      at: now,
      problem: {
        ask: 'check',
        code: ASKED,
        doubt: 'restored',
        message: `The database was restored to ${to}, and it was due since: look whether it is there`,
      },
    })
    if (moved) await askOnce(stores, bench, moved)
  }
  if (dropped > 0) await askAnew(stores, bench, new Set(doubtful.map((one) => one.id)))
  for (const { id: series, plannedUntil } of await stores.series.running())
    if ((plannedUntil ?? 0) < now) await stores.series.plan(series, plannedUntil, now)
  await stores.workspace.skipNumbers(NUMBERS_SKIPPED)
  await stores.workspace.changeSettings({ restoredAt: now, pausedAt: settings.pausedAt ?? now })
  await stores.marks.setOnce(`digest ${dateOf(digestTime(now, settings.zone), settings.zone)}`, now)
  await record(stores, {
    by: null,
    at: now,
    verb: 'database.restored',
    subject: 'workspace',
    details: { to, asked: doubtful.length, dropped },
  })
  await tellTeam(stores, now, to, doubtful.length)
  return doubtful.length
}

/** Their questions may have been among the messages that were dropped: nobody else would ask, since the marks say that it was done. */
async function askAnew(stores: WorkspaceStores, bench: Workbench, done: ReadonlySet<string>): Promise<void> {
  const open = await stores.deliveries.list({ states: ['unsure', 'parked'] })
  for (const delivery of open.filter((one) => isAsked(one) && !done.has(one.id))) {
    const post = await stores.posts.get(delivery.postId)
    if (post?.revision === delivery.revision) await askAbout(stores, bench, post, delivery)
  }
}

async function tellTeam(stores: WorkspaceStores, now: EpochMs, to: string, asked: number): Promise<void> {
  const waiting = await stores.posts.count({ states: ['scheduled'] })
  const inReview = await stores.posts.count({ states: ['in_review'], until: now })
  const failed = await stores.posts.count({ states: ['failed', 'partly_published'] })
  const said = restoredView({ to, asked, waiting, inReview, failed })
  await sayInChannels(stores, said, now)
}

/** What was meant for a time that has passed, and what was in doubt already but not asked about. */
async function mayBeLive(stores: WorkspaceStores, now: EpochMs): Promise<Delivery[]> {
  const open = await stores.deliveries.list({ states: ['scheduled', 'parked', 'late', 'unsure'] })
  return open.filter(({ state, problem, scheduledFor, dueAt }) => {
    if (state === 'unsure') return problem?.code !== ASKED
    // A retry or a pace moves the due time on; what counts is when it was first meant to go out.
    return state === 'late' || Math.min(scheduledFor, dueAt) <= now
  })
}

const atMinute = (at: EpochMs): string =>
  `${instantOf(at).toString({ smallestUnit: 'minute' }).replace('T', ' ').replace('Z', '')} UTC`
