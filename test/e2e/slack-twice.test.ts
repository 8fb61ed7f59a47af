import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres } from '../setup-postgres.ts'
import {
  APP_TOKEN,
  AUTHOR,
  BOT_TOKEN,
  deliver,
  envelope,
  GENERAL,
  type Human,
  SIGNING_SECRET,
  type SlackServer,
  slackServerAbsent,
  startSlack,
} from '../surfaces/slack/slack-server.ts'
import { until } from '../until.ts'
import { type CrierProcess, freePort, startCrier } from './crier-process.ts'

const postgres = await startPostgres()
const absent = slackServerAbsent ?? ('missing' in postgres ? postgres.missing : undefined)
if (absent) console.log(`skipped: one Slack and two processes: ${absent}`)

/** In front of two processes: sends what it gets to both, and hands back what the first to answer says. */
async function bothGet(ports: () => readonly number[]): Promise<{ port: number; stop(): Promise<void> }> {
  const balancer = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers
    const init = { method: 'POST', headers: headers as Record<string, string>, body: Buffer.concat(chunks) }
    const answers = ports().map((port) => fetch(`http://127.0.0.1:${port}${request.url}`, init))
    const ok = answers.map(async (one) => {
      const answer = await one
      if (!answer.ok) throw new Error(String(answer.status))
      return answer
    })
    const first = await Promise.any(ok)
    response.writeHead(first.status, { 'content-type': first.headers.get('content-type') ?? 'text/plain' })
    response.end(await first.text())
    await Promise.allSettled(answers)
  })
  const port = await freePort()
  await new Promise<void>((listening) => balancer.listen(port, '127.0.0.1', listening))
  return { port, stop: () => new Promise((closed) => balancer.close(() => closed())) }
}

describe.skipIf(absent).each(['socket', 'events'] as const)(
  'one Slack (%s) whose every word reaches two processes on one PostgreSQL',
  (mode) => {
    let slack: SlackServer
    let ada: Human
    let crier: CrierProcess[] = []
    let folders: string[] = []
    let balancer: { port: number; stop(): Promise<void> } | undefined
    let start: () => Promise<CrierProcess>

    beforeAll(async () => {
      if ('missing' in postgres) return
      const ports = [await freePort(), await freePort()]
      balancer = await bothGet(() => ports)
      slack = await startSlack(
        mode === 'socket' ? { mode } : { mode, requestUrl: `http://127.0.0.1:${balancer.port}/slack/events` },
      )
      const database = await postgres.createDatabase()
      start = async () => {
        const dataDir = await mkdtemp(join(tmpdir(), 'crier-slack-twice-'))
        folders.push(dataDir)
        return startCrier(dataDir, {
          PORT: String(ports[folders.length - 1] ?? (await freePort())),
          DATABASE_URL: database,
          CRIER_SECRET_KEY: 'a-passphrase-for-both-of-them',
          SLACK_API_URL: slack.apiUrl,
          SLACK_BOT_TOKEN: BOT_TOKEN,
          ...(mode === 'socket' ? { SLACK_APP_TOKEN: APP_TOKEN } : { SLACK_SIGNING_SECRET: SIGNING_SECRET }),
        })
      }
      // One after the other: the first makes the tables.
      crier = [await start()]
      crier.push(await start())
      ada = await slack.human(AUTHOR)
    }, 60_000)

    afterAll(async () => {
      for (const one of crier) await one.kill()
      await slack?.stop()
      await balancer?.stop()
      for (const folder of folders) await rm(folder, { recursive: true, force: true })
      folders = []
    })

    /** How many posts wait, by the queue. */
    const queued = async () => new Set(((await crier[0]?.say('queue')) ?? '').match(/#\d+/g)).size
    /** Whatever would come twice has its time. */
    const settled = () => new Promise((go) => setTimeout(go, 1_500))

    test('slash commands and mentions are each done once, also those that are said at once', async () => {
      const lines = ['One', 'Two', 'Three', 'Four', 'Five']
      await Promise.all(
        lines.map((words) => ada.slash(GENERAL, '/schedule', `tomorrow 9am to rehearsal: ${words}`)),
      )
      for (const words of lines)
        await ada.say(GENERAL, `<@U0BOT> schedule tomorrow 10am to rehearsal: Said ${words}`)
      await until('ten posts', async () => (await queued()) >= 10)
      await settled()
      expect(await queued()).toBe(10)
    }, 60_000)

    test('a form that is sent makes one post', async () => {
      await ada.slash(GENERAL, '/draft')
      await until('the form', () => ada.modal?.callback_id === 'form')
      ada.submit({ Text: 'Written in a form' })
      await until('the draft', async () => (await crier[1]?.say('show 11'))?.includes('Written in a form'))
      await settled()
      expect(await crier[1]?.say('show 12')).toContain('no post #12')
    }, 60_000)

    // Only here can a test send what Slack would send again.
    if (mode === 'events')
      test('what Slack sends again is not done again: by the other process, nor after a restart', async () => {
        const said = envelope(
          {
            type: 'app_mention',
            user: AUTHOR,
            text: '<@U0BOT> schedule tomorrow 11am to rehearsal: Only once',
            channel: GENERAL,
            ts: '2.2',
          },
          'Ev-only-once',
        )
        const to = (place: number) => `${crier[place]?.url}/slack/events`
        const retry = (num: number) => ({
          as: 'json' as const,
          headers: { 'x-slack-retry-num': String(num), 'x-slack-retry-reason': 'http_timeout' },
        })
        expect((await deliver(to(0), said, { as: 'json' })).status).toBe(200)
        expect((await deliver(to(1), said, retry(1))).status).toBe(200)
        await until('the post', async () => (await crier[0]?.say('show 12'))?.includes('Only once'))
        await crier[1]?.kill()
        crier[1] = await start()
        expect((await deliver(to(1), said, retry(2))).status).toBe(200)
        expect((await deliver(to(0), said, retry(3))).status).toBe(200)
        await settled()
        expect(await crier[1]?.say('show 13')).toContain('no post #13')
      }, 60_000)
  },
)

afterAll(async () => {
  if (!('missing' in postgres)) await postgres.stop()
})
