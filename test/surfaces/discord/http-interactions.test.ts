import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { FrontDesk, Said, Speaker } from '../../../src/app/surface.ts'
import { standingClock } from '../../../src/kit/clock.ts'
import { silentLog } from '../../../src/kit/log.ts'
import { button, buttons, heading, message, text } from '../../../src/message/message.ts'
import { createDiscordSurface } from '../../../src/surfaces/discord/discord-surface.ts'
import { MODAL_WAIT } from '../../../src/surfaces/discord/interactions.ts'
import { smallDesk } from '../small-desk.ts'
import { discordContract } from './contract.ts'
import { type DiscordServer, discordAbsent, startDiscord, wordsOf } from './start-discord.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const hexKey = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
const clock = standingClock('2026-11-20T09:00:00Z')
const now = () => String(clock.now() / 1000)

const signed = (
  body: string,
  { timestamp = now(), signature }: { timestamp?: string; signature?: string } = {},
) =>
  new Request('http://crier.example/discord/interactions', {
    method: 'POST',
    body,
    headers: {
      'x-signature-timestamp': timestamp,
      'x-signature-ed25519':
        signature ?? sign(null, Buffer.from(timestamp + body), privateKey).toString('hex'),
    },
  })

/** A front desk that writes down who spoke and what was said. */
function listeningDesk(): FrontDesk & { heard: { speaker: Speaker; said: Said }[]; thinks: number } {
  const small = smallDesk(clock)
  const desk = {
    ...small,
    heard: [] as { speaker: Speaker; said: Said }[],
    thinks: 0,
    async ask(speaker: Speaker, said: Said) {
      desk.heard.push({ speaker, said })
      if (desk.thinks > 0) await new Promise((done) => setTimeout(done, desk.thinks))
      if (!('command' in said) || said.command === 'schedule') return small.ask(speaker, said)
      const { command, values, ...rest } = said
      return small.ask(speaker, { ...rest, line: [command, ...Object.values(values)].join(' ') })
    },
  }
  return desk
}

function surfaceFor(desk: FrontDesk, apiUrl = 'http://127.0.0.1:9/api', token = 'token') {
  const remembered = new Map<string, string>()
  const surface = createDiscordSurface({
    desk,
    log: silentLog,
    clock,
    settings: { token, applicationId: '77', publicKey: hexKey, apiUrl },
    remembered: {
      get: async (key) => remembered.get(key),
      set: async (key, value) => void remembered.set(key, value),
    },
  })
  const post = async (interaction: object) => {
    const response = await surface.routes!.handle(signed(JSON.stringify(interaction)), {
      remoteAddress: undefined,
    })
    return (await response!.json()) as { type: number; data: Record<string, unknown> }
  }
  return { surface, post }
}

const ada = { id: '5', username: 'ada', global_name: 'Ada', discriminator: '0', avatar: null }
let nextId = 100n
const interaction = (type: number, data: object, more: object = {}) => ({
  id: String(nextId++),
  application_id: '77',
  token: `token-${nextId}`,
  type,
  version: 1,
  channel: { id: '9', type: 0 },
  channel_id: '9',
  guild_id: '8',
  locale: 'de',
  member: { user: ada, nick: 'Ada L.', permissions: String(1n << 5n), roles: [] },
  data,
  ...more,
})
const fromDirectMessage = { guild_id: undefined, member: undefined, user: ada }

describe('interactions by HTTP', () => {
  test('a PING is answered, a bad signature is not', async () => {
    const { surface, post } = surfaceFor(listeningDesk())
    expect(await post({ type: 1 })).toEqual({ type: 1 })

    const body = JSON.stringify({ type: 1 })
    const status = async (request: Request) =>
      (await surface.routes!.handle(request, { remoteAddress: undefined }))?.status
    expect(await status(signed(body))).toBe(200)
    expect(await status(signed(body, { signature: '00'.repeat(64) }))).toBe(401)
    expect(await status(signed(body, { signature: 'not hexadecimal' }))).toBe(401)
    const other = sign(null, Buffer.from(`${now()}{"type":2}`), privateKey).toString('hex')
    expect(await status(signed(body, { signature: other }))).toBe(401)
    const stolen = generateKeyPairSync('ed25519').privateKey
    expect(
      await status(
        signed(body, { signature: sign(null, Buffer.from(now() + body), stolen).toString('hex') }),
      ),
    ).toBe(401)
    expect(await status(signed(body, { timestamp: String(Number(now()) - 600) }))).toBe(401)
    expect(
      await status(new Request('http://crier.example/discord/interactions', { method: 'POST', body })),
    ).toBe(401)
    expect(await status(new Request('http://crier.example/discord/interactions'))).toBe(405)
    expect(await status(signed('no json'))).toBe(400)
    expect(
      await status(new Request('http://crier.example/discord/other', { method: 'POST' })),
    ).toBeUndefined()
  })

  test('a public key that is none stops the start with its name', () => {
    const settings = { token: 't', publicKey: 'abc' }
    const remembered = { get: async () => undefined, set: async () => {} }
    expect(() =>
      createDiscordSurface({ desk: listeningDesk(), log: silentLog, clock, settings, remembered }),
    ).toThrow(/DISCORD_PUBLIC_KEY/)
  })

  test('a command says who speaks, where, in which language, and whether they run the server', async () => {
    const desk = listeningDesk()
    const { post } = surfaceFor(desk)
    const answer = await post(interaction(2, { id: '1', name: 'calendar', type: 1 }))
    expect(answer.type).toBe(4)
    expect(desk.heard).toEqual([
      {
        speaker: {
          surface: 'discord',
          chat: { externalId: '8', name: 'Discord 8' },
          person: { externalId: '5', name: 'Ada L.', locale: 'de', admin: true },
        },
        said: { command: 'calendar', values: {}, files: [], channel: '9', direct: false },
      },
    ])
    valid(answer)
  })

  test('the same interaction twice is answered once', async () => {
    const desk = listeningDesk()
    const { surface, post } = surfaceFor(desk)
    const twice = interaction(2, { id: '1', name: 'help', type: 1 })
    await post(twice)
    const again = await surface.routes!.handle(signed(JSON.stringify(twice)), { remoteAddress: undefined })
    expect(again?.status).toBe(409)
    expect(desk.heard).toHaveLength(1)
  })

  test('a press in a direct message speaks for the server its card is about', async () => {
    const desk = listeningDesk()
    const { post } = surfaceFor(desk)
    const lost = await post(interaction(2, { id: '1', name: 'help', type: 1 }, fromDirectMessage))
    expect(JSON.stringify(lost)).toContain('Say something to Crier in your server first')
    expect(desk.heard).toEqual([])

    // Once they have spoken in a server, that is the one they mean; a card's own server comes first.
    await post(interaction(2, { id: '1', name: 'help', type: 1 }))
    await post(interaction(2, { id: '1', name: 'help', type: 1 }, fromDirectMessage))
    expect(desk.heard.at(-1)?.speaker.chat.externalId).toBe('8')
    const { renderMessage } = await import('../../../src/surfaces/discord/render.ts')
    const told = renderMessage(message(heading('#1'), buttons(button('Approve', 'approve 1 @9f3c'))), {
      chat: '1234567890123456789',
    })
    const card = { id: '3', channel_id: '4', flags: 0, components: told.body.components }
    const id = JSON.stringify(told.body.components).match(/"custom_id":"([^"]+)"/)?.[1]
    await post(interaction(3, { custom_id: id, component_type: 2 }, { ...fromDirectMessage, message: card }))
    expect(desk.heard.at(-1)).toMatchObject({
      speaker: { chat: { externalId: '1234567890123456789' } },
      said: { line: 'approve 1 @9f3c', press: true },
    })
  })

  test('the next week takes the place of this one, for the person who turns the page', async () => {
    const { post } = surfaceFor(listeningDesk())
    const page = {
      id: '3',
      channel_id: '9',
      flags: 64,
      components: [],
      interaction: { id: '1', type: 2, name: 'calendar', user: ada },
    }
    const turned = await post(
      interaction(3, { custom_id: 'calendar 1', component_type: 2 }, { message: page }),
    )
    expect(turned.type).toBe(7)
    valid(turned)
    const beside = await post(
      interaction(3, { custom_id: 'calendar 1', component_type: 2 }, { message: { ...page, flags: 0 } }),
    )
    expect(beside).toMatchObject({ type: 4, data: { flags: 64 | 32768 } })
  })

  test('suggestions while a time is typed', async () => {
    const { post } = surfaceFor(listeningDesk())
    const typing = {
      id: '1',
      name: 'schedule',
      type: 1,
      options: [{ name: 'when', type: 3, value: 'tomorrow 9am', focused: true }],
    }
    const offered = await post(interaction(4, typing))
    expect(offered.type).toBe(8)
    expect(offered.data.choices).toContainEqual(
      expect.objectContaining({ value: expect.stringContaining('tomorrow') }),
    )
    valid(offered)
  })

  test('a form opens as a modal, and can be sent after a restart if it has one step', async () => {
    const desk = listeningDesk()
    const asksOne: FrontDesk = {
      ...desk,
      async ask(speaker, said) {
        if ('command' in said && said.values.reason !== undefined) {
          desk.heard.push({ speaker, said })
          return { type: 'message', message: message(text('Sent back.')), audience: 'person' }
        }
        return {
          type: 'form',
          form: {
            type: 'form',
            title: 'Ask for changes to a post with a rather long title',
            command: 'request-changes',
            hidden: { post: '42', seen: '9f3c' },
            fields: [
              {
                kind: 'text',
                name: 'reason',
                label: 'What should change?',
                multiline: true,
                required: true,
              },
            ],
            submit: 'Send',
          },
        }
      },
    }
    const { post } = surfaceFor(asksOne)
    const opened = await post(
      interaction(
        3,
        { custom_id: 'request-changes 42', component_type: 2 },
        { message: { id: '1', components: [] } },
      ),
    )
    expect(opened.type).toBe(9)
    expect(opened.data.title).toBe('Ask for changes to a post with a rather long…')
    expect(opened.data.components).toHaveLength(2)
    valid(opened)

    const anew = surfaceFor(asksOne)
    const fields = [
      { type: 18, component: { type: 4, custom_id: 't.reason', value: 'Shorter, please' } },
      { type: 18, component: { type: 19, custom_id: 'x.reason', values: [] } },
    ]
    const done = await anew.post(interaction(5, { custom_id: opened.data.custom_id, components: fields }))
    expect(desk.heard.at(-1)?.said).toMatchObject({
      command: 'request-changes',
      values: { post: '42', seen: '9f3c', reason: 'Shorter, please' },
    })
    expect(JSON.stringify(done)).toContain('Sent back.')
  })
})

describe.skipIf(discordAbsent)('interactions by HTTP, with Discord behind them', () => {
  let discord: DiscordServer
  beforeAll(async () => {
    discord = await startDiscord()
  })
  afterAll(() => discord?.stop())
  afterEach(() => expect(discord.problems).toEqual([]))

  test('start registers and needs no gateway; a late answer comes by the webhook', async () => {
    const desk = listeningDesk()
    const { surface, post } = surfaceFor(desk, discord.apiUrl, discord.token)
    await surface.start()
    expect(surface.health()).toEqual({ ok: true, detail: 'interactions by HTTP' })
    expect(discord.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /applications/77/commands',
    ])

    desk.thinks = MODAL_WAIT + 200
    const known = await discord.openInteraction('author')
    const first = await post(
      interaction(2, { id: '1', name: 'help', type: 1 }, { ...known, guild_id: discord.guild }),
    )
    expect(first).toEqual({ type: 5, data: { flags: 64 } })
    const late = await discord.waitFor(
      async () =>
        (await discord.messages(discord.channels.general)).find((one) =>
          wordsOf(one).includes('What you can say'),
        ),
      'the late answer',
    )
    expect(late.flags).toBe(32768)
    expect(desk.heard[0]?.speaker.chat).toEqual({ externalId: discord.guild, name: 'Acme' })
    await surface.stop()
  })
})

/** Is it what Discord's official contract allows as a first response? */
function valid(response: { type: number; data: unknown }): void {
  const contract = discordContract()
  if (!contract) return
  const wrong = contract.check({ method: 'POST', path: '/interactions/1/t/callback', body: response })
  expect(wrong).toEqual([])
}
