import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../src/kit/clock.ts'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse, type TestHouse } from '../house.ts'

let world: TestHouse
const url = (): string => `http://127.0.0.1:${world.running.port}`
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${url()}${path}`, { headers })

/** The numbers as Prometheus reads them: `name{labels}` to its value. */
async function metrics(): Promise<Map<string, number>> {
  const text = await (await get('/metrics')).text()
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, Number(value)] as const]
    }),
  )
}
const readyz = async () => {
  const answer = await get('/readyz')
  const said = (await answer.json()) as {
    ok: boolean
    overdue: number
    oldestOverdueMs: number
    tickAgeMs: number
  }
  return { status: answer.status, ...said }
}

describe('what operators watch', () => {
  beforeEach(async () => {
    world = await openTestHouse()
  })
  afterEach(() => world.close())

  test('numbers follow what happens: published and how late, by platform, what waits, what is left alone', async () => {
    await play(
      world,
      `
      Ada: schedule in 5 minutes to rehearsal: On time
      Grace: approve 1
      `,
    )
    await world.pass('2026-11-20T08:05:02Z')
    await world.pass(20 * SECOND)
    const after = await metrics()
    expect(after.get('crier_deliveries_total{platform="rehearsal",move="publish"}')).toBe(1)
    expect(after.get('crier_delivery_lateness_seconds_count')).toBe(1)
    expect(after.get('crier_delivery_lateness_seconds_sum')).toBeCloseTo(2, 1)
    expect(after.get('crier_delivery_lateness_seconds_bucket{le="1"}')).toBe(0)
    expect(after.get('crier_delivery_lateness_seconds_bucket{le="2"}')).toBe(1)
    expect(after.get('crier_deliveries_overdue')).toBe(0)
    expect(after.get('crier_outbox_depth')).toBe(0)
    expect(after.get('crier_tick_age_seconds')).toBe(0)
    expect(after.get('crier_platform_left_alone{platform="mastodon"}')).toBe(0)
    world.clock.advance(7 * SECOND)
    expect((await metrics()).get('crier_tick_age_seconds')).toBe(7)
  })

  test('what is overdue is counted, /readyz turns 503 with the facts, and is well again', async () => {
    await play(world, 'Ada: schedule in 5 minutes to rehearsal: Late\nGrace: approve 1')
    await world.pass(SECOND)
    expect(await readyz()).toMatchObject({ status: 200, ok: true, overdue: 0 })
    // Nobody beats: the scheduler stands still while the time of the post comes and goes.
    world.clock.advance(10 * MINUTE)
    const late = await readyz()
    expect(late).toMatchObject({ status: 503, ok: false, overdue: 1, tickAgeMs: 10 * MINUTE })
    expect(late.oldestOverdueMs).toBeGreaterThan(4 * MINUTE)
    await world.pass(SECOND)
    await world.pass(SECOND)
    expect(await readyz()).toMatchObject({ status: 200, ok: true, overdue: 0 })
  })

  test('messages that a chat does not take are counted and kept', async () => {
    const surface = world.running.surfaces.get('playground')
    if (!surface) throw new Error('There is no playground')
    const { send } = surface
    surface.send = async () => {
      throw new Error('The chat is down')
    }
    await play(world, 'Ada: schedule tomorrow 9am to rehearsal: Unsaid')
    await world.pass(20 * SECOND)
    await world.pass(20 * SECOND)
    const down = await metrics()
    expect(down.get('crier_outbox_depth')).toBeGreaterThan(0)
    expect(down.get('crier_messages_total{surface="playground",result="failed"}')).toBeGreaterThan(0)
    surface.send = send
    await world.pass(5 * MINUTE)
    await world.pass(20 * SECOND)
    expect((await metrics()).get('crier_outbox_depth')).toBe(0)
  })

  test('many failures in an hour are told in the channel, once', async () => {
    await play(world, 'Grace: settings approvals 0')
    const { deliveries, posts } = world.house.storage.workspace(world.house.home.id)
    for (let n = 1; n <= 6; n++) await play(world, `Ada: schedule in 5 minutes to rehearsal: Post ${n}`)
    const at = world.clock.now() + 6 * MINUTE
    const { queue } = world.house.storage
    for (const { delivery } of await queue.claimDue({ now: at, leaseUntil: at, worker: 'w', limit: 6 })) {
      await posts.moveMany([delivery.postId], 'start', world.clock.now())
      const problem = { ask: 'edit' as const, message: 'It will not take this' }
      await queue.release(delivery.id, 'w', 'fail', { at: world.clock.now(), problem })
    }
    await world.pass(2 * MINUTE)
    await world.pass(2 * MINUTE)
    expect((await deliveries.list({ states: ['failed'] })).length).toBe(6)
    await play(world, 'results: 6 of 6 deliveries failed in the last hour')
    const said = await world.house.storage.workspace(world.house.home.id).transcript.list('results', 50)
    expect(
      said.filter((one) => JSON.stringify(one.message).includes('failed in the last hour')),
    ).toHaveLength(1)
  })
})

test('with METRICS_TOKEN the numbers are for who bears it, and a balancer learns the status only', async () => {
  world = await openTestHouse({ environment: { METRICS_TOKEN: 'a-word-for-prometheus' } })
  try {
    for (const wrong of [
      {},
      { authorization: 'Bearer a-word-for-prometheu' },
      { authorization: 'Basic x' },
    ]) {
      const refused = await get('/metrics', wrong)
      expect(refused.status).toBe(401)
      expect(await refused.text()).not.toContain('crier_')
    }
    const bearer = { authorization: 'Bearer a-word-for-prometheus' }
    expect(await (await get('/metrics', bearer)).text()).toContain('crier_tick_age_seconds')
    expect(await (await get('/readyz')).json()).toEqual({ ok: true })
    expect(await (await get('/readyz', bearer)).json()).toHaveProperty('database')
  } finally {
    await world.close()
  }
})
