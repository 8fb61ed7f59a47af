import type { SurfaceName, Workspace, WorkspaceId } from '../../workspaces/workspace.ts'
import type { WorkspaceDirectory } from '../../workspaces/workspace-store.ts'
import { and, asc, eq } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import { must } from './rows.ts'
import { chatRow, holdInOrder, settingRows, toChat, toWorkspaces } from './workspace-rows.ts'

export function createWorkspaceDirectory(handle: Handle): WorkspaceDirectory {
  const { db, t } = handle
  const workspaces = () =>
    db
      .select({ workspace: t.workspaces, setting: t.settings })
      .from(t.workspaces)
      .leftJoin(t.settings, eq(t.settings.workspaceId, t.workspaces.id))
  return {
    create: (workspace) => handle.atomically((inside) => create(inside, workspace)),
    takeIn: (chat, own, home) =>
      handle.atomically(async (inside) => {
        const { surface, externalId } = chat
        if (home !== undefined) await holdInOrder(inside, home)
        const known = await ofChat(inside, surface, externalId)
        if (known) return known
        const first = home !== undefined && !(await hasChats(inside, surface))
        if (!first) await create(inside, own)
        const added = await inside.db
          .insert(t.chats)
          .values({ ...chatRow(chat), workspaceId: first ? home : own.id })
          .onConflictDoNothing()
          .returning({ id: t.chats.id })
        // An installation of the same chat was faster, which held nothing.
        if (added.length === 0 && !first) await unmake(inside, own.id)
        return must(await ofChat(inside, surface, externalId), `chat ${externalId}`)
      }),
    get: async (id) => toWorkspaces(await workspaces().where(eq(t.workspaces.id, id)))[0],
    all: async () =>
      toWorkspaces(await workspaces().orderBy(asc(t.workspaces.createdAt), asc(t.workspaces.id))),
    ofChat: (surface, externalId) => ofChat(handle, surface, externalId),
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

async function create({ db, t }: Handle, { id, name, settings, createdAt }: Workspace): Promise<void> {
  await db.insert(t.workspaces).values({ id, name, pausedAt: settings.pausedAt, createdAt })
  const rows = settingRows(settings).map((row) => ({ workspaceId: id, ...row }))
  if (rows.length > 0) await db.insert(t.settings).values(rows)
}

/** Takes back what this transaction has made. */
async function unmake({ db, t }: Handle, id: WorkspaceId): Promise<void> {
  await db.delete(t.settings).where(eq(t.settings.workspaceId, id))
  await db.delete(t.workspaces).where(eq(t.workspaces.id, id))
}

async function hasChats({ db, t }: Handle, surface: SurfaceName): Promise<boolean> {
  const some = await db.select({ id: t.chats.id }).from(t.chats).where(eq(t.chats.surface, surface)).limit(1)
  return some.length > 0
}

async function ofChat({ db, t }: Handle, surface: SurfaceName, externalId: string) {
  const rows = await db
    .select({ workspace: t.workspaces, setting: t.settings, chat: t.chats })
    .from(t.chats)
    .innerJoin(t.workspaces, eq(t.workspaces.id, t.chats.workspaceId))
    .leftJoin(t.settings, eq(t.settings.workspaceId, t.workspaces.id))
    .where(and(eq(t.chats.surface, surface), eq(t.chats.externalId, externalId)))
  const [workspace] = toWorkspaces(rows)
  const [first] = rows
  return workspace && first && { workspace, chat: toChat(first.chat) }
}
