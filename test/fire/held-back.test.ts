import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { until } from '../until.ts'
import { startPlatforms } from './platforms.ts'
import { allDeliveries, newTeam, schedulePost, startWorker } from './world.ts'

// Claimed, and not begun: nothing of it is sent, and it waits for who publishes it later.

let folder: string
let storage: Storage
let server: Awaited<ReturnType<typeof startPlatforms>>
const clock = standingClock('2026-11-20T08:00:00Z')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crier-held-'))
  storage = await openStorage({ url: `file:${join(folder, 'c.sqlite')}`, log: silentLog, role: 'visitor' })
  await storage.migrate()
  server = await startPlatforms(clock)
})
afterEach(async () => {
  await server.stop()
  await storage.close()
  await rm(folder, { recursive: true, force: true })
})

async function underWay() {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const worker = await startWorker(storage, clock, { skew: 0, url: server.url })
  const upload = server.holdUpload()
  await schedulePost(await team.actor(worker.bench), 'Held', team.accountIds, clock.now())
  const ticking = worker.tick()
  await upload.came
  return { team, worker, upload, ticking }
}

const effects = async (team: { id: Parameters<Storage['workspace']>[0] }) => {
  const [delivery] = await allDeliveries(storage, team.id)
  return { state: delivery?.state, attempts: delivery?.attempts, sent: server.effects.size }
}

test('a process that is asked to stop gives back what it was preparing', async () => {
  const { team, worker, upload, ticking } = await underWay()
  const stopped = worker.scheduler.stop(MINUTE)
  upload.letGo()
  expect(await stopped).toBe(true)
  await ticking
  expect(await effects(team)).toEqual({ state: 'scheduled', attempts: 0, sent: 0 })
  const other = await startWorker(storage, clock, { skew: 0, url: server.url })
  await other.tick()
  expect(await effects(team)).toEqual({ state: 'published', attempts: 1, sent: 1 })
})

test('a team that pauses keeps back what is being prepared', async () => {
  const { team, worker, upload, ticking } = await underWay()
  await storage.workspace(team.id).workspace.changeSettings({ pausedAt: clock.now() })
  clock.advance(SECOND)
  upload.letGo()
  await ticking
  expect(await effects(team)).toEqual({ state: 'scheduled', attempts: 0, sent: 0 })
  await storage.workspace(team.id).workspace.changeSettings({ pausedAt: null })
  await until('what was kept back', async () => {
    await worker.tick()
    return (await effects(team)).sent === 1
  })
})
