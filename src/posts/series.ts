import type { EpochMs } from '../kit/clock.ts'
import type { Content } from './post.ts'

/** A rule by which posts recur. Each run is a post of its own, made when the one before it has gone out. */
export interface Series {
  id: string
  authorId: string
  /** The recurrence rule as plain data (`schedule/recurrence.ts`). */
  rule: unknown
  /** What the person typed. */
  phrase: string
  content: Content
  accountIds: string[]
  /** The revision that was approved for the whole series, or null while none was. */
  approvedRevision: string | null
  /** UTC ms of the last run a post was made for, or null before the first. */
  plannedUntil: EpochMs | null
  endedAt: EpochMs | null
  createdAt: EpochMs
}

/** Bound to one workspace. */
export interface SeriesStore {
  create(series: Series): Promise<void>
  get(id: string): Promise<Series | undefined>
  running(): Promise<Series[]>
  change(
    id: string,
    changes: Partial<
      Pick<Series, 'content' | 'accountIds' | 'approvedRevision' | 'endedAt' | 'rule' | 'phrase'>
    >,
  ): Promise<Series>
  /** Moves `plannedUntil` on, guarded by the value that was seen. True for exactly one caller. */
  plan(id: string, seen: EpochMs | null, until: EpochMs): Promise<boolean>
}
