import type { EpochMs } from '../kit/clock.ts'
import type { PostMove } from './moves.ts'
import type { Content, Post, PostEdit, PostState, PostTime } from './post.ts'

/** Bound to one workspace. */
export interface PostStore {
  /** Gives the post the workspace's next number. */
  create(post: Omit<Post, 'number'>): Promise<Post>
  get(id: string): Promise<Post | undefined>
  byNumber(number: number): Promise<Post | undefined>
  /** By time (posts without one last), then by number. */
  list(filter: PostFilter): Promise<Post[]>
  /** How many posts match. */
  count(filter: PostFilter): Promise<number>

  /**
   * Makes a move from the table in one guarded statement (`where id = ? and state in (…)`), and, where `revision` is
   * given, only if that is still the post's revision. Undefined: somebody was faster.
   */
  move(
    id: string,
    move: PostMove,
    options: { at: EpochMs; revision?: string; round?: number },
  ): Promise<Post | undefined>

  /** The same move of many in one statement: those that made it, in no order. Nobody was asked for a revision. */
  moveMany(ids: readonly string[], move: PostMove, at: EpochMs): Promise<Post[]>

  /**
   * Ends those of these posts whose deliveries have all ended, and writes the line of each into the audit trail, in one
   * transaction. For what nobody has to be told of.
   */
  rollUp(postIds: readonly string[], at: EpochMs): Promise<RolledUp[]>

  /** Replaces what would be published, guarded by the revision the editor saw and by the states an edit may start from. */
  edit(
    id: string,
    seen: string,
    changes: { content: Content; accountIds: string[]; revision: string; edited: PostEdit; at: EpochMs },
  ): Promise<Post | undefined>

  /** Sets the time, guarded by the states in which a time can still change. */
  reschedule(id: string, when: PostTime | null, at: EpochMs): Promise<Post | undefined>
}

/** A post that has ended. */
export type RolledUp = Pick<Post, 'id' | 'number' | 'state'>

export interface PostFilter {
  states?: readonly PostState[]
  /** Posts whose time is at or after this (UTC ms). */
  from?: EpochMs
  /** Posts whose time is before this (UTC ms). */
  until?: EpochMs
  authorId?: string
  seriesId?: string
  accountId?: string
  limit?: number
}
