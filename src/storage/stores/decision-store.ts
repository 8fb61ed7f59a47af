import type { DecisionStore } from '../../approvals/decision.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, eq } from '../drizzle.ts'
import type { Handle } from '../handle.ts'

export function createDecisionStore(
  { db, t: { decisions, posts } }: Handle,
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
    approversOfSeries: async (seriesId, revision) => {
      const rows = await db
        .selectDistinct({ memberId: decisions.memberId })
        .from(decisions)
        .innerJoin(posts, and(eq(posts.workspaceId, workspaceId), eq(posts.id, decisions.postId)))
        .where(
          and(
            eq(decisions.workspaceId, workspaceId),
            eq(posts.seriesId, seriesId),
            eq(decisions.revision, revision),
            eq(decisions.kind, 'approve'),
          ),
        )
      return rows.map(({ memberId }) => memberId)
    },
    scheduledBy: async (memberId) => {
      const approved = await db
        .selectDistinct({ revision: decisions.revision, postId: posts.id, seriesId: posts.seriesId })
        .from(decisions)
        .innerJoin(posts, and(eq(posts.workspaceId, workspaceId), eq(posts.id, decisions.postId)))
        .where(
          and(
            eq(decisions.workspaceId, workspaceId),
            eq(decisions.memberId, memberId),
            eq(decisions.kind, 'approve'),
          ),
        )
      const series = new Set(approved.map((one) => `${one.seriesId} ${one.revision}`))
      const own = new Set(approved.map((one) => `${one.postId} ${one.revision}`))
      const waiting = await db
        .select({ id: posts.id, revision: posts.revision, seriesId: posts.seriesId })
        .from(posts)
        .where(and(eq(posts.workspaceId, workspaceId), eq(posts.state, 'scheduled')))
        .orderBy(asc(posts.whenAt), asc(posts.number))
      return waiting
        .filter(
          (post) =>
            own.has(`${post.id} ${post.revision}`) ||
            (post.seriesId !== null && series.has(`${post.seriesId} ${post.revision}`)),
        )
        .map(({ id }) => id)
    },
  }
}
