import type { EpochMs } from '../../kit/clock.ts'
import { GONE_WITHIN, type Media, type MediaStore } from '../../library/media.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, type Column, eq, gte, inArray, isNull, lte, or, type SQL, sql } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { inChunks } from './rows.ts'

export function createMediaStore({ db, t: { media } }: Handle, workspaceId: WorkspaceId): MediaStore {
  const mine = eq(media.workspaceId, workspaceId)
  const stays = isNull(media.leavingSince)
  const neverWent = (now: EpochMs) => neverWentSince(media.leavingSince, now)
  const rowsWhere = (which: SQL) =>
    db.select().from(media).where(and(mine, which)).orderBy(asc(media.createdAt), asc(media.id))
  return {
    add: async (added, originalId) => {
      await db.insert(media).values({ ...added, workspaceId, originalId: originalId ?? null })
    },
    get: async (id) =>
      (
        await db
          .select()
          .from(media)
          .where(and(mine, stays, eq(media.id, id)))
      ).map(toMedia)[0],
    /** In the order of the ids; those that are not there are left out. */
    getMany: async (ids) => {
      const rows = await inChunks([...new Set(ids)], 1, (chunk) =>
        db
          .select()
          .from(media)
          .where(and(mine, stays, inArray(media.id, chunk))),
      )
      const found = new Map(rows.map((row) => [row.id, toMedia(row)]))
      return ids.flatMap((id) => found.get(id) ?? [])
    },
    take: async (which, now) => {
      const it = 'id' in which ? eq(media.id, which.id) : eq(media.sha256, which.sha256)
      const known = await rowsWhere(it)
      const [first] = known
      if (!first) return undefined
      const inUse = known.find((row) => row.leavingSince === null && row.unusedSince === null)
      if (inUse && ('sha256' in which || inUse.originalId !== null)) return toMedia(inUse)

      const original = 'id' in which ? { originalId: which.originalId } : {}
      // What was made of it is counted with it. On its way out it stays there.
      const madeOfIt = inArray(
        media.originalId,
        known.map((row) => row.id),
      )
      const kept = await db
        .update(media)
        .set({ unusedSince: null, ...original })
        .where(and(mine, stays, 'id' in which ? it : or(it, madeOfIt)))
        .returning()
      const taken = oldest(kept.filter((row) => known.some(({ id }) => id === row.id)))
      if (taken) return toMedia(taken)

      const back = await db
        .update(media)
        .set({ leavingSince: null, unusedSince: null, ...original })
        .where(and(mine, it, neverWent(now)))
        .returning()
      // Asked only now: whoever begins to remove the same bytes asks afterwards, too, so that one of both sees the other.
      const leaving = (await rowsWhere(eq(media.sha256, first.sha256))).some(
        (row) => row.leavingSince !== null,
      )
      const returned = oldest(back)
      return returned && !leaving ? toMedia(returned) : 'leaving'
    },
    remade: async (id, seen, now) => {
      const changed = await db
        .update(media)
        .set(now)
        .where(and(mine, stays, eq(media.id, id), eq(media.sha256, seen.sha256)))
        .returning({ id: media.id })
      return changed.length === 1
    },
    bytes: async () => {
      const files = db
        .select({ size: sql<number>`max(${media.size})`.as('file_size') })
        .from(media)
        .where(and(mine, stays))
        .groupBy(media.sha256)
        .as('files')
      const [sum] = await db
        .select({ bytes: sql<number>`coalesce(sum(${files.size}), 0)`.mapWith(Number) })
        .from(files)
      return sum?.bytes ?? 0
    },
  }
}

type Row = Tables['media']['$inferSelect']

const toMedia = ({
  workspaceId: _bound,
  originalId: _original,
  unusedSince: _unused,
  leavingSince: _leaving,
  ...row
}: Row): Media => row

/** Rows that a statement wrote come in any order. */
const oldest = (rows: readonly Row[]): Row | undefined =>
  rows.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))[0]

/** A removal that began so long ago, or at a time that has yet to come since a clock was set back, never ended. */
export const neverWentSince = (leavingSince: Column, now: EpochMs): SQL | undefined =>
  or(lte(leavingSince, now - GONE_WITHIN), gte(leavingSince, now + GONE_WITHIN))
