import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Speaker } from '../../src/app/surface.ts'
import { silentLog } from '../../src/kit/log.ts'
import { createDiscordSurface } from '../../src/surfaces/discord/discord-surface.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { type StandIn, startStandIn } from '../servers/stand-in.ts'
import { NASTY } from './nasty.ts'

const keys = generateKeyPairSync('ed25519')
const thief = generateKeyPairSync('ed25519')
const hexOf = (key: KeyObject) =>
  Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
const APPLICATION = '123456789012345678'
const GUILD = '8'
const ADA = { id: '5', username: 'ada', global_name: 'Ada', discriminator: '0', avatar: null }
const BEN = { id: '6', username: 'ben', global_name: 'Ben', discriminator: '0', avatar: null }

// biome-ignore lint/suspicious/noExplicitAny: shapes that Discord never sends have no types
type Odd = any

describe('interactions by HTTP before the real front desk', () => {
  let world: TestHouse
  let discord: StandIn
  let handle: (request: Request) => Promise<Response>
  const now = () => String(Math.floor(world.clock.now() / 1000))

  beforeAll(async () => {
    world = await openTestHouse()
    // Only the commands were added to the server, so Discord tells nothing of it.
    discord = await startStandIn(() => ({ status: 403, json: { code: 50001, message: 'Missing Access' } }))
    const remembered = new Map<string, string>()
    const surface = createDiscordSurface({
      desk: world.house.desk,
      log: silentLog,
      clock: world.clock,
      settings: {
        token: 'token',
        applicationId: APPLICATION,
        publicKey: hexOf(keys.publicKey),
        apiUrl: `${discord.url}/api`,
      },
      remembered: {
        get: async (key) => remembered.get(key),
        set: async (key, value) => void remembered.set(key, value),
      },
    })
    handle = async (request) => {
      const response = await surface.routes?.handle(request, { remoteAddress: undefined })
      if (!response) throw new Error('Nobody answered')
      return response
    }
    // Ben runs the server and so Crier; Ada writes. Each has a post.
    await post(interaction(2, { id: '1', name: 'help', type: 1 }, { user: BEN, admin: true }))
    await post(interaction(2, { id: '1', name: 'help', type: 1 }))
    await world.house.desk.ask(speaker(BEN), { line: 'schedule tomorrow 9am to rehearsal: His' })
    await world.house.desk.ask(speaker(ADA), { line: 'schedule tomorrow 9am to rehearsal: Hers' })
  })
  afterAll(async () => {
    await world?.close()
    await discord?.stop()
  })

  const speaker = (user: typeof ADA): Speaker => ({
    surface: 'discord',
    chat: { externalId: GUILD, name: 'Guild' },
    person: { externalId: user.id, name: user.global_name },
  })
  const stores = () => world.house.storage.workspace(world.house.home.id)
  const posts = async () => (await stores().posts.list({})).length

  let nextId = 1000
  const interaction = (type: number, data: Odd, { user = ADA, admin = false, ...more }: Odd = {}) => ({
    id: String(nextId++),
    application_id: APPLICATION,
    token: `token-${nextId}`,
    type,
    version: 1,
    channel: { id: '9', type: 0 },
    channel_id: '9',
    guild_id: GUILD,
    locale: 'en-GB',
    member: { user, nick: null, permissions: admin ? String(1n << 5n) : '0', roles: [] },
    data,
    ...more,
  })

  const request = (
    body: string | Uint8Array,
    {
      timestamp = now(),
      signature,
      key = keys.privateKey,
    }: { timestamp?: string; signature?: string; key?: KeyObject } = {},
  ) =>
    new Request('http://crier.example/discord/interactions', {
      method: 'POST',
      body: body as BodyInit,
      headers: {
        'x-signature-timestamp': timestamp,
        'x-signature-ed25519':
          signature ??
          sign(null, Buffer.concat([Buffer.from(timestamp), Buffer.from(body)]), key).toString('hex'),
      },
    })
  const post = (what: object) => handle(request(JSON.stringify(what)))
  const press = (custom_id: string, more: Odd = {}) =>
    interaction(
      3,
      { custom_id, component_type: 2 },
      { message: { id: '77', flags: 0, components: [], attachments: [] }, ...more },
    )

  test('only the application’s own signature of these five minutes is taken', async () => {
    const before = await posts()
    const body = JSON.stringify(
      interaction(2, {
        id: '1',
        name: 'draft',
        type: 1,
        options: [{ name: 'text', type: 3, value: 'Forged' }],
      }),
    )
    const good = sign(null, Buffer.from(now() + body), keys.privateKey).toString('hex')
    const old = String(Number(now()) - 301)
    const later = String(Number(now()) + 301)
    const attempts: [string, Request][] = [
      ['another key', request(body, { key: thief.privateKey })],
      ['no signature', request(body, { signature: '' })],
      ['half of it', request(body, { signature: good.slice(0, 64) })],
      ['twice as long', request(body, { signature: good + good })],
      ['zeros', request(body, { signature: '0'.repeat(128) })],
      ['one bit off', request(body, { signature: (good[0] === '0' ? '1' : '0') + good.slice(1) })],
      ['another time', request(body, { signature: good, timestamp: String(Number(now()) + 1) })],
      ['another body', request(body.replace('Forged', 'Forger'), { signature: good })],
      ['a blank more', request(`${body} `, { signature: good })],
      ['six minutes ago', request(body, { timestamp: old })],
      ['in six minutes', request(body, { timestamp: later })],
      ['no time', request(body, { timestamp: '' })],
      ['a time that is none', request(body, { timestamp: '0x10' })],
      ['a time beyond all', request(body, { timestamp: '9'.repeat(300) })],
      ['part of the body as the time', request(body.slice(1), { timestamp: `${now()}{` })],
    ]
    for (const [name, one] of attempts) {
      const response = await handle(one)
      expect(response.status, name).toBe(401)
      expect(((await response.json()) as Odd).error, name).toMatch(/^[A-Z][^.\n]*\.$/)
    }
    expect(await posts()).toBe(before)
  })

  test('what is meant for another application is not taken, however well it is signed', async () => {
    const before = await posts()
    const draft = {
      id: '1',
      name: 'draft',
      type: 1,
      options: [{ name: 'text', type: 3, value: 'Elsewhere' }],
    }
    const response = await post({ ...interaction(2, draft), application_id: '999999999999999999' })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: 'That is meant for another application.' })
    expect(await posts()).toBe(before)
  })

  test('a recording played again, at once and within its minutes, does nothing a second time', async () => {
    const before = await posts()
    const draft = { id: '1', name: 'draft', type: 1, options: [{ name: 'text', type: 3, value: 'Once' }] }
    for (const kind of [interaction(2, draft), press('draft Pressed once')]) {
      const recorded = request(JSON.stringify(kind))
      const copies = [1, 2, 3, 4].map(() => recorded.clone())
      const answers = await Promise.all(copies.map((copy) => handle(copy)))
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409])
      world.clock.advance(200_000)
      expect((await handle(recorded.clone())).status).toBe(409)
      world.clock.advance(200_000)
      expect((await handle(recorded.clone())).status).toBe(401)
    }
    expect(await posts()).toBe(before + 2)
  })

  test('a forged button or form gives nobody more than their own role', async () => {
    const [his, hers] = [await stores().posts.byNumber(1), await stores().posts.byNumber(2)]
    const lines = [
      `approve 1 @${his?.revision}`,
      `approve 2 @${hers?.revision}`,
      'edit 1: Mine now',
      'cancel 1',
      'publish 1',
      'roles <@5> admin',
      'settings approvals 0',
      'disconnect rehearsal',
    ]
    for (const line of lines) expect((await post(press(line))).status).toBe(200)
    for (const [command, query] of [
      ['edit', 'post=1'],
      ['approve', `post=1&seen=${his?.revision}`],
      ['roles', 'member=Ada&role=admin'],
      ['settings', 'name=approvals&value=0'],
      ['__proto__', 'admin=1'],
    ])
      await post(interaction(5, { custom_id: `\ue3feform x ${command} ?${query}`, components: [] }))
    expect(await stores().posts.byNumber(1)).toMatchObject({ state: 'in_review', content: { text: 'His' } })
    expect((await stores().posts.byNumber(2))?.state).toBe('in_review')
    const members = await stores().workspace.members()
    const ada = members.find(({ identities }) => identities.some((one) => one.externalId === '5'))
    expect(ada?.role).toBe('author')
    expect((await stores().workspace.get()).settings.approvals).toBe(1)
  })

  test('a button that claims to be of another server does not let a stranger in', async () => {
    const members = (await stores().workspace.members()).length
    const stranger = { ...ADA, id: '55', username: 'eve', global_name: 'Eve' }
    const direct = { guild_id: undefined, member: undefined, user: stranger, channel: { id: '3', type: 1 } }
    const claimed = `queue\ue3fd${BigInt(GUILD).toString(36)}`
    const asked = { ...press(claimed), ...direct }
    const response = await post(asked)
    expect(JSON.stringify(await response.json())).toContain('Say something to Crier in your server first')
    expect((await stores().workspace.members()).length).toBe(members)
  })

  test('shapes that Discord never sends break nothing, and each has its answer', {
    timeout: 60_000,
  }, async () => {
    const before = await posts()
    // What Discord might send, if somebody typed it.
    const wellFormed: Odd[] = [
      ...NASTY.map((line) => press(line)),
      ...NASTY.map((value) =>
        interaction(2, { id: '1', name: 'crier', type: 1, options: [{ name: 'line', type: 3, value }] }),
      ),
    ]
    const shapes: Odd[] = [
      null,
      [],
      'text',
      {},
      { type: 2 },
      { type: 3 },
      { type: 4, data: {} },
      { type: 5, data: null },
      { type: 99 },
      { type: '1' },
      interaction(2, { id: '1', name: '__proto__', type: 1 }),
      interaction(2, { id: '1', name: 'show', type: 1, options: [{ name: 'post', type: 3, value: null }] }),
      interaction(2, {
        id: '1',
        name: 'show',
        type: 1,
        options: [{ name: '__proto__', type: 3, value: 'x' }],
      }),
      interaction(2, { id: '1', name: 'help', type: 1 }, { member: null, user: null }),
      interaction(2, { id: '1', name: 'help', type: 1 }, { member: { user: ADA, permissions: 'x' } }),
      interaction(2, { id: '1', name: 'help', type: 2 }),
      interaction(4, { id: '1', name: 'show', type: 1, options: [] }),
      interaction(4, {
        id: '1',
        name: 'show',
        type: 1,
        options: [{ name: 'post', focused: true, value: {} }],
      }),
      press(''),
      press('\ue3fe'),
      press('\ue3feform'),
      press('\ue3feopen x __proto__'),
      press('\ue100\ue3fd\ue3fd'),
      press(`queue\ue3fd${'z'.repeat(80)}`),
      press('help', { message: null }),
      interaction(3, { custom_id: 'x', component_type: 3, values: [] }, { message: {} }),
      interaction(5, { custom_id: '\ue3feform x draft ?text=a&text=b', components: null }),
      interaction(5, { custom_id: 'x', components: [{ type: 18, component: null }] }),
      ...wellFormed,
    ]
    for (const shape of shapes) {
      const response = await handle(request(JSON.stringify(shape)))
      const said = await response.text()
      const about = JSON.stringify(shape)?.slice(0, 300)
      expect([200, 400, 401, 409, 500], `${about}: ${said.slice(0, 200)}`).toContain(response.status)
      expect(said, about).not.toMatch(/\bat .*:\d+:\d+|node_modules|TypeError|"stack"/)
      if (wellFormed.includes(shape)) expect(said, about).not.toContain('Something went wrong')
    }
    expect(await posts()).toBe(before)
    for (const bytes of [new Uint8Array([0xff, 0xfe, 0x00]), new Uint8Array(0), Buffer.from('{"type":1')])
      expect((await handle(request(bytes))).status).toBe(400)
    const answer = await post(interaction(2, { id: '1', name: 'help', type: 1 }))
    expect(answer.status).toBe(200)
    expect(({} as Odd).admin).toBeUndefined()
  })
})
