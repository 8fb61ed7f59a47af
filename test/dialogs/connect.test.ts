import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainText } from '../../src/message/plain-text.ts'
import { loadPlatforms } from '../../src/platforms/contract/register.ts'
import { openTestHouse } from '../house.ts'
import { type StandIn, startStandIn } from '../servers/stand-in.ts'
import { conversation, play } from './conversation.ts'

const platforms = await loadPlatforms()

/** Where webhooks go: it takes everything. */
let receiver: StandIn
beforeAll(async () => {
  receiver = await startStandIn(() => ({ status: 200, json: {} }))
})
afterAll(() => receiver.stop())

test('every platform is offered, and one that needs a client says what to set, where, and what to register', async () => {
  const world = await openTestHouse()
  try {
    const grace = await world.speaker('Grace')
    const answer = await world.house.desk.ask(grace, { line: 'connect' })
    const offered = answer.type === 'message' ? plainText(answer.message) : ''
    for (const platform of platforms.values()) {
      const needsClient = (platform.setUp.environment ?? []).some((name) => name.endsWith('_CLIENT_ID'))
      if (platform.connect.some((way) => way.by === 'oauth')) expect(offered).toContain(platform.label)
      if (!needsClient) continue
      const told = await world.house.desk.ask(grace, { line: `connect ${platform.name}` })
      const words = told.type === 'message' ? plainText(told.message) : JSON.stringify(told.form)
      const prefix = platform.name.toUpperCase()
      expect(words).toContain(`has not set ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET`)
      expect(words).toContain(platform.setUp.operator)
      expect(words).toContain(`/oauth/${platform.name}/callback`)
    }
  } finally {
    await world.close()
  }
})

test('a platform with several ways in offers each; what one asks for first is a form', () =>
  conversation(`
    Grace: connect mastodon
    bot: more than one way in
    bot: [Access token] connect mastodon 1
    bot: [Sign in at the server] connect mastodon 2
    Grace presses Access token
    bot: [form connect] Connect Mastodon
    bot: server=
    bot: token=
    Grace: connect mastodon 2
    bot: [form connect] Connect Mastodon
    bot: server=
    not: token=
    Grace: connect mastodon 7
    bot: Mastodon has 2 ways in, not 7
    Ada: connect mastodon
    bot: needs the role of approver
  `))

test('an address that only takes https is said beside the link', () =>
  conversation(
    `
    Grace: connect threads
    bot: Connect Threads
    bot: Sign in with Threads
    bot: threads_content_publish
    bot: for publishing
    bot: https address only, and this Crier's is http://127.0.0.1:
    bot: PUBLIC_URL
    Grace: connect youtube
    bot: http://127.0.0.1:
    bot: /oauth/youtube/start?ticket=
    not: PUBLIC_URL
  `,
    {
      environment: {
        THREADS_CLIENT_ID: 'one',
        THREADS_CLIENT_SECRET: 'two',
        YOUTUBE_CLIENT_ID: 'one',
        YOUTUBE_CLIENT_SECRET: 'two',
      },
    },
  ))

test('with a public address, that is where people come back to', () =>
  conversation(
    `
    Grace: connect threads
    bot: https://crier.example.com/oauth/threads/start?ticket=
    not: PUBLIC_URL
  `,
    {
      environment: {
        PUBLIC_URL: 'https://crier.example.com/',
        THREADS_CLIENT_ID: 'one',
        THREADS_CLIENT_SECRET: 'two',
      },
    },
  ))

test('a secret that Crier made is shown to who connected it, this once', async () => {
  const world = await openTestHouse({ environment: { WEBHOOK_API_URL: receiver.url } })
  try {
    const grace = await world.speaker('Grace')
    const form = await world.house.desk.ask(grace, { line: 'connect webhook' })
    if (form.type !== 'form') throw new Error('It asks for nothing')
    const answer = await world.house.desk.ask(grace, {
      command: 'connect',
      values: { ...form.form.hidden, url: `${receiver.url}/hook`, name: 'Our hook' },
    })
    if (answer.type !== 'message') throw new Error(JSON.stringify(answer.form.errors))
    expect(answer.audience).toBe('person')
    const words = plainText(answer.message)
    const secret = /whsec_[\w+/=]+/.exec(words)?.[0] ?? ''
    expect(secret, words).not.toBe('')
    expect(words).toContain('shown this once')
    await play(world, 'Grace: accounts\nbot: Our hook\nnot: whsec_')
  } finally {
    await world.close()
  }
})

/** `crier …`, as a person types it. */
async function crier(
  words: readonly string[],
  environment: Record<string, string>,
  input = '',
): Promise<string> {
  const root = resolve(import.meta.dirname, '../..')
  const child = spawn(process.execPath, ['src/main.ts', ...words], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', TZ: 'UTC', ...environment },
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)))
  child.stdin.end(input)
  await new Promise((done) => child.once('close', done))
  return said.join('')
}

test('the playground does not keep it', async () => {
  const world = await openTestHouse({ environment: { WEBHOOK_API_URL: receiver.url } })
  try {
    const home = world.house.storage.workspace(world.house.home.id)
    const grace = (await home.workspace.members()).find((one) => one.name === 'Grace')
    const headers = { 'content-type': 'application/json', origin: new URL(world.running.page).origin }
    const values = { platform: 'webhook', way: '1', url: `${receiver.url}/hook`, name: 'Our hook' }
    const answer = await fetch(new URL('/playground/say', world.running.page), {
      method: 'POST',
      headers,
      body: JSON.stringify({ as: grace?.id, channel: 'review', command: 'connect', values }),
    })
    const said = await answer.text()
    expect(said, 'on the page that is open').toMatch(/whsec_/)
    const kept = JSON.stringify(await home.transcript.list('review', 50))
    expect(kept).toContain('Our hook')
    expect(kept).toContain('shown once')
    expect(kept).not.toContain('whsec_')
  } finally {
    await world.close()
  }
})

test('the command line prints the link, and shows a secret once', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crier-'))
  try {
    const environment = {
      DATA_DIR: dataDir,
      X_CLIENT_ID: 'one',
      X_CLIENT_SECRET: 'two-of-x',
      WEBHOOK_API_URL: receiver.url,
    }
    const link = await crier(['connect', 'x'], environment)
    expect(link).toContain('http://127.0.0.1:3000/oauth/x/start?ticket=')
    expect(link).not.toContain('two-of-x')
    const hook = await crier(['connect', 'webhook'], environment, `${receiver.url}/hook\n\n\n`)
    expect(hook).toMatch(/whsec_/)
    expect(hook).toContain('shown this once')
    expect(await crier(['connect', 'pinterest'], environment)).toContain('PINTEREST_CLIENT_ID')
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
