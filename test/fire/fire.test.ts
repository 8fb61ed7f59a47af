import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { announce } from '../../src/app/announce.ts'
import { publishNow, retryPost, settleDelivery } from '../../src/app/send-posts.ts'
import { cancelPost, editPost, reschedulePost } from '../../src/app/write-posts.ts'
import { ASKED } from '../../src/deliveries/delivery.ts'
import { MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import { silentLog } from '../../src/kit/log.ts'
import { rescueAbandoned } from '../../src/scheduler/rescue.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { startPostgres } from '../setup-postgres.ts'
import { type Fault, KINDS, type PlatformServer, startPlatforms } from './platforms.ts'
import { allDeliveries, newTeam, schedulePost, startWorker, tried, type Worker } from './world.ts'

const RUNS = Number(process.env.FIRE_RUNS ?? 20)
const SEED = Number(process.env.FIRE_SEED ?? 5)

const faults: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fault>('none') },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Fault>('lostBefore', 'lostAfter', 'cut', 'busyBefore', 'busyAfter', 'tooMany'),
  },
  { weight: 1, arbitrary: fc.constantFrom<Fault>('refused', 'loggedOut') },
)

/** Which of the posts somebody means. */
const post = fc.nat({ max: 3 })
const worker = fc.nat({ max: 1 })
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('tick' as const), worker }) },
  { weight: 3, arbitrary: fc.constant({ do: 'tickBoth' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(SECOND, 5 * SECOND, 20 * SECOND, MINUTE, 3 * MINUTE),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('die' as const, 'freeze' as const),
      worker,
      calls: fc.integer({ min: 1, max: 40 }),
      effect: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('thaw' as const), worker }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'edit' as const,
        'cancel' as const,
        'move' as const,
        'now' as const,
        'retry' as const,
      ),
      post,
      /** While a worker is at it, not after. */
      race: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom({ do: 'pause' as const }, { do: 'resume' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      post,
      place: fc.integer({ min: 1, max: 3 }),
      as: fc.constantFrom('live' as const, 'publish' as const, 'drop' as const),
    }),
  },
)
type Step = typeof steps extends fc.Arbitrary<infer One> ? One : never

const postgres = await startPostgres()

interface Database {
  name: string
  open(): Promise<Storage>
  remove(): Promise<void>
}

const databases: (() => Promise<Database>)[] = [
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crier-fire-'))
    return {
      name: 'SQLite',
      // Two on one file, as visitors: the lock of the one server is not what is tried here.
      open: () =>
        openStorage({ url: `file:${join(folder, 'fire.sqlite')}`, log: silentLog, role: 'visitor' }),
      remove: () => rm(folder, { recursive: true }),
    }
  },
]
if ('missing' in postgres) console.log(postgres.missing)
else {
  afterAll(() => postgres.stop())
  databases.push(async () => {
    const url = await postgres.createDatabase()
    return {
      name: 'PostgreSQL',
      open: () => openStorage({ url, log: silentLog }),
      remove: async () => undefined,
    }
  })
}

for (const [place, make] of databases.entries())
  describe(`under fire on ${place === 0 ? 'SQLite' : 'PostgreSQL'}`, () => {
    const clock = standingClock('2026-11-20T08:00:00Z')
    let database: Database
    let storages: [Storage, Storage]
    let server: PlatformServer

    beforeAll(async () => {
      database = await make()
      const first = await database.open()
      await first.migrate()
      storages = [first, await database.open()]
      server = await startPlatforms(clock)
    })

    afterAll(async () => {
      await server.stop()
      for (const storage of storages) await storage.close()
      await database.remove()
    })

    test('nothing twice unless a person said so, nothing lost', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(faults, { minLength: 0, maxLength: 60 }),
          fc.array(steps, { minLength: 6, maxLength: 30 }),
          fc.constantFrom(-MINUTE, -20 * SECOND, 0, 20 * SECOND, MINUTE),
          (planned, schedule, skew) => burn(planned, schedule, skew),
        ),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      )
    }, 300_000)

    test('cards that two machines write of one post at once do not keep it from its end', async () => {
      const team = await newTeam(storages[0], clock.now(), ['silent'])
      const worker = await startWorker(storages[0], clock, { skew: 0, url: server.url })
      const actor = await team.actor(worker.bench)
      for (let round = 0; round < 20; round++) {
        const post = await schedulePost(actor, `Post ${round}`, team.accountIds, clock.now() + MINUTE)
        const card = (storage: Storage) =>
          storage.transaction(team.id, (stores) => announce(stores, worker.bench, post))
        await Promise.all(storages.map(card))
        // The next one replaces what waits: two of them once shared the id that it gave them, and it was refused for good.
        await card(storages[0])
      }
      expect(await storages[0].outboxQueue.depth()).toBeGreaterThanOrEqual(20)
      await storages[0].workspace(team.id).workspace.changeSettings({ pausedAt: clock.now() })
    }, 60_000)

    test('a machine that slept publishes nothing of what it has claimed again meanwhile', async () => {
      const [storage] = storages
      const team = await newTeam(storage, clock.now(), ['silent'])
      const one = await startWorker(storage, clock, { skew: 0, url: server.url })
      await schedulePost(await team.actor(one.bench), 'Once', team.accountIds, clock.now())
      const upload = server.holdUpload()
      const asleep = one.scheduler.tick()
      await upload.came
      clock.advance(10 * MINUTE)
      // The same process: it finds its own lease ended, claims the delivery again and publishes it.
      await rescueAbandoned(one.bench, clock.now())
      const repeated = server.holdUpload()
      const again = one.scheduler.tick()
      await repeated.came
      // What it was about to do before it slept goes on first.
      upload.letGo()
      await sleep(100)
      repeated.letGo()
      await Promise.all([asleep, again])
      const [delivery] = await allDeliveries(storage, team.id)
      expect(delivery).toMatchObject({ state: 'published', attempts: 1 })
      expect(server.effects.get(delivery?.key ?? '')).toBe(1)
    })

    test('what stood still between its attempt and its call is not sent', async () => {
      const [storage, beside] = storages
      const team = await newTeam(storage, clock.now(), ['silent'])
      const sleeper = await startWorker(storage, clock, { skew: 0, url: server.url })
      const other = await startWorker(beside, clock, { skew: 0, url: server.url })
      await schedulePost(await team.actor(other.bench), 'Never', team.accountIds, clock.now())
      const upload = server.holdUpload()
      const ticking = sleeper.tick()
      await upload.came
      // It freezes with the attempt on the disk.
      sleeper.life.fate('freeze', 1, 'after', 'beginAttempt')
      upload.letGo()
      await ticking
      const [held] = await allDeliveries(storage, team.id)
      expect(held).toMatchObject({ state: 'publishing' })
      expect(await storage.workspace(team.id).deliveries.attempts(held?.id ?? '')).toHaveLength(1)
      clock.advance(10 * MINUTE)
      await other.tick()
      sleeper.life.thaw()
      await sleeper.tick()
      clock.advance(MINUTE)
      await other.tick()
      const [delivery] = await allDeliveries(storage, team.id)
      expect(delivery).toMatchObject({ state: 'unsure', problem: { code: ASKED } })
      expect(server.effects.get(delivery?.key ?? '')).toBeUndefined()
    })

    async function burn(planned: Fault[], schedule: Step[], skew: number): Promise<void> {
      const storage = storages[0]
      const team = await newTeam(storage, clock.now(), KINDS)
      server.faults.splice(0, server.faults.length, ...planned)
      const skews = [0, skew]
      const start = (which: number) =>
        startWorker(storages[which] ?? storage, clock, { skew: skews[which] ?? 0, url: server.url })
      const workers: [Worker, Worker] = [await start(0), await start(1)]
      const person = await startWorker(storage, clock, { skew: 0, url: server.url })
      const actor = async () => team.actor(person.bench)
      for (const n of [1, 2, 3])
        await schedulePost(await actor(), `Post ${n}`, team.accountIds, clock.now() + n * SECOND)
      /** By the delivery's key: how often a person said "publish" of one whose answer was lost. */
      const wanted = new Map<string, number>()

      const replaceDead = async (): Promise<void> => {
        for (const [which, one] of workers.entries())
          if (one.life.state() === 'dead') workers[which] = await start(which)
      }
      const act = async (step: Step): Promise<void> => {
        switch (step.do) {
          case 'tick':
            return workers[step.worker]?.tick()
          case 'tickBoth':
            await Promise.all(workers.map((one) => one.tick()))
            return
          case 'pass':
            return clock.advance(step.ms)
          case 'die':
          case 'freeze':
            return workers[step.worker]?.life.fate(step.do, step.calls, step.effect)
          case 'thaw':
            workers[step.worker]?.life.thaw()
            return workers[step.worker]?.tick()
          case 'edit':
          case 'cancel':
          case 'move':
          case 'now':
          case 'retry': {
            const me = await actor()
            const doing = { edit, cancel, move, now, retry }[step.do]
            await Promise.all([
              tried(() => doing(me, step.post)),
              step.race ? Promise.all(workers.map((one) => one.tick())) : undefined,
            ])
            return
          }
          case 'pause':
          case 'resume':
            await storage
              .workspace(team.id)
              .workspace.changeSettings({ pausedAt: step.do === 'pause' ? clock.now() : null })
            return
          case 'settle': {
            const me = await actor()
            await tried(async () => {
              const found = await storage.workspace(team.id).posts.byNumber(step.post)
              const one =
                found && (await storage.workspace(team.id).deliveries.ofPosts([found.id]))[step.place - 1]
              await settleDelivery(me, step.post, step.place, step.as)
              if (one?.state === 'unsure' && step.as === 'publish')
                wanted.set(one.key, (wanted.get(one.key) ?? 0) + 1)
            })
            return
          }
          default:
            return step satisfies never
        }
      }
      for (const step of schedule) {
        await act(step)
        await replaceDead()
      }

      // The fire is out: everybody wakes, and time passes.
      server.faults.length = 0
      await storage.workspace(team.id).workspace.changeSettings({ pausedAt: null })
      for (const one of workers) one.life.spare()
      for (let round = 0; round < 60; round++) {
        for (const one of workers) {
          one.life.thaw()
          await one.tick()
        }
        await replaceDead()
        clock.advance(round < 20 ? 20 * SECOND : 3 * MINUTE)
        const open = (await allDeliveries(storage, team.id)).filter(
          ({ state, problem }) =>
            state === 'scheduled' ||
            state === 'publishing' ||
            (state === 'unsure' && problem?.code !== ASKED),
        )
        if (open.length === 0 && round > 2) break
      }
      for (const one of workers) await one.tick()
      clock.advance(30 * SECOND)
      for (const one of workers) await one.tick()

      const deliveries = await allDeliveries(storage, team.id)
      const posts = await storage.workspace(team.id).posts.list({})
      for (const delivery of deliveries) {
        const effects = server.effects.get(delivery.key) ?? 0
        const seen = {
          platform: delivery.platform,
          state: delivery.state,
          problem: delivery.problem,
          effects,
        }
        expect(effects, `twice: ${JSON.stringify(seen)}`).toBeLessThanOrEqual(
          1 + (wanted.get(delivery.key) ?? 0),
        )
        switch (delivery.state) {
          case 'scheduled':
          case 'publishing':
            expect.fail(`without an end: ${JSON.stringify({ ...seen, worker: delivery.worker })}`)
            break
          case 'unsure':
            expect(delivery.problem?.code, `nobody was asked: ${JSON.stringify(seen)}`).toBe(ASKED)
            break
          case 'published':
            // A person's "it is live" is taken as it is.
            if (delivery.published?.remoteId) expect(effects, JSON.stringify(seen)).toBeGreaterThanOrEqual(1)
            break
          case 'failed':
            expect(effects, `live, but said to have failed: ${JSON.stringify(seen)}`).toBe(0)
            break
          case 'late':
          case 'parked':
          case 'cancelled':
            break
          default:
            delivery.state satisfies never
        }
      }
      for (const one of posts) {
        const own = deliveries.filter((delivery) => delivery.postId === one.id)
        const waits = own.some(({ state }) => state === 'unsure' || state === 'late' || state === 'parked')
        if (!waits)
          expect(one.state, `#${one.number} has no end: ${own.map(({ state }) => state)}`).not.toBe(
            'publishing',
          )
        const unmade = one.state === 'cancelled' || one.state === 'draft'
        const asked = await storage.workspace(team.id).marks.get('never')
        expect(asked).toBeUndefined()
        if (unmade) expect(own.filter(({ state }) => state === 'scheduled')).toEqual([])
      }
      // What waits for a person was said to them, in the channel.
      for (const delivery of deliveries.filter(({ state }) => state === 'late' || state === 'parked')) {
        const key = `asked ${delivery.id} ${delivery.attempts} ${delivery.updatedAt}`
        expect(
          await storage.workspace(team.id).marks.get(key),
          `nobody was asked: ${delivery.state}`,
        ).toBeDefined()
      }
      await storage.workspace(team.id).workspace.changeSettings({ pausedAt: clock.now() })
    }

    const edit = (actor: Parameters<typeof editPost>[0], number: number) =>
      editPost(actor, number, { text: `Edited at ${clock.now()}` })
    const cancel = (actor: Parameters<typeof cancelPost>[0], number: number) => cancelPost(actor, number)
    const move = (actor: Parameters<typeof cancelPost>[0], number: number) =>
      reschedulePost(actor, number, { at: clock.now() + 10 * SECOND, zone: 'UTC', phrase: 'soon' })
    const now = (actor: Parameters<typeof cancelPost>[0], number: number) => publishNow(actor, number)
    const retry = (actor: Parameters<typeof cancelPost>[0], number: number) => retryPost(actor, number)
  })
