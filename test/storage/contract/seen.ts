import { describe, expect, test } from 'vitest'
import { type Ground, NOON, newEntry, newTeam } from '../ground.ts'

export function seenContract(ground: () => Ground): void {
  describe('what was seen', () => {
    test('is new to exactly one of all who ask, and stays known until it is forgotten', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const id = `event ${crypto.randomUUID()}`
      const asked = await Promise.all(
        Array.from({ length: 20 }, (_, place) => (place % 2 ? storage : beside).seen.add(id, NOON + 10)),
      )
      expect(asked.filter(Boolean)).toHaveLength(1)
      await storage.seen.forget(NOON + 9)
      expect(await beside.seen.add(id, NOON + 99)).toBe(false)
      await beside.seen.forget(NOON + 10)
      expect(await storage.seen.add(id, NOON + 99)).toBe(true)
      await beside.close()
    })
  })

  describe('open forms', () => {
    test('are the same for all, replaced, and forgotten in time', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const id = crypto.randomUUID()
      expect(await storage.openForms.get(id)).toBeUndefined()
      await storage.openForms.put(id, 'first', NOON + 10)
      expect(await beside.openForms.get(id)).toBe('first')
      await beside.openForms.put(id, 'second \u{1F44B}', NOON + 20)
      await storage.openForms.forget(NOON + 19)
      expect(await storage.openForms.get(id)).toBe('second \u{1F44B}')
      await storage.openForms.forget(NOON + 20)
      expect(await beside.openForms.get(id)).toBeUndefined()
      await storage.openForms.put(id, 'third', NOON + 30)
      await beside.openForms.remove(id)
      expect(await storage.openForms.get(id)).toBeUndefined()
      await beside.close()
    })
  })

  describe('chats that take nothing', () => {
    test('are those of which an entry was tried often and has waited long', async () => {
      const { storage } = ground()
      const { outboxQueue } = storage
      const team = await newTeam(storage)
      const stuck = async (before = NOON + 1, tries = 2) =>
        (await outboxQueue.stuck(before, tries)).filter(({ workspaceId }) => workspaceId === team.id)
      const [first, second, elsewhere] = [newEntry(team), newEntry(team), newEntry(team, { channel: 'C2' })]
      await team.stores.outbox.add(first, second)
      const attempt = async (now: number) => {
        const taken = await outboxQueue.claim({ now, leaseUntil: now + 1_000, limit: 1_000 })
        for (const { entry, workspaceId } of taken)
          if (workspaceId === team.id)
            await outboxQueue.notSent(entry.id, now + 1_000, 'Down', { dueAt: now + 1, counts: true })
      }
      await attempt(NOON)
      expect(await stuck()).toEqual([])
      await attempt(NOON + 1)
      const [found] = await stuck()
      expect(found).toMatchObject({ workspaceId: team.id, chatId: team.chat.id })
      expect(await stuck(NOON)).toEqual([])
      expect(await stuck(NOON + 1, 3)).toEqual([])
      // Another channel takes what was written later: that one stands still all the same.
      await team.stores.outbox.add(elsewhere)
      const taken = await outboxQueue.claim({ now: NOON + 1, leaseUntil: NOON + 9, limit: 1_000 })
      expect(taken.map(({ entry }) => entry.id)).toContain(elsewhere.id)
      await outboxQueue.sent(elsewhere.id, NOON + 1, undefined)
      const takeAll = async (now: number) => {
        for (;;) {
          const some = await outboxQueue.claim({ now, leaseUntil: now + 99, limit: 1_000 })
          if (some.length === 0) return
          for (const { entry } of some) await outboxQueue.sent(entry.id, now, undefined)
        }
      }
      await takeAll(NOON + 10)
      expect(await stuck()).toEqual([])
      // The next standstill has another name.
      await team.stores.outbox.add(newEntry(team))
      await attempt(NOON + 11)
      await attempt(NOON + 12)
      const [again] = await stuck()
      expect(again?.oldest).toBeGreaterThan(found?.oldest ?? Number.POSITIVE_INFINITY)
      await takeAll(NOON + 20)
    })
  })
}
