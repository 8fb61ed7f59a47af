import { movable, postMoves } from '../../posts/moves.ts'
import type { Post, PostState } from '../../posts/post.ts'
import type { PostFilter, PostStore } from '../../posts/post-store.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { holds } from '../dialect.ts'
import { and, asc, count, eq, gte, inArray, lt, type SQL, sql } from '../drizzle.ts'
import { decode, type Handle } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { movePosts } from './move-posts.ts'
import { rollUpPosts } from './roll-up-posts.ts'
import { must } from './rows.ts'

/** States in which a time can be taken away: what is scheduled needs one. */
const TIMELESS: readonly PostState[] = ['draft', 'in_review']

export function createPostStore(handle: Handle, workspaceId: WorkspaceId): PostStore {
  const { db, dialect, t } = handle
  const { posts } = t
  const mine = eq(posts.workspaceId, workspaceId)
  const first = (rows: Row[]): Post | undefined => rows.map(toPost)[0]

  const matching = (filter: PostFilter): SQL | undefined =>
    and(
      mine,
      filter.states && inArray(posts.state, [...filter.states]),
      filter.from === undefined ? undefined : gte(posts.whenAt, filter.from),
      filter.until === undefined ? undefined : lt(posts.whenAt, filter.until),
      filter.authorId === undefined ? undefined : eq(posts.authorId, filter.authorId),
      filter.seriesId === undefined ? undefined : eq(posts.seriesId, filter.seriesId),
      filter.accountId === undefined ? undefined : holds[dialect](sql`${posts.accountIds}`, filter.accountId),
    )

  return {
    create: (post) =>
      handle.atomically(async (inside) => {
        const { workspaces } = t
        // Holds the workspace's row until the end, so that two who create at once get two numbers.
        const [counted] = await inside.db
          .update(workspaces)
          .set({ postCount: sql`${workspaces.postCount} + 1` })
          .where(eq(workspaces.id, workspaceId))
          .returning({ number: workspaces.postCount })
        const { number } = must(counted, `row of its own (${workspaceId})`)
        const { when, ...rest } = post
        const row = { ...rest, workspaceId, number, ...fromTime(when) }
        const [created] = await inside.db.insert(posts).values(row).returning()
        return toPost(must(created, `post ${post.id}`))
      }),
    get: async (id) =>
      first(
        await db
          .select()
          .from(posts)
          .where(and(mine, eq(posts.id, id))),
      ),
    byNumber: async (number) =>
      first(
        await db
          .select()
          .from(posts)
          .where(and(mine, eq(posts.number, number))),
      ),
    list: async (filter) => {
      const found = db
        .select()
        .from(posts)
        .where(matching(filter))
        .orderBy(sql`${posts.whenAt} asc nulls last`, asc(posts.number))
      return (await (filter.limit === undefined ? found : found.limit(filter.limit))).map(toPost)
    },
    count: async (filter) => {
      const [counted] = await db.select({ posts: count() }).from(posts).where(matching(filter))
      return counted?.posts ?? 0
    },
    move: async (id, move, { at, revision, round }) => {
      const { from, to } = postMoves[move]
      const moved = await db
        .update(posts)
        .set({ state: to, updatedAt: at, round })
        .where(
          and(
            mine,
            eq(posts.id, id),
            inArray(posts.state, [...from]),
            revision === undefined ? undefined : eq(posts.revision, revision),
          ),
        )
        .returning()
      return first(moved)
    },
    moveMany: async (ids, move, at) => {
      const moved = await handle.run(movePosts(move, 'whole'), { workspaceId, at, ids: JSON.stringify(ids) })
      return moved.map((row) => toPost(decode(posts, row)))
    },
    rollUp: (postIds, at) => handle.call(rollUpPosts, { workspaceId, postIds, at }),
    edit: async (id, seen, { content, accountIds, revision, edited, at }) => {
      const { from, to } = postMoves.edit
      const rows = await db
        .update(posts)
        .set({ state: to, content, accountIds, revision, edited, updatedAt: at })
        .where(and(mine, eq(posts.id, id), eq(posts.revision, seen), inArray(posts.state, [...from])))
        .returning()
      return first(rows)
    },
    reschedule: async (id, when, at) => {
      const states = when === null ? TIMELESS : movable
      const moved = await db
        .update(posts)
        .set({ ...fromTime(when), updatedAt: at })
        .where(and(mine, eq(posts.id, id), inArray(posts.state, [...states])))
        .returning()
      return first(moved)
    },
  }
}

type Row = Tables['posts']['$inferSelect']

const fromTime = (when: Post['when']) => ({
  whenAt: when?.at ?? null,
  whenZone: when?.zone ?? null,
  whenPhrase: when?.phrase ?? null,
})

const toPost = ({ workspaceId: _bound, whenAt, whenZone, whenPhrase, ...row }: Row): Post => ({
  ...row,
  when: whenAt === null ? null : { at: whenAt, zone: whenZone ?? '', phrase: whenPhrase ?? '' },
})
