import { afterEach, beforeEach, expect, test } from 'vitest'
import { ASKED } from '../../src/deliveries/delivery.ts'
import { DAY, HOUR, MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import { createBreaker } from '../../src/scheduler/breaker.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { Kind, PlatformServer } from './platforms.ts'
import { openScene, type Scene } from './scene.ts'
import { allDeliveries, firePlatforms, newTeam, schedulePost, startWorker, type Worker } from './world.ts'

let clock: ReturnType<typeof standingClock>
let scene: Scene
let storage: Storage
let server: PlatformServer

beforeEach(async () => {
  clock = standingClock('2026-11-20T08:00:00Z')
  scene = await openScene(clock)
  storage = scene.storage
  server = scene.server
})
afterEach(() => scene.close())

async function teamOn(kind: Kind) {
  const team = await newTeam(storage, clock.now(), [kind])
  await storage.workspace(team.id).workspace.changeSettings({ lateMinutes: 30 })
  const worker = await startWorker(storage, clock, { skew: 0, url: server.url })
  const post = async (text: string, at: number) =>
    schedulePost(await team.actor(worker.bench), text, team.accountIds, at)
  return { team, worker, post, deliveries: () => allDeliveries(storage, team.id) }
}

/** Beats for so long (ms). */
async function beat(worker: Worker, ms: number, every = 15 * SECOND): Promise<void> {
  for (let passed = 0; passed < ms; passed += every) {
    clock.advance(every)
    await worker.tick()
  }
}

const effects = (): number => [...server.effects.values()].reduce((sum, one) => sum + one, 0)

test.each([HOUR, 2 * DAY])(
  'set forward by %d ms and back: what it passed is asked about, not sent as a backlog',
  async (jump) => {
    const { worker, post, deliveries } = await teamOn('silent')
    const start = clock.now()
    for (let n = 1; n <= 5; n++) await post(`Post ${n}`, start + n * 2 * MINUTE)
    await post('In the evening', start + 3 * DAY)
    await worker.tick()
    clock.advance(jump)
    await worker.tick()
    const late = (await deliveries()).filter(({ state }) => state === 'late')
    expect(late).toHaveLength(5)
    expect(effects()).toBe(0)
    // Right again: nothing goes out before its time, what was asked about waits for a word, and new posts go out.
    clock.set(start + MINUTE)
    await worker.tick()
    await post('New', clock.now() + 30 * SECOND)
    await beat(worker, 20 * MINUTE)
    expect(effects()).toBe(1)
    expect((await deliveries()).filter(({ state }) => state === 'late')).toHaveLength(5)
  },
)

test('set back by hours: nothing early, nothing twice, and each goes out at its time', async () => {
  const { worker, post, deliveries } = await teamOn('silent')
  const start = clock.now()
  await post('Before', start)
  await worker.tick()
  expect(effects()).toBe(1)
  await post('After', start + MINUTE)
  clock.set(start - 5 * HOUR)
  await beat(worker, 5 * HOUR, 5 * MINUTE)
  expect(effects()).toBe(1)
  await beat(worker, 2 * MINUTE)
  expect(effects()).toBe(2)
  expect((await deliveries()).map(({ state }) => state)).toEqual(['published', 'published'])
})

test('a lost answer, and the clock is set back: nobody knows how long the key holds, so a person is asked', async () => {
  const { worker, post, deliveries } = await teamOn('keyed')
  const start = clock.now()
  server.faults.push('none', 'lostAfter', 'lostAfter')
  await post('Once', start)
  // Lost twice: now it waits a while before it is sent again under its key.
  for (let n = 0; n < 30; n++) {
    await worker.tick()
    const [one] = await deliveries()
    if (one?.state === 'scheduled' && one.attempts === 2) break
    clock.advance(SECOND)
  }
  expect(await deliveries()).toMatchObject([{ state: 'scheduled', attempts: 2 }])
  clock.set(start - 5 * HOUR)
  await beat(worker, 10 * MINUTE)
  expect(await deliveries()).toMatchObject([{ state: 'unsure', attempts: 2, problem: { code: ASKED } }])
  await beat(worker, 6 * HOUR, 5 * MINUTE)
  expect(await deliveries()).toMatchObject([{ state: 'unsure', attempts: 2 }])
  expect(effects()).toBe(1)
})

test('a lost answer on a platform with a list, and the clock is set back: the list is not asked for a time to come', async () => {
  const { worker, post, deliveries } = await teamOn('listed')
  const start = clock.now()
  server.faults.push('none', 'lostAfter')
  await post('Once', start)
  await worker.tick()
  expect(await deliveries()).toMatchObject([{ state: 'unsure' }])
  clock.set(start - 5 * HOUR)
  await worker.tick()
  await beat(worker, MINUTE, 5 * SECOND)
  expect(await deliveries()).toMatchObject([{ state: 'unsure', problem: { code: ASKED } }])
  expect((await deliveries())[0]?.problem?.message).toContain('The clock was set back since')
  expect(effects()).toBe(1)
})

test.each([
  ['before', 1, 'published'],
  ['after', 0, 'unsure'],
] as const)(
  'a worker died %s its attempt was written, with its lease in a time to come',
  async (when, published, state) => {
    const { worker, post, deliveries } = await teamOn('silent')
    const start = clock.now()
    await post('Held', start)
    // Its clock was five hours ahead.
    clock.set(start + 20 * MINUTE)
    worker.life.fate('die', 1, when, 'beginAttempt')
    await worker.tick()
    expect(await deliveries()).toMatchObject([{ state: 'publishing' }])
    clock.set(start - 5 * HOUR)
    const other = await startWorker(storage, clock, { skew: 0, url: server.url })
    // Not at once: a worker that lives renews by the right clock within half a minute.
    await beat(other, 45 * SECOND)
    expect(await deliveries()).toMatchObject([{ state: 'publishing' }])
    await beat(other, MINUTE)
    const [taken] = await deliveries()
    expect(taken?.state).toBe(when === 'after' ? 'unsure' : 'scheduled')
    await beat(other, 6 * HOUR, 10 * MINUTE)
    expect(effects()).toBe(published)
    expect((await deliveries())[0]?.state).toBe(state)
  },
)

test('a worker whose clock is far behind begins while another one ends its lease: it is not sent by both', async () => {
  const { worker, post, deliveries, team } = await teamOn('silent')
  const behind = await startWorker(storage, clock, { skew: -2 * MINUTE, url: server.url })
  await storage.workspace(team.id).workspace.changeSettings({ lateMinutes: 30 })
  await post('Once', clock.now())
  clock.advance(2 * MINUTE)
  behind.life.fate('freeze', 1, 'before', 'beginAttempt')
  await behind.tick()
  // To the one its lease has ended, to the other it has not.
  clock.advance(30 * SECOND)
  worker.life.fate('freeze', 1, 'before', 'settleEndedLease')
  await worker.tick()
  expect([behind.life.state(), worker.life.state()]).toEqual(['frozen', 'frozen'])
  behind.life.fate('freeze', 1, 'before', 'endAttempt')
  behind.life.thaw()
  await behind.life.stopped()
  expect(effects()).toBe(1)
  worker.life.thaw()
  await beat(worker, MINUTE)
  behind.life.thaw()
  await behind.tick()
  await beat(worker, 10 * MINUTE)
  expect(effects()).toBe(1)
  expect(await deliveries()).toMatchObject([{ state: 'unsure', problem: { code: ASKED } }])
})

test('pauses and locks from a time to come hold up nobody', async () => {
  const { team } = await teamOn('silent')
  const { accounts, deliveries } = storage.workspace(team.id)
  const [account] = await accounts.list()
  if (!account) throw new Error('There is no account')
  await accounts.change(account.id, { failures: 7, leftAloneUntil: clock.now() + 20 * MINUTE })
  expect(await accounts.lockRefresh(account.id, 'one', clock.now(), clock.now() + MINUTE)).toBe(true)
  const ask = () =>
    createBreaker(clock).ask({ accounts, deliveries }, firePlatforms[2], {
      id: 'd',
      accountId: account.id,
      platform: 'silent',
    })
  expect(await ask()).toHaveProperty('wait')
  expect(await accounts.lockRefresh(account.id, 'two', clock.now(), clock.now() + MINUTE)).toBe(false)
  clock.advance(-5 * HOUR)
  expect(await ask()).toHaveProperty('place')
  expect(await accounts.lockRefresh(account.id, 'two', clock.now(), clock.now() + MINUTE)).toBe(true)
})

test('what waited to be said or tried again by a clock that was ahead does not wait until it is there again', async () => {
  const { worker, post, deliveries, team } = await teamOn('silent')
  const start = clock.now()
  clock.set(start + 9 * HOUR)
  server.faults.push('none', 'tooMany')
  await post('Once more', clock.now())
  await worker.tick()
  await worker.tick()
  expect(await deliveries()).toMatchObject([{ state: 'scheduled', problem: { ask: 'retry' } }])
  const [chat] = await storage.workspace(team.id).workspace.chats()
  const entry = {
    id: 'said-ahead',
    chatId: chat?.id ?? '',
    channel: 'review',
    memberId: null,
    subject: null,
    kind: 'message' as const,
    message: { type: 'message' as const, blocks: [] },
    createdAt: clock.now(),
  }
  await storage.workspace(team.id).outbox.add(entry)
  const due = async () => {
    const [now, leaseUntil] = [clock.now(), clock.now() + MINUTE]
    const taken = await storage.outboxQueue.claim({ now, leaseUntil, limit: 50 })
    return taken.map(({ entry: { id } }) => ({ id, leaseUntil }))
  }
  // The chat was down: what it stands behind is to be tried again in a while.
  const later = { dueAt: clock.now() + 30 * SECOND, counts: true }
  for (const { id, leaseUntil } of await due())
    await storage.outboxQueue.notSent(id, leaseUntil, 'Down', later)
  clock.set(start)
  expect((await due()).map(({ id }) => id)).not.toContain('said-ahead')
  await storage.outboxQueue.hurry(clock.now(), clock.now() + 2 * MINUTE)
  const seen: string[] = []
  for (let n = 0; n < 20 && !seen.includes('said-ahead'); n++) {
    for (const { id, leaseUntil } of await due()) {
      seen.push(id)
      await storage.outboxQueue.notSent(id, leaseUntil, 'gone', 'dropped')
    }
  }
  expect(seen).toContain('said-ahead')
  await beat(worker, 2 * MINUTE)
  expect(await deliveries()).toMatchObject([{ state: 'published' }])
  expect(effects()).toBe(1)
})
