import { describe, expect, test } from 'vitest'
import { newId } from '../../../src/kit/ids.ts'
import { defaultSettings, type WorkspaceId } from '../../../src/workspaces/workspace.ts'
import { type Ground, NOON, newChat, newEntry, newMember, newTeam } from '../ground.ts'

export function workspacesContract(ground: () => Ground): void {
  describe('workspaces', () => {
    test('come back as they were made, with the settings they were made with', async () => {
      const { directory } = ground().storage
      const workspace = {
        id: newId(NOON) as WorkspaceId,
        name: 'Zoë’s 🦄 team',
        settings: { ...defaultSettings, zone: 'Asia/Kolkata', approvals: 2, pausedAt: 17 },
        createdAt: NOON,
      }
      await directory.create(workspace)
      expect(await directory.get(workspace.id)).toEqual(workspace)
      expect(await directory.all()).toContainEqual(workspace)
      expect(await directory.get('nobody' as WorkspaceId)).toBeUndefined()
    })

    test('are found by a chat, and installations by their surface', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const chat = newChat({ surface: 'discord', sealedToken: 'sealed' })
      await team.stores.workspace.addChat(chat)
      const found = await storage.directory.ofChat('discord', chat.externalId)
      expect(found?.workspace.id).toBe(team.id)
      expect(found?.chat).toEqual(chat)
      expect(await storage.directory.ofChat('slack', chat.externalId)).toBeUndefined()
      expect(await storage.directory.chatsOf('discord')).toContainEqual({ workspaceId: team.id, chat })
    })

    test('of the first chats of a surface, which come in one instant, one joins the home workspace', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const { id: home } = await newTeam(storage, 'Home')
      const own = (name: string) => ({
        id: newId(NOON) as WorkspaceId,
        name,
        settings: { ...defaultSettings, zone: 'Asia/Tokyo' },
        createdAt: NOON,
      })
      const takeIn = (place: number, externalId: string) =>
        (place % 2 ? storage : beside).directory.takeIn(
          // No other test talks there.
          newChat({ surface: 'terminal', externalId }),
          own(externalId),
          home,
        )
      const before = (await storage.directory.all()).length
      const names = Array.from({ length: 12 }, (_, place) => `G${place % 6} ${home}`)
      const taken = await Promise.all(names.map((name, place) => takeIn(place, name)))
      const where = new Map(taken.map(({ workspace, chat }) => [chat.externalId, workspace]))
      expect([...where.keys()].sort()).toEqual(names.slice(0, 6).sort())
      expect([...where.values()].filter(({ id }) => id === home)).toHaveLength(1)
      expect(new Set([...where.values()].map(({ id }) => id)).size).toBe(6)
      // Each of them twice, and for neither a workspace without a chat.
      for (const [place, { workspace, chat }] of taken.entries()) {
        expect(chat.externalId).toBe(names[place])
        expect(workspace).toEqual(where.get(chat.externalId))
        if (workspace.id !== home) expect(workspace).toEqual({ ...own(chat.externalId), id: workspace.id })
      }
      expect(await storage.directory.all()).toHaveLength(before + 5)
      await beside.close()
    })

    test('an installation always gets a workspace of its own, and one of a known chat finds it', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const before = (await storage.directory.all()).length
      const chat = newChat({ surface: 'discord', sealedToken: 'sealed' })
      const taken = await Promise.all(
        [storage, beside, storage, beside].map(({ directory }) =>
          directory.takeIn(
            { ...chat, id: newId(NOON) },
            { id: newId(NOON) as WorkspaceId, name: 'Own', settings: defaultSettings, createdAt: NOON },
          ),
        ),
      )
      expect(new Set(taken.map((one) => `${one.workspace.id} ${one.chat.id}`)).size).toBe(1)
      expect(taken[0]?.chat.sealedToken).toBe('sealed')
      expect(await storage.directory.all()).toHaveLength(before + 1)
      await beside.close()
    })

    test('a guild belongs to one workspace', async () => {
      const { storage } = ground()
      const [one, other] = [await newTeam(storage), await newTeam(storage)]
      const chat = newChat()
      await one.stores.workspace.addChat(chat)
      const again = other.stores.workspace.addChat({ ...chat, id: newId(NOON) })
      await expect(again).rejects.toThrow('Acme HQ is connected already')
    })

    test('settings merge: two who change different ones at once both have their way', async () => {
      const { storage } = ground()
      const { id, stores } = await newTeam(storage)
      await Promise.all([
        stores.workspace.changeSettings({ zone: 'Europe/Paris' }),
        storage.workspace(id).workspace.changeSettings({ approvals: 3 }),
        storage.workspace(id).workspace.changeSettings({ pausedAt: 99 }),
      ])
      const expected = { ...defaultSettings, zone: 'Europe/Paris', approvals: 3, pausedAt: 99 }
      expect((await stores.workspace.get()).settings).toEqual(expected)
      expect(await stores.workspace.changeSettings({ pausedAt: null })).toEqual({
        ...expected,
        pausedAt: null,
      })
      expect(await stores.workspace.changeSettings({})).toEqual({ ...expected, pausedAt: null })
    })

    test('are renamed', async () => {
      const { stores } = await newTeam(ground().storage)
      await stores.workspace.rename('Acme Ltd')
      expect((await stores.workspace.get()).name).toBe('Acme Ltd')
    })

    test('chats change field by field, and go with all that waits for them', async () => {
      const team = await newTeam(ground().storage)
      const { workspace, outbox } = team.stores
      const changed = await workspace.changeChat(team.chat.id, {
        channels: { digest: 'C9' },
        sealedToken: 's',
      })
      expect(changed).toEqual({
        ...team.chat,
        channels: { review: 'C1', results: null, digest: 'C9' },
        sealedToken: 's',
      })
      expect(await workspace.changeChat(team.chat.id, {})).toEqual(changed)
      expect(await workspace.changeChat(team.chat.id, { name: 'HQ', sealedToken: null })).toMatchObject({
        name: 'HQ',
        sealedToken: null,
      })
      await outbox.add(newEntry(team))
      await workspace.removeChat(team.chat.id)
      expect(await workspace.chats()).toEqual([])
      expect(await workspace.chat(team.chat.id)).toBeUndefined()
      await expect(workspace.changeChat(team.chat.id, { name: 'x' })).rejects.toThrow('no chat')
    })

    test('members come back with their identities', async () => {
      const { stores, member } = await newTeam(ground().storage)
      const grace = newMember({ name: 'Grace', role: 'approver', zone: 'Europe/Oslo' })
      await stores.workspace.addMember(grace)
      const onDiscord = { surface: 'discord' as const, chat: 'G1', externalId: newId(NOON) }
      await stores.workspace.addIdentity(grace.id, onDiscord)
      await stores.workspace.addIdentity(grace.id, onDiscord)
      const found = await stores.workspace.memberByIdentity(onDiscord)
      expect(found).toEqual({ ...grace, identities: [onDiscord, ...grace.identities] })
      expect(await stores.workspace.members()).toEqual(expect.arrayContaining([member, found]))
      await expect(stores.workspace.addIdentity(member.id, onDiscord)).rejects.toThrow('another member')
      expect(await stores.workspace.changeMember(grace.id, { role: 'admin', zone: null })).toEqual({
        ...found,
        role: 'admin',
        zone: null,
      })
      expect(await stores.workspace.changeMember(grace.id, {})).toMatchObject({ role: 'admin' })
    })

    test('one person who arrives many times at once is one member', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const { id } = await newTeam(storage)
      const identity = { surface: 'slack' as const, chat: 'T1', externalId: newId(NOON) }
      const arrivals = Array.from({ length: 8 }, (_, place) =>
        (place % 2 ? storage : beside)
          .workspace(id)
          .workspace.addMember(newMember({ identities: [identity] })),
      )
      const ids = new Set((await Promise.all(arrivals)).map((member) => member.id))
      expect(ids.size).toBe(1)
      expect(await storage.workspace(id).workspace.members()).toHaveLength(2)
      await beside.close()
    })

    test('a mark is set by one of many', async () => {
      const { storage } = ground()
      const { id, stores } = await newTeam(storage)
      const tries = Array.from({ length: 10 }, (_, at) =>
        storage.workspace(id).marks.setOnce('digest', at + 1),
      )
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
      expect(await stores.marks.get('digest')).toBeGreaterThan(0)
      expect(await stores.marks.get('other')).toBeUndefined()
    })

    test('sealed things are listed across workspaces, and replaced only as they were seen', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      await team.stores.workspace.changeChat(team.chat.id, { sealedToken: 'old' })
      const { sealed } = storage
      expect(await sealed.all()).toEqual(
        expect.arrayContaining([
          { kind: 'account', id: team.account.id, sealed: `sealed of ${team.account.id}` },
          { kind: 'chat', id: team.chat.id, sealed: 'old' },
        ]),
      )
      expect(await sealed.replace('chat', team.chat.id, 'older', 'new')).toBe(false)
      expect(await sealed.replace('chat', team.chat.id, 'old', 'new')).toBe(true)
      expect((await team.stores.workspace.chat(team.chat.id))?.sealedToken).toBe('new')
      const kept = await team.stores.accounts.credentials(team.account.id)
      expect(await sealed.replace('account', team.account.id, kept!.sealed, 'new')).toBe(true)
      expect(await team.stores.accounts.credentials(team.account.id)).toEqual({
        sealed: 'new',
        version: kept!.version,
      })
    })
  })
}
