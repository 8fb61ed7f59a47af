import { beforeEach, describe, expect, test } from 'vitest'
import type { Attempt, AttemptOutcome } from '../../../src/deliveries/delivery.ts'
import { DAY, HOUR, MINUTE } from '../../../src/kit/clock.ts'
import { newId } from '../../../src/kit/ids.ts'
import {
  clearQueue,
  dueDelivery,
  type Ground,
  NOON,
  newAttempt,
  newDelivery,
  newPost,
  newTeam,
  type Team,
} from '../ground.ts'

const LEASE = NOON + MINUTE

export function queueContract(ground: () => Ground): void {
  describe('the delivery queue', () => {
    beforeEach(async () => clearQueue(ground().storage))

    const claim = (worker = 'w1', limit = 10, now = NOON) =>
      ground().storage.queue.claimDue({ now, leaseUntil: LEASE, worker, limit })

    async function claimed(team: Team, worker = 'w1') {
      const delivery = await dueDelivery(team)
      const taken = await claim(worker)
      expect(taken.map(({ delivery: { id } }) => id)).toContain(delivery.id)
      return delivery
    }

    const end = (
      delivery: { id: string },
      attempt: Pick<Attempt, 'id' | 'number'>,
      outcome: AttemptOutcome,
      worker = 'w1',
    ) => ({
      id: attempt.id,
      deliveryId: delivery.id,
      number: attempt.number,
      worker,
      outcome,
      message: outcome === 'published' ? null : 'Busy \u0000 “now”',
      at: NOON + 5,
    })

    test('takes what is due, oldest first, whole, and no more than asked', async () => {
      const team = await newTeam(ground().storage)
      const second = await dueDelivery(team, { dueAt: NOON - 5, progress: { a: [1, null] } })
      const first = await dueDelivery(team, { dueAt: NOON - 9 })
      await dueDelivery(team, { dueAt: NOON + 1 })
      const { queue } = ground().storage
      expect(await queue.nextDueAt()).toBe(NOON - 9)
      expect(await queue.overdue(NOON)).toEqual({ count: 2, oldest: NOON - 9 })
      const asTaken = (delivery: typeof first) => ({
        workspaceId: team.id,
        delivery: { ...delivery, state: 'publishing', worker: 'w1', leaseUntil: LEASE, updatedAt: NOON },
      })
      expect(await claim('w1', 1)).toEqual([asTaken(first)])
      expect(await claim()).toEqual([asTaken(second)])
      expect(await claim()).toEqual([])
      expect(await queue.nextDueAt()).toBe(NOON + 1)
      expect(await queue.overdue(NOON)).toEqual({ count: 0, oldest: undefined })
    })

    test('leaves paused workspaces alone, and says when that ends', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      await dueDelivery(team)
      await team.stores.workspace.changeSettings({ pausedAt: NOON })
      expect(await claim()).toEqual([])
      expect(await storage.queue.nextDueAt()).toBeUndefined()
      expect(await storage.queue.overdue(NOON)).toMatchObject({ count: 0 })
      const heard: string[] = []
      const stop = storage.onWrite((written) => heard.push(written))
      await team.stores.workspace.changeSettings({ pausedAt: null })
      stop()
      expect(heard).toContain('deliveries')
      expect(await claim()).toHaveLength(1)
    })

    test('many claimers take each delivery once', async () => {
      const { storage } = ground()
      const besides = await Promise.all([ground().beside(), ground().beside(), ground().beside()])
      const team = await newTeam(storage)
      const post = await team.stores.posts.create(newPost(team))
      await team.stores.deliveries.createMany(Array.from({ length: 300 }, () => newDelivery(team, post.id)))
      const taken: string[] = []
      const work = async (from: typeof storage, worker: string) => {
        for (;;) {
          const some = await from.queue.claimDue({ now: NOON, leaseUntil: LEASE, worker, limit: 7 })
          if (some.length === 0) return
          taken.push(...some.map(({ delivery }) => delivery.id))
        }
      }
      await Promise.all([storage, ...besides].flatMap((one, n) => [work(one, `a${n}`), work(one, `b${n}`)]))
      expect(taken).toHaveLength(300)
      expect(new Set(taken).size).toBe(300)
      for (const beside of besides) await beside.close()
    })

    test('a lease is renewed by its holder only', async () => {
      const delivery = await claimed(await newTeam(ground().storage))
      const { queue } = ground().storage
      expect(await queue.renewLease(delivery.id, 'w2', LEASE + 1)).toBe(false)
      expect(await queue.renewLease(delivery.id, 'w1', LEASE + 1)).toBe(true)
      expect(await queue.keepProgress(delivery.id, 'w2', {}, NOON)).toBe(false)
      expect(await queue.keepProgress(delivery.id, 'w1', { step: { id: 7 } }, NOON + 3)).toBe(true)
      const [ended] = await queue.leasesEnded(LEASE + 1, 10)
      expect(ended?.delivery).toMatchObject({
        leaseUntil: LEASE + 1,
        progress: { step: { id: 7 } },
        updatedAt: NOON + 3,
      })
      await queue.settleEndedLease(delivery.id, { leaseUntil: LEASE + 1, openAttempt: null }, 'fail', {
        at: NOON,
      })
    })

    test('an attempt begins and ends under its lease, and moves the delivery', async () => {
      const team = await newTeam(ground().storage)
      const { queue } = ground().storage
      const delivery = await claimed(team)
      const attempt = newAttempt(delivery, 'w1', { part: 2 })
      expect(await queue.beginAttempt({ ...attempt, worker: 'w2' })).toBe(false)
      expect(await team.stores.deliveries.attempts(delivery.id)).toEqual([])
      expect(await queue.beginAttempt(attempt)).toBe(true)
      expect(await team.stores.deliveries.attempts(delivery.id)).toEqual([attempt])
      expect(await team.stores.deliveries.get(delivery.id)).toMatchObject({
        attempts: 0,
        state: 'publishing',
      })
      const published = { remoteId: 'r1', url: 'https://x.example/“1”', facts: { cid: 'c', none: null } }
      const changes = {
        at: NOON + 5,
        published,
        publishedAt: NOON + 4,
        progress: { part: [1] },
        problem: null,
      }
      expect(await queue.endAttempt(end(delivery, attempt, 'published', 'w2'), 'publish', changes)).toBe(
        false,
      )
      expect(await queue.endAttempt(end(delivery, attempt, 'published'), 'publish', changes)).toBe(true)
      expect(await team.stores.deliveries.get(delivery.id)).toEqual({
        ...delivery,
        state: 'published',
        attempts: 1,
        published,
        publishedAt: NOON + 4,
        progress: { part: [1] },
        updatedAt: NOON + 5,
      })
      expect(await team.stores.deliveries.attempts(delivery.id)).toEqual([
        { ...attempt, outcome: 'published', endedAt: NOON + 5 },
      ])
      expect(await queue.endAttempt(end(delivery, attempt, 'edit'), 'fail', { at: NOON })).toBe(false)
    })

    test('a thread goes on under the same lease; a retry gives it back with its problem', async () => {
      const team = await newTeam(ground().storage)
      const { queue } = ground().storage
      const delivery = await claimed(team)
      const first = newAttempt(delivery, 'w1')
      await queue.beginAttempt(first)
      expect(await queue.endAttempt(end(delivery, first, 'published'), null, { at: NOON + 5 })).toBe(true)
      const between = await team.stores.deliveries.get(delivery.id)
      expect(between).toMatchObject({ state: 'publishing', worker: 'w1', leaseUntil: LEASE, problem: null })
      const second = newAttempt(delivery, 'w1', { number: 2, part: 1 })
      await queue.beginAttempt(second)
      const problem = { ask: 'retry' as const, message: 'Busy \u0000 “now”', code: '503' }
      const dueAt = NOON + HOUR
      expect(
        await queue.endAttempt(end(delivery, second, 'retry'), 'retryLater', {
          at: NOON + 6,
          problem,
          dueAt,
        }),
      ).toBe(true)
      const after = await team.stores.deliveries.get(delivery.id)
      expect(after).toMatchObject({
        state: 'scheduled',
        worker: null,
        leaseUntil: null,
        problem,
        dueAt,
        attempts: 2,
      })
      const attempts = await team.stores.deliveries.attempts(delivery.id)
      expect(attempts.map(({ outcome, message }) => [outcome, message])).toEqual([
        ['published', null],
        ['retry', 'Busy \uFFFD “now”'],
      ])
      expect(await team.stores.deliveries.countAttempts(team.account.id, NOON)).toBe(2)
      expect(await team.stores.deliveries.countAttempts(team.account.id, NOON + 1)).toBe(0)
    })

    test('an account’s caps are kept whoever begins: of many at once as many as there is room for', async () => {
      const team = await newTeam(ground().storage)
      const post = await team.stores.posts.create(newPost(team))
      await team.stores.deliveries.createMany(Array.from({ length: 30 }, () => newDelivery(team, post.id)))
      const beside = await ground().beside()
      const [mine, theirs] = [await claim('w1', 15), await claim('w2', 15)]
      const day = { posts: 9, per: DAY }
      const caps = [{ posts: 12, per: 2 * DAY }, day]
      const begins = (at: number) => [
        ...mine.map(({ delivery }) => ({ from: ground().storage, delivery, worker: 'w1', at })),
        ...theirs.map(({ delivery }) => ({ from: beside, delivery, worker: 'w2', at })),
      ]
      const begin = ({ from, delivery, worker, at }: ReturnType<typeof begins>[number]) => {
        const attempt = newAttempt(delivery, worker, { startedAt: at })
        return from.queue.beginCapped(attempt, caps).then((begun) => ({ attempt, begun, from }))
      }
      const answers = await Promise.all(begins(NOON).map(begin))
      const begun = answers.filter((one) => one.begun === 'begun')
      expect(begun).toHaveLength(9)
      for (const one of answers) if (one.begun !== 'begun') expect(one.begun).toEqual({ full: day })
      expect(await team.stores.deliveries.countAttempts(team.account.id, 0)).toBe(9)

      // One whose answer was lost is asked for again: it has begun, and counts once.
      const again = begun[0]!
      expect(await again.from.queue.beginCapped(again.attempt, caps)).toBe('begun')
      // Who lost the lease takes no place, and another account's caps are its own.
      const [stolen] = answers.filter((one) => one.begun !== 'begun')
      expect(await beside.queue.beginCapped({ ...stolen!.attempt, worker: 'w9' }, caps)).toBe('lost')
      const others = await newTeam(ground().storage)
      const other = await claimed(others, 'w3')
      expect(await beside.queue.beginCapped(newAttempt(other, 'w3'), caps)).toBe('begun')
      expect(await team.stores.deliveries.countAttempts(team.account.id, 0)).toBe(9)

      // The day moves on; the two days do not.
      const open = new Set(begun.map(({ attempt }) => attempt.deliveryId))
      const left = begins(NOON + DAY + 1).filter(({ delivery }) => !open.has(delivery.id))
      const later = await Promise.all(left.map(begin))
      expect(later.filter((one) => one.begun === 'begun')).toHaveLength(3)
      expect(later.find((one) => one.begun !== 'begun')?.begun).toEqual({ full: caps[0] })
      await beside.close()
    })

    test('a delivery is released without an attempt, only by its holder and by a move that starts there', async () => {
      const team = await newTeam(ground().storage)
      const { queue } = ground().storage
      const delivery = await claimed(team)
      const problem = { ask: 'late' as const, message: 'Late' }
      expect(await queue.release(delivery.id, 'w2', 'tooLate', { at: NOON, problem })).toBe(false)
      await expect(queue.release(delivery.id, 'w1', 'confirm', { at: NOON })).rejects.toThrow(TypeError)
      expect(await queue.release(delivery.id, 'w1', 'tooLate', { at: NOON + 1, problem })).toBe(true)
      expect(await team.stores.deliveries.get(delivery.id)).toEqual({
        ...delivery,
        state: 'late',
        problem,
        updatedAt: NOON + 1,
      })
      expect(await queue.release(delivery.id, 'w1', 'park', { at: NOON })).toBe(false)
    })

    test('who lost the lease writes nothing, and an ended lease is settled by one', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const { queue } = storage
      const delivery = await claimed(team)
      const attempt = newAttempt(delivery, 'w1')
      await queue.beginAttempt(attempt)
      expect(await queue.leasesEnded(LEASE - 1, 10)).toEqual([])
      const [ended] = await queue.leasesEnded(LEASE, 10)
      expect(ended).toMatchObject({ workspaceId: team.id, openAttempt: attempt })
      const problem = { ask: 'check' as const, message: 'The answer was lost' }
      const settle = (from: typeof storage) =>
        from.queue.settleEndedLease(delivery.id, { leaseUntil: LEASE, openAttempt: attempt.id }, 'lose', {
          at: NOON + 9,
          problem,
        })
      const beside = await ground().beside()
      const settled = await Promise.all([settle(storage), settle(beside), settle(storage), settle(beside)])
      expect(settled.filter(Boolean)).toHaveLength(1)
      await beside.close()
      expect(await queue.endAttempt(end(delivery, attempt, 'published'), 'publish', { at: NOON })).toBe(false)
      expect(await queue.renewLease(delivery.id, 'w1', LEASE * 2)).toBe(false)
      expect(await queue.beginAttempt(newAttempt(delivery, 'w1', { number: 2 }))).toBe(false)
      const unsure = await queue.unsure(1_000)
      const found = unsure.find(({ delivery: { id } }) => id === delivery.id)
      expect(found?.delivery).toMatchObject({ state: 'unsure', worker: null, attempts: 1, problem })
      expect(found?.lastAttempt).toEqual({ ...attempt, endedAt: NOON + 9 })

      // Proven absent and tried again: if that worker dies before its commit, the old attempt does not count again.
      await team.stores.deliveries.move(delivery.id, 'retryLater', { at: NOON, dueAt: NOON })
      await claim('w9')
      const [again] = await queue.leasesEnded(LEASE, 10)
      expect(again?.delivery.id).toBe(delivery.id)
      expect(again?.openAttempt).toBeUndefined()
      await queue.settleEndedLease(delivery.id, { leaseUntil: LEASE, openAttempt: null }, 'fail', {
        at: NOON,
      })
    })

    test('an ended lease is judged by the attempt that is open then, not by the one that was', async () => {
      const team = await newTeam(ground().storage)
      const { queue } = ground().storage
      const delivery = await claimed(team)
      const attempt = newAttempt(delivery, 'w1')
      const none = { leaseUntil: LEASE, openAttempt: null }
      const seen = { leaseUntil: LEASE, openAttempt: attempt.id }
      const due = { at: NOON, dueAt: NOON }
      expect(await queue.settleEndedLease(delivery.id, seen, 'lose', due)).toBe(false)
      await queue.beginAttempt(attempt)
      expect(await queue.settleEndedLease(delivery.id, none, 'retryLater', due)).toBe(false)
      const other = { leaseUntil: LEASE, openAttempt: newId(NOON) }
      expect(await queue.settleEndedLease(delivery.id, other, 'lose', due)).toBe(false)
      expect(await queue.settleEndedLease(delivery.id, { ...seen, leaseUntil: null }, 'lose', due)).toBe(
        false,
      )
      expect(await team.stores.deliveries.get(delivery.id)).toMatchObject({ state: 'publishing' })
      expect(await team.stores.deliveries.attempts(delivery.id)).toEqual([attempt])
      expect(await queue.settleEndedLease(delivery.id, seen, 'lose', due)).toBe(true)
    })

    test('an attempt of an earlier claim ends nothing, though the worker has the same name', async () => {
      const team = await newTeam(ground().storage)
      const { queue } = ground().storage
      const delivery = await claimed(team)
      const attempt = newAttempt(delivery, 'w1')
      await queue.beginAttempt(attempt)
      await queue.settleEndedLease(
        delivery.id,
        { leaseUntil: LEASE, openAttempt: attempt.id },
        'retryLater',
        { at: NOON, dueAt: NOON },
      )
      expect(await claim('w1')).toHaveLength(1)
      expect(await queue.endAttempt(end(delivery, attempt, 'published'), 'publish', { at: NOON })).toBe(false)
      expect(await team.stores.deliveries.get(delivery.id)).toMatchObject({
        state: 'publishing',
        worker: 'w1',
      })
      await queue.release(delivery.id, 'w1', 'fail', { at: NOON })
    })

    test('what many end in one turn is written together, and each is told its own', async () => {
      const team = await newTeam(ground().storage)
      const { queue } = ground().storage
      const post = await team.stores.posts.create(newPost(team))
      await team.stores.deliveries.createMany(Array.from({ length: 40 }, () => newDelivery(team, post.id)))
      const taken = await claim('w1', 40)
      const attempts = taken.map(({ delivery }) => newAttempt(delivery, 'w1'))
      // One asks twice, one never held it, and one brings an attempt's id that is taken: the others are not harmed.
      const [twice, , clash] = attempts
      const stranger = { ...newAttempt(taken[1]!.delivery, 'w2') }
      const begun = await Promise.allSettled([
        ...attempts.map((attempt, place) =>
          queue.beginAttempt(place === 2 ? { ...clash!, id: twice!.id } : attempt),
        ),
        queue.beginAttempt(stranger),
        queue.beginAttempt({ ...newAttempt(taken[0]!.delivery, 'w1'), number: 2 }),
      ])
      const told = begun.map((one) => (one.status === 'fulfilled' ? one.value : 'refused'))
      expect(
        told.slice(0, 40).map((value, place) => (place === 2 ? value === 'refused' : value)),
      ).not.toContain(false)
      expect(told[2]).toBe('refused')
      expect(told.slice(40)).toEqual([false, true])
      const ended = await Promise.all(
        attempts.map((attempt, place) =>
          queue.endAttempt(end(taken[place]!.delivery, attempt, 'published'), 'publish', { at: NOON + 5 }),
        ),
      )
      expect(ended.filter(Boolean)).toHaveLength(39)
      expect(ended[2]).toBe(false)
      expect(await team.stores.deliveries.list({ states: ['published'] })).toHaveLength(39)
      await queue.release(taken[2]!.delivery.id, 'w1', 'fail', { at: NOON })
    })

    test('what was written by a commit whose answer was lost is not written twice, and counts', async () => {
      const team = await newTeam(ground().storage)
      const { queue } = ground().storage
      const delivery = await claimed(team)
      const attempt = newAttempt(delivery, 'w1')
      expect(await queue.beginAttempt(attempt)).toBe(true)
      expect(await queue.beginAttempt(attempt)).toBe(true)
      expect(await team.stores.deliveries.attempts(delivery.id)).toHaveLength(1)
      const published = end(delivery, attempt, 'published')
      expect(await queue.endAttempt(published, 'publish', { at: NOON + 5 })).toBe(true)
      expect(await queue.endAttempt(published, 'publish', { at: NOON + 6 })).toBe(true)
      // Another end of the same attempt is none, and what has ended does not begin.
      expect(await queue.endAttempt(end(delivery, attempt, 'edit'), 'fail', { at: NOON + 7 })).toBe(false)
      expect(await queue.beginAttempt(attempt)).toBe(false)
      expect(await team.stores.deliveries.get(delivery.id)).toMatchObject({
        state: 'published',
        attempts: 1,
        updatedAt: NOON + 5,
      })
      expect(await team.stores.deliveries.attempts(delivery.id)).toHaveLength(1)
    })

    test('what wants measuring comes by the age of its numbers', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries } = team.stores
      const live = async (publishedAt: number) =>
        dueDelivery(team, { state: 'published', publishedAt, scheduledFor: publishedAt })
      const since = NOON + 300 * DAY
      const [old, fresh, never] = [await live(since - 1), await live(since), await live(since + 1)]
      await deliveries.addMetrics(fresh.id, since + 9, { likes: 1 })
      const wanted = await ground().storage.queue.toMeasure(since, 10)
      expect(wanted.map(({ delivery, measuredAt }) => [delivery.id, measuredAt])).toEqual([
        [never.id, undefined],
        [fresh.id, since + 9],
      ])
      expect(wanted.map(({ delivery }) => delivery.id)).not.toContain(old.id)
      expect(await ground().storage.queue.toMeasure(since, 1)).toHaveLength(1)
    })

    test('a listener hears what may be due', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const heard: string[] = []
      const stop = storage.onWrite((written) => heard.push(written))
      const delivery = await dueDelivery(team)
      expect(heard).toEqual(['deliveries'])
      await claim()
      await storage.queue.release(delivery.id, 'w1', 'retryLater', { at: NOON, dueAt: NOON + 1 })
      expect(heard).toHaveLength(2)
      await team.stores.deliveries.rescheduleOfPost(delivery.postId, NOON + DAY, NOON)
      expect(heard).toHaveLength(3)
      stop()
      await team.stores.deliveries.createMany([newDelivery(team, delivery.postId, { id: newId(NOON) })])
      expect(heard).toHaveLength(3)
    })
  })
}
