import type { Series, SeriesStore } from '../../posts/series.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, eq, isNull } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { must, saysSomething } from './rows.ts'

export function createSeriesStore({ db, t: { series } }: Handle, workspaceId: WorkspaceId): SeriesStore {
  const mine = eq(series.workspaceId, workspaceId)
  const get = async (id: string) =>
    (
      await db
        .select()
        .from(series)
        .where(and(mine, eq(series.id, id)))
    ).map(toSeries)[0]
  return {
    create: async (created) => {
      await db.insert(series).values({ ...created, workspaceId })
    },
    get,
    running: async () => {
      const rows = await db
        .select()
        .from(series)
        .where(and(mine, isNull(series.endedAt)))
        .orderBy(asc(series.createdAt), asc(series.id))
      return rows.map(toSeries)
    },
    change: async (id, changes) => {
      if (!saysSomething(changes)) return must(await get(id), `series ${id}`)
      const { content, accountIds, approvedRevision, endedAt, rule, phrase } = changes
      const [changed] = await db
        .update(series)
        .set({ content, accountIds, approvedRevision, endedAt, rule, phrase })
        .where(and(mine, eq(series.id, id)))
        .returning()
      return toSeries(must(changed, `series ${id}`))
    },
    plan: async (id, seen, until) => {
      const unchanged = seen === null ? isNull(series.plannedUntil) : eq(series.plannedUntil, seen)
      const planned = await db
        .update(series)
        .set({ plannedUntil: until })
        .where(and(mine, eq(series.id, id), unchanged, isNull(series.endedAt)))
        .returning({ id: series.id })
      return planned.length === 1
    },
  }
}

const toSeries = ({ workspaceId: _bound, ...row }: Tables['series']['$inferSelect']): Series => row
