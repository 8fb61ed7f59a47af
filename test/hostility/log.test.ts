import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Speaker } from '../../src/app/surface.ts'
import { openTestHouse } from '../house.ts'
import { photo } from '../library/files.ts'
import { startReceiver } from '../servers/hook-receiver.ts'
import { startStandIn } from '../servers/stand-in.ts'
import { secretsOf } from './answers.ts'

/** Words that stand nowhere but in what people wrote or typed as a secret. */
const POSTED = {
  text: 'Zephyrine-launches-on-Friday',
  edited: 'Quillfeather-edition',
  variant: 'Marzipan-variant',
  alt: 'Obsidian-kettle-alt',
  comment: 'Please-no-tangerines',
  refused: 'Wobblegate-refused',
  file: 'vermilion-picture',
}
const SECRETS = {
  password: 'app-password-hunter2',
  token: 'mastodon-token-f00dfeed',
  telegram: '123456:AAFakeTelegramTokenForTests',
  client: 'client-secret-c0ffee',
}

test('a conversation, its troubles and its requests leave no text and no secret in the log', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crier-log-'))
  const receiver = await startReceiver()
  // A platform that repeats what it was sent, as some do in their errors.
  const platform = await startStandIn(({ path, headers, body, raw }) => ({
    status: path.length % 3 === 0 ? 500 : 422,
    json: { error: `${headers.authorization} ${JSON.stringify(body)} ${raw}`, ok: false, description: raw },
  }))
  const world = await openTestHouse({
    dataDir: folder,
    environment: {
      LOG_LEVEL: 'info',
      LOG_FILE: join(folder, 'log'),
      MASTODON_API_URL: platform.url,
      BLUESKY_API_URL: platform.url,
      TELEGRAM_API_URL: platform.url,
      HOOK_ORIGINS: receiver.origin,
      PINTEREST_API_URL: platform.url,
      PINTEREST_CLIENT_ID: 'client',
      PINTEREST_CLIENT_SECRET: SECRETS.client,
    },
  })
  const { house } = world
  const own = house.bench.ownAddress()
  try {
    const [ada, grace] = [await world.speaker('Ada'), await world.speaker('Grace')]
    const ask = (who: Speaker, said: Parameters<typeof house.desk.ask>[1]) => house.desk.ask(who, said)
    const picture = await photo(20, 20)

    // Connecting, badly.
    await ask(grace, {
      command: 'connect',
      values: { platform: 'bluesky', way: '1', identifier: 'acme', password: SECRETS.password },
    })
    await ask(grace, {
      command: 'connect',
      values: { platform: 'mastodon', way: '1', server: platform.url, token: SECRETS.token },
    })
    await ask(grace, {
      command: 'connect',
      values: { platform: 'telegram', way: '1', token: SECRETS.telegram, channel: '@acme' },
    })
    await ask(grace, { line: 'connect pinterest' })
    await ask(grace, { line: `hooks add ${receiver.origin}/${SECRETS.token}` })

    // A post from its first word to its end, with what goes wrong on the way.
    await ask(ada, {
      command: 'schedule',
      values: { when: 'in 10 minutes', accounts: 'rehearsal', text: POSTED.text, alt: POSTED.alt },
      files: [{ name: `${POSTED.file}.png`, bytes: async () => picture }],
    })
    await ask(grace, { command: 'request-changes', values: { post: '1', comment: POSTED.comment } })
    await ask(ada, { command: 'edit', values: { post: '1', text: POSTED.edited } })
    await ask(ada, { command: 'edit', values: { post: '1', platform: 'rehearsal', text: POSTED.variant } })
    await ask(ada, { line: 'submit 1' })
    await ask(ada, { line: `schedule blurgh to rehearsal: ${POSTED.refused}` })
    await ask(ada, { line: `nonsense ${POSTED.refused}` })
    await ask(grace, { line: 'approve 1' })
    await ask(ada, { line: 'preview 1' })
    await world.pass(11 * 60_000)
    await world.pass(60_000)

    // Requests, good and bad, with keys in their addresses and heads.
    const { keys, home } = house
    const token = keys.apiToken(home.id, ada.person.externalId)
    const call = (authorization: string, body: string) =>
      fetch(`${own}/api/commands`, { method: 'POST', headers: { authorization }, body })
    expect((await call(`Bearer ${token}`, JSON.stringify({ line: `draft ${POSTED.text}` }))).status).toBe(200)
    expect((await call(`Bearer ${token}x`, JSON.stringify({ line: POSTED.text }))).status).toBe(401)
    expect((await call(`Bearer ${token}`, POSTED.text)).status).toBe(400)
    await fetch(`${own}/?key=${keys.playgroundKey}`)
    await fetch(`${own}/media/${token}`)
    await fetch(`${own}/oauth/pinterest/start?ticket=${token}`)
    await fetch(`${own}/oauth/pinterest/callback?code=${SECRETS.client}&state=${token}`)
    await fetch(`${own}/hooks/${token}`, { method: 'POST', body: POSTED.text })
    // A fault of our own, which is logged with its cause.
    const broken: Speaker = { ...ada, chat: { externalId: 'local', name: POSTED.text } }
    await ask(broken, {
      line: `draft to rehearsal: ${POSTED.text}`,
      files: [{ name: 'x.png', bytes: () => Promise.reject(new Error('The disk went away')) }],
    })

    expect(receiver.received.length, 'webhooks were told').toBeGreaterThan(0)
    const secrets = await secretsOf(house)
    await world.close()
    const lines = await logOf(folder)
    expect(lines.length, 'something was logged').toBeGreaterThan(200)
    expect(lines).toContain('The disk went away')
    for (const [name, said] of Object.entries({ ...POSTED, ...SECRETS }))
      expect(linesWith(lines, said), `${name} is in the log`).toEqual([])
    for (const secret of secrets) expect(linesWith(lines, secret)).toEqual([])
  } finally {
    await receiver.stop()
    await platform.stop()
    await rm(folder, { recursive: true, force: true })
  }
})

const linesWith = (lines: string, said: string): string[] =>
  lines.split('\n').filter((line) => line.includes(said))

async function logOf(folder: string): Promise<string> {
  for (let tries = 0; tries < 60; tries++) {
    const files = (await readdir(folder)).filter((name) => name.startsWith('log'))
    const lines = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('')
    if (lines.length > 200) return lines
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return ''
}
