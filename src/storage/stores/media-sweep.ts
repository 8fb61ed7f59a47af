import type { MediaSweep, ReferenceCursor } from '../../library/media.ts'
import type { Content, PostEdit } from '../../posts/post.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, type Column, eq, gt, inArray, isNotNull, isNull, lte, sql } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import { neverWentSince } from './media-store.ts'
import { inChunks } from './rows.ts'

/** Rows a page: a turn of the event loop must stay short. */
const PAGE = 500

/** Where media are referred to, in the order in which they are counted. */
const PLACES = ['posts', 'series', 'feed'] as const satisfies readonly ReferenceCursor['in'][]

export function createMediaSweep({ db, t }: Handle, workspaceId: WorkspaceId): MediaSweep {
  const { media } = t
  const mine = eq(media.workspaceId, workspaceId)
  const stays = isNull(media.leavingSince)
  const leaving = { id: media.id, sha256: media.sha256, filename: media.filename }

  const readPage = {
    posts: async (after: string) => {
      const { posts } = t
      const rows = await db
        .select({
          id: posts.id,
          content: whereMedia<Content>(posts.content),
          edited: whereMedia<PostEdit>(posts.edited),
        })
        .from(posts)
        .where(and(eq(posts.workspaceId, workspaceId), gt(posts.id, after)))
        .orderBy(asc(posts.id))
        .limit(PAGE)
      return rows.map(({ id, content, edited }) => ({
        id,
        media: [...(content?.media ?? []), ...(edited?.content.media ?? [])],
      }))
    },
    series: async (after: string) => {
      const { series } = t
      const rows = await db
        .select({ id: series.id, content: whereMedia<Content>(series.content) })
        .from(series)
        .where(and(eq(series.workspaceId, workspaceId), gt(series.id, after)))
        .orderBy(asc(series.id))
        .limit(PAGE)
      return rows.map(({ id, content }) => ({ id, media: content?.media ?? [] }))
    },
    feed: async (after: string) => {
      const { feed } = t
      return db
        .select({ id: feed.id, media: feed.media })
        .from(feed)
        .where(and(eq(feed.workspaceId, workspaceId), gt(feed.id, after)))
        .orderBy(asc(feed.id))
        .limit(PAGE)
    },
  } satisfies Record<ReferenceCursor['in'], unknown>

  return {
    page: (after) =>
      db
        .select({ id: media.id, originalId: media.originalId, unusedSince: media.unusedSince })
        .from(media)
        .where(and(mine, stays, gt(media.id, after)))
        .orderBy(asc(media.id))
        .limit(PAGE),
    references: async (from = { in: PLACES[0], after: '' }) => {
      const rows = await readPage[from.in](from.after)
      const last = rows.at(-1)
      const place = PLACES[PLACES.indexOf(from.in) + 1]
      return {
        ids: rows.flatMap((row) => row.media.map(({ mediaId }) => mediaId)),
        next:
          last && rows.length === PAGE ? { in: from.in, after: last.id } : place && { in: place, after: '' },
      }
    },
    countUnused: async (ids, now) => {
      await inChunks(ids, 1, (chunk) =>
        db
          .update(media)
          .set({ unusedSince: now })
          .where(and(mine, stays, isNull(media.unusedSince), inArray(media.id, chunk)))
          .returning({ id: media.id }),
      )
    },
    countUsed: async (ids) => {
      await inChunks(ids, 1, (chunk) =>
        db
          .update(media)
          .set({ unusedSince: null })
          .where(and(mine, stays, inArray(media.id, chunk)))
          .returning({ id: media.id }),
      )
    },
    begin: (ids, unusedBefore, now) =>
      inChunks(ids, 1, (chunk) =>
        db
          .update(media)
          .set({ leavingSince: now })
          // Guarded by the count, which whoever takes it forgets.
          .where(and(mine, stays, lte(media.unusedSince, unusedBefore), inArray(media.id, chunk)))
          .returning(leaving),
      ),
    beginAgain: async (now, limit) => {
      const left = and(mine, isNotNull(media.leavingSince), neverWentSince(media.leavingSince, now))
      const some = db.select({ id: media.id }).from(media).where(left).orderBy(asc(media.id)).limit(limit)
      return db
        .update(media)
        .set({ leavingSince: now })
        .where(and(left, inArray(media.id, some)))
        .returning(leaving)
    },
    isShared: async (sha256) => {
      const others = await db
        .select({ id: media.id })
        .from(media)
        .where(and(mine, stays, eq(media.sha256, sha256)))
        .limit(1)
      return others.length > 0
    },
    end: async (id, begun) => {
      const ended = await db
        .delete(media)
        .where(and(mine, eq(media.id, id), eq(media.leavingSince, begun)))
        .returning({ id: media.id })
      return ended.length === 1
    },
  }
}

/** A column of plain data where it names media, or null: most posts have none, and need not be read. */
const whereMedia = <Value>(column: Column) =>
  sql<Value | null>`case when cast(${column} as text) like '%"mediaId"%' then ${column} end`.mapWith(
    (stored: unknown) => column.mapFromDriverValue(stored) as Value,
  )
