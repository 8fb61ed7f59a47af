import type { WorkspaceId } from '../../workspaces/workspace.ts'
import type { MarkStore } from '../../workspaces/workspace-store.ts'
import { and, eq } from '../drizzle.ts'
import type { Handle } from '../handle.ts'

export function createMarkStore({ db, t: { marks } }: Handle, workspaceId: WorkspaceId): MarkStore {
  return {
    setOnce: async (key, at) => {
      const set = await db
        .insert(marks)
        .values({ workspaceId, key, at })
        .onConflictDoNothing()
        .returning({ key: marks.key })
      return set.length === 1
    },
    get: async (key) => {
      const [mark] = await db
        .select({ at: marks.at })
        .from(marks)
        .where(and(eq(marks.workspaceId, workspaceId), eq(marks.key, key)))
      return mark?.at
    },
  }
}
