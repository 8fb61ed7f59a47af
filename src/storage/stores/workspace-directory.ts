import type { WorkspaceDirectory } from '../../workspaces/workspace-store.ts'
import { and, asc, eq } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import { settingRows, toChat, toWorkspaces } from './workspace-rows.ts'

export function createWorkspaceDirectory(handle: Handle): WorkspaceDirectory {
  const { db, t } = handle
  const workspaces = () =>
    db
      .select({ workspace: t.workspaces, setting: t.settings })
      .from(t.workspaces)
      .leftJoin(t.settings, eq(t.settings.workspaceId, t.workspaces.id))
  return {
    create: ({ id, name, settings, createdAt }) =>
      handle.atomically(async (inside) => {
        await inside.db.insert(t.workspaces).values({ id, name, pausedAt: settings.pausedAt, createdAt })
        const rows = settingRows(settings).map((row) => ({ workspaceId: id, ...row }))
        if (rows.length > 0) await inside.db.insert(t.settings).values(rows)
      }),
    get: async (id) => toWorkspaces(await workspaces().where(eq(t.workspaces.id, id)))[0],
    all: async () =>
      toWorkspaces(await workspaces().orderBy(asc(t.workspaces.createdAt), asc(t.workspaces.id))),
    ofChat: async (surface, externalId) => {
      const rows = await db
        .select({ workspace: t.workspaces, setting: t.settings, chat: t.chats })
        .from(t.chats)
        .innerJoin(t.workspaces, eq(t.workspaces.id, t.chats.workspaceId))
        .leftJoin(t.settings, eq(t.settings.workspaceId, t.workspaces.id))
        .where(and(eq(t.chats.surface, surface), eq(t.chats.externalId, externalId)))
      const [workspace] = toWorkspaces(rows)
      const [first] = rows
      return workspace && first && { workspace, chat: toChat(first.chat) }
    },
    chatsOf: async (surface) => {
      const rows = await db
        .select()
        .from(t.chats)
        .where(eq(t.chats.surface, surface))
        .orderBy(asc(t.chats.createdAt), asc(t.chats.id))
      return rows.map((row) => ({ workspaceId: row.workspaceId, chat: toChat(row) }))
    },
  }
}
