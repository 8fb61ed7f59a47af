import { afterAll, describe, expect, test } from 'vitest'
import { SECOND } from '../../src/kit/clock.ts'
import { startPostgres } from '../setup-postgres.ts'
import { type ChaosReport, runChaos } from './chaos.ts'
import { chance, planPosts, treatmentOf } from './plan.ts'
import { growthOf } from './samples.ts'

// The short form of `npm run chaos`: the same run with fewer posts. What a run is made of is in README.md.

const postgres = await startPostgres()
if ('missing' in postgres) console.log(`skipped: chaos on PostgreSQL: ${postgres.missing}`)
afterAll(async () => {
  if (!('missing' in postgres)) await postgres.stop()
})

const SEED = Number(process.env.CHAOS_SEED ?? 5)
const PATIENCE = 180_000

function expectKept(report: ChaosReport): void {
  expect(report.violations).toEqual([])
  expect(report).toMatchObject({ duplicates: 0, lost: 0 })
  expect(report.published + report.unsure + report.failed).toBe(report.deliveries)
  // What was tried at all: a run in which nothing went wrong proves nothing.
  expect(report.kills).toBeGreaterThanOrEqual(5)
  expect(report.lostAfter).toBeGreaterThan(0)
  expect(report.published).toBeGreaterThan(report.deliveries * 0.5)
  // A look or a key clears nearly everything up; people are asked where a platform tells nothing.
  expect(report.unsureButKnowable).toBeLessThanOrEqual(1)
}

describe.concurrent('posts twice nothing, loses nothing', () => {
  test('on SQLite, killed again and again', { timeout: PATIENCE }, async () => {
    expectKept(await runChaos({ seed: SEED, posts: 120, window: 5 * SECOND, speed: 5, processes: 1 }))
  })

  test.skipIf('missing' in postgres)(
    'on PostgreSQL with three processes, two killed again and again, one frozen beyond its lease',
    { timeout: PATIENCE },
    async () => {
      if ('missing' in postgres) return
      const database = await postgres.createDatabase()
      const report = await runChaos({
        seed: SEED,
        posts: 90,
        window: 5 * SECOND,
        speed: 15,
        processes: 3,
        database,
      })
      expectKept(report)
      expect(report.heldWhenFrozen).toBeGreaterThan(0)
    },
  )
})

test('a seed plans the same each time, and another seed something else', () => {
  expect(planPosts(5, 50, 3, 5_000)).toEqual(planPosts(5, 50, 3, 5_000))
  expect(planPosts(6, 50, 3, 5_000)).not.toEqual(planPosts(5, 50, 3, 5_000))
  const faults = Array.from({ length: 5_000 }, (_, n) => treatmentOf(5, false, 'x', n).fault)
  const share = (fault: string): number => faults.filter((one) => one === fault).length / faults.length
  expect(share('lost after')).toBeCloseTo(0.02, 2)
  expect(share('lost before')).toBeCloseTo(0.02, 2)
  expect(chance(5, 'a', 1)).not.toBe(chance(5, 'a1'))
})

test('memory that grows is told from memory that goes up and down', () => {
  const sawtooth = Array.from({ length: 100 }, (_, n) => 120 + (n % 7) * 3)
  expect(growthOf(sawtooth)).toMatchObject({ grows: false })
  expect(growthOf(sawtooth.map((value, n) => value + n * 0.5))).toMatchObject({ grows: true })
  // The start is not growth.
  expect(growthOf(sawtooth.map((value, n) => (n < 20 ? value / 2 : value)))).toMatchObject({ grows: false })
})
