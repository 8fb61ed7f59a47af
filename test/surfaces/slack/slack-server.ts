import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { chmodSync, existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../until.ts'

export const SERVERS = join(import.meta.dirname, '../../servers/node_modules')
const BINARY = join(SERVERS, 'local-slack-linux-x64', 'bin', 'local-slack')

/** Why there is no Slack server to test against, or undefined where there is one. */
export const slackServerAbsent: string | undefined = !existsSync(BINARY)
  ? 'local-slack-linux-x64 is not installed: npm ci --prefix test/servers'
  : undefined

export const TEAM = 'T01ACME'
export const BOT = 'U0BOT'
export const AUTHOR = 'U01AUTHOR'
export const APPROVER = 'U02APPROVER'
export const GENERAL = 'C01GEN'
export const APPROVALS = 'C02APPR'
export const BOT_TOKEN = 'xoxb-test-token'
export const APP_TOKEN = 'xapp-test-token'
export const SIGNING_SECRET = 'test-signing-secret'

export interface SlackServer {
  base: string
  /** For `SLACK_API_URL`. */
  apiUrl: string
  /** A person at a screen. Close them at the end. */
  human(user: string): Promise<Human>
  stop(): Promise<void>
}

/** A port that was free a moment ago, on the loopback. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** A real Slack server of one team (Acme: an author in Berlin, an approver), with one app: Crier. */
export async function startSlack(
  how: ({ mode: 'socket' } | { mode: 'events'; requestUrl: string }) & { port?: number },
): Promise<SlackServer> {
  const port = how.port ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'crier-slack-'))
  const config = join(folder, 'config.json')
  await writeFile(config, JSON.stringify(team(how)))
  chmodSync(BINARY, 0o755)
  const args = ['--config', config, '--port', String(port), '--base-host', '127.0.0.1']
  const child = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  const output: string[] = []
  child.stdout.on('data', (chunk) => output.push(String(chunk)))
  child.stderr.on('data', (chunk) => output.push(String(chunk)))
  const base = `http://127.0.0.1:${port}`
  const humans: Human[] = []
  await until('the Slack server to answer', async () => {
    if (child.exitCode !== null) throw new Error(`local-slack ended: ${output.join('')}`)
    return fetch(`${base}/_control/state`).then(
      (response) => response.ok,
      () => false,
    )
  })
  return {
    base,
    apiUrl: `${base}/api/`,
    async human(user) {
      const human = await Human.at(base, user)
      humans.push(human)
      return human
    },
    async stop() {
      for (const human of humans) human.close()
      await ended(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const team = (how: { mode: string; requestUrl?: string }) => ({
  workspace: { name: 'Acme', domain: 'acme', teamId: TEAM },
  app: {
    appId: 'A01APP',
    botUserId: BOT,
    botName: 'crier',
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    signingSecret: SIGNING_SECRET,
    mode: how.mode,
    ...(how.requestUrl ? { requestUrl: how.requestUrl } : {}),
  },
  users: [
    { id: AUTHOR, name: 'ada', real_name: 'Ada Author', email: 'ada@example.com', tz: 'Europe/Berlin' },
    {
      id: APPROVER,
      name: 'ben',
      real_name: 'Ben Approver',
      email: 'ben@example.com',
      tz: 'America/New_York',
    },
  ],
  channels: [
    { id: GENERAL, name: 'general', members: [AUTHOR, APPROVER, BOT] },
    { id: APPROVALS, name: 'approvals', is_private: true, members: [APPROVER, BOT] },
  ],
})

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 2000).unref()
  })

// biome-ignore lint/suspicious/noExplicitAny: what Slack stores is read in tests only
export type Json = any

/** Somebody in the team, driving the server as its own page does. */
export class Human {
  modals: Json[] = []
  errors: Record<string, string>[] = []
  homes: Record<string, Json> = {}
  readonly base: string
  readonly user: string
  readonly socket: WebSocket

  private constructor(base: string, user: string, socket: WebSocket) {
    this.base = base
    this.user = user
    this.socket = socket
    socket.addEventListener('message', ({ data }) => this.hear(JSON.parse(String(data))))
  }

  static async at(base: string, user: string): Promise<Human> {
    const socket = new WebSocket(`${base.replace('http', 'ws')}/ui`)
    const human = new Human(base, user, socket)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', reject)
    })
    return human
  }

  private hear(event: Json) {
    if (event.t === 'init') this.modals = event.state.modalStack ?? []
    if (event.t === 'view') this.modals = event.stack ?? event.modalStack ?? (event.view ? [event.view] : [])
    if (event.t === 'view_errors') this.errors.push(event.errors)
    if (event.t === 'home') this.homes[event.userId ?? event.user] = event.view
  }

  close() {
    this.socket.close()
  }

  get modal(): Json | undefined {
    return this.modals.at(-1)
  }

  private async control(path: string, body?: unknown): Promise<Json> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const response = await fetch(`${this.base}/_control${path}`, body === undefined ? {} : init)
    return response.json()
  }

  async messages(channel: string): Promise<Json[]> {
    return (await this.control(`/messages/${channel}`)).messages
  }

  /** What the bot was called with and what it called. */
  async log(): Promise<Json[]> {
    return (await this.control('/log')).log
  }

  async directChannel(): Promise<string> {
    const state = await this.control('/state')
    return (
      state.channels.find((channel: Json) => channel.is_im && channel.members.includes(this.user))?.id ?? ''
    )
  }

  say(channel: string, text: string, thread?: string) {
    return this.control('/message', { channel, user: this.user, text, thread_ts: thread })
  }

  slash(channel: string, command: string, text = '') {
    return this.control('/command', { channel, user: this.user, command, text })
  }

  /** Presses the button with this label on the latest message that has one. */
  async press(channel: string, label: string) {
    const button = (message: Json) =>
      (message.blocks ?? [])
        .flatMap((block: Json) => (block.type === 'actions' ? block.elements : []))
        .find((element: Json) => element.text?.text === label)
    const message = (await this.messages(channel)).findLast(button)
    if (!message) throw new Error(`Nobody sees a button "${label}"`)
    return this.control('/interact', {
      channel,
      messageTs: message.ts,
      user: this.user,
      action: button(message),
    })
  }

  async attach(channel: string, name: string, bytes: Uint8Array, text = ''): Promise<Json[]> {
    const form = new FormData()
    form.set('channel', channel)
    form.set('user', this.user)
    form.set('text', text)
    form.append('file', new File([Buffer.from(bytes)], name))
    const response = await fetch(`${this.base}/_control/upload`, { method: 'POST', body: form })
    const { message } = (await response.json()) as Json
    return message.files
  }

  openHome() {
    return this.control('/open-home', { user: this.user })
  }

  /** Fills the open modal in by its labels and submits it; a field that is not named keeps what stands in it. */
  submit(filled: Record<string, Json> = {}) {
    const values: Json = {}
    for (const block of this.modal?.blocks ?? []) {
      if (block.type !== 'input') continue
      const said = filled[block.label.text]
      values[block.block_id] = { [block.element.action_id]: stateOf(block.element, said) }
    }
    this.socket.send(JSON.stringify({ t: 'view_submit', user: this.user, values }))
  }
}

function stateOf(element: Json, said: Json): Json {
  const { type } = element
  const options = element.options ?? element.option_groups?.flatMap((group: Json) => group.options) ?? []
  const byLabel = (label: string) => options.find((option: Json) => option.text.text === label)
  switch (type) {
    case 'plain_text_input':
      return { type, value: said ?? element.initial_value ?? null }
    case 'radio_buttons':
    case 'static_select':
      return { type, selected_option: said ? byLabel(said) : (element.initial_option ?? null) }
    case 'checkboxes':
    case 'multi_static_select':
      return { type, selected_options: said ? said.map(byLabel) : (element.initial_options ?? []) }
    case 'file_input':
      return { type, files: said ?? [] }
    default:
      throw new Error(`Nobody fills in ${type}`)
  }
}

export interface Signing {
  secret?: string
  /** Seconds since 1970. */
  at?: number
  headers?: Record<string, string>
  as?: 'payload' | 'json'
}

/** A request to Crier as Slack signs it, or as only a thief would. */
export function signed(
  requestUrl: string,
  payload: Record<string, unknown> | URLSearchParams,
  how: Signing = {},
): Request {
  const json = JSON.stringify(payload)
  const form = how.as !== 'json'
  const body =
    payload instanceof URLSearchParams
      ? payload.toString()
      : form
        ? new URLSearchParams({ payload: json }).toString()
        : json
  const timestamp = String(how.at ?? Math.floor(Date.now() / 1000))
  const hash = createHmac('sha256', how.secret ?? SIGNING_SECRET)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex')
  return new Request(requestUrl, {
    method: 'POST',
    headers: {
      'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hash}`,
      ...how.headers,
    },
    body,
  })
}

/** What the server cannot play: presses in modals, shortcuts, requests that come again. */
export const deliver = (
  requestUrl: string,
  payload: Record<string, unknown> | URLSearchParams,
  how: Signing = {},
): Promise<Response> => fetch(signed(requestUrl, payload, how))

/** What Slack puts around an event. */
export const envelope = (event: Record<string, unknown>, id = `Ev${randomUUID()}`) => ({
  type: 'event_callback',
  token: 'verification-token',
  team_id: TEAM,
  api_app_id: 'A01APP',
  event_id: id,
  event_time: Math.floor(Date.now() / 1000),
  authorizations: [
    { enterprise_id: null, team_id: TEAM, user_id: BOT, is_bot: true, is_enterprise_install: false },
  ],
  event,
})
