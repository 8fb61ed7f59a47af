import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type {
  APIAttachment,
  APIMessage,
  APIModalInteractionResponseCallbackData,
  APIModalSubmission,
} from 'discord.js'
import { ChannelType, ComponentType, InteractionType } from 'discord.js'
import { idToLine } from '../../../src/surfaces/discord/custom-id.ts'
import { until } from '../../until.ts'
import { discordContract } from './contract.ts'

/** The part of discord-digital-twin that is used here; its package is installed apart, in test/servers. */
interface Twin {
  restUrl: string
  botToken: string
  botUserId: string
  guildId: string
  server: { gateway: { clients: readonly { identified: boolean }[] } }
  prisma: {
    user: { findMany(query: object): Promise<{ id: string; username: string }[]> }
    channel: {
      create(query: object): Promise<unknown>
      update(query: object): Promise<unknown>
    }
    message: { findFirst(query: object): Promise<{ id: string } | null> }
    interactionResponse: {
      findUnique(query: object): Promise<{
        acknowledged: boolean
        type: number
        data: string | null
        messageId: string | null
      } | null>
    }
  }
  start(): Promise<void>
  stop(): Promise<void>
  simulateInteraction(interaction: object): Promise<{ id: string; token: string }>
  channel(id: string): {
    getMessages(): Promise<APIMessage[]>
    user(id: string): { sendMessage(said: object): Promise<APIMessage> }
  }
}

const required = createRequire(resolve(import.meta.dirname, '../../servers/package.json'))

/** Why there is no Discord to talk to; undefined where there is. */
export const discordAbsent: string | undefined = (() => {
  try {
    required.resolve('discord-digital-twin')
    return undefined
  } catch {
    return 'discord-digital-twin is not installed in test/servers (npm ci --prefix test/servers): no conversation with a Discord server is tried'
  }
})()

/** A request that Crier sent to Discord. */
interface SentRequest {
  method: string
  path: string
  body: Record<string, unknown> | undefined
  files: { name: string; bytes: Uint8Array }[]
}

export interface DiscordServer {
  /** What DISCORD_API_URL is set to. */
  apiUrl: string
  token: string
  applicationId: string
  guild: string
  channels: { general: string; review: string }
  /** Everything that was sent, in order. */
  requests: SentRequest[]
  /** What in it was against Discord's official OpenAPI; always empty where that is absent. */
  problems: string[]
  /** A person of the server, by their name. */
  person(name: string): DiscordPerson
  /** An interaction that the server knows and nobody has been told of: for those that come by HTTP. */
  openInteraction(name: string): Promise<{ id: string; token: string }>
  /** How many connections have logged in at the gateway. */
  sockets(): number
  /** What stands in a channel, thread or direct channel. */
  messages(channel: string): Promise<APIMessage[]>
  /** Waits until something stands there. */
  waitFor<Found>(look: () => Promise<Found | undefined> | Found | undefined, what: string): Promise<Found>
  /** The direct channel with somebody, once there is one. */
  directChannel(name: string): string | undefined
  /** Lets the next request whose `METHOD path` fits fail as told. */
  failNext(fits: RegExp, answer: { status: number; body: object; headers?: Record<string, string> }): void
  /** A file as it would be on Discord's own servers. */
  attachment(name: string, content: string | Uint8Array, more?: Partial<APIAttachment>): APIAttachment
  stop(): Promise<void>
}

/** What came of something that somebody did: Discord's first answer, and the message that stands for it by now. */
interface Reaction {
  interaction: string
  /** Discord's type of the first response. */
  type: number
  modal: APIModalInteractionResponseCallbackData | undefined
  choices: { name: string; value: string }[]
  message(): Promise<APIMessage | undefined>
}

interface DiscordPerson {
  id: string
  /** `/name`, with typed options and files. */
  slash(name: string, options?: Record<string, string | number | boolean | APIAttachment>): Promise<Reaction>
  /** What is offered while `partial` stands in an option. */
  suggestions(name: string, option: string, partial: string): Promise<Reaction['choices']>
  press(message: APIMessage, label: string): Promise<Reaction>
  choose(message: APIMessage, label: string): Promise<Reaction>
  /** Fills a modal in as Discord sends it: labels with components. A file is given by its attachment. */
  submit(
    modal: APIModalInteractionResponseCallbackData,
    values: Record<string, string | string[] | boolean | APIAttachment[]>,
    from?: APIMessage,
  ): Promise<Reaction>
  /** Types a message; in the direct channel where `direct`. */
  type(content: string, options?: { direct?: boolean; attachments?: APIAttachment[] }): Promise<APIMessage>
}

/**
 * Starts a Discord that is not ours (discord-digital-twin), and a way in front of it that writes down every request, checks
 * it against the official OpenAPI, and adds what this Discord lacks: files (it takes no multipart), direct channels,
 * `enforce_nonce`, and threads with the id of the message they were started on. It also lacks RESUME and `with_response`,
 * which nothing here asks for.
 */
export async function startDiscord({
  people = ['author', 'approver'],
  sharding,
}: {
  people?: string[]
  /** What it recommends to a bot in many servers; one shard where absent. It tells every connection everything all the same. */
  sharding?: { shards: number; maxConcurrency: number }
} = {}): Promise<DiscordServer> {
  const { DigitalDiscord } = (await import(pathToFileURL(required.resolve('discord-digital-twin')).href)) as {
    DigitalDiscord: new (options: object) => Twin
  }
  const channels = { general: '1000000000000000001', review: '1000000000000000002' }
  const folder = mkdtempSync(resolve(tmpdir(), 'discord-'))
  const twin = new DigitalDiscord({
    // In memory, all servers of a process would be one.
    dbUrl: `file:${resolve(folder, 'discord.db')}`,
    guild: { name: 'Acme' },
    channels: Object.entries(channels).map(([name, id]) => ({ id, name, type: ChannelType.GuildText })),
    users: people.map((username) => ({ username })),
    // The REST client keeps rate limits by token and route: each server has its own token.
    botToken: `token-${process.pid}-${nextServer}`,
  })
  await twin.start()

  const requests: SentRequest[] = []
  const problems: string[] = []
  const failures: {
    fits: RegExp
    answer: { status: number; body: object; headers?: Record<string, string> }
  }[] = []
  const files = new Map<string, Uint8Array>()
  const directChannels = new Map<string, string>()
  let snowflake = 2_000_000_000_000_000_000n

  const proxy = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => {
      problems.push(`the way to the server broke: ${String(error)}`)
      response.writeHead(502).end()
    })
  })

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '')
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { ...(body !== null && { 'content-type': 'application/json' }), ...headers })
        .end(body === null ? undefined : JSON.stringify(body))
    const file = files.get(path)
    if (path.startsWith('/attachments/')) return void response.writeHead(file ? 200 : 404).end(file)

    const method = request.method ?? 'GET'
    const short = path.replace(/^\/api\/v10/, '')
    const sent = { method, path: short, ...(await bodyOf(request)) }
    requests.push(sent)
    problems.push(...(discordContract()?.check({ method, path: short, body: sent.body }) ?? []))

    const failing = failures.findIndex(({ fits }) => fits.test(`${method} ${short}`))
    if (failing >= 0) {
      const [failure] = failures.splice(failing, 1)
      return void answer(failure!.answer.status, failure!.answer.body, failure!.answer.headers)
    }
    if (method === 'POST' && short === '/users/@me/channels')
      return void answer(200, await openDirect(String(sent.body?.recipient_id)))
    const posted = /^\/channels\/(\d+)\/messages$/.exec(short)
    if (method === 'POST' && posted && sent.body?.enforce_nonce) {
      const before = await twin.prisma.message.findFirst({
        where: { channelId: posted[1], nonce: String(sent.body.nonce) },
      })
      if (before)
        return void answer(
          200,
          (await twin.channel(posted[1]!).getMessages()).find(({ id }) => id === before.id),
        )
    }

    const origin = twin.restUrl.replace(/\/api$/, '')
    const passed = await fetch(`${origin}${request.url}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' },
      ...(sent.body !== undefined && { body: JSON.stringify(sent.body) }),
    })
    const text = await passed.text()
    const body: unknown = text === '' ? null : JSON.parse(text)
    if (sharding && short === '/gateway/bot') {
      const told = body as { session_start_limit: object }
      const limit = { ...told.session_start_limit, max_concurrency: sharding.maxConcurrency }
      return void answer(200, { ...told, shards: sharding.shards, session_start_limit: limit })
    }
    const started = /^\/channels\/\d+\/messages\/(\d+)\/threads$/.exec(short)
    if (started && passed.ok) {
      await twin.prisma.channel.update({
        where: { id: (body as { id: string }).id },
        data: { id: started[1] },
      })
      return void answer(passed.status, { ...(body as object), id: started[1] })
    }
    answer(passed.status, body)
  }

  async function openDirect(person: string): Promise<object> {
    let id = directChannels.get(person)
    if (id === undefined) {
      id = String(snowflake++)
      directChannels.set(person, id)
      await twin.prisma.channel.create({ data: { id, type: ChannelType.DM } })
    }
    return { id, type: ChannelType.DM, recipients: [{ id: person }] }
  }

  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`

  const waitFor = <Found>(look: () => Promise<Found | undefined> | Found | undefined, what: string) =>
    until(what, look)

  async function react(interaction: { id: string }): Promise<Reaction> {
    const row = () => twin.prisma.interactionResponse.findUnique({ where: { interactionId: interaction.id } })
    const first = await waitFor(async () => {
      const found = await row()
      return found?.acknowledged ? found : undefined
    }, 'an answer from Crier')
    const data = first.data === null ? undefined : (JSON.parse(first.data) as Record<string, unknown>)
    return {
      interaction: interaction.id,
      type: first.type,
      modal: first.type === 9 ? (data as unknown as APIModalInteractionResponseCallbackData) : undefined,
      choices: (data?.choices ?? []) as { name: string; value: string }[],
      message: async () => {
        const id = (await row())?.messageId
        const found = id ? await twin.prisma.message.findFirst({ where: { id } }) : null
        if (!found) return undefined
        const channel = (found as unknown as { channelId: string }).channelId
        return (await twin.channel(channel).getMessages()).find((message) => message.id === id)
      },
    }
  }

  const users = await twin.prisma.user.findMany({})
  const person = (name: string): DiscordPerson => {
    const id = users.find(({ username }) => username === name)?.id
    if (!id) throw new Error(`Nobody is called ${name}`)
    const acts = (type: InteractionType, data: object, more: object = {}, channelId = channels.general) =>
      twin.simulateInteraction({ type, channelId, userId: id, data, ...more })
    const pressed = async (message: APIMessage, data: object) =>
      react(await acts(InteractionType.MessageComponent, data, { messageId: message.id }, message.channel_id))

    return {
      id,
      async slash(name, options = {}) {
        const attachments: Record<string, APIAttachment> = {}
        const given = Object.entries(options).map(([option, value]) => {
          if (typeof value === 'object') {
            attachments[value.id] = value
            return { name: option, type: 11, value: value.id }
          }
          return {
            name: option,
            type: typeof value === 'boolean' ? 5 : typeof value === 'number' ? 10 : 3,
            value,
          }
        })
        const data = { id: '1', name, type: 1, options: given, resolved: { attachments } }
        return react(await acts(InteractionType.ApplicationCommand, data))
      },
      async suggestions(name, option, partial) {
        const data = {
          id: '1',
          name,
          type: 1,
          options: [{ name: option, type: 3, value: partial, focused: true }],
        }
        return (await react(await acts(InteractionType.ApplicationCommandAutocomplete, data))).choices
      },
      press(message, label) {
        const found = controlsIn(message).find(
          (control) => control.type === ComponentType.Button && 'label' in control && control.label === label,
        )
        if (!found || !('custom_id' in found))
          throw new Error(`No button "${label}" in ${JSON.stringify(message.components)}`)
        return pressed(message, { custom_id: found.custom_id, component_type: ComponentType.Button })
      },
      choose(message, label) {
        for (const control of controlsIn(message)) {
          if (control.type !== ComponentType.StringSelect) continue
          const option = control.options.find((one) => one.label === label)
          if (!option) continue
          const data = {
            custom_id: control.custom_id,
            component_type: ComponentType.StringSelect,
            values: [option.value],
          }
          return pressed(message, data)
        }
        throw new Error(`No option "${label}" in ${JSON.stringify(message.components)}`)
      },
      async submit(modal, values, from) {
        const data = filledIn(modal, values)
        return react(await acts(InteractionType.ModalSubmit, data, from ? { messageId: from.id } : {}))
      },
      async type(content, { direct = false, attachments = [] } = {}) {
        const channel = direct ? ((await openDirect(id)) as { id: string }).id : channels.general
        return twin.channel(channel).user(id).sendMessage({ content, attachments })
      },
    }
  }

  return {
    apiUrl: `${origin}/api`,
    token: twin.botToken,
    applicationId: twin.botUserId,
    guild: twin.guildId,
    channels,
    requests,
    problems,
    person,
    openInteraction: (name) =>
      twin.simulateInteraction({ type: 2, channelId: channels.general, userId: person(name).id, data: {} }),
    sockets: () => twin.server.gateway.clients.filter(({ identified }) => identified).length,
    messages: (channel) => twin.channel(channel).getMessages(),
    waitFor,
    directChannel: (name) => directChannels.get(person(name).id),
    failNext: (fits, answer) => failures.push({ fits, answer }),
    attachment(name, content, more = {}) {
      const id = String(snowflake++)
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      const path = `/attachments/${id}/${name}`
      files.set(path, bytes)
      return {
        id,
        filename: name,
        size: bytes.length,
        url: `${origin}${path}`,
        proxy_url: `${origin}${path}`,
        ...more,
      } as APIAttachment
    },
    async stop() {
      await twin.stop()
      rmSync(folder, { recursive: true, force: true })
      proxy.closeAllConnections()
      await new Promise((done) => proxy.close(done))
    },
  }
}

const nextServer = 1

/** What Discord sends when a modal is submitted: what stood in it, and what somebody put there instead. */
export function filledIn(
  modal: APIModalInteractionResponseCallbackData,
  values: Record<string, string | string[] | boolean | APIAttachment[]> = {},
): APIModalSubmission {
  const attachments: Record<string, APIAttachment> = {}
  const components = modal.components.flatMap((one): object[] => {
    if (one.type !== ComponentType.Label) return [{ type: one.type, id: 1 }]
    const { component } = one
    const name = component.custom_id.slice(2)
    const key = component.type === ComponentType.FileUpload && !(name in values) ? component.custom_id : name
    const value = values[key]
    const base = { type: component.type, custom_id: component.custom_id }
    switch (component.type) {
      case ComponentType.TextInput:
        return [{ type: one.type, component: { ...base, value: value ?? component.value ?? '' } }]
      case ComponentType.StringSelect: {
        const chosen = component.options.filter((option) => option.default).map((option) => option.value)
        return [
          {
            type: one.type,
            component: { ...base, values: value === undefined ? chosen : [value].flat() },
          },
        ]
      }
      case ComponentType.Checkbox:
        return [{ type: one.type, component: { ...base, value: value ?? component.default ?? false } }]
      case ComponentType.FileUpload: {
        const uploads = (component.custom_id.startsWith('x.') ? values[component.custom_id] : value) as
          | APIAttachment[]
          | undefined
        for (const upload of uploads ?? []) attachments[upload.id] = upload
        return [
          {
            type: one.type,
            component: { ...base, values: (uploads ?? []).map((upload) => upload.id) },
          },
        ]
      }
      default:
        throw new Error(`No way to fill in a component of type ${component.type}`)
    }
  })
  return {
    custom_id: modal.custom_id,
    components,
    resolved: { attachments },
  } as unknown as APIModalSubmission
}

/** Buttons and menus, wherever they stand in a message. */
function controlsIn(message: APIMessage) {
  const rows = (message.components ?? []).flatMap((one) =>
    one.type === ComponentType.Container ? one.components : [one],
  )
  return rows.flatMap((row) =>
    row.type === ComponentType.ActionRow
      ? row.components.filter(
          (one) => one.type === ComponentType.Button || one.type === ComponentType.StringSelect,
        )
      : [],
  )
}

/** A message as a person reads it: texts, then `[Approve] approve 42 @9f3c` for each button. */
export function wordsOf(message: APIMessage | undefined): string {
  if (!message) return ''
  const inside = (message.components ?? []).flatMap((one) =>
    one.type === ComponentType.Container ? one.components : [one],
  )
  const texts = inside.flatMap((one) => (one.type === ComponentType.TextDisplay ? [one.content] : []))
  const controls = controlsIn(message).flatMap((one) => {
    if (one.type === ComponentType.StringSelect)
      return one.options.map(({ label, value }) => `[${label}] ${idToLine(value).line}`)
    return 'custom_id' in one ? [`[${one.label}] ${idToLine(one.custom_id).line}`] : []
  })
  return [message.content, ...texts, ...controls].filter((part) => part !== '').join('\n')
}

async function bodyOf(request: IncomingMessage): Promise<Pick<SentRequest, 'body' | 'files'>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const type = request.headers['content-type'] ?? ''
  if (bytes.length === 0) return { body: undefined, files: [] }
  if (!type.startsWith('multipart/'))
    return { body: JSON.parse(bytes.toString()) as Record<string, unknown>, files: [] }
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  const files = await Promise.all(
    [...form.entries()].flatMap(([, value]) =>
      typeof value === 'string'
        ? []
        : [value.bytes().then((content) => ({ name: value.name, bytes: content }))],
    ),
  )
  return { body: JSON.parse(String(form.get('payload_json'))) as Record<string, unknown>, files }
}
