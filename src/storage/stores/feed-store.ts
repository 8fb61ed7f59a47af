import type { FeedItem, FeedStore } from '../../playground/feed.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, desc, eq } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { must } from './rows.ts'

export function createFeedStore({ db, t: { feed } }: Handle, workspaceId: WorkspaceId): FeedStore {
  const mine = eq(feed.workspaceId, workspaceId)
  const byKey = async (key: string) =>
    (
      await db
        .select()
        .from(feed)
        .where(and(mine, eq(feed.key, key)))
    ).map(toItem)[0]
  return {
    publish: async (item) => {
      const [published] = await db
        .insert(feed)
        .values({ ...item, workspaceId })
        .onConflictDoNothing({ target: [feed.workspaceId, feed.key] })
        .returning()
      return published === undefined
        ? must(await byKey(item.key), `feed item ${item.key}`)
        : toItem(published)
    },
    byKey,
    list: async (limit) => {
      const rows = await db
        .select()
        .from(feed)
        .where(mine)
        .orderBy(desc(feed.at), desc(feed.sequence))
        .limit(limit)
      return rows.map(toItem)
    },
    remove: async (id) => {
      const removed = await db
        .delete(feed)
        .where(and(mine, eq(feed.id, id)))
        .returning({ id: feed.id })
      return removed.length === 1
    },
  }
}

const toItem = ({
  workspaceId: _bound,
  sequence: _order,
  ...row
}: Tables['feed']['$inferSelect']): FeedItem => row
