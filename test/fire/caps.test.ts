import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import { silentLog } from '../../src/kit/log.ts'
import type { Platform } from '../../src/platforms/contract/platform.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { startPostgres } from '../setup-postgres.ts'
import { type PlatformServer, startPlatforms } from './platforms.ts'
import { allDeliveries, firePlatforms, newTeam, schedulePost, startWorker, type Worker } from './world.ts'

const postgres = await startPostgres()
if ('missing' in postgres) console.log(`skipped: caps on PostgreSQL: ${postgres.missing}`)
afterAll(async () => {
  if (!('missing' in postgres)) await postgres.stop()
})

const platform = firePlatforms.find(({ name }) => name === 'silent') as Platform
const plain = { ...platform }

for (const dialect of ['SQLite', 'PostgreSQL'] as const)
  describe.skipIf(dialect === 'PostgreSQL' && 'missing' in postgres)(`caps on ${dialect}`, () => {
    const clock = standingClock('2026-11-20T08:00:00Z')
    let folder: string
    let storages: Storage[]
    let server: PlatformServer
    let prepared: number

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'crier-caps-'))
      const url =
        dialect === 'SQLite' || 'missing' in postgres
          ? `file:${join(folder, 'caps.sqlite')}`
          : await postgres.createDatabase()
      const first = await openStorage({ url, log: silentLog, role: 'visitor' })
      await first.migrate()
      storages = [first, await openStorage({ url, log: silentLog, role: 'visitor' })]
      server = await startPlatforms(clock)
      prepared = 0
      platform.prepare = (...of) => {
        prepared += 1
        return plain.prepare?.(...of) ?? Promise.resolve()
      }
    })
    afterEach(async () => {
      for (const name of ['rates', 'parts'] as const) delete platform[name]
      Object.assign(platform, plain)
      await server.stop()
      for (const storage of storages) await storage.close()
      await rm(folder, { recursive: true })
    })

    const live = (): number => [...server.effects.values()].reduce((sum, times) => sum + times, 0)
    /** Neither takes everything, so that both are at the same account at once. */
    const workers = (): Promise<Worker[]> =>
      Promise.all(
        storages.map((storage) => {
          const { queue } = storage
          const claimDue: typeof queue.claimDue = (claim) => queue.claimDue({ ...claim, limit: 12 })
          const shared = { ...storage, queue: { ...queue, claimDue } }
          return startWorker(shared, clock, { skew: 0, url: server.url })
        }),
      )

    async function due(count: number, one: Worker) {
      const [storage] = storages as [Storage]
      const team = await newTeam(storage, clock.now(), ['silent'])
      const actor = await team.actor(one.bench)
      for (let n = 0; n < count; n++) await schedulePost(actor, `Paced ${n}`, team.accountIds, clock.now())
      return { team, deliveries: () => allDeliveries(storage, team.id) }
    }

    test('two processes and three times as many due posts as a cap allows: exactly the cap goes out, the rest in its time', async () => {
      platform.rates = { account: [{ posts: 8, per: HOUR }], source: 'https://example.com' }
      const both = await workers()
      const { deliveries } = await due(24, both[0] as Worker)
      await Promise.all(both.map((one) => one.tick()))
      expect(live()).toBe(8)
      // What has no room is not prepared either, as far as the process that took it can know.
      expect(prepared).toBeLessThanOrEqual(16)
      const held = (await deliveries()).filter(({ state }) => state === 'scheduled')
      expect(held).toHaveLength(16)
      for (const { dueAt, problem } of held) {
        expect(dueAt).toBe(clock.now() + HOUR / 8)
        expect(problem).toMatchObject({ ask: 'retry', message: expect.stringContaining('8 posts') })
      }
      // The window has not moved on yet.
      clock.advance(HOUR - SECOND)
      await Promise.all(both.map((one) => one.tick()))
      expect(live()).toBe(8)
      clock.advance(9 * MINUTE)
      await Promise.all(both.map((one) => one.tick()))
      expect(live()).toBe(16)
      for (let n = 0; n < 9; n++) {
        clock.advance(8 * MINUTE)
        await Promise.all(both.map((one) => one.tick()))
        expect(live()).toBeLessThanOrEqual(n < 7 ? 16 : 24)
      }
      expect(live()).toBe(24)
      expect((await deliveries()).every(({ state }) => state === 'published')).toBe(true)
    })

    test('one process alone prepares no more than may go out', async () => {
      platform.rates = { account: [{ posts: 3, per: HOUR }], source: 'https://example.com' }
      const [one] = (await workers()) as [Worker]
      await due(9, one)
      await one.tick()
      expect(live()).toBe(3)
      expect(prepared).toBe(3)
    })

    test('each part of a thread counts; one that meets the cap goes on later where it stopped', async () => {
      platform.rates = { account: [{ posts: 4, per: HOUR }], source: 'https://example.com' }
      platform.parts = () => 3
      const both = await workers()
      const { deliveries } = await due(2, both[0] as Worker)
      await Promise.all(both.map((one) => one.tick()))
      expect(live()).toBe(4)
      for (let n = 0; n < 6; n++) {
        clock.advance(15 * MINUTE)
        await Promise.all(both.map((one) => one.tick()))
      }
      expect(live()).toBe(6)
      expect((await deliveries()).map(({ state, attempts }) => [state, attempts])).toEqual([
        ['published', 3],
        ['published', 3],
      ])
    })

    test('of several caps the tighter one holds', async () => {
      platform.rates = {
        account: [
          { posts: 2, per: MINUTE },
          { posts: 5, per: HOUR },
        ],
        source: 'https://example.com',
      }
      const both = await workers()
      await due(8, both[0] as Worker)
      const seen: number[] = []
      for (let n = 0; n < 6; n++) {
        await Promise.all(both.map((one) => one.tick()))
        seen.push(live())
        clock.advance(MINUTE + SECOND)
      }
      // A process may leave a place free that it has itself just taken and not yet heard of; never one too few for long.
      expect(Math.max(...seen.map((all, n) => all - (seen[n - 1] ?? 0))), String(seen)).toBe(2)
      expect(seen.slice(2), String(seen)).toEqual([5, 5, 5, 5])
    })
  })
