import type { WorkspaceStores } from '../app/stores.ts'
import type { Surface } from '../app/surface.ts'
import type { Workbench } from '../app/workbench.ts'
import type { Delivery } from '../deliveries/delivery.ts'
import type { Leases } from '../deliveries/leases.ts'
import { type EpochMs, SECOND } from '../kit/clock.ts'
import type { SurfaceName, WorkspaceId } from '../workspaces/workspace.ts'
import type { Ended } from './afterwards.ts'
import type { Breaker } from './breaker.ts'
import type { Meters } from './meters.ts'
import type { UnderWay } from './under-way.ts'

/** A worker that says nothing for this long (ms) has died; it renews at a third of it. */
export const LEASE = 90 * SECOND

/** What happens while people sleep: one verb, one file in `jobs/`. Each claims what it works on, so any number of machines may run it. */
export interface Job {
  /** The file's name. */
  name: string
  /** Milliseconds between runs. */
  every: number
  /** What it is woken by before its time: a write to these. */
  wokenBy?: 'deliveries' | 'outbox'
  run(tools: Tools): Promise<void>
}

export interface Tools extends Pick<UnderWay, 'room' | 'busy' | 'follow' | 'tellLater'> {
  bench: Workbench
  surfaces: ReadonlyMap<SurfaceName, Surface>
  meters: Meters
  breaker: Breaker
  /** Of the deliveries that are going out. */
  leases: Leases
  /** An error of a delivery that is ours, for the log. */
  onFault(error: unknown, delivery: Pick<Delivery, 'id' | 'platform'>): void
  /**
   * The name of one claim. Another one each time, so that work which went on after its lease was lost is told apart from
   * a later claim of the same delivery by the same process.
   */
  nameClaim(): string
  /** A workspace's stores for publishing: logins that were read a moment ago are not read again. */
  storesFor(id: WorkspaceId): WorkspaceStores
  /** What follows the end of a delivery, written together with others of its turn. Resolves when it is. */
  ended(one: Ended): Promise<void>
  /** In [0, 1). */
  random: () => number
  /** Ends when the process stops: what is in flight is finished, nothing new begins. */
  stopping: AbortSignal
  /** Calls `work` when it is its turn among deliveries with media, which may hold whole files in memory. */
  besideFewWithMedia(work: () => Promise<void>): Promise<void>
  /** Wakes the loop at this time (UTC ms) instead of at the next beat. */
  wakeAt(at: EpochMs): void
}

export const defineJob = (job: Job): Job => job
