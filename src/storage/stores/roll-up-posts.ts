import type { Delivery, DeliveryState } from '../../deliveries/delivery.ts'
import { endEvent, endOf, ofNewest } from '../../deliveries/outcome.ts'
import { type PostMove, postMoves } from '../../posts/moves.ts'
import type { RolledUp } from '../../posts/post-store.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { isAmongGiven } from '../dialect.ts'
import { sql } from '../drizzle.ts'
import { given, type Procedure, type Statement } from '../handle.ts'
import { fromJson } from '../schema/json-column.ts'
import { appendEvents } from './event-store.ts'
import { movePosts } from './move-posts.ts'
import { holdInOrder } from './workspace-rows.ts'

const statesOfDeliveries: Statement = {
  name: 'states_of_deliveries',
  build: ({ deliveries }, dialect) => sql`
    select post_id, revision, state, case when state in ('failed', 'cancelled') then progress end from deliveries
     where workspace_id = ${given('workspaceId')} and ${isAmongGiven[dialect](deliveries.postId, 'postIds')}
     order by created_at, ordinal, id`,
}

/** Ends the posts whose deliveries have all ended, with the line of each in the audit trail. */
export const rollUpPosts: Procedure<
  { workspaceId: WorkspaceId; postIds: readonly string[]; at: number },
  RolledUp[]
> = {
  name: 'roll_up_posts',
  async run(inside, { workspaceId, postIds, at }) {
    const look = () => inside.run(statesOfDeliveries, { workspaceId, postIds: JSON.stringify(postIds) })
    let rows = await look()
    if (rows.some(([, , state]) => state === 'failed')) {
      // Whoever tries one of them again meanwhile waits, or is waited for.
      await holdInOrder(inside, workspaceId)
      rows = await look()
    }
    const deliveries = rows.map(([postId, revision, state, progress]) => ({
      postId: String(postId),
      revision: String(revision),
      state: state as DeliveryState,
      progress: progress === null ? {} : (fromJson(progress) as Delivery['progress']),
    }))
    const posts = Map.groupBy(deliveries, ({ postId }) => postId)
    const ends = Map.groupBy(posts, ([, ofPost]) => endOf(ofNewest(ofPost)))
    const ended: RolledUp[] = []
    for (const [end, ofEnd] of ends)
      if (end !== undefined)
        ended.push(
          ...(await move(
            end,
            ofEnd.map(([id]) => id),
          )),
        )
    await appendEvents(
      inside,
      workspaceId,
      ended.map((post) => endEvent({ ...post, updatedAt: at })),
    )
    return ended

    async function move(end: PostMove, ids: readonly string[]): Promise<RolledUp[]> {
      const moved = await inside.run(movePosts(end, 'number'), { workspaceId, at, ids: JSON.stringify(ids) })
      return moved.map(([id, number]) => ({
        id: String(id),
        number: Number(number),
        state: postMoves[end].to,
      }))
    }
  },
}
