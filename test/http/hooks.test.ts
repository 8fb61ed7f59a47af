import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY, MINUTE, SECOND } from '../../src/kit/clock.ts'
import { plainText } from '../../src/message/plain-text.ts'
import type { HookCall } from '../../src/outbox/hook.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { type HookReceiver, type Received, startReceiver } from '../servers/hook-receiver.ts'

let receiver: HookReceiver
let folder: string
let world: TestHouse

/** The house on this test's database: opened again, it is the process after a restart. */
const openHouse = (now = '2026-11-20T08:00:00Z', environment = {}): Promise<TestHouse> =>
  openTestHouse({ now, dataDir: folder, environment: { HOOK_ORIGINS: receiver.origin, ...environment } })

beforeEach(async () => {
  receiver = await startReceiver()
  folder = await mkdtemp(join(tmpdir(), 'crier-hooks-'))
  world = await openHouse()
})
afterEach(async () => {
  await world.close()
  await receiver.stop()
  await rm(folder, { recursive: true, force: true })
})

async function say(name: string, line: string): Promise<string> {
  const answer = await world.house.desk.ask(await world.speaker(name), { line })
  return answer.type === 'message' ? plainText(answer.message) : `[form ${answer.form.title}]`
}

/** Adds a hook to the receiver. @returns its signing secret */
async function add(path = '/hook', rest = ''): Promise<string> {
  const said = await say('Grace', `hooks add ${receiver.origin}${path} ${rest}`)
  const secret = /whsec_[\w+/=]+/.exec(said)?.[0]
  if (!secret) throw new Error(said)
  receiver.received.length = 0
  return secret
}

const stores = () => world.house.storage.workspace(world.house.home.id)
const bodyOf = ({ body }: Received) => JSON.parse(body) as { type: string; timestamp: string; data: unknown }
const types = () => receiver.received.map((one) => bodyOf(one).type)
const log = async (number = 1): Promise<HookCall[]> => {
  const hook = (await stores().hooks.list()).find((one) => one.number === number)
  return stores().hooks.log(hook?.id ?? '', 100)
}
async function schedule(text = 'We ship'): Promise<void> {
  await say('Grace', 'settings approvals 0')
  await say('Ada', `schedule in 2 hours to rehearsal: ${text}`)
}
const published = () => world.pass('2026-11-20T10:00:00Z')

describe('what happens is told', () => {
  test('signed, as documented, once per event, with no secret in it', async () => {
    const secret = await add()
    await say('Ada', 'schedule in 2 hours to rehearsal: We ship')
    await say('Grace', 'approve 1')
    await published()
    await world.pass(SECOND)
    expect(types().sort()).toEqual([
      'delivery.published',
      'post.published',
      'post.scheduled',
      'post.submitted',
    ])
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(4)
    for (const one of receiver.received) {
      expect(receiver.verified(one, secret)).toEqual(bodyOf(one))
      expect(one.id).not.toContain('.')
      expect(one.body).not.toContain(secret)
    }
    const told = receiver.received.map(bodyOf)
    const submitted = told.find(({ type }) => type === 'post.submitted')
    const delivered = told.find(({ type }) => type === 'delivery.published')
    expect(submitted).toMatchObject({
      timestamp: '2026-11-20T08:00:00Z',
      data: {
        post: {
          number: 1,
          state: 'in_review',
          text: 'We ship',
          author: 'Ada',
          scheduledFor: '2026-11-20T10:00:00Z',
          zone: 'Europe/Berlin',
          accounts: [{ platform: 'rehearsal' }],
        },
        deliveries: [],
      },
    })
    expect(delivered).toMatchObject({
      data: {
        post: { number: 1 },
        delivery: {
          name: '1.1',
          platform: 'rehearsal',
          state: 'published',
          text: 'We ship',
          url: expect.stringMatching(/^http/),
          publishedAt: '2026-11-20T10:00:00Z',
          problem: null,
        },
      },
    })
  })

  test('a forged body, another secret and an old call do not verify', async () => {
    const secret = await add()
    await schedule()
    await world.pass(0)
    const [one] = receiver.received as [Received]
    expect(() => receiver.verified(one, secret)).not.toThrow()
    expect(() => receiver.verified({ ...one, body: one.body.replace('ship', 'sink') }, secret)).toThrow()
    expect(() => receiver.verified(one, `whsec_${Buffer.alloc(32).toString('base64')}`)).toThrow()
    expect(() => receiver.verified(one, secret, one.at * 1000 + 10 * MINUTE)).toThrow()
  })

  test('a hook is told only what it asked for, of the platforms it asked for', async () => {
    await add('/published', 'for published on rehearsal')
    await add('/elsewhere', 'for post, published on linkedin')
    await add('/posts', 'for post.scheduled and post.published')
    await schedule()
    await published()
    expect(receiver.received.map((one) => `${one.path} ${bodyOf(one).type}`).sort()).toEqual([
      '/posts post.published',
      '/posts post.scheduled',
      '/published delivery.published',
    ])
  })

  test('another time, a change asked for, a rejection and a cancellation are told', async () => {
    await add()
    await say('Ada', 'schedule in 2 hours to rehearsal: One')
    await say('Ada', 'reschedule 1 in 3 hours')
    await say('Grace', 'request-changes 1: Name the date')
    await say('Ada', 'submit 1')
    await say('Grace', 'reject 1: No')
    await say('Ada', 'schedule in 2 hours to rehearsal: Two')
    await say('Ada', 'cancel 2')
    await world.pass(0)
    // Calls are sent side by side: their time, not their arrival, is their order.
    expect(types().sort()).toEqual([
      'post.cancelled',
      'post.cancelled',
      'post.changes_requested',
      'post.rescheduled',
      'post.submitted',
      'post.submitted',
      'post.submitted',
    ])
  })

  test('what is rolled back is not told', async () => {
    await add()
    await world.close()
    world = await openHouse('2026-11-20T08:00:00Z', { LIMIT_POSTS_PER_DAY: '0' })
    expect(await say('Ada', 'schedule in 2 hours to rehearsal: Too many')).toContain('allows 0 posts a day')
    expect(await log()).toEqual([])
  })

  test('nothing that a receiver does keeps a post from going out', async () => {
    await add()
    receiver.answer(() => 'drop')
    await schedule('Out all the same')
    await published()
    expect((await stores().feed.list(9)).map(({ text }) => text)).toEqual(['Out all the same'])
    expect((await stores().posts.byNumber(1))?.state).toBe('published')
  })

  test('one that hangs does not hold up the others', async () => {
    await add('/slow', 'for post.scheduled')
    await add('/quick', 'for post.scheduled')
    const quick = Promise.withResolvers<void>()
    receiver.answer(async ({ path }) => {
      if (path === '/quick') quick.resolve()
      else await quick.promise
      return { status: 200 }
    })
    await schedule()
    await world.pass(0)
    expect((await Promise.all([log(1), log(2)])).flat().map(({ state }) => state)).toEqual(['sent', 'sent'])
  })
})

describe('a receiver that does not take it', () => {
  test('is tried again later under the same id, signed anew', async () => {
    const secret = await add()
    receiver.answer(() => ({ status: 503 }))
    await schedule()
    await world.pass(0)
    await world.pass(4 * SECOND)
    expect(receiver.received).toHaveLength(1)
    receiver.answer(() => ({ status: 200 }))
    await world.pass(2 * SECOND)
    const [first, second, ...more] = receiver.received as [Received, Received]
    expect(more).toEqual([])
    expect(second.id).toBe(first.id)
    expect(second.body).toBe(first.body)
    expect(second.at).toBe(first.at + 6)
    expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature'])
    receiver.verified(second, secret)
    expect(await log()).toMatchObject([{ state: 'sent', tries: 2, status: 200, problem: null }])
    expect((await stores().hooks.list())[0]).toMatchObject({ state: 'active', failingSince: null })
  })

  test('is waited for as long as it asks', async () => {
    await add()
    receiver.answer(() => ({ status: 429, headers: { 'retry-after': '3600' } }))
    await schedule()
    await world.pass(0)
    await world.pass(59 * MINUTE)
    expect(receiver.received).toHaveLength(1)
    await world.pass(MINUTE)
    expect(receiver.received).toHaveLength(2)
  })

  test('is given up after three days of tries, and the call can be replayed', async () => {
    const secret = await add('/hook', 'for post.scheduled')
    receiver.answer(() => ({ status: 500 }))
    await schedule()
    await world.pass(0)
    for (let hour = 0; hour < 90; hour++) await world.pass(60 * MINUTE)
    expect(receiver.received).toHaveLength(10)
    const [call] = await log()
    expect(call).toMatchObject({ state: 'failed', tries: 10, status: 500 })
    receiver.answer(() => ({ status: 202 }))
    expect(await say('Grace', `hooks replay ${call?.code}`)).toContain('took post.scheduled #1 (HTTP 202')
    const [first, last] = [receiver.received[0], receiver.received.at(-1)] as [Received, Received]
    expect(last.id).toBe(first.id)
    expect(last.body).toBe(first.body)
    receiver.verified(last, secret)
    expect((await log()).map(({ state, round }) => `${state} ${round}`)).toEqual(['sent 1', 'failed 0'])
  })

  test('that says it is gone is removed, and the admins hear of it', async () => {
    await add()
    receiver.answer(() => ({ status: 410 }))
    await schedule()
    await world.pass(0)
    await world.pass(SECOND)
    expect((await stores().hooks.list())[0]).toMatchObject({ state: 'removed', sealed: null })
    expect(await toldTo('Grace')).toContain('was removed: its receiver is gone (HTTP 410)')
    expect(await toldTo('Ada')).toBe('')
    receiver.received.length = 0
    await published()
    expect(receiver.received).toEqual([])
    expect(await say('Grace', 'hooks log 1')).toContain('HTTP 410')
  })

  test('for five days is switched off with a word, and goes on when somebody resumes it', async () => {
    await add('/hook', 'for post.scheduled')
    receiver.answer(() => ({ status: 500 }))
    await schedule()
    for (let day = 0; day < 6; day++) {
      await say('Ada', `schedule in 10 days to rehearsal: Day ${day}`)
      for (let part = 0; part < 4; part++) await world.pass(DAY / 4)
    }
    expect((await stores().hooks.list())[0]?.state).toBe('off')
    expect(await toldTo('Grace')).toContain('was switched off: nothing has come through for five days')
    expect(new Set((await log()).map(({ state }) => state))).toEqual(new Set(['failed']))
    receiver.received.length = 0
    await say('Ada', 'schedule in 10 days to rehearsal: Nobody hears')
    await world.pass(0)
    expect(receiver.received).toEqual([])

    receiver.answer(() => ({ status: 200 }))
    expect(await say('Grace', 'hooks test 1')).toContain('took the trial call')
    await say('Grace', 'hooks resume 1')
    await say('Ada', 'schedule in 10 days to rehearsal: Heard again')
    await world.pass(0)
    expect(types()).toEqual(['hook.test', 'post.scheduled'])
  })

  test('moves: its redirect is not followed', async () => {
    await add()
    receiver.answer(({ path }) =>
      path === '/hook' ? { status: 307, headers: { location: '/inside' } } : { status: 200 },
    )
    await schedule()
    await world.pass(0)
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook'])
    expect((await log())[0]).toMatchObject({ state: 'waiting', status: 307 })
  })
})

async function toldTo(name: string): Promise<string> {
  const member = (await stores().workspace.members()).find((one) => one.name === name)
  const entries = await stores().transcript.list(`direct:${member?.id}`, 50)
  return entries.map((one) => plainText(one.message)).join('\n')
}

describe('a crash', () => {
  test('between the write and the send: it is sent after the restart, once', async () => {
    await add('/hook', 'for post.scheduled')
    await schedule()
    expect(receiver.received).toEqual([])
    await world.close()
    world = await openHouse('2026-11-20T08:00:05Z')
    await world.pass(0)
    await world.pass(5 * MINUTE)
    expect(types()).toEqual(['post.scheduled'])
  })

  test('between the send and its end: it is sent again when the lease is over, under the same id', async () => {
    await add('/hook', 'for post.scheduled')
    await schedule()
    const now = world.clock.now()
    const [claimed] = await world.house.storage.hookQueue.claim({
      now,
      leaseUntil: now + MINUTE,
      limit: 1,
      perHook: 1,
    })
    await world.close()
    world = await openHouse('2026-11-20T08:00:30Z')
    await world.pass(0)
    expect(receiver.received).toEqual([])
    await world.pass('2026-11-20T08:01:00Z')
    expect(receiver.received.map(({ id }) => id)).toEqual([claimed?.call.messageId])
    expect((await log())[0]).toMatchObject({ state: 'sent', tries: 2 })
  })

  test('in the middle of a commit: it is told that the delivery is unsure, and later that it is live', async () => {
    await add('/hook', 'for delivery')
    await schedule()
    const now = Temporal.Instant.from('2026-11-20T10:00:00Z').epochMilliseconds
    world.clock.set(now)
    const { queue, transaction } = world.house.storage
    const [claimed] = await queue.claimDue({ now, leaseUntil: now + MINUTE, worker: 'dead', limit: 1 })
    if (!claimed) throw new Error('Nothing was due')
    const { delivery } = claimed
    await transaction(claimed.workspaceId, ({ posts }) => posts.move(delivery.postId, 'start', { at: now }))
    await queue.beginAttempt({
      id: delivery.key,
      deliveryId: delivery.id,
      number: 1,
      part: 0,
      worker: 'dead',
      startedAt: now,
      endedAt: null,
      outcome: null,
      message: null,
    })
    await world.close()
    world = await openHouse('2026-11-20T10:00:01Z')
    for (let minute = 0; minute < 6; minute++) await world.pass(MINUTE)
    expect(types()).toEqual(['delivery.unsure', 'delivery.published'])
  })

  test('between a delivery’s end and its telling: it is told by the sweep', async () => {
    await add('/hook', 'for published, post.published')
    await schedule()
    const now = Temporal.Instant.from('2026-11-20T10:00:00Z').epochMilliseconds
    world.clock.set(now)
    const { queue, transaction } = world.house.storage
    const [claimed] = await queue.claimDue({ now, leaseUntil: now + MINUTE, worker: 'dead', limit: 1 })
    if (!claimed) throw new Error('Nothing was due')
    await transaction(claimed.workspaceId, ({ posts }) =>
      posts.move(claimed.delivery.postId, 'start', { at: now }),
    )
    await queue.release(claimed.delivery.id, 'dead', 'publish', {
      at: now,
      published: { remoteId: 'r', url: null },
      publishedAt: now,
    })
    await world.close()
    world = await openHouse('2026-11-20T10:00:30Z')
    await world.pass(0)
    await world.pass(20 * SECOND)
    await world.pass(20 * SECOND)
    expect(types().sort()).toEqual(['delivery.published', 'post.published'])
  })
})

describe('inside addresses', () => {
  test.each([
    'http://127.0.0.1:PORT/hook',
    'http://localhost:PORT/hook',
    'http://[::1]:PORT/hook',
    'http://[::ffff:127.0.0.1]:PORT/hook',
    'http://2130706433:PORT/hook',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/hook',
  ])('%s is refused, and nothing is sent or kept', async (address) => {
    await world.close()
    world = await openHouse('2026-11-20T08:00:00Z', { HOOK_ORIGINS: 'http://10.9.9.9:1' })
    const said = await say('Grace', `hooks add ${address.replace('PORT', new URL(receiver.origin).port)}`)
    expect(said).toContain('is not on the public internet')
    expect(receiver.received).toEqual([])
    expect(await stores().hooks.list()).toEqual([])
  })

  test('one that was allowed once and is no longer gets nothing more', async () => {
    await add()
    await world.close()
    world = await openHouse('2026-11-20T08:00:00Z', { HOOK_ORIGINS: 'http://10.9.9.9:1' })
    await schedule()
    await world.pass(0)
    expect(receiver.received).toEqual([])
    expect((await log())[0]).toMatchObject({
      state: 'failed',
      status: null,
      problem: 'Its address is not on the public internet',
    })
  })
})

test('neither the address nor the secret is in the open database, or shown again', async () => {
  const secret = await add('/very-private-path')
  const [hook] = await stores().hooks.list()
  expect(JSON.stringify(hook)).not.toMatch(/very-private-path|whsec_/)
  expect(await say('Grace', 'hooks')).not.toContain(secret.slice(6))
  const events = JSON.stringify(await stores().events.list())
  expect(events).toContain('hook.added')
  expect(events).not.toMatch(/very-private-path|whsec_/)
})

describe('reports from outside', () => {
  let address: string
  beforeEach(async () => {
    const said = await say('Grace', 'hooks incoming')
    const path = /\/hooks\/[\w-]+/.exec(said)?.[0]
    address = `http://127.0.0.1:${world.running.port}${path}`
  })

  async function report(body: unknown, to = address, method = 'POST') {
    const response = await fetch(to, {
      method,
      ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as { error?: string; changed?: boolean } }
  }

  /** A post whose only delivery was sent, and the answer lost. */
  async function unsure(): Promise<string> {
    await schedule()
    const now = Temporal.Instant.from('2026-11-20T10:00:00Z').epochMilliseconds
    world.clock.set(now)
    const { queue, transaction } = world.house.storage
    const [claimed] = await queue.claimDue({ now, leaseUntil: now + MINUTE, worker: 'w', limit: 1 })
    if (!claimed) throw new Error('Nothing was due')
    await transaction(claimed.workspaceId, ({ posts }) =>
      posts.move(claimed.delivery.postId, 'start', { at: now }),
    )
    await queue.release(claimed.delivery.id, 'w', 'lose', {
      at: now,
      problem: { ask: 'check', message: 'The answer was lost', code: 'asked' },
    })
    return claimed.delivery.id
  }

  test('an unsure delivery is confirmed, with where it is, and the post ends', async () => {
    const id = await unsure()
    const live = { delivery: '1.1', state: 'published', url: 'https://example.com/p/1' }
    expect(await report(live)).toEqual({
      status: 200,
      body: { ok: true, delivery: '1.1', state: 'published', changed: true },
    })
    expect(await stores().deliveries.get(id)).toMatchObject({
      state: 'published',
      published: { url: 'https://example.com/p/1' },
      problem: null,
    })
    expect((await stores().posts.byNumber(1))?.state).toBe('published')
    const trail = await stores().events.list({ subject: 'post:1' })
    expect(await report(live)).toMatchObject({ status: 200, body: { changed: false } })
    expect(await stores().events.list({ subject: 'post:1' })).toEqual(trail)
    expect(trail.map(({ verb }) => verb)).toContain('delivery.reported')
  })

  test('an unsure delivery is reported failed, by its id; live ones stay live', async () => {
    const id = await unsure()
    const failed = { delivery: id, state: 'failed', message: 'The token is too old' }
    expect(await report(failed)).toMatchObject({ status: 200, body: { changed: true } })
    expect(await stores().deliveries.get(id)).toMatchObject({
      state: 'failed',
      problem: { message: 'The token is too old' },
    })
    expect(await report(failed)).toMatchObject({ status: 200, body: { changed: false } })
    expect(await report({ delivery: id, metrics: { likes: 1 } })).toMatchObject({
      status: 409,
      body: { error: '1.1 is not live, so it has no metrics.' },
    })
    expect(await report({ delivery: id, state: 'published' })).toMatchObject({ status: 409 })
  })

  test('what is live can’t be reported failed; its address is learnt once', async () => {
    await schedule()
    await published()
    const [delivery] = await stores().deliveries.list({})
    expect(await report({ delivery: '1.1', state: 'failed' })).toEqual({
      status: 409,
      body: { error: '1.1 is live: it is not going out.' },
    })
    expect(await report({ delivery: '1.1', state: 'published', url: 'https://other.example' })).toEqual({
      status: 409,
      body: { error: '1.1 has another address already, and keeps it.' },
    })
    expect((await stores().deliveries.get(delivery?.id ?? ''))?.state).toBe('published')
  })

  test('a live delivery without an address gets the one that is reported', async () => {
    const id = await unsure()
    await report({ delivery: '1.1', state: 'published' })
    const url = 'https://example.com/later'
    expect(await report({ delivery: '1.1', state: 'published', url })).toMatchObject({
      body: { changed: true },
    })
    expect((await stores().deliveries.get(id))?.published?.url).toBe(url)
  })

  test('metrics are kept on top of what is known, and the same again is nothing new', async () => {
    await schedule()
    await published()
    const [delivery] = await stores().deliveries.list({})
    expect(await report({ delivery: '#1.1', metrics: { likes: 3, views: 40 } })).toMatchObject({
      body: { changed: true },
    })
    await world.pass(SECOND)
    expect(await report({ delivery: '1.1', metrics: { likes: 3 } })).toMatchObject({
      body: { changed: false },
    })
    expect(await report({ delivery: '1.1', metrics: { likes: 5 } })).toMatchObject({
      body: { changed: true },
    })
    const latest = await stores().deliveries.latestMetrics([delivery?.id ?? ''])
    expect([...latest.values()][0]?.metrics).toMatchObject({ likes: 5, views: 40 })
  })

  test('what goes out at this moment waits for its own end', async () => {
    await schedule()
    const now = Temporal.Instant.from('2026-11-20T10:00:00Z').epochMilliseconds
    await world.house.storage.queue.claimDue({ now, leaseUntil: now + DAY, worker: 'w', limit: 1 })
    expect(await report({ delivery: '1.1', state: 'published' })).toEqual({
      status: 409,
      body: { error: '1.1 is going out at this moment: report it again in a minute.' },
    })
  })

  test.each<[unknown, number, RegExp]>([
    ['no json', 400, /^This is not JSON\.$/],
    ['"text"', 400, /^This can't be taken: .+\.$/],
    [{}, 400, /"delivery" can't be taken: say which delivery/],
    [{ delivery: '1.1' }, 400, /neither a state nor metrics/],
    [{ delivery: 'first', state: 'published' }, 400, /called by its card/],
    [{ delivery: '1.1', state: 'gone' }, 400, /a state is "published" or "failed"/],
    [{ delivery: '1.1', state: 'published', url: 'javascript:alert(1)' }, 400, /no web address/],
    [{ delivery: '1.1', metrics: { likes: -1 } }, 400, /whole numbers from 0/],
    [{ delivery: '1.1', metrics: { claps: 1 } }, 400, /can't be taken/],
    [{ delivery: '1.1', state: 'published', more: 1 }, 400, /can't be taken/],
    [{ delivery: '9.1', state: 'published' }, 404, /no delivery 9\.1 in this workspace/],
    [{ delivery: '1.0', state: 'published' }, 404, /no delivery 1\.0/],
    ['x'.repeat(70_000), 413, /larger than/],
  ])('%j is refused in one sentence', async (body, status, sentence) => {
    await schedule()
    const refused = await report(body)
    expect(refused.status).toBe(status)
    expect(refused.body.error).toMatch(sentence)
  })

  test('only who has the secret is listened to, and only by POST; a new one ends the old', async () => {
    expect(await report({}, address.slice(0, -1))).toMatchObject({ status: 404 })
    expect(await report({}, `${address}0`)).toMatchObject({ status: 404 })
    expect(await report({}, address, 'GET')).toMatchObject({ status: 405 })
    await say('Grace', 'hooks incoming')
    expect(await report({ delivery: '1.1', state: 'published' })).toMatchObject({ status: 404 })
    expect(JSON.stringify(await stores().events.list())).not.toContain(address.split('/').at(-1))
  })
})
