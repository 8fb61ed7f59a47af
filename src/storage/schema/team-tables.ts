import type { Role, SurfaceName, WorkspaceId } from '../../workspaces/workspace.ts'
import type { Kit } from './sqlite-kit.ts'

/** Who is in a workspace, where it talks, what it has decided. */
export function teamTables(kit: Kit) {
  const { table, id, text, oneOf, int, time, json, index, unique, primaryKey, foreignKey } = kit

  const workspaces = table('workspaces', {
    id: id().primaryKey().$type<WorkspaceId>(),
    name: text().notNull(),
    /** Beside the other settings, because the claim asks for it. */
    pausedAt: time(),
    /** How many posts and events there are: the last number given. Changing it puts two writers in order. */
    postCount: int().notNull().default(0),
    eventCount: int().notNull().default(0),
    createdAt: time().notNull(),
  })

  const workspaceId = () =>
    id()
      .notNull()
      .references(() => workspaces.id)
      .$type<WorkspaceId>()

  const settings = table(
    'settings',
    { workspaceId: workspaceId(), key: text().notNull(), value: json<unknown>().notNull() },
    (t) => [primaryKey({ columns: [t.workspaceId, t.key] })],
  )

  const marks = table(
    'marks',
    { workspaceId: workspaceId(), key: text().notNull(), at: time().notNull() },
    (t) => [primaryKey({ columns: [t.workspaceId, t.key] })],
  )

  const chats = table(
    'chats',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      surface: oneOf<SurfaceName>().notNull(),
      externalId: text().notNull(),
      name: text().notNull(),
      reviewChannel: text(),
      resultsChannel: text(),
      digestChannel: text(),
      sealedToken: text(),
      /** Until then (UTC ms) the chat asked to be sent nothing. */
      quietUntil: time(),
      createdAt: time().notNull(),
    },
    (t) => [
      unique('chats_of_surface').on(t.surface, t.externalId),
      unique('chats_of_workspace').on(t.workspaceId, t.id),
    ],
  )

  const members = table(
    'members',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      name: text().notNull(),
      role: oneOf<Role>().notNull(),
      zone: text(),
      locale: text(),
      createdAt: time().notNull(),
    },
    (t) => [unique('members_of_workspace').on(t.workspaceId, t.id)],
  )

  const identities = table(
    'identities',
    {
      workspaceId: workspaceId(),
      surface: oneOf<SurfaceName>().notNull(),
      chat: text().notNull(),
      externalId: text().notNull(),
      memberId: id().notNull(),
    },
    (t) => [
      primaryKey({ columns: [t.workspaceId, t.surface, t.chat, t.externalId] }),
      index('identities_of_member').on(t.workspaceId, t.memberId),
      foreignKey({
        name: 'identities_member',
        columns: [t.workspaceId, t.memberId],
        foreignColumns: [members.workspaceId, members.id],
      }),
    ],
  )

  return { workspaces, settings, marks, chats, members, identities, workspaceId }
}

export type TeamTables = ReturnType<typeof teamTables>
