import { afterEach, beforeEach, expect, test } from 'vitest'
import pause from '../../commands/pause.ts'
import resume from '../../commands/resume.ts'
import { createFrontDesk } from '../../src/app/front-desk.ts'
import { SendError, type Surface } from '../../src/app/surface.ts'
import { HOUR, MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { createBreaker } from '../../src/scheduler/breaker.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { conversation } from '../dialogs/conversation.ts'
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

/** A chat that keeps what it was told, refuses in its review channel as it is bid, and knows a message by its key. */
function chatOf(): Surface & { said: string[]; refusals: SendError[]; keys: string[] } {
  const said: string[] = []
  const keys: string[] = []
  const refusals: SendError[] = []
  const take = (words: string, key: string): void => {
    const refusal = words.startsWith('review') ? refusals.shift() : undefined
    if (refusal) throw refusal
    said.push(words)
    keys.push(key)
  }
  return {
    name: 'playground',
    said,
    keys,
    refusals,
    start: async () => undefined,
    stop: async () => undefined,
    health: () => ({ ok: true, detail: '' }),
    async send({ channel }, message, { key }) {
      take(`${channel}: ${plainText(message)}`, key)
      return `m${said.length}`
    },
    async update({ channel }, remoteId, message) {
      take(`${channel} ${remoteId}: ${plainText(message)}`, remoteId)
    },
    async tell(_, message, { key }) {
      take(`privately: ${plainText(message)}`, key)
    },
  }
}

test('a burst that fails as one is one outage: the account waits two minutes, not an hour', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  const one = await startWorker(storage, clock, { skew: 0, url: server.url })
  const actor = await team.actor(one.bench)
  server.faults.push(...Array.from({ length: 12 }, () => 'busyBefore' as const))
  for (let n = 0; n < 12; n++) await schedulePost(actor, `Post ${n}`, team.accountIds, clock.now())
  await one.tick()
  const [accountId = ''] = team.accountIds
  const account = await storage.workspace(team.id).accounts.get(accountId)
  expect(account).toMatchObject({ failures: 5, leftAloneUntil: clock.now() + 2 * MINUTE })
})

test('that Crier itself stood still is not held against an account', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const one = await startWorker(storage, clock, { skew: 0, url: server.url })
  const actor = await team.actor(one.bench)
  for (let n = 0; n < 6; n++) await schedulePost(actor, `Post ${n}`, team.accountIds, clock.now())
  const upload = server.holdUpload()
  const ticking = one.tick()
  await upload.came
  // The machine slept for most of the lease while one prepared.
  clock.advance(80 * SECOND)
  upload.letGo()
  await ticking
  const [accountId = ''] = team.accountIds
  expect(await storage.workspace(team.id).accounts.get(accountId)).toMatchObject({ failures: 0 })
  const still = (await allDeliveries(storage, team.id)).filter(
    ({ problem }) => problem?.code === 'STOOD_STILL',
  )
  expect(still.length).toBeGreaterThan(0)
})

test('an account that fails is left alone, tried by one, said once, and let go again', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  const chat = chatOf()
  const one = await startWorker(storage, clock, {
    skew: 0,
    url: server.url,
    surfaces: new Map([['playground', chat]]),
  })
  const actor = await team.actor(one.bench)
  server.faults.push(...Array.from({ length: 6 }, () => 'busyBefore' as const))
  for (let n = 0; n < 6; n++) await schedulePost(actor, `Post ${n}`, team.accountIds, clock.now())
  await one.tick()
  clock.advance(MINUTE + SECOND)
  await one.tick()
  const [accountId = ''] = team.accountIds
  expect(await storage.workspace(team.id).accounts.get(accountId)).toMatchObject({ failures: 5 })
  const alerts = () => chat.said.filter((words) => /^results: ⚠️ .*failed 5 times in a row/s.test(words))
  expect(alerts()).toHaveLength(1)

  // Still paused: nothing is tried, and nothing is said again.
  clock.advance(30 * SECOND)
  await one.tick()
  expect(server.effects.size).toBe(0)
  expect(alerts()).toHaveLength(1)
  // The pause is over: one goes first.
  clock.advance(5 * MINUTE)
  await one.tick()
  expect(server.effects.size).toBe(1)
  for (let n = 0; n < 10; n++) {
    clock.advance(10 * SECOND)
    await one.tick()
  }
  expect(server.effects.size).toBe(6)
  expect((await allDeliveries(storage, team.id)).every(({ state }) => state === 'published')).toBe(true)
})

test('a platform that fails for several accounts is left alone, and one delivery tries it', async () => {
  const team = await newTeam(storage, clock.now(), ['listed', 'listed'])
  const stores = storage.workspace(team.id)
  const breaker = createBreaker(clock)
  const [first, second] = await stores.accounts.list()
  const platform = firePlatforms.find(({ name }) => name === 'listed')
  const failure = {
    outcome: 'retry' as const,
    move: 'retryLater' as const,
    problem: { ask: 'retry' as const, message: 'busy' },
  }
  const ask = (id: string) => breaker.ask(stores, platform, { id, accountId: first!.id, platform: 'listed' })
  for (let n = 0; n < 8; n++) {
    await breaker.note(stores, n % 2 ? first! : second!, `d${n}`, failure)
    await stores.accounts.change((n % 2 ? first! : second!).id, { failures: 0, leftAloneUntil: null })
  }
  expect([...breaker.leftAlone().keys()]).toEqual(['listed'])
  expect(await ask('a')).toMatchObject({ wait: { until: clock.now() + 30 * SECOND } })
  clock.advance(31 * SECOND)
  expect(await ask('a')).toHaveProperty('place')
  expect(await ask('b')).toHaveProperty('wait')
  await breaker.note(stores, first!, 'a', undefined)
  expect(await ask('b')).toHaveProperty('place')
})

test("a platform's rates hold for deliveries that come due at once, and after a restart", async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const paced = firePlatforms.find(({ name }) => name === 'silent')!
  paced.rates = { account: [{ posts: 3, per: HOUR }], source: 'https://example.com' }
  try {
    const one = await startWorker(storage, clock, { skew: 0, url: server.url })
    const actor = await team.actor(one.bench)
    const before = server.effects.size
    for (let n = 0; n < 7; n++) await schedulePost(actor, `Paced ${n}`, team.accountIds, clock.now())
    await one.tick()
    expect(server.effects.size - before).toBe(3)
    const other = await startWorker(storage, clock, { skew: 0, url: server.url })
    clock.advance(30 * MINUTE)
    await other.tick()
    expect(server.effects.size - before).toBe(3)
    for (let n = 0; n < 10; n++) {
      clock.advance(20 * MINUTE)
      await other.tick()
    }
    expect(server.effects.size - before).toBe(7)
  } finally {
    delete paced.rates
  }
})

test('the outbox: in order, obeying the wait a chat gives, one card for several updates, nothing twice', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  const chat = chatOf()
  const start = () =>
    startWorker(storage, clock, { skew: 0, url: server.url, surfaces: new Map([['playground', chat]]) })
  const one = await start()
  chat.refusals.push(new SendError('Slow down', { retry: true, after: 40 * SECOND }))
  const post = await schedulePost(await team.actor(one.bench), 'In order', team.accountIds, clock.now())
  await one.tick()
  await one.tick()
  // The first card was refused: whatever follows in its channel waits behind it.
  expect(chat.said.filter((words) => words.startsWith('review'))).toEqual([])
  clock.advance(39 * SECOND)
  await one.tick()
  expect(chat.said.filter((words) => words.startsWith('review'))).toEqual([])
  // Another process goes on where this one stopped.
  const two = await start()
  clock.advance(2 * SECOND)
  await two.tick()
  clock.advance(2 * SECOND)
  await two.tick()
  const review = chat.said.filter((words) => words.startsWith('review'))
  expect(review[0]).toContain(`#${post.number}`)
  expect(review.filter((words) => /^review:.*#1 /s.test(words)).length).toBeGreaterThan(0)
  expect(new Set(chat.keys.filter((key) => !key.startsWith('m'))).size).toBe(
    chat.keys.filter((key) => !key.startsWith('m')).length,
  )
})

test('a chat that takes nothing is said once, by any number of processes and also after a restart', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  const chat = chatOf()
  let down = false
  const unlessDown =
    <Args extends unknown[], Value>(say: (...args: Args) => Promise<Value>) =>
    async (...args: Args) => {
      if (down) throw new SendError('Down', { retry: true })
      return say(...args)
    }
  const surface = {
    ...chat,
    send: unlessDown(chat.send),
    update: unlessDown(chat.update),
    tell: unlessDown(chat.tell),
  }
  const start = () =>
    startWorker(storage, clock, { skew: 0, url: server.url, surfaces: new Map([['playground', surface]]) })
  let both = [await start(), await start()]
  const pass = async (minutes: number) => {
    for (let n = 0; n < minutes * 2; n++) {
      clock.advance(30 * SECOND)
      for (const one of both) await one.tick()
    }
  }
  const outage = async (name: string) => {
    down = true
    const [one] = both
    await schedulePost(await team.actor(one!.bench), name, team.accountIds, clock.now())
    await pass(9)
    expect(stuck()).toHaveLength(told)
    await pass(4)
    // Whoever is started now has seen nothing of it.
    both = [await start(), await start()]
    await pass(20)
    down = false
    await pass(40)
  }
  let told = 0
  const stuck = () => chat.said.filter((words) => words.includes('have failed for ten minutes'))
  await outage('First')
  told = 1
  expect(stuck()).toHaveLength(1)
  expect(stuck()[0]).toContain('Messages to Playground')
  // A busy channel that goes on taking messages is no news; another outage is.
  await outage('Second')
  expect(stuck()).toHaveLength(2)
}, 60_000)

test('health says in words how Crier does', () =>
  conversation(`
    Ada: health
    bot: All is well
    bot: 0 deliveries overdue
    Grace: pause
    Ada: health
    bot: Not all is well
    bot: Everything is paused since 09:00
  `))

test('of a platform that is down every team that waits for it hears, once, and no other', async () => {
  const chat = chatOf()
  const one = await startWorker(storage, clock, {
    skew: 0,
    url: server.url,
    surfaces: new Map([['playground', chat]]),
  })
  const down = server.faults.push(...Array.from({ length: 500 }, () => 'busyBefore' as const))
  const teams: Awaited<ReturnType<typeof newTeam>>[] = []
  for (let n = 0; n < 10; n++) {
    const team = await newTeam(storage, clock.now(), ['silent'])
    teams.push(team)
    // The last one has time.
    const at = clock.now() + (n === 9 ? 3 * HOUR : 0)
    await schedulePost(await team.actor(one.bench), `Post ${n}`, team.accountIds, at)
  }
  for (let n = 0; n < 30; n++) {
    clock.advance(MINUTE)
    await one.tick()
  }
  expect(server.faults.length).toBeLessThan(down)
  const alerts = () =>
    chat.said.filter((words) => /^results: ⚠️ silent fails for several accounts/.test(words))
  expect(alerts()).toHaveLength(9)
  expect(alerts()[0]).toContain('1 delivery of yours waits for it')
  server.faults.length = 0
  for (let n = 0; n < 30; n++) {
    clock.advance(MINUTE)
    await one.tick()
  }
  for (const { id } of teams.slice(0, 9))
    expect(await allDeliveries(storage, id)).toMatchObject([{ state: 'published' }])
  expect(alerts()).toHaveLength(9)
})

test('resume says what it lets go: also a retry whose post was due long before the pause', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  await storage.workspace(team.id).workspace.changeSettings({ lateMinutes: 30 })
  const one = await startWorker(storage, clock, { skew: 0, url: server.url })
  const desk = createFrontDesk(one.bench, [pause, resume], () => storage.workspace(team.id).workspace.get())
  const say = async (line: string): Promise<string> => {
    const answer = await desk.ask(
      {
        surface: 'playground',
        chat: { externalId: `chat-${team.id}`, name: 'Playground' },
        person: { externalId: 'grace', name: 'Grace' },
      },
      { line },
    )
    return answer.type === 'message' ? plainText(answer.message) : answer.type
  }
  const retries = async (): Promise<void> => {
    server.faults.push('none', 'tooMany')
    await schedulePost(await team.actor(one.bench), 'We ship', team.accountIds, clock.now())
    await one.tick()
    clock.advance(2 * SECOND)
  }
  await retries()
  expect(await allDeliveries(storage, team.id)).toMatchObject([
    { state: 'scheduled', problem: { ask: 'retry' } },
  ])
  await say('pause')
  clock.advance(10 * MINUTE)
  expect(await say('resume')).toMatch(/1 post was held back and go(es)? out now.*We ship/s)
  await one.tick()
  await retries()
  await say('pause')
  clock.advance(40 * MINUTE)
  expect(await say('resume')).toContain('1 post was held back; 1 came too late, and each is asked about')
  await say('pause')
  expect(await say('resume')).not.toContain('Nothing was held back')
})
