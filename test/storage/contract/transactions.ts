import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { WorkspaceStores } from '../../../src/storage/storage.ts'
import { StorageError } from '../../../src/storage/storage-error.ts'
import { dueDelivery, type Ground, NOON, newAttempt, newEntry, newPost, newTeam } from '../ground.ts'

export function transactionsContract(ground: () => Ground): void {
  describe('a transaction', () => {
    test('is all', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const made = await storage.transaction(team.id, async (stores) => {
        const post = await stores.posts.create(newPost(team))
        await stores.events.append({
          id: post.id,
          at: NOON,
          memberId: null,
          verb: 'v',
          subject: 's',
          details: {},
        })
        await stores.outbox.add(newEntry(team, { channel: 'C-all' }))
        expect(await stores.posts.get(post.id)).toEqual(post)
        return post
      })
      expect(await team.stores.posts.get(made.id)).toEqual(made)
      expect(await team.stores.events.list()).toHaveLength(1)
    })

    test('takes several statements together', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const made = await storage.transaction(team.id, (stores) =>
        Promise.all(Array.from({ length: 6 }, () => stores.posts.create(newPost(team)))),
      )
      expect(new Set(made.map(({ number }) => number)).size).toBe(6)
    })

    test('is written, though one who listens fails', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const stop = storage.onWrite(() => {
        throw new Error('I am not listening')
      })
      await storage.transaction(team.id, (stores) => stores.outbox.add(newEntry(team, { channel: 'C-deaf' })))
      const delivery = await dueDelivery(team, { dueAt: NOON * 2 })
      stop()
      expect(await team.stores.deliveries.get(delivery.id)).toEqual(delivery)
    })

    test('or nothing', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const heard: string[] = []
      const stop = storage.onWrite((written) => heard.push(written))
      const failing = storage.transaction(team.id, async (stores) => {
        await stores.posts.create(newPost(team))
        await stores.outbox.add(newEntry(team))
        throw new Error('changed my mind')
      })
      await expect(failing).rejects.toThrow('changed my mind')
      stop()
      expect(heard).toEqual([])
      expect(await team.stores.posts.list({})).toEqual([])
    })

    test('lets nobody see half of it, and others wait', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const counts: Promise<number>[] = []
      await storage.transaction(team.id, async (stores) => {
        await stores.posts.create(newPost(team))
        await stores.posts.create(newPost(team))
      })
      const transaction = storage.transaction(team.id, async (stores) => {
        for (let n = 0; n < 5; n++) await stores.posts.create(newPost(team))
      })
      for (let n = 0; n < 5; n++) counts.push(team.stores.posts.count({}))
      await transaction
      for (const count of await Promise.all(counts)) expect([2, 7]).toContain(count)
      expect(await team.stores.posts.count({})).toBe(7)
    })

    test('a statement that failed dooms it, though its error was swallowed', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const doomed = storage.transaction(team.id, async (stores) => {
        await stores.posts.create(newPost(team))
        await stores.posts.create(newPost(team, { authorId: 'nobody' })).catch(() => 'swallowed')
      })
      await expect(doomed).rejects.toThrow(/foreign key/i)
      expect(await team.stores.posts.count({})).toBe(0)
    })

    test('that awaits something else is rolled back, and everybody else goes on', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      let late: unknown
      const idle = storage.transaction(team.id, async (stores) => {
        await stores.posts.create(newPost(team))
        await wait(50)
        late = await stores.posts.create(newPost(team)).catch((error: unknown) => error)
      })
      const other = team.stores.posts.create(newPost(team))
      await expect(idle).rejects.toThrow('awaited something other than its own statements')
      await other
      await wait(80)
      expect(late).toBeInstanceOf(StorageError)
      expect(await team.stores.posts.count({})).toBe(1)
    })

    test('refuses stores from outside, and another transaction, instead of waiting for itself', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const outer: ((stores: WorkspaceStores) => Promise<unknown>)[] = [
        () => team.stores.posts.list({}),
        () => storage.directory.all(),
        () => storage.transaction(team.id, async () => undefined),
        () => storage.queue.beginAttempt(newAttempt({ id: 'd' } as never, 'w')),
        () => storage.queue.nextDueAt(),
      ]
      for (const use of outer)
        await expect(storage.transaction(team.id, use)).rejects.toThrow('only its own stores may be used')
      expect(await team.stores.posts.list({})).toEqual([])
    })

    test('its stores are dead afterwards', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const kept = await storage.transaction(team.id, async (stores) => stores)
      await expect(kept.posts.list({})).rejects.toThrow('has ended')
    })

    test('many at once each see the one before', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const team = await newTeam(storage)
      const { id } = await team.stores.posts.create(newPost(team, { round: 0 }))
      // Every one locks by its first write, so that none works on what another is about to change.
      const bump = (from: typeof storage) =>
        from.transaction(team.id, async (stores) => {
          await stores.events.append({
            id: crypto.randomUUID(),
            at: NOON,
            memberId: null,
            verb: 'v',
            subject: 's',
            details: {},
          })
          const post = await stores.posts.get(id)
          await stores.posts.move(id, 'submit', { at: NOON, round: post!.round + 1 })
          await stores.posts.move(id, 'requestChanges', { at: NOON })
        })
      await Promise.all(Array.from({ length: 16 }, (_, place) => bump(place % 2 ? storage : beside)))
      expect(await team.stores.posts.get(id)).toMatchObject({ round: 16, state: 'draft' })
      await beside.close()
    })

    test('an error says what is wrong and nothing of what was written', async () => {
      const team = await newTeam(ground().storage)
      const delivery = await dueDelivery(team, {
        state: 'draft' as never,
        progress: { text: 'our secret plan' },
      })
      const twin = team.stores.deliveries.createMany([{ ...delivery, progress: { text: 'our secret plan' } }])
      const error: unknown = await twin.catch((caught: unknown) => caught)
      expect(error).toMatchObject({ name: 'QueryError', failure: 'unique' })
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
      expect(error).not.toHaveProperty('cause')
    })
  })
}
