import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '../../src/kit/log.ts'
import { createHttp } from '../../src/platforms/contract/http.ts'
import type { Phase } from '../../src/platforms/contract/refusal.ts'
import { waitOf } from '../../src/platforms/contract/wait.ts'
import { type Received, type Reply, startServer } from './fault-server.ts'
import { expectNothingPrivate, failureOf, NOW } from './stage.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function serverThat(reply: (request: Received) => Reply) {
  const server = await startServer(reply)
  cleanUps.push(server.stop)
  return server
}

function httpTo(...origins: string[]) {
  const http = createHttp({
    platform: { name: 'test', label: 'Test' },
    log: silentLog,
    now: () => NOW,
    allowOrigins: origins,
    longest: 2_000,
  })
  cleanUps.push(() => http.close())
  return http
}

const call = (url: string, phase: Phase = 'look') => ({
  phase,
  name: 'try',
  url,
  signal: new AbortController().signal,
})

describe('what was never sent may be sent again, on a commit too', () => {
  it.each<[string, () => Promise<string>, RegExp]>([
    ['no such host', async () => 'http://no-such-host.invalid', /ENOTFOUND|EAI_AGAIN/],
    [
      'no TLS there',
      async () => (await serverThat(() => ({ status: 200 }))).url.replace('http:', 'https:'),
      /SSL|TLS|EPROTO/,
    ],
    ['already interrupted', async () => (await serverThat(() => ({ status: 200 }))).url, /ABORTED/],
  ])('%s', async (name, address, code) => {
    const url = await address()
    const signal = name === 'already interrupted' ? AbortSignal.abort() : new AbortController().signal
    const error = await failureOf(
      httpTo(new URL(url).origin).send({ ...call(url, 'commit'), body: { json: {} }, signal }),
    )
    expect(error.next).toEqual({ do: 'retry' })
    expect(error.code).toMatch(code)
  })

  it('a connection that takes the request and closes is a lost answer', async () => {
    const rude = createServer((socket) => socket.once('data', () => socket.destroy()))
    const port = await new Promise<number>((listening) =>
      rude.listen(0, '127.0.0.1', () => listening((rude.address() as { port: number }).port)),
    )
    cleanUps.push(() => new Promise((closed) => rude.close(closed)))
    const url = `http://127.0.0.1:${port}`
    expect((await failureOf(httpTo(url).send({ ...call(url, 'commit'), body: { json: {} } }))).next).toEqual({
      do: 'check',
    })
    expect((await failureOf(httpTo(url).send({ ...call(url, 'prepare'), body: { json: {} } }))).next).toEqual(
      { do: 'retry' },
    )
  })
})

describe('an interrupted call ends at once', () => {
  it.each<[Phase, string]>([
    ['commit', 'check'],
    ['prepare', 'retry'],
    ['look', 'retry'],
  ])('on %s it is %s', async (phase, verdict) => {
    const stop = new AbortController()
    const server = await serverThat(() => {
      setTimeout(() => stop.abort(), 20)
      return 'hang'
    })
    const error = await failureOf(
      httpTo(server.url).send({ ...call(server.url, phase), signal: stop.signal }),
    )
    expect(error).toMatchObject({ next: { do: verdict }, code: 'ABORTED' })
  })
})

describe('verdicts by status', () => {
  it.each<[number, Phase, string]>([
    [400, 'commit', 'edit'],
    [401, 'commit', 'reconnect'],
    [403, 'commit', 'edit'],
    [404, 'commit', 'edit'],
    [408, 'commit', 'check'],
    [409, 'commit', 'check'],
    [413, 'commit', 'edit'],
    [422, 'commit', 'edit'],
    [425, 'commit', 'retry'],
    [429, 'commit', 'retry'],
    [500, 'commit', 'check'],
    [502, 'commit', 'check'],
    [503, 'commit', 'check'],
    [504, 'commit', 'check'],
    [409, 'prepare', 'retry'],
    [500, 'prepare', 'retry'],
    [503, 'look', 'retry'],
    [401, 'connect', 'reconnect'],
  ])('%i on %s is %s', async (status, phase, verdict) => {
    const { url } = await serverThat(() => ({ status, json: { error: 'Because' } }))
    const error = await failureOf(httpTo(url).send({ ...call(url, phase), body: { json: {} } }))
    expect(error.next.do).toBe(verdict)
    expect(error.message).toContain('Because')
  })

  it('a platform’s own reading comes first, but nothing is unsure before the commit', async () => {
    const { url } = await serverThat(() => ({ status: 400, json: {} }))
    const refusal = () => ({ next: { do: 'check' } as const, message: 'Odd', code: 'X1' })
    expect(await failureOf(httpTo(url).send({ ...call(url, 'prepare'), refusal }))).toMatchObject({
      next: { do: 'retry' },
      message: 'Odd',
      code: 'X1',
    })
    expect((await failureOf(httpTo(url).send({ ...call(url, 'commit'), refusal }))).next).toEqual({
      do: 'check',
    })
  })
})

describe('reading', () => {
  it('follows a redirect of a read, and leaves the token behind', async () => {
    const there = await serverThat(() => ({ status: 200, json: { ok: true } }))
    const here = await serverThat(() => ({ status: 302, headers: { location: `${there.url}/moved` } }))
    const answer = await httpTo(here.url, there.url).send({
      ...call(here.url),
      token: 'secret-token',
      answer: z.object({ ok: z.boolean() }),
    })
    expect(answer.data).toEqual({ ok: true })
    expect(here.received[0]?.headers.authorization).toBe('Bearer secret-token')
    expect(there.received[0]?.headers.authorization).toBeUndefined()
  })

  it('does not follow one into a private network', async () => {
    const inside = await serverThat(() => ({ status: 200, json: {} }))
    const here = await serverThat(() => ({ status: 302, headers: { location: inside.url } }))
    expect(await failureOf(httpTo(here.url).send(call(here.url)))).toMatchObject({
      next: { do: 'edit' },
      code: 'ERR_PRIVATE_ADDRESS',
    })
    expect(inside.received).toEqual([])
  })

  it('ends a circle of redirects', async () => {
    const here = await serverThat(() => ({ status: 302, headers: { location: '/again' } }))
    expect((await failureOf(httpTo(here.url).send(call(here.url)))).code).toBe('302')
    expect(here.received).toHaveLength(4)
  })

  it('tells what is not there from what went wrong', async () => {
    let status = 404
    const { url } = await serverThat(() => ({ status, json: { error: 'Gone' } }))
    const http = httpTo(url)
    expect(await http.find(call(url))).toBeUndefined()
    expect((await failureOf(http.send(call(url)))).next).toEqual({ do: 'edit' })
    status = 500
    expect((await failureOf(http.find(call(url)))).next).toEqual({ do: 'retry' })
  })

  it('does not read without end', async () => {
    const { url } = await serverThat(() => ({ status: 200, text: 'x'.repeat(100_000) }))
    const big = { maxBytes: 10_000, body: { json: {} } }
    expect(await failureOf(httpTo(url).send({ ...call(url, 'commit'), ...big }))).toMatchObject({
      next: { do: 'check' },
      code: 'ANSWER_TOO_LARGE',
    })
    expect((await failureOf(httpTo(url).send({ ...call(url), ...big }))).next).toEqual({ do: 'retry' })
  })
})

describe('sending', () => {
  it.each<[string, Parameters<ReturnType<typeof httpTo>['send']>[0]['body'], string, RegExp]>([
    ['JSON', { json: { a: 'é' } }, 'application/json', /^\{"a":"é"\}$/],
    [
      'a form',
      { form: { a: 'é &', b: 1, c: true, d: undefined } },
      'application/x-www-form-urlencoded',
      /^a=%C3%A9\+%26&b=1&c=true$/,
    ],
    ['bytes', { bytes: Buffer.from('raw'), type: 'image/png' }, 'image/png', /^raw$/],
    ['a stream', { stream: streamOf('one', 'two'), type: 'video/mp4', size: 6 }, 'video/mp4', /^onetwo$/],
    [
      'several parts',
      {
        multipart: [
          { name: 'about', value: 'Kettle' },
          { name: 'file', bytes: Buffer.from('raw'), type: 'image/png', filename: 'k.png' },
        ],
      },
      'multipart/form-data; boundary=',
      /name="about"\r\n\r\nKettle\r\n.*name="file"; filename="k\.png"\r\nContent-Type: image\/png\r\n\r\nraw\r\n/s,
    ],
  ])('%s', async (_name, body, type, text) => {
    const server = await serverThat(() => ({ status: 200 }))
    await httpTo(server.url).send({ ...call(server.url, 'prepare'), ...(body ? { body } : {}) })
    const [got] = server.received
    expect(got?.method).toBe('POST')
    expect(got?.headers['content-type']).toContain(type)
    expect(got?.headers['content-length']).toBeDefined()
    expect(got?.text).toMatch(text)
  })

  it('puts a query into the address', async () => {
    const server = await serverThat(() => ({ status: 200 }))
    await httpTo(server.url).send({
      ...call(`${server.url}/x?a=1`),
      query: { b: 'é&', c: ['1', '2'], d: undefined, e: false },
    })
    expect(server.received[0]?.query.toString()).toBe('a=1&b=%C3%A9%26&c=1&c=2&e=false')
  })

  it('refuses what is no web address, without repeating it', async () => {
    for (const url of ['file:///etc/passwd', 'secret-nonsense', 'gopher://x/secret']) {
      const error = await failureOf(httpTo().send(call(url)))
      expect(error).toMatchObject({ next: { do: 'edit' }, code: 'BAD_ADDRESS' })
      expectNothingPrivate([error], ['secret', 'passwd'])
    }
  })
})

describe('secrets in what a platform repeats', () => {
  it('are taken out wherever they were sent', async () => {
    const server = await serverThat(({ headers, query, text }) => ({
      status: 400,
      json: {
        message: `${headers.authorization} ${headers['x-api-key']} ${query.get('access_token')} ${decodeURIComponent(text)}`,
      },
    }))
    const error = await failureOf(
      httpTo(server.url).send({
        ...call(server.url, 'prepare'),
        token: 'bearer-1234567',
        headers: { 'x-api-key': 'apikey-1234567' },
        query: { access_token: 'query-1234567' },
        body: { form: { client_secret: 'form-1234567', status: 'Our new kettle' } },
      }),
    )
    expectNothingPrivate(
      [error],
      ['bearer-1234567', 'apikey-1234567', 'query-1234567', 'form-1234567', 'Our new kettle'],
    )
  })
})

describe('how long to wait', () => {
  const at = NOW + 120_000
  it.each<[string, Record<string, string>]>([
    ['seconds', { 'retry-after': '120' }],
    ['an HTTP date', { 'retry-after': 'Fri, 20 Nov 2026 12:02:00 GMT' }],
    ['unix seconds (X, Bluesky)', { 'x-rate-limit-reset': String(at / 1000) }],
    ['unix seconds (Bluesky)', { 'ratelimit-reset': String(at / 1000) }],
    ['unix milliseconds', { 'x-ratelimit-reset': String(at) }],
    ['an ISO time (Mastodon)', { 'x-ratelimit-reset': '2026-11-20T12:02:00.000Z' }],
    ['seconds with a fraction', { 'x-ratelimit-reset-after': '120.0' }],
    ['seconds, by the IETF draft', { 'ratelimit-reset': '120' }],
    ['the newer IETF draft', { ratelimit: '"default";r=0;t=120' }],
    ['the surest of several', { 'x-ratelimit-reset': '9', 'retry-after': '120' }],
    ['the next where one makes no sense', { 'retry-after': 'soon', 'ratelimit-reset': '120' }],
  ])('is read from %s', (_name, headers) => expect(waitOf(429, (name) => headers[name], NOW)).toBe(at))

  it.each<[string, number, Record<string, string>]>([
    ['nothing is said', 429, {}],
    ['it is past', 429, { 'x-ratelimit-reset': '2026-11-20T11:00:00Z' }],
    ['it is a year off', 429, { 'retry-after': '31536000' }],
    ['it is nonsense', 429, { 'retry-after': '-5' }],
    ['the limit is not why', 503, { 'x-ratelimit-reset': String(at) }],
  ])('is left to us where %s', (_name, status, headers) =>
    expect(waitOf(status, (name) => headers[name], NOW)).toBeUndefined(),
  )
})

async function* streamOf(...parts: string[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}
