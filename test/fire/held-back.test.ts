import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { until } from '../until.ts'
import { openScene, type Scene } from './scene.ts'
import { allDeliveries, newTeam, schedulePost, startWorker } from './world.ts'

// Claimed, and not begun: nothing of it is sent, and it waits for who publishes it later.

let scene: Scene
let storage: Storage
let server: Scene['server']
const clock = standingClock('2026-11-20T08:00:00Z')

beforeEach(async () => {
  scene = await openScene(clock)
  storage = scene.storage
  server = scene.server
})
afterEach(() => scene.close())

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

async function connectAgain(team: { id: Parameters<Storage['workspace']>[0]; accountIds: string[] }) {
  const { accounts, deliveries } = storage.workspace(team.id)
  const [id = ''] = team.accountIds
  await accounts.change(id, { state: 'connected' })
  await deliveries.moveOfAccount(id, 'unpark', { at: clock.now(), problem: null })
}

test('an account that is connected again just before what is due there is parked lets it go', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const worker = await startWorker(storage, clock, { skew: 0, url: server.url })
  const { accounts } = storage.workspace(team.id)
  await accounts.change(team.accountIds[0]!, { state: 'reconnect' })
  await schedulePost(await team.actor(worker.bench), 'Once', team.accountIds, clock.now())
  worker.life.fate('freeze', 1, 'before', 'release')
  await worker.tick()
  expect((await effects(team)).state).toBe('publishing')
  await connectAgain(team)
  worker.life.thaw()
  await worker.tick()
  clock.advance(2 * SECOND)
  await worker.tick()
  expect((await accounts.list())[0]?.state).toBe('connected')
  expect(await effects(team)).toEqual({ state: 'published', attempts: 1, sent: 1 })
})

test('an account that is connected again before its dead login is told of stays connected', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const worker = await startWorker(storage, clock, { skew: 0, url: server.url })
  const { accounts } = storage.workspace(team.id)
  await schedulePost(await team.actor(worker.bench), 'Once', team.accountIds, clock.now())
  server.faults.push('none', 'loggedOut')
  worker.life.fate('freeze', 1, 'after', 'endAttempt')
  await worker.tick()
  expect((await effects(team)).state).toBe('parked')
  await connectAgain(team)
  worker.life.thaw()
  await worker.tick()
  expect((await accounts.list())[0]?.state).toBe('connected')
  clock.advance(2 * SECOND)
  await worker.tick()
  expect(await effects(team)).toEqual({ state: 'published', attempts: 2, sent: 1 })
})
