import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { SendError } from '../../../src/app/surface.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { silentLog } from '../../../src/kit/log.ts'
import * as say from '../../../src/message/message.ts'
import { lookUpScopes } from '../../../src/surfaces/slack/doctor.ts'
import { slackManifest } from '../../../src/surfaces/slack/manifest.ts'
import { slackScopes } from '../../../src/surfaces/slack/scopes.ts'
import { createSlackSurface } from '../../../src/surfaces/slack/slack-surface.ts'
import { until } from '../../until.ts'
import { textsIn, violations } from './contract.ts'
import { installationsInMemory } from './running.ts'
import { BOT_TOKEN, type Json, SIGNING_SECRET, signed, TEAM } from './slack-server.ts'
import { createSmallDesk } from './small-desk.ts'

/** Slack's API as far as these failures need it: each call to a method takes the next of its answers. */
async function startApi(answers: Record<string, Json[]>) {
  const calls: { method: string; fields: URLSearchParams }[] = []
  const server = createServer((request, response) => {
    const method = request.url?.split('/').at(-1) ?? ''
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      calls.push({ method, fields: new URLSearchParams(Buffer.concat(chunks).toString()) })
      const answer = answers[method]?.shift()
      const next =
        (typeof answer === 'function' ? answer(apiUrl) : answer) ??
        (method === 'auth.test' ? AUTH : { ok: true, ts: '1.5' })
      if (next === 'hang up') return request.socket.destroy()
      const { status = 200, headers = {}, ...body } = next
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`
  stops.push(() => new Promise((resolve) => server.close(resolve)))
  return { apiUrl, calls, of: (method: string) => calls.filter((call) => call.method === method) }
}

const AUTH = { ok: true, team_id: TEAM, team: 'Acme', user_id: 'U0BOT', bot_id: 'B0BOT' }
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const surfaceFor = (apiUrl: string) =>
  createSlackSurface({
    desk: createSmallDesk().desk,
    log: silentLog,
    clock: systemClock,
    installations: installationsInMemory(),
    settings: { botToken: BOT_TOKEN, signingSecret: SIGNING_SECRET, apiUrl },
  })

const place = { chat: TEAM, channel: 'C1' }
const hello = say.message(say.text('Hello'))

describe('what fails in Slack', () => {
  const cases: [string, Json, { retry: boolean; after?: number; says: RegExp }][] = [
    [
      'too many messages',
      { status: 429, headers: { 'retry-after': '7' }, ok: false },
      { retry: true, after: 7000, says: /wait/ },
    ],
    ['a server that is down', { status: 503 }, { retry: true, says: /status 503/ }],
    ['a connection that breaks', 'hang up', { retry: true, says: /not reached/ }],
    ['Slack’s own failure', { ok: false, error: 'internal_error' }, { retry: true, says: /internal_error/ }],
    ['an unknown channel', { ok: false, error: 'channel_not_found' }, { retry: false, says: /invite Crier/ }],
    [
      'a channel that Crier is not in',
      { ok: false, error: 'not_in_channel' },
      { retry: false, says: /\/invite @Crier/ },
    ],
    ['an archived channel', { ok: false, error: 'is_archived' }, { retry: false, says: /archived/ }],
    [
      'a missing scope',
      { ok: false, error: 'missing_scope', needed: 'chat:write.public' },
      { retry: false, says: /chat:write\.public \(post to the public channels/ },
    ],
    ['a revoked token', { ok: false, error: 'token_revoked' }, { retry: false, says: /install Crier again/ }],
    [
      'a refusal without words',
      { ok: false, error: 'as_yet_unknown' },
      { retry: false, says: /as_yet_unknown/ },
    ],
  ]
  test.each(cases)('%s', async (_, answer, { retry, after, says }) => {
    const api = await startApi({ 'chat.postMessage': [answer] })
    const surface = surfaceFor(api.apiUrl)
    const error = await surface.send(place, hello, { key: 'k' }).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(SendError)
    expect(error).toMatchObject({ retry, after, message: expect.stringMatching(says) })
    // The same key may be tried again after a failure, and is sent once after that.
    expect(await surface.send(place, hello, { key: 'k' })).toBe('1.5')
    expect(await surface.send(place, hello, { key: 'k' })).toBe('1.5')
    expect(api.of('chat.postMessage')).toHaveLength(2)
  })

  test('the tries of one message carry one key', async () => {
    const api = await startApi({ 'chat.postMessage': ['hang up'] })
    const surface = surfaceFor(api.apiUrl)
    await surface.send(place, hello, { key: 'delivery-1' }).catch((error: unknown) => error)
    await surface.send(place, hello, { key: 'delivery-1' })
    await surface.send(place, hello, { key: 'delivery-2' })
    const [one, again, other] = api.of('chat.postMessage').map(({ fields }) => fields.get('metadata'))
    expect(one).toBe(again)
    expect(other).not.toBe(one)
  })

  test('after a restart, a message whose answer was lost is looked for before it is posted again', async () => {
    const since = systemClock.now()
    const [before, behind]: Json[] = [{ ts: '1.1' }, { ts: '9.9', metadata: undefined }]
    const page =
      (messages: Json[], next = '') =>
      () => ({
        ok: true,
        messages,
        response_metadata: { next_cursor: next },
      })
    const api = await startApi({
      'chat.postMessage': ['hang up'],
      'conversations.history': [page([before], 'more'), () => page([behind])()],
      'conversations.replies': [page([])],
    })
    await surfaceFor(api.apiUrl)
      .send(place, hello, { key: 'k' })
      .catch((error: unknown) => error)
    behind.metadata = JSON.parse(api.of('chat.postMessage')[0]?.fields.get('metadata') ?? '{}')

    const restarted = surfaceFor(api.apiUrl)
    expect(await restarted.send(place, hello, { key: 'k', triedSince: since })).toBe('9.9')
    expect(api.of('chat.postMessage')).toHaveLength(1)
    const [look, next] = api.of('conversations.history').map(({ fields }) => fields)
    expect(
      violations('conversations.history', {
        channel: look?.get('channel'),
        oldest: look?.get('oldest'),
        include_all_metadata: look?.get('include_all_metadata') === 'true',
        limit: Number(look?.get('limit')),
      }),
    ).toEqual([])
    expect(Number(look?.get('oldest'))).toBeLessThan(since / 1000)
    expect(next?.get('cursor')).toBe('more')

    // Nothing of it in the thread: it is posted there.
    expect(await restarted.send(place, hello, { key: 'r', thread: '9.9', triedSince: since })).toBe('1.5')
    expect(api.of('conversations.replies')[0]?.fields.get('ts')).toBe('9.9')
  })

  test('where Slack does not let Crier look, it is posted again; where Slack is busy, it waits', async () => {
    const api = await startApi({
      'conversations.history': [
        { ok: false, error: 'missing_scope' },
        { status: 429, headers: { 'retry-after': '9' }, ok: false },
      ],
    })
    const surface = surfaceFor(api.apiUrl)
    expect(await surface.send(place, hello, { key: 'k', triedSince: 5 })).toBe('1.5')
    await expect(surface.send(place, hello, { key: 'l', triedSince: 5 })).rejects.toMatchObject({
      retry: true,
      after: 9000,
      everywhere: true,
    })
    expect(api.of('chat.postMessage')).toHaveLength(1)
  })

  test('a message that Slack finds too long is drawn shorter', async () => {
    const tooLong = { ok: false, error: 'msg_blocks_too_long' }
    const api = await startApi({ 'chat.postMessage': [tooLong, tooLong] })
    await surfaceFor(api.apiUrl).send(place, say.message(say.quote('word '.repeat(5000))), { key: 'k' })
    const lengths = api
      .of('chat.postMessage')
      .map(({ fields }) => textsIn(JSON.parse(fields.get('blocks') ?? '')).join('').length)
    expect(lengths).toHaveLength(3)
    expect(lengths[1]).toBeLessThan(lengths[0]! * 0.6)
    expect(lengths[2]).toBeLessThan(lengths[1]! * 0.6)
  })

  test('a picture that Slack does not take is told by its words', async () => {
    const refused = { ok: false, error: 'invalid_blocks' }
    const uploadPlace = (apiUrl: string) => ({
      ok: true,
      upload_url: new URL('/upload', apiUrl).href,
      file_id: 'F1',
    })
    const api = await startApi({
      'files.getUploadURLExternal': [uploadPlace],
      'chat.postMessage': [refused, refused, refused],
    })
    const message = say.message({
      type: 'image',
      image: { png: new Uint8Array([1]), name: 'a.png' },
      alt: 'The week',
    })
    await surfaceFor(api.apiUrl).send(place, message, { key: 'k' })
    const posts = api.of('chat.postMessage').map(({ fields }) => JSON.parse(fields.get('blocks') ?? '[]'))
    expect(posts).toHaveLength(4)
    expect(posts[2]).toMatchObject([{ type: 'image', slack_file: { id: 'F1' } }])
    expect(textsIn(posts[3])).toEqual(['[Picture: The week]'])
  })

  test('an update of a message that is gone says so', async () => {
    const api = await startApi({ 'chat.update': [{ ok: false, error: 'message_not_found' }] })
    const error = await surfaceFor(api.apiUrl)
      .update(place, '1.5', hello)
      .catch((failure: unknown) => failure)
    expect(error).toMatchObject({
      name: 'SendError',
      retry: false,
      message: 'The message is gone from Slack.',
    })
  })

  test('an answer waits as long as Slack asks, then arrives', async () => {
    const api = await startApi({
      'chat.postEphemeral': [{ status: 429, headers: { 'retry-after': '1' }, ok: false }],
    })
    const surface = surfaceFor(api.apiUrl)
    const said = new URLSearchParams({
      command: '/crier',
      text: 'page 3',
      team_id: TEAM,
      user_id: 'U1',
      channel_id: 'C1',
    })
    const begin = performance.now()
    const acknowledged = await surface.routes?.handle(signed('http://crier.test/slack/events', said), {
      remoteAddress: undefined,
    })
    expect(acknowledged?.status).toBe(200)
    await until('the answer', () => api.of('chat.postEphemeral').length === 2)
    expect(performance.now() - begin).toBeGreaterThan(1000)
    expect(api.of('chat.postMessage')).toHaveLength(0)
    await surface.stop()
  })

  test('a person who cannot be whispered to in the channel is told directly', async () => {
    const api = await startApi({ 'chat.postEphemeral': [{ ok: false, error: 'user_not_in_channel' }] })
    const surface = surfaceFor(api.apiUrl)
    const said = new URLSearchParams({
      command: '/crier',
      text: 'page 4',
      team_id: TEAM,
      user_id: 'U1',
      channel_id: 'C1',
    })
    await surface.routes?.handle(signed('http://crier.test/slack/events', said), { remoteAddress: undefined })
    const told = await until('the direct message', () => api.of('chat.postMessage')[0])
    expect(told.fields.get('channel')).toBe('U1')
    await surface.stop()
  })

  test('a token that Slack refuses stops the start; a Slack that is away does not', async () => {
    const refusing = await startApi({ 'auth.test': [{ ok: false, error: 'invalid_auth' }] })
    await expect(surfaceFor(refusing.apiUrl).start()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('invalid_auth'),
    })
    const away = await startApi({ 'auth.test': ['hang up'] })
    const surface = surfaceFor(away.apiUrl)
    await surface.start()
    expect(surface.health()).toMatchObject({ ok: false, detail: expect.stringContaining('not reached') })
    await until('Slack to be reached', () => surface.health().ok)
    await surface.stop()
  })

  test('settings that do not suffice are named', () => {
    const make = (settings: Json) => () =>
      createSlackSurface({
        desk: createSmallDesk().desk,
        log: silentLog,
        clock: systemClock,
        installations: installationsInMemory(),
        settings,
      })
    expect(make({ botToken: 'x' })).toThrow(
      expect.objectContaining({ wayOut: expect.stringContaining('SLACK_APP_TOKEN') }),
    )
    expect(make({ signingSecret: 'x' })).toThrow(
      expect.objectContaining({ wayOut: expect.stringContaining('SLACK_BOT_TOKEN') }),
    )
    expect(make({ signingSecret: 'x', clientId: 'y' })).toThrow('SLACK_CLIENT_SECRET')
  })
})

describe('the manifest', () => {
  const { desk } = createSmallDesk()

  test('by HTTP: every address, every scope with its reason', () => {
    const { manifest, why } = slackManifest({
      publicUrl: 'https://crier.example',
      socketMode: false,
      commands: desk.commands,
    }) as Json
    expect(manifest.features.slash_commands.map(({ command, url }: Json) => [command, url])).toEqual(
      ['/draft', '/schedule', '/calendar', '/crier'].map((command) => [
        command,
        'https://crier.example/slack/events',
      ]),
    )
    expect(manifest.oauth_config).toEqual({
      redirect_urls: ['https://crier.example/slack/oauth'],
      scopes: { bot: why.map(({ scope }: Json) => scope) },
    })
    expect(manifest.settings.event_subscriptions.request_url).toBe('https://crier.example/slack/events')
    expect(why.every(({ why: reason }: Json) => reason.length > 20)).toBe(true)
  })

  test('by Socket Mode: no address at all', () => {
    const { manifest } = slackManifest({ socketMode: true, commands: desk.commands })
    expect(JSON.stringify(manifest)).not.toMatch(/https?:/)
    expect(manifest).toMatchObject({
      settings: { socket_mode_enabled: true, interactivity: { is_enabled: true } },
    })
  })

  test('the doctor names missing scopes with what they are for', async () => {
    const granted = slackScopes.map(({ scope }) => scope).filter((scope) => scope !== 'files:write')
    const api = await startApi({
      'auth.test': [{ ...AUTH, headers: { 'x-oauth-scopes': granted.join(',') } }],
    })
    expect(await lookUpScopes({ botToken: BOT_TOKEN, apiUrl: api.apiUrl })).toEqual({
      team: 'Acme',
      missing: [{ scope: 'files:write', why: 'show calendars, charts and previews as pictures' }],
    })
  })
})

test('the contract finds what Slack would refuse', () => {
  const good = { channel: 'C', text: 'x', blocks: [{ type: 'divider' }], link_names: false, parse: 'none' }
  expect(violations('chat.postMessage', good)).toEqual([])
  const bad: Json[] = [
    { ...good, extra: 1 },
    { ...good, parse: 'full' },
    { ...good, text: '' },
    { ...good, blocks: [{ type: 'divider', extra: 1 }] },
    { ...good, blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] },
    { ...good, blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] },
    { ...good, blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) },
  ]
  for (const payload of bad) expect(violations('chat.postMessage', payload)).not.toEqual([])
})
