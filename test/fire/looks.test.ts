import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SECOND, standingClock } from '../../src/kit/clock.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { WorkspaceId } from '../../src/workspaces/workspace.ts'
import { until } from '../until.ts'
import type { PlatformServer } from './platforms.ts'
import { openScene, type Scene } from './scene.ts'
import { allDeliveries, firePlatforms, newTeam, schedulePost, startWorker } from './world.ts'

const clock = standingClock('2026-11-20T08:00:00Z')
let scene: Scene
let storage: Storage
let server: PlatformServer

beforeEach(async () => {
  scene = await openScene(clock)
  storage = scene.storage
  server = scene.server
})
afterEach(() => scene.close())

const states = async (id: WorkspaceId): Promise<string[]> =>
  (await allDeliveries(storage, id)).map(({ state, problem }) =>
    problem?.code === 'asked' ? 'asked' : state,
  )

test('a platform that hangs for one account holds up no look at another, and a stop waits for it', async () => {
  const [hanging, ...others] = [
    await newTeam(storage, clock.now(), ['listed']),
    await newTeam(storage, clock.now(), ['silent']),
    await newTeam(storage, clock.now(), ['listed']),
  ]
  const worker = await startWorker(storage, clock, { skew: 0, url: server.url })
  const listed = firePlatforms.find(({ name }) => name === 'listed')!
  const { find } = listed.look
  const held = Promise.withResolvers<void>()
  const looked: unknown[] = []
  listed.look.find = async (...given) => {
    const { externalId } = given[1].account
    looked.push(externalId)
    if (externalId === hanging!.accountIds[0]) await held.promise
    return 'absent'
  }
  try {
    server.faults.push('none', 'none', 'lostAfter', 'lostAfter')
    for (const words of ['one', 'two'])
      await schedulePost(await hanging!.actor(worker.bench), words, hanging!.accountIds, clock.now())
    await worker.tick()
    expect(await states(hanging!.id)).toEqual(['unsure', 'unsure'])
    clock.advance(61 * SECOND)
    const ticking = worker.scheduler.tick()
    await until('the look', () => looked.length === 1)

    server.faults.push('none', 'none', 'lostAfter', 'lostAfter')
    for (const team of others)
      await schedulePost(await team.actor(worker.bench), 'b', team.accountIds, clock.now())
    const later: Promise<void>[] = []
    const ended = async () => (await Promise.all(others.map(({ id }) => states(id)))).flat().join()
    await until('the other looks', async () => {
      clock.advance(6 * SECOND)
      later.push(worker.scheduler.tick())
      await sleep(20)
      return (await ended()) === 'asked,published'
    })
    // One look of an account at a time.
    expect(looked.filter((one) => one === hanging!.accountIds[0])).toHaveLength(1)
    const stopped = worker.scheduler.stop(60 * SECOND)
    expect(await Promise.race([stopped, sleep(50, 'waits')])).toBe('waits')
    held.resolve()
    expect(await stopped).toBe(true)
    await Promise.all([ticking, ...later])
  } finally {
    held.resolve()
    if (find) listed.look.find = find
  }
})
