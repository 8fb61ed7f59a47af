import type { WorkspaceId } from '../workspaces/workspace.ts'
import type { Dialect, Durability, Health, Written } from './storage.ts'

/** Across workspaces: the queues, the directory, the rotation of keys. */
export const EVERY_WORKSPACE = '*'

/** Whose rows a statement may see where the database can tell them apart (PostgreSQL's row-level security). */
export type Whose = WorkspaceId | typeof EVERY_WORKSPACE

/** What changes nothing. */
export const READS = /^\s*select\b/i

/** One statement, with what it is given. */
export interface Step {
  text: string
  params: readonly unknown[]
  name?: string
}

/** One way to the database: rows come back as arrays. */
export interface Lane {
  /** @throws QueryError */
  query(text: string, params: readonly unknown[], name?: string): Promise<unknown[][]>
}

/** A transaction that has begun. Ends with exactly one of `commit` and `rollback`. */
export interface OpenTransaction {
  lane: Lane
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** What a dialect must offer; everything else is written once on top of it. */
export interface Driver {
  readonly dialect: Dialect
  /** Outside any transaction; waits where SQLite's one writer is in one. Cheap: made per request. */
  lane(whose: Whose, durability: Durability): Lane
  begin(whose: Whose, durability: Durability): Promise<OpenTransaction>
  /** Runs these in one transaction, in which nothing is decided: in one go where the dialect has one, else by `begin`. */
  together?(durability: Durability, steps: readonly Step[]): Promise<unknown[][][]>
  /** Has another thread run a procedure; undefined where there is none that could. */
  call?(durability: Durability, procedure: string, given: unknown): Promise<unknown> | undefined
  /** A burst of writes begins or is over: while it lasts, writing may be given a thread of its own. Resolves once it has one. */
  burst?(lasts: boolean): Promise<void>
  /** Did it surely take the whole transaction back, and may that be done again? A commit whose answer was lost is not known. */
  wasUndone(error: unknown, during: 'work' | 'commit'): boolean
  /** Brings the tables to this build's shape. @throws StorageError */
  migrate(): Promise<void>
  check(): Promise<Health>
  backup(file: string): Promise<string>
  /** Tells other processes, where there can be any; called after the commit. */
  announce(written: ReadonlySet<Written>): void
  /** Calls `heard` for what other processes announce. Returns what stops it. */
  listen(heard: (written: Written) => void): () => void
  close(): Promise<void>
}
