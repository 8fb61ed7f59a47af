import { describe, expect, test } from 'vitest'
import { DELIVERY_STATES } from '../../../src/deliveries/delivery.ts'
import { deliveryMoves } from '../../../src/deliveries/moves.ts'
import { DAY, HOUR } from '../../../src/kit/clock.ts'
import { dueDelivery, type Ground, NOON, newAccount, newDelivery, newPost, newTeam } from '../ground.ts'

export function deliveriesContract(ground: () => Ground): void {
  describe('deliveries', () => {
    test('come back in the order of creation', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries, posts } = team.stores
      const post = await posts.create(newPost(team))
      const made = Array.from({ length: 5 }, () => newDelivery(team, post.id))
      await deliveries.createMany(made.slice(0, 4))
      await deliveries.createMany([{ ...made[4]!, createdAt: NOON + 1 }])
      expect((await deliveries.ofPosts([post.id])).map(({ id }) => id)).toEqual(made.map(({ id }) => id))
      expect(await deliveries.get(made[0]!.id)).toEqual(made[0])
      expect(await deliveries.ofPosts([])).toEqual([])
      await deliveries.createMany([])
    })

    test('thousands are made at once', async () => {
      const team = await newTeam(ground().storage)
      const post = await team.stores.posts.create(newPost(team, { state: 'draft' }))
      const many = Array.from({ length: 3_000 }, () => newDelivery(team, post.id, { state: 'cancelled' }))
      await team.stores.deliveries.createMany(many)
      expect(await team.stores.deliveries.list({ states: ['cancelled'] })).toHaveLength(3_000)
    })

    test('are listed by what is asked', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries } = team.stores
      const live = await dueDelivery(team, {
        state: 'published',
        published: { remoteId: 'r', url: null, facts: { cid: 'c' } },
        publishedAt: NOON + HOUR,
        updatedAt: NOON + HOUR,
      })
      const failed = await dueDelivery(team, {
        state: 'failed',
        scheduledFor: NOON + DAY,
        problem: { ask: 'edit', message: 'Too long', code: 'long' },
      })
      const ids = async (filter: Parameters<typeof deliveries.list>[0]) =>
        (await deliveries.list(filter)).map(({ id }) => id)
      expect(await deliveries.list({})).toEqual([live, failed])
      expect(await ids({ states: ['failed'] })).toEqual([failed.id])
      expect(await ids({ publishedFrom: NOON, publishedUntil: NOON + HOUR })).toEqual([])
      expect(await ids({ publishedFrom: NOON + HOUR, publishedUntil: NOON + DAY })).toEqual([live.id])
      expect(await ids({ updatedFrom: NOON + 1 })).toEqual([live.id])
      expect(await ids({ updatedUntil: NOON + 1 })).toEqual([failed.id])
      expect(await ids({ accountId: team.account.id, limit: 1 })).toEqual([live.id])
      expect(await ids({ accountId: 'another' })).toEqual([])
      const ends = await deliveries.countEnds(NOON)
      expect(ends).toHaveLength(2)
      expect(ends).toContainEqual({ platform: live.platform, state: 'published', deliveries: 1 })
      expect(ends).toContainEqual({ platform: failed.platform, state: 'failed', deliveries: 1 })
      expect(await deliveries.countEnds(NOON + 1)).toEqual([
        { platform: live.platform, state: 'published', deliveries: 1 },
      ])
      expect(await deliveries.lastPublishedAt(team.account.id)).toBe(NOON + HOUR)
      expect(await deliveries.lastPublishedAt('another')).toBeUndefined()
      const early = await dueDelivery(team, { dueAt: NOON - HOUR })
      const later = await dueDelivery(team, { dueAt: NOON + HOUR })
      expect(await ids({ states: ['scheduled'], dueUntil: NOON })).toEqual([early.id])
      expect(await ids({ states: ['scheduled'], dueUntil: NOON + HOUR })).toEqual([early.id])
      expect(await ids({ states: ['scheduled'], dueUntil: NOON + HOUR + 1 })).toEqual([early.id, later.id])
    })

    test('every move starts from its states, never from under a worker, and from no other', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries } = team.stores
      for (const [name, { from, to }] of Object.entries(deliveryMoves)) {
        const move = name as keyof typeof deliveryMoves
        if (move === 'claim') continue
        const states: readonly string[] = from
        for (const state of DELIVERY_STATES) {
          const held = state === 'publishing' ? { worker: 'w', leaseUntil: NOON + HOUR } : {}
          const delivery = await dueDelivery(team, { state, ...held })
          const moved = await deliveries.move(delivery.id, move, { at: NOON + 1 })
          const expected =
            states.includes(state) && state !== 'publishing'
              ? { ...delivery, state: to, updatedAt: NOON + 1 }
              : undefined
          expect(moved, `${move} from ${state}`).toEqual(expected)
          if (expected === undefined) expect(await deliveries.get(delivery.id)).toEqual(delivery)
        }
      }
      const due = await dueDelivery(team)
      await expect(deliveries.move(due.id, 'claim', { at: NOON })).rejects.toThrow('Only the queue claims')
      await deliveries.cancelOfPost(due.postId, NOON)
    })

    test('a move writes what it is given and keeps the rest', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries } = team.stores
      const problem = { ask: 'check' as const, message: 'Lost' }
      const { id } = await dueDelivery(team, { state: 'unsure', problem, progress: { media: 'm1' } })
      const kept = await deliveries.move(id, 'ask', { at: NOON + 1 })
      expect(kept).toMatchObject({ problem, progress: { media: 'm1' }, dueAt: NOON, published: null })
      const published = { remoteId: 'r', url: 'https://x.example/1' }
      const changes = { at: NOON + 2, published, publishedAt: NOON, problem: null, progress: { a: 1 } }
      expect(await deliveries.move(id, 'confirm', changes)).toMatchObject({
        state: 'published',
        published,
        publishedAt: NOON,
        problem: null,
        progress: { a: 1 },
      })
    })

    test('of many who move a delivery at once, one does', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const team = await newTeam(storage)
      const { id } = await dueDelivery(team, { state: 'unsure' })
      const presses = Array.from({ length: 12 }, (_, place) =>
        (place % 2 ? storage : beside)
          .workspace(team.id)
          .deliveries.move(id, place % 3 ? 'confirm' : 'cancel', { at: NOON + place }),
      )
      expect((await Promise.all(presses)).filter(Boolean)).toHaveLength(1)
      await beside.close()
    })

    test('a cancelled post takes along what no worker holds', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries, posts } = team.stores
      const post = await posts.create(newPost(team))
      await deliveries.createMany(
        DELIVERY_STATES.map((state) =>
          newDelivery(team, post.id, {
            state,
            ...(state === 'publishing' ? { worker: 'w', leaseUntil: 1 } : {}),
          }),
        ),
      )
      expect(await deliveries.cancelOfPost(post.id, NOON + 1)).toBe(5)
      const left = await deliveries.ofPosts([post.id])
      expect(left.map(({ state }) => state).filter((state) => state !== 'cancelled')).toEqual([
        'publishing',
        'published',
      ])
    })

    test('a rescheduled post takes along what is scheduled', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries, posts } = team.stores
      const post = await posts.create(newPost(team))
      await deliveries.createMany([
        newDelivery(team, post.id),
        newDelivery(team, post.id, { state: 'failed' }),
      ])
      expect(await deliveries.rescheduleOfPost(post.id, NOON + DAY, NOON + 1)).toBe(1)
      const [scheduled, failed] = await deliveries.ofPosts([post.id])
      expect(scheduled).toMatchObject({ dueAt: NOON + DAY, scheduledFor: NOON + DAY, updatedAt: NOON + 1 })
      expect(failed).toMatchObject({ dueAt: NOON, scheduledFor: NOON })
      await deliveries.cancelOfPost(post.id, NOON)
    })

    test('a dead login parks what is due, a reconnect brings it back', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries, accounts } = team.stores
      const other = newAccount()
      await accounts.add(other, 'sealed')
      const due = await dueDelivery(team)
      const later = await dueDelivery(team, { dueAt: NOON + DAY })
      const elsewhere = await dueDelivery(team, { accountId: other.id })
      const held = await dueDelivery(team, { state: 'publishing', worker: 'w', leaseUntil: NOON })
      const problem = { ask: 'reconnect' as const, message: 'The login is dead' }
      const parked = await deliveries.moveOfAccount(team.account.id, 'park', {
        at: NOON + 1,
        problem,
        dueBefore: NOON + HOUR,
      })
      expect(parked).toEqual([{ ...due, state: 'parked', problem, updatedAt: NOON + 1 }])
      for (const untouched of [later, elsewhere, held])
        expect(await deliveries.get(untouched.id)).toEqual(untouched)
      const back = await deliveries.moveOfAccount(team.account.id, 'unpark', {
        at: NOON + 2,
        problem: null,
        dueAt: NOON + HOUR,
      })
      expect(back).toEqual([{ ...due, dueAt: NOON + HOUR, updatedAt: NOON + 2 }])
      for (const { postId } of [due, later, elsewhere]) await deliveries.cancelOfPost(postId, NOON)
    })

    test('a live delivery learns once where it stands', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries } = team.stores
      const published = { remoteId: 'r', url: null, facts: { cid: 'c' } }
      const live = await dueDelivery(team, { state: 'published', published, publishedAt: NOON })
      const url = 'https://example.com/1'
      const [first, second] = await Promise.all([
        deliveries.locate(live.id, url),
        deliveries.locate(live.id, 'https://example.com/2'),
      ])
      const learnt = first ?? second
      expect([first, second].filter((one) => one !== undefined)).toHaveLength(1)
      expect(learnt).toEqual({ ...live, published: { ...published, url: learnt?.published?.url } })
      expect(await deliveries.get(live.id)).toEqual(learnt)
      const waiting = await dueDelivery(team, { dueAt: NOON + 900 * DAY })
      expect(await deliveries.locate(waiting.id, url)).toBeUndefined()
      expect(await deliveries.locate(crypto.randomUUID(), url)).toBeUndefined()
    })

    test('the newest metrics of each count', async () => {
      const team = await newTeam(ground().storage)
      const { deliveries } = team.stores
      const [one, two] = [
        await dueDelivery(team, { state: 'published', publishedAt: NOON }),
        await dueDelivery(team, { state: 'published', publishedAt: NOON }),
      ]
      await deliveries.addMetrics(one.id, NOON + 2, { likes: 5 })
      await deliveries.addMetrics(one.id, NOON + 1, { likes: 3 })
      await deliveries.addMetrics(one.id, NOON + 2, { likes: 6, shares: 1 })
      expect(await deliveries.latestMetrics([one.id, two.id])).toEqual(
        new Map([[one.id, { at: NOON + 2, metrics: { likes: 6, shares: 1 } }]]),
      )
      expect(await deliveries.latestMetrics([])).toEqual(new Map())
      await expect(deliveries.addMetrics('nobody', NOON, {})).rejects.toThrow('no delivery')
    })
  })
}
