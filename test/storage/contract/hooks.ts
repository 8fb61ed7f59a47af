import { describe, expect, test } from 'vitest'
import { DAY } from '../../../src/kit/clock.ts'
import type { ClaimedCall, HookCall } from '../../../src/outbox/hook.ts'
import { type Ground, NOON, newHook, newHookCall, newTeam, type Team } from '../ground.ts'

const LEASE = NOON + 60_000

/** Webhooks: what hooks and their calls remember, and how workers take calls. */
export function hooksContract(ground: () => Ground): void {
  /** Those of this test: the database is shared by the tests of one file. */
  const claim = async (team: Team, now = NOON, perHook = 5, limit = 1_000): Promise<ClaimedCall[]> => {
    const { hookQueue } = ground().storage
    const taken = await hookQueue.claim({ now, leaseUntil: now + 60_000, limit, perHook })
    for (const { workspaceId, call } of taken)
      if (workspaceId !== team.id)
        await hookQueue.ended(call.id, call.tries, { sent: true, at: now, status: 200, duration: 1 })
    return taken.filter(({ workspaceId }) => workspaceId === team.id)
  }
  const ids = (claimed: readonly ClaimedCall[]) => claimed.map(({ call }) => call.id).sort()
  const sent = ({ call }: ClaimedCall) =>
    ground().storage.hookQueue.ended(call.id, call.tries, { sent: true, at: NOON, status: 204, duration: 7 })

  describe('webhooks', () => {
    test('are numbered in their workspace, and a number is never given twice', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const { hooks } = storage.workspace(team.id)
      const added = await Promise.all([1, 2, 3].map(() => hooks.add(newHook(team))))
      expect(added.map(({ number }) => number).sort()).toEqual([1, 2, 3])
      const last = added.find(({ number }) => number === 3)!
      expect(await hooks.change(last.id, { state: 'removed', sealed: null })).toEqual({
        ...last,
        state: 'removed',
        sealed: null,
      })
      const fourth = newHook(team, { events: ['post.failed'], platforms: ['linkedin'], failingSince: NOON })
      expect(await hooks.add(fourth)).toEqual({ ...fourth, number: 4 })
      expect(await hooks.list()).toEqual([
        ...added.filter((one) => one !== last).sort((a, b) => a.number - b.number),
        { ...last, state: 'removed', sealed: null },
        { ...fourth, number: 4 },
      ])
      expect(await hooks.change(crypto.randomUUID(), { state: 'off' })).toBeUndefined()
    })

    test('a call is written once per hook, message and round, and read back as it was', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const { hooks } = team.stores
      const hook = await hooks.add(newHook(team))
      const call = newHookCall(hook, { body: '{"text":"\\u0000 Grüße 🦄"}' })
      await hooks.addCalls([call])
      await hooks.addCalls([{ ...newHookCall(hook), messageId: call.messageId }])
      const waiting: HookCall = {
        ...call,
        state: 'waiting',
        dueAt: NOON,
        tries: 0,
        status: null,
        duration: null,
        problem: null,
        endedAt: null,
      }
      expect(await hooks.log(hook.id, 9)).toEqual([waiting])
      expect(await hooks.callByCode(call.code)).toEqual(waiting)
      const replay = newHookCall(hook, { messageId: call.messageId, round: 1, createdAt: NOON + 1 })
      await hooks.addCalls([replay])
      expect((await hooks.log(hook.id, 9)).map(({ id }) => id)).toEqual([replay.id, call.id])
      expect(await hooks.log(hook.id, 1)).toHaveLength(1)
    })

    test('a call that is rolled back with its transaction was never written', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const hook = await team.stores.hooks.add(newHook(team))
      await expect(
        storage.transaction(team.id, async (stores) => {
          await stores.hooks.addCalls([newHookCall(hook)])
          throw new Error('no')
        }),
      ).rejects.toThrow('no')
      expect(await team.stores.hooks.log(hook.id, 9)).toEqual([])
    })

    test('a write of calls is told to who waits for it', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const hook = await team.stores.hooks.add(newHook(team))
      const heard: string[] = []
      const stop = storage.onWrite((written) => heard.push(written))
      await team.stores.hooks.addCalls([newHookCall(hook)])
      stop()
      expect(heard).toContain('outbox')
      await claim(team)
    })

    test('is claimed when it is due, by one, and ends once', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const hook = await team.stores.hooks.add(newHook(team))
      await team.stores.hooks.addCalls([newHookCall(hook, { createdAt: NOON + 5 })])
      expect(await claim(team)).toEqual([])
      const [taken, ...more] = await claim(team, NOON + 5)
      expect(more).toEqual([])
      expect(taken).toMatchObject({ hook, call: { state: 'sending', tries: 1 } })
      expect(await claim(team, NOON + 6)).toEqual([])
      expect(await storage.hookQueue.take(taken!.call.id, LEASE)).toBeUndefined()
      expect(await sent(taken!)).toBe(true)
      expect(await sent(taken!)).toBe(false)
      expect((await team.stores.hooks.log(hook.id, 1))[0]).toMatchObject({
        state: 'sent',
        status: 204,
        duration: 7,
        endedAt: NOON,
      })
    })

    test('one whose sender died is taken again when its lease ends, and the dead one’s word counts no more', async () => {
      const team = await newTeam(ground().storage)
      const hook = await team.stores.hooks.add(newHook(team))
      await team.stores.hooks.addCalls([newHookCall(hook)])
      const [dead] = await claim(team)
      expect(await claim(team, NOON + 59_999)).toEqual([])
      const [again] = await claim(team, NOON + 60_000)
      expect(again!.call).toMatchObject({ id: dead!.call.id, tries: 2, messageId: dead!.call.messageId })
      expect(await sent(dead!)).toBe(false)
      expect(await sent(again!)).toBe(true)
    })

    test('one that was not taken waits for its next time, or is given up', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const hook = await team.stores.hooks.add(newHook(team))
      await team.stores.hooks.addCalls([newHookCall(hook)])
      const [first] = await claim(team)
      const refused = { sent: false as const, at: NOON, status: 503, duration: 3, problem: 'HTTP 503' }
      await storage.hookQueue.ended(first!.call.id, 1, { ...refused, dueAt: NOON + 5_000 })
      expect(await claim(team, NOON + 4_999)).toEqual([])
      const [second] = await claim(team, NOON + 5_000)
      expect(second!.call).toMatchObject({ tries: 2, problem: 'HTTP 503', status: 503 })
      await storage.hookQueue.ended(second!.call.id, 2, { ...refused, dueAt: null })
      expect(await claim(team, NOON + DAY)).toEqual([])
      expect((await team.stores.hooks.log(hook.id, 1))[0]).toMatchObject({ state: 'failed', endedAt: NOON })
    })

    test('so many of one hook are under way at once, and one where nothing comes through', async () => {
      const team = await newTeam(ground().storage)
      const { hooks } = team.stores
      const slow = await hooks.add(newHook(team))
      const quick = await hooks.add(newHook(team))
      await hooks.addCalls(Array.from({ length: 4 }, () => newHookCall(slow)))
      await hooks.addCalls([newHookCall(quick)])
      const first = await claim(team, NOON, 2)
      expect(first.map(({ hook }) => hook.number).sort()).toEqual([1, 1, 2])
      expect(await claim(team, NOON, 2)).toEqual([])
      const ofSlow = first.filter(({ hook }) => hook.id === slow.id)
      await sent(ofSlow[0]!)
      expect(await claim(team, NOON, 2)).toHaveLength(1)
      await hooks.change(slow.id, { failingSince: NOON })
      await sent(ofSlow[1]!)
      expect(await claim(team, NOON, 2)).toEqual([])
    })

    test('of a hook that is off or removed nothing is taken; what waited can be ended', async () => {
      const team = await newTeam(ground().storage)
      const { hooks } = team.stores
      const hook = await hooks.add(newHook(team))
      await hooks.addCalls([newHookCall(hook), newHookCall(hook)])
      await hooks.change(hook.id, { state: 'off' })
      expect(await claim(team)).toEqual([])
      await hooks.change(hook.id, { state: 'active' })
      expect(await claim(team, NOON, 1)).toHaveLength(1)
      await hooks.endWaiting(hook.id, 'It was taken away', NOON + 1)
      expect((await hooks.log(hook.id, 9)).map(({ state }) => state).sort()).toEqual(['failed', 'sending'])
    })

    test('two who claim at once never take the same', async () => {
      const team = await newTeam(ground().storage)
      const { hooks } = team.stores
      const calls = []
      for (let n = 0; n < 20; n++) calls.push(newHookCall(await hooks.add(newHook(team))))
      await hooks.addCalls(calls)
      const beside = await ground().beside()
      const take = { now: NOON, leaseUntil: LEASE, limit: 3, perHook: 5 }
      const taken: ClaimedCall[] = []
      for (let round = 0; round < 50 && taken.length < 20; round++) {
        const both = await Promise.all(
          [ground().storage, beside].map(({ hookQueue }) => hookQueue.claim(take)),
        )
        taken.push(...both.flat().filter(({ workspaceId }) => workspaceId === team.id))
      }
      await beside.close()
      expect(ids(taken)).toEqual(calls.map(({ id }) => id).sort())
    })

    test('old calls are forgotten, but never the newest, nor one that waits', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const hook = await team.stores.hooks.add(newHook(team))
      const calls = [1, 2, 3, 4].map((n) => newHookCall(hook, { createdAt: NOON - n * DAY }))
      await team.stores.hooks.addCalls(calls)
      for (const one of await claim(team)) if (one.call.id !== calls[3]!.id) await sent(one)
      await storage.hookQueue.forget(NOON - 2 * DAY, 100)
      expect(await team.stores.hooks.log(hook.id, 9)).toHaveLength(4)
      await storage.hookQueue.forget(NOON - 2 * DAY, 1)
      expect((await team.stores.hooks.log(hook.id, 9)).map(({ id }) => id)).toEqual(
        [calls[0]!, calls[1]!, calls[3]!].map(({ id }) => id),
      )
    })

    test('the secret for incoming reports finds its workspace, and a new one ends the old', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const incoming = { createdBy: team.member.id, createdAt: NOON }
      const [old, fresh] = [crypto.randomUUID(), crypto.randomUUID()]
      expect(await storage.hookQueue.ofIncoming(old)).toBeUndefined()
      await team.stores.hooks.setIncoming({ ...incoming, secretHash: old })
      expect((await storage.hookQueue.ofIncoming(old))?.id).toBe(team.id)
      await team.stores.hooks.setIncoming({ ...incoming, secretHash: fresh })
      expect(await storage.hookQueue.ofIncoming(old)).toBeUndefined()
      expect(await storage.hookQueue.ofIncoming(fresh)).toEqual(await team.stores.workspace.get())
    })

    test('what hooks have sealed is found for the rotation of the key', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const hook = await team.stores.hooks.add(newHook(team, { sealed: 'old' }))
      expect(await storage.sealed.all()).toContainEqual({ kind: 'hook', id: hook.id, sealed: 'old' })
      expect(await storage.sealed.replace('hook', hook.id, 'other', 'new')).toBe(false)
      expect(await storage.sealed.replace('hook', hook.id, 'old', 'new')).toBe(true)
      expect((await team.stores.hooks.list())[0]).toEqual({ ...hook, sealed: 'new' })
    })
  })
}
