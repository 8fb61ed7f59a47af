import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Outlet } from '../../src/deliveries/deliver.ts'
import { settle } from '../../src/deliveries/settle.ts'
import webhook from '../../src/platforms/webhook.ts'
import { type Reply, startServer } from './fault-server.ts'
import { failureOf, image, memoryProgress, NOW, publication, stageFor, TEXT } from './stage.ts'

const [form] = webhook.connect
if (form.by !== 'form') throw new Error('A webhook connects by a form')
const { open } = form

let reply: Reply
let server: Awaited<ReturnType<typeof startServer>>
beforeEach(async () => {
  // The verifier refuses what is five minutes off, by the machine's own clock.
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
  reply = { status: 200 }
  server = await startServer(() => reply)
})
afterEach(async () => {
  vi.useRealTimers()
  await server.stop()
})

const stage = (credentials: unknown = {}) =>
  stageFor(webhook, { apiUrl: server.url, credentials, account: { handle: 'Zapier' } })

async function connected(values: Record<string, string> = {}) {
  const account = await open({ url: `${server.url}/hook/s3cr3t`, ...values }, stage().io)
  return { account, io: stage(webhook.credentials.parse(account.credentials)).io }
}

const verified = (secret: string, at = -1): unknown => {
  const got = server.received.at(at)
  return new Webhook(secret).verify(got?.text ?? '', got?.headers as Record<string, string>)
}

it('is signed so that the specification’s own verifier takes it', async () => {
  const { account, io } = await connected()
  const { secret } = account.credentials as { secret: string }
  expect(verified(secret)).toEqual({
    type: 'account.connected',
    timestamp: '2026-11-20T12:00:00Z',
    data: { account: new URL(server.url).host },
  })

  const published = await webhook.commit(publication({ media: [image()] }), io, memoryProgress(), 0)
  expect(verified(secret)).toEqual({
    type: 'post.published',
    timestamp: '2026-11-20T12:00:00Z',
    data: {
      id: publication().key,
      account: 'Zapier',
      text: TEXT,
      media: [
        {
          url: 'https://crier.example/media/media-1',
          type: 'image/png',
          alt: 'A blue kettle',
          filename: 'media-1.png',
          size: 70,
          width: 1,
          height: 1,
        },
      ],
    },
  })
  expect(published).toEqual({ remoteId: publication().key, url: null })
  expect(() => verified(`whsec_${Buffer.alloc(32).toString('base64')}`)).toThrow()
})

it('keeps its id in every attempt, with a timestamp of its own', async () => {
  const { io } = await connected()
  await webhook.commit(publication(), io, memoryProgress(), 0)
  await webhook.commit(publication(), { ...io, now: NOW + 90_000 }, memoryProgress(), 0)
  const [first, second] = server.received.slice(-2)
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
  expect(second?.text).toBe(first?.text)
  expect(Number(second?.headers['webhook-timestamp']) - Number(first?.headers['webhook-timestamp'])).toBe(90)
})

it('takes the address of the post from a receiver that tells it', async () => {
  const { io } = await connected()
  reply = { status: 201, json: { url: 'https://blog.example/42' } }
  expect((await webhook.commit(publication(), io, memoryProgress(), 0)).url).toBe('https://blog.example/42')
  reply = { status: 201, json: { url: 'javascript:alert(1)' } }
  expect((await webhook.commit(publication(), io, memoryProgress(), 0)).url).toBeNull()
})

it.each<[string, Reply, Record<string, unknown>]>([
  ['410', { status: 410 }, { do: 'reconnect' }],
  ['404', { status: 404 }, { do: 'reconnect' }],
  ['400', { status: 400 }, { do: 'edit' }],
  ['429', { status: 429, headers: { 'retry-after': '7' } }, { do: 'retry', after: NOW + 7_000 }],
  // It may have got as far as publishing.
  ['408', { status: 408 }, { do: 'check' }],
  ['409', { status: 409 }, { do: 'check' }],
  ['500', { status: 500 }, { do: 'check' }],
  ['502', { status: 502 }, { do: 'check' }],
  ['503', { status: 503 }, { do: 'check' }],
  ['no answer', 'drop', { do: 'check' }],
  // It says itself that it has not, and when it will.
  [
    '503 for a while',
    { status: 503, headers: { 'retry-after': '600' } },
    { do: 'retry', after: NOW + 600_000 },
  ],
])('%s is %j', async (_status, answer, next) => {
  const { io } = await connected()
  reply = answer
  expect((await failureOf(webhook.commit(publication(), io, memoryProgress(), 0))).next).toEqual(next)
})

it('a receiver that is down proves that nothing was taken', async () => {
  const { io } = await connected()
  await server.stop()
  expect((await failureOf(webhook.commit(publication(), io, memoryProgress(), 0))).next).toEqual({
    do: 'retry',
  })
  server = await startServer(() => reply)
})

describe('an answer that was lost', () => {
  const settled = (lost: number, now: number) => {
    const attempts = Array.from({ length: lost }, (_, index) => ({
      id: `a${index}`,
      deliveryId: 'd',
      number: index + 1,
      part: 0,
      worker: 'w',
      startedAt: NOW + index,
      endedAt: NOW + index,
      outcome: 'check' as const,
      message: null,
    }))
    const delivery = { id: 'd', progress: {}, problem: null } as unknown as Parameters<typeof settle>[0]
    const outlet = { platform: webhook, publication: publication(), io: stage().io } as Outlet
    return settle(delivery, attempts, outlet, { now, random: 1 })
  }
  const SECOND = 1_000
  const HOUR = 3_600 * SECOND

  it('is cleared up by sending it again under its id: at once, then after pauses that grow', async () => {
    const again = { move: 'retryLater', changes: { progress: { '#doubt:0': NOW } } }
    expect(await settled(1, NOW + 10)).toMatchObject(again)
    expect(await settled(1, NOW + 10)).toMatchObject({ changes: { dueAt: NOW + 10 } })
    expect(await settled(7, NOW + 10)).toMatchObject(again)
    expect(await settled(7, NOW + 10)).toMatchObject({ changes: { dueAt: NOW + 10 + 480 * SECOND } })
  })

  it('is a person’s after eight of them, and once the receiver may have forgotten the id', async () => {
    expect(await settled(8, NOW + 10)).toMatchObject({ move: 'ask', changes: { problem: { ask: 'check' } } })
    expect(await settled(1, NOW + 71 * HOUR)).toMatchObject({ move: 'retryLater' })
    expect(await settled(1, NOW + 72 * HOUR)).toMatchObject({ move: 'ask' })
  })
})

describe('connecting', () => {
  it('makes a secret and shows it once', async () => {
    const { account } = await connected({ name: 'Zapier' })
    const { secret } = account.credentials as { secret: string }
    expect(account.handle).toBe('Zapier')
    expect(account.showOnce).toEqual([{ label: 'Signing secret', value: secret }])
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32)
    // An address such as Zapier's is a key of its own: nothing that is kept in the open tells it.
    expect(JSON.stringify([account.externalId, account.handle, account.facts])).not.toContain('s3cr3t')
  })

  it('takes a secret that is there already, and does not show it', async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    const { account } = await connected({ secret })
    expect(account.credentials).toMatchObject({ secret })
    expect(account.showOnce).toBeUndefined()
    verified(secret)
  })

  it.each<[string, Record<string, string>, Reply, string, RegExp]>([
    ['no address', { url: 'zapier' }, { status: 200 }, 'url', /not a web address/],
    ['a file', { url: 'file:///etc/passwd' }, { status: 200 }, 'url', /not a web address/],
    [
      'a password in it',
      { url: 'https://me:pass@hooks.example/' },
      { status: 200 },
      'url',
      /not a web address/,
    ],
    [
      'a private address',
      { url: 'http://169.254.169.254/latest' },
      { status: 200 },
      'url',
      /private network/,
    ],
    ['a short secret', { secret: 'hello' }, { status: 200 }, 'secret', /not a signing secret/],
    ['a receiver that is off', {}, { status: 404 }, 'url', /trial call/],
    ['a receiver that fails', {}, { status: 500 }, 'url', /trial call/],
    [
      'a receiver that moved',
      {},
      { status: 301, headers: { location: 'https://example.com' } },
      'url',
      /moved/,
    ],
  ])('tells what is wrong: %s', async (_name, values, answer, field, words) => {
    reply = answer
    await expect(connected(values)).rejects.toMatchObject({
      name: 'UserError',
      field,
      message: expect.stringMatching(words),
    })
  })
})
