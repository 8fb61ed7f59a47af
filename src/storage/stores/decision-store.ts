import type { DecisionStore } from '../../approvals/decision.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, eq } from '../drizzle.ts'
import type { Handle } from '../handle.ts'

export function createDecisionStore(
  { db, t: { decisions } }: Handle,
  workspaceId: WorkspaceId,
): DecisionStore {
  return {
    add: async (decision) => {
      const added = await db
        .insert(decisions)
        .values({ ...decision, workspaceId })
        .onConflictDoNothing()
        .returning({ id: decisions.id })
      return added.length === 1
    },
    ofPost: async (postId) => {
      const rows = await db
        .select()
        .from(decisions)
        .where(and(eq(decisions.workspaceId, workspaceId), eq(decisions.postId, postId)))
        .orderBy(asc(decisions.at), asc(decisions.id))
      return rows.map(({ workspaceId: _bound, ...decision }) => decision)
    },
  }
}
