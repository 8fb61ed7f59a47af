import { connect, createServer as createTcpServer } from 'node:net'
import { Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import type { Routes } from '../../src/app/routes.ts'
import { createMediaLinks } from '../../src/http/media-links.ts'
import { createServer, type HttpServer, type ServerOptions } from '../../src/http/server.ts'
import { DAY, HOUR, standingClock } from '../../src/kit/clock.ts'
import { silentLog } from '../../src/kit/log.ts'
import type { ServedFile } from '../../src/kit/serve-bytes.ts'
import { UserError } from '../../src/kit/user-error.ts'
import { BlobError } from '../../src/library/blob-error.ts'
import type { FeedItem } from '../../src/playground/feed.ts'
import { memoryFeed } from '../surfaces/playground/memory-stores.ts'

const clock = standingClock('2026-11-27T08:00:00Z')
const running: HttpServer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(100)))
})

const plainOptions = (): ServerOptions => ({
  host: '127.0.0.1',
  port: 0,
  log: silentLog,
  clock,
  metrics: new Registry(),
  readiness: async () => ({ ok: true }),
})

async function serve(changes: Partial<ServerOptions> = {}): Promise<{ url: string; server: HttpServer }> {
  const server = createServer({ ...plainOptions(), ...changes })
  running.push(server)
  const { url } = await server.start()
  return { url, server }
}

const route = (path: string, handle: (request: Request) => Promise<Response | undefined>): Routes => ({
  path,
  handle,
})

test('health says alive, ready and late', async () => {
  let overdue = 0
  const { url } = await serve({ readiness: async () => ({ ok: overdue === 0, overdue }) })
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ ok: true })
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  overdue = 3
  const late = await fetch(`${url}/readyz`)
  expect([late.status, await late.json()]).toEqual([503, { ok: false, overdue: 3 }])
})

test('the longest path that answers takes the request, and every answer has its safe headers', async () => {
  const said = (words: string) => async () => new Response(words)
  const { url } = await serve({
    routes: [
      route('', async (request) =>
        new URL(request.url).pathname === '/'
          ? new Response('page', { headers: { 'x-frame-options': 'SAMEORIGIN' } })
          : undefined,
      ),
      route('/slack', said('slack')),
      route('/slack/events', said('events')),
    ],
  })
  const texts = ['/', '/slack', '/slack/install', '/slack/events'].map(async (path) =>
    (await fetch(url + path)).text(),
  )
  expect(await Promise.all(texts)).toEqual(['page', 'slack', 'slack', 'events'])

  const nothing = await fetch(`${url}/slackery`)
  expect([nothing.status, await nothing.json()]).toEqual([404, { error: 'There is nothing here.' }])
  expect(nothing.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(nothing.headers.get('x-content-type-options')).toBe('nosniff')
  expect((await fetch(url)).headers.get('x-frame-options')).toBe('SAMEORIGIN')
})

test('an error is answered with its id and never with its words; a UserError with its own', async () => {
  const { url } = await serve({
    routes: [
      route('/ours', async () => {
        throw new Error('password is hunter2')
      }),
      route('/theirs', async () => {
        throw new UserError('The state of this log-in is over.')
      }),
    ],
  })
  const ours = await fetch(`${url}/ours`)
  expect(ours.status).toBe(500)
  expect(await ours.text()).toMatch(/written down as [0-9a-f-]{36}; please try again/)
  const theirs = await fetch(`${url}/theirs`)
  expect([theirs.status, await theirs.json()]).toEqual([400, { error: 'The state of this log-in is over.' }])
})

test('an answer that never comes is given up', async () => {
  const { url } = await serve({ answerWithin: 50, routes: [route('/never', () => new Promise(() => {}))] })
  expect((await fetch(`${url}/never`)).status).toBe(500)
})

test('a body that is too large is refused, whether it says so or streams', async () => {
  const read: number[] = []
  const { url } = await serve({
    routes: [
      {
        path: '/small',
        maxBody: 10,
        handle: async (request) => {
          read.push((await request.arrayBuffer()).byteLength)
          return new Response('read')
        },
      },
    ],
  })
  const post = (body: BodyInit) =>
    fetch(`${url}/small`, { method: 'POST', body, duplex: 'half' } as RequestInit)
  expect((await post('0123456789')).status).toBe(200)
  expect((await post('01234567890')).status).toBe(413)
  const streamed = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(8))
      controller.enqueue(new Uint8Array(8))
      controller.close()
    },
  })
  expect((await post(streamed)).status).toBe(413)
  expect(read).toEqual([10])
})

test('metrics count what the server answered', async () => {
  const { url } = await serve({ routes: [route('/x', async () => new Response('x'))] })
  await (await fetch(`${url}/x`)).text()
  await (await fetch(`${url}/nothing`)).text()
  const text = await (await fetch(`${url}/metrics`)).text()
  expect(text).toContain('crier_http_request_seconds_count{method="GET",route="/x",status="200"} 1')
  expect(text).toContain('crier_http_request_seconds_count{method="GET",route="none",status="404"} 1')
})

test('a taken port and a strange address are one sentence and a way out', async () => {
  const other = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  const refusedStart = async (changes: Partial<ServerOptions>) =>
    createServer({ ...plainOptions(), ...changes })
      .start()
      .then(
        () => expect.unreachable(),
        (error) => error,
      )
  const taken = await refusedStart({ port })
  expect(taken).toBeInstanceOf(UserError)
  expect(taken.message).toBe(`Port ${port} on 127.0.0.1 is taken by another program.`)
  expect(taken.wayOut).toContain(`PORT=${port + 1}`)
  expect((await refusedStart({ host: '203.0.113.7' })).message).toContain('HOST is 203.0.113.7')
  other.close()
})

test('two Criers do not share a port, though each has several doors to it', async () => {
  const { url } = await serve()
  const second = createServer({ ...plainOptions(), port: Number(new URL(url).port) })
  await expect(second.start()).rejects.toThrow('is taken by another program')
})

test('many who come at once are let in together, not one in each turn of a busy loop', async () => {
  const CALLERS = 96
  const { url } = await serve({ routes: [route('/x', async () => new Response('x'))] })
  const { port } = new URL(url)
  let turns = 0
  const spin = setInterval(() => {
    turns += 1
    for (const until = performance.now() + 10; performance.now() < until; );
  }, 1)
  const call = (): Promise<number> =>
    new Promise((answered, failed) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('GET /x HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n'),
      )
      socket.once('error', failed)
      socket.once('data', () => {
        answered(turns)
        socket.destroy()
      })
    })
  const answeredAt = await Promise.all(Array.from({ length: CALLERS }, call))
  clearInterval(spin)
  if (process.platform === 'linux') expect(Math.max(...answeredAt)).toBeLessThan(CALLERS / 2)
})

test('closing finishes what is in flight, ends streams, and takes no more', async () => {
  const release = Promise.withResolvers<void>()
  const { url, server } = await serve({
    routes: [
      route('/slow', async () => {
        await release.promise
        return new Response('done')
      }),
      route('/stream', async () => {
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode(': hi\n\n')),
        })
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      }),
    ],
  })
  const slow = fetch(`${url}/slow`)
  const stream = await fetch(`${url}/stream`)
  const reading = stream.text().then(
    () => 'ended',
    () => 'ended',
  )
  await new Promise((resolve) => setTimeout(resolve, 50))
  const closed = server.close(5000)
  setTimeout(() => release.resolve(), 50)
  expect(await (await slow).text()).toBe('done')
  expect(await reading).toBe('ended')
  await closed
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})

test('what is not HTTP is told so', async () => {
  const { url } = await serve()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('hello there\r\n\r\n')
  const said: string[] = []
  for await (const chunk of socket) said.push(String(chunk))
  expect(said.join('')).toContain('400 Bad Request')
})

const links = createMediaLinks(new Uint8Array(32).fill(7), clock)

const inMemory = (bytes: Uint8Array<ArrayBuffer>): Pick<ServedFile, 'size' | 'open'> => ({
  size: bytes.byteLength,
  open: async ({ from, to }) => new Blob([bytes.subarray(from, to)]).stream(),
})

async function serveMedia(type: string, bytes = new TextEncoder().encode('0123456789')) {
  return serve({
    media: {
      links,
      open: async ({ mediaId }) =>
        mediaId === 'gone' ? undefined : { ...inMemory(bytes), type, filename: 'a "b".svg' },
    },
  })
}

test('a media link opens its file until it is over', async () => {
  const { url } = await serveMedia('image/png')
  const path = links.sign({ workspaceId: 'w', mediaId: 'm', expiresAt: clock.now() + HOUR })
  const shown = await fetch(url + path)
  expect(await shown.text()).toBe('0123456789')
  expect(shown.headers.get('content-type')).toBe('image/png')
  expect(shown.headers.get('content-disposition')).toBe('inline')
  expect(shown.headers.get('content-security-policy')).toContain('sandbox')
  expect(shown.headers.get('cache-control')).toBe('private, max-age=3600, immutable')

  const part = await fetch(url + path, { headers: { range: 'bytes=2-4' } })
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 2-4/10',
    '234',
  ])
  const end = await fetch(url + path, { headers: { range: 'bytes=-3' } })
  expect(await end.text()).toBe('789')
  expect((await fetch(url + path, { headers: { range: 'bytes=20-' } })).status).toBe(416)
  const head = await fetch(url + path, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])

  expect((await fetch(url + path.replace('/w.', '/other.'))).status).toBe(403)
  expect((await fetch(`${url + path}A`)).status).toBe(403)
  expect((await fetch(`${url}/media/`)).status).toBe(403)
  const gone = links.sign({ workspaceId: 'w', mediaId: 'gone', expiresAt: clock.now() + HOUR })
  expect((await fetch(url + gone)).status).toBe(404)
  const old = links.sign({ workspaceId: 'w', mediaId: 'm', expiresAt: clock.now() - 1000 })
  expect((await fetch(url + old)).status).toBe(403)
})

test('a media link says whether its file is gone or only away', async () => {
  const failing = (why: 'missing' | 'away') =>
    serve({
      media: {
        links,
        open: async () => ({
          size: 10,
          type: 'image/png',
          open: () => Promise.reject(new BlobError(why, 'the media storage does not answer')),
        }),
      },
    })
  const path = links.sign({ workspaceId: 'w', mediaId: 'm', expiresAt: clock.now() + HOUR })
  const away = await fetch((await failing('away')).url + path)
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '30'])
  expect((await fetch((await failing('missing')).url + path)).status).toBe(404)
})

test('a link signed with another key opens nothing', () => {
  const claim = { workspaceId: 'w', mediaId: 'm', expiresAt: clock.now() + DAY }
  const signed = (key: number) =>
    createMediaLinks(new Uint8Array(32).fill(key), clock).sign(claim).slice('/media/'.length)
  expect(links.verify(signed(7))).toEqual(claim)
  expect(links.verify(signed(8))).toBeUndefined()
})

test('what a browser could run is downloaded instead', async () => {
  const { url } = await serveMedia('image/svg+xml')
  const path = links.sign({ workspaceId: 'w', mediaId: 'm', expiresAt: clock.now() + HOUR })
  const answer = await fetch(url + path)
  expect(answer.headers.get('content-type')).toBe('application/octet-stream')
  expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''a%20%22b%22.svg")
})

async function serveFeed() {
  const feed = memoryFeed()
  const told: string[] = []
  const { url } = await serve({
    rehearsal: {
      clock,
      feedOf: async (token) => (token === 'right' ? { workspaceId: 'w', feed } : undefined),
      address: (item: FeedItem) => `http://crier.test/#item-${item.id}`,
      published: (workspace, item) => told.push(`${workspace} ${item.text}`),
    },
  })
  const call = (path: string, init: RequestInit = {}, token = 'right') =>
    fetch(`${url}/rehearsal${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    })
  const publish = (item: object, headers: Record<string, string> = {}) =>
    call('/items', {
      method: 'POST',
      body: JSON.stringify(item),
      headers: { 'content-type': 'application/json', ...headers },
    })
  return { feed, told, call, publish }
}

test('the feed takes an item once per key, tells where it is, and makes up numbers that grow', async () => {
  const { feed, told, call, publish } = await serveFeed()
  const item = {
    key: 'k1',
    handle: '@acme',
    text: 'We ship on Friday',
    media: [{ mediaId: 'm1', alt: 'A bell' }],
    replyTo: null,
  }
  const made = await publish(item, { 'idempotency-key': 'k1' })
  const again = await publish(item)
  expect([made.status, again.status]).toEqual([201, 200])
  const first = await made.json()
  const second = await again.json()
  expect(second).toEqual(first)
  expect(first).toEqual({ id: expect.any(String), url: `http://crier.test/#item-${first.id}` })
  expect((await feed.list(10)).map(({ text, dryRunOf }) => [text, dryRunOf])).toEqual([
    ['We ship on Friday', null],
  ])
  expect(told[0]).toBe('w We ship on Friday')

  expect(await (await call('/items/by-key/k1')).json()).toEqual(first)
  expect((await call('/items/by-key/k2')).status).toBe(404)
  expect((await call('/items/by-key/%zz')).status).toBe(404)

  const young = await (await call(`/items/${first.id}/metrics`)).json()
  clock.advance(DAY)
  const old = await (await call(`/items/${first.id}/metrics`)).json()
  clock.advance(-DAY)
  expect(young.views).toBe(0)
  expect(old.views).toBeGreaterThan(0)
  expect(old.likes).toBeLessThan(old.views)

  expect((await call(`/items/${first.id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await call(`/items/${first.id}/metrics`)).status).toBe(404)
  expect((await call(`/items/${first.id}`, { method: 'DELETE' })).status).toBe(204)
})

test('the feed refuses strangers and what it cannot read in one sentence', async () => {
  const { call, publish } = await serveFeed()
  expect((await call('/items/by-key/k1', {}, 'wrong')).status).toBe(401)
  expect((await publish({ key: 'k1', text: 'no handle' })).status).toBe(422)
  expect((await publish({ key: 'k1', handle: 'a', text: 'x' }, { 'idempotency-key': 'other' })).status).toBe(
    422,
  )
  expect((await call('/items', { method: 'POST', body: '{' })).status).toBe(422)
})
