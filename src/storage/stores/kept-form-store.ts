import type { KeptFormStore } from '../../message/kept-form-store.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, eq, lt } from '../drizzle.ts'
import type { Handle } from '../handle.ts'

export function createKeptFormStore(
  { db, t: { keptForms } }: Handle,
  workspaceId: WorkspaceId,
): KeptFormStore {
  const mine = eq(keptForms.workspaceId, workspaceId)
  return {
    keep: async (form) => {
      const { code: _code, ...rest } = form
      await db
        .insert(keptForms)
        .values({ ...form, workspaceId })
        .onConflictDoUpdate({ target: [keptForms.workspaceId, keptForms.code], set: rest })
    },
    get: async (code) => {
      const [row] = await db
        .select()
        .from(keptForms)
        .where(and(mine, eq(keptForms.code, code)))
      if (row === undefined) return undefined
      const { workspaceId: _bound, ...form } = row
      return form
    },
    forgetOlder: async (createdBefore) => {
      await db.delete(keptForms).where(and(mine, lt(keptForms.createdAt, createdBefore)))
    },
  }
}
