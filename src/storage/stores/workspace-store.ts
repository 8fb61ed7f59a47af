import { UserError } from '../../kit/user-error.ts'
import type { Identity, Member, WorkspaceId } from '../../workspaces/workspace.ts'
import type { WorkspaceStore } from '../../workspaces/workspace-store.ts'
import { and, asc, eq, inArray, type SQL, sql } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import { isUnique } from '../query-error.ts'
import { must, saysSomething } from './rows.ts'
import { chatRow, holdInOrder, settingRows, toChat, toMember, toWorkspaces } from './workspace-rows.ts'

export function createWorkspaceStore(handle: Handle, workspaceId: WorkspaceId): WorkspaceStore {
  const { db, t } = handle

  const get = async (from: Handle = handle) => {
    const rows = await from.db
      .select({ workspace: t.workspaces, setting: t.settings })
      .from(t.workspaces)
      .leftJoin(t.settings, eq(t.settings.workspaceId, t.workspaces.id))
      .where(eq(t.workspaces.id, workspaceId))
    return must(toWorkspaces(rows)[0], `row of its own (${workspaceId})`)
  }

  const ofChat = (id: string) => and(eq(t.chats.workspaceId, workspaceId), eq(t.chats.id, id))
  const chat = async (id: string) => (await db.select().from(t.chats).where(ofChat(id))).map(toChat)[0]

  const ofMember = (id: string) => and(eq(t.members.workspaceId, workspaceId), eq(t.members.id, id))
  const toIdentity = (row: Identity): Identity => ({
    surface: row.surface,
    chat: row.chat,
    externalId: row.externalId,
  })
  /** Members with all their identities, by one query. */
  const membersWhere = async (from: Handle, which?: SQL): Promise<Member[]> => {
    const rows = await from.db
      .select({ member: t.members, identity: t.identities })
      .from(t.members)
      .leftJoin(
        t.identities,
        and(eq(t.identities.workspaceId, t.members.workspaceId), eq(t.identities.memberId, t.members.id)),
      )
      .where(and(eq(t.members.workspaceId, workspaceId), which))
      .orderBy(
        asc(t.members.createdAt),
        asc(t.members.id),
        asc(t.identities.surface),
        asc(t.identities.chat),
        asc(t.identities.externalId),
      )
    const found = new Map<string, Member>()
    for (const row of rows) {
      const known = found.get(row.member.id) ?? toMember(row.member, [])
      found.set(known.id, known)
      if (row.identity !== null) known.identities.push(toIdentity(row.identity))
    }
    return [...found.values()]
  }
  const member = async (id: string, from: Handle = handle): Promise<Member | undefined> =>
    (await membersWhere(from, eq(t.members.id, id)))[0]
  const ownerOf = (from: Handle, { surface, chat, externalId }: Identity) => {
    const { identities } = t
    return from.db
      .select({ memberId: identities.memberId })
      .from(identities)
      .where(
        and(
          eq(identities.workspaceId, workspaceId),
          eq(identities.surface, surface),
          eq(identities.chat, chat),
          eq(identities.externalId, externalId),
        ),
      )
  }
  const memberIdOf = async (from: Handle, identity: Identity) => (await ownerOf(from, identity))[0]?.memberId
  /** Who owns it afterwards: this member, or the one who had it already. */
  const claimIdentity = async (inside: Handle, memberId: string, identity: Identity) => {
    await inside.db
      .insert(t.identities)
      .values({ workspaceId, memberId, ...toIdentity(identity) })
      .onConflictDoNothing()
    return memberIdOf(inside, identity)
  }

  return {
    get: () => get(),
    hold: () => holdInOrder(handle, workspaceId),
    rename: async (name) => {
      await db.update(t.workspaces).set({ name }).where(eq(t.workspaces.id, workspaceId))
    },
    skipNumbers: async (count) => {
      await db
        .update(t.workspaces)
        .set({ postCount: sql`${t.workspaces.postCount} + ${count}` })
        .where(eq(t.workspaces.id, workspaceId))
    },
    changeSettings: (changes) =>
      handle.atomically(async (inside) => {
        const { pausedAt } = changes
        if (pausedAt !== undefined)
          await inside.db.update(t.workspaces).set({ pausedAt }).where(eq(t.workspaces.id, workspaceId))
        const rows = settingRows(changes).map((row) => ({ workspaceId, ...row }))
        if (rows.length > 0)
          await inside.db
            .insert(t.settings)
            .values(rows)
            .onConflictDoUpdate({
              target: [t.settings.workspaceId, t.settings.key],
              set: { value: sql`excluded.value` },
            })
        // What was held back may be due now.
        if (pausedAt === null) inside.wrote('deliveries')
        return (await get(inside)).settings
      }),

    chats: async () => {
      const rows = await db
        .select()
        .from(t.chats)
        .where(eq(t.chats.workspaceId, workspaceId))
        .orderBy(asc(t.chats.createdAt), asc(t.chats.id))
      return rows.map(toChat)
    },
    chat,
    addChat: async (chat) => {
      try {
        await db.insert(t.chats).values({ ...chatRow(chat), workspaceId })
      } catch (error) {
        if (!isUnique(error)) throw error
        throw new UserError(`${chat.name} is connected already`, {
          wayOut: 'Disconnect it where it is connected, then connect it here.',
        })
      }
    },
    changeChat: async (id, { name, channels, sealedToken }) => {
      const changes = {
        name,
        sealedToken,
        reviewChannel: channels?.review,
        resultsChannel: channels?.results,
        digestChannel: channels?.digest,
      }
      if (!saysSomething(changes)) return must(await chat(id), `chat ${id}`)
      const [row] = await db.update(t.chats).set(changes).where(ofChat(id)).returning()
      return toChat(must(row, `chat ${id}`))
    },
    // What still waits for it can never be sent, and its cards stand nowhere any more.
    removeChat: (id) =>
      handle.atomically(async (inside) => {
        const { outbox, cards } = t
        await inside.db.delete(outbox).where(and(eq(outbox.workspaceId, workspaceId), eq(outbox.chatId, id)))
        await inside.db.delete(cards).where(and(eq(cards.workspaceId, workspaceId), eq(cards.chatId, id)))
        await inside.db.delete(t.chats).where(ofChat(id))
      }),

    members: () => membersWhere(handle),
    member: (id) => member(id),
    memberByIdentity: async (identity) =>
      (await membersWhere(handle, inArray(t.members.id, ownerOf(handle, identity))))[0],
    addMember: (added) =>
      handle.atomically(async (inside) => {
        const { identities, ...row } = added
        const [first, ...others] = identities
        const known = first && (await memberIdOf(inside, first))
        if (known !== undefined) return must(await member(known, inside), `member ${known}`)
        await inside.db.insert(t.members).values({ ...row, workspaceId })
        const owner = first && (await claimIdentity(inside, added.id, first))
        if (owner !== undefined && owner !== added.id) {
          // Somebody was faster between the look and the insert.
          await inside.db.delete(t.members).where(ofMember(added.id))
          return must(await member(owner, inside), `member ${owner}`)
        }
        for (const identity of others) await claimIdentity(inside, added.id, identity)
        return must(await member(added.id, inside), `member ${added.id}`)
      }),
    addIdentity: (memberId, identity) =>
      handle.atomically(async (inside) => {
        must(await member(memberId, inside), `member ${memberId}`)
        const owner = await claimIdentity(inside, memberId, identity)
        if (owner !== memberId)
          throw new UserError('That identity belongs to another member of this workspace already')
      }),
    changeMember: async (id, changes) => {
      if (!saysSomething(changes)) return must(await member(id), `member ${id}`)
      const { name, role, zone, locale } = changes
      await db.update(t.members).set({ name, role, zone, locale }).where(ofMember(id))
      return must(await member(id), `member ${id}`)
    },
  }
}
