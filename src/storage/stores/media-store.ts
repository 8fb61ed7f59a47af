import type { Media, MediaStore } from '../../library/media.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, eq, inArray, sql } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { inChunks } from './rows.ts'

export function createMediaStore({ db, t: { media } }: Handle, workspaceId: WorkspaceId): MediaStore {
  const mine = eq(media.workspaceId, workspaceId)
  return {
    add: async (added) => {
      await db.insert(media).values({ ...added, workspaceId })
    },
    get: async (id) =>
      (
        await db
          .select()
          .from(media)
          .where(and(mine, eq(media.id, id)))
      ).map(toMedia)[0],
    /** In the order of the ids; those that are not there are left out. */
    getMany: async (ids) => {
      const rows = await inChunks([...new Set(ids)], 1, (chunk) =>
        db
          .select()
          .from(media)
          .where(and(mine, inArray(media.id, chunk))),
      )
      const found = new Map(rows.map((row) => [row.id, toMedia(row)]))
      return ids.flatMap((id) => found.get(id) ?? [])
    },
    bySha256: async (sha256) => {
      const rows = await db
        .select()
        .from(media)
        .where(and(mine, eq(media.sha256, sha256)))
        .orderBy(asc(media.createdAt), asc(media.id))
        .limit(1)
      return rows.map(toMedia)[0]
    },
    bytes: async () => {
      const files = db
        .select({ size: sql<number>`max(${media.size})`.as('file_size') })
        .from(media)
        .where(mine)
        .groupBy(media.sha256)
        .as('files')
      const [sum] = await db
        .select({ bytes: sql<number>`coalesce(sum(${files.size}), 0)`.mapWith(Number) })
        .from(files)
      return sum?.bytes ?? 0
    },
  }
}

const toMedia = ({ workspaceId: _bound, ...row }: Tables['media']['$inferSelect']): Media => row
