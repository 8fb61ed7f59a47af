import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startPostgres } from '../setup-postgres.ts'
import {
  type DiscordServer,
  discordAbsent,
  startDiscord,
  wordsOf,
} from '../surfaces/discord/start-discord.ts'
import { until } from '../until.ts'
import { type CrierProcess, ONE_CALL, startCrier } from './crier-process.ts'

const postgres = await startPostgres()
const absent = discordAbsent ?? ('missing' in postgres ? postgres.missing : undefined)
if (absent) console.log(`skipped: one Discord and two processes: ${absent}`)

describe.skipIf(absent)('one Discord and two processes on one PostgreSQL', () => {
  let discord: DiscordServer
  let database: string
  let environment: Record<string, string>
  let crier: CrierProcess[]
  let folders: string[]

  const start = async (): Promise<CrierProcess> => {
    const dataDir = await mkdtemp(join(tmpdir(), 'crier-shards-'))
    folders.push(dataDir)
    const started = await startCrier(dataDir, environment)
    crier.push(started)
    return started
  }

  beforeEach(async () => {
    if ('missing' in postgres) return
    folders = []
    crier = []
    discord = await startDiscord()
    database = await postgres.createDatabase()
    environment = {
      DATABASE_URL: database,
      CRIER_SECRET_KEY: 'a-passphrase-for-both-of-them',
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
    }
  })
  afterEach(async () => {
    for (const one of crier) {
      one.child.kill('SIGCONT')
      await one.kill()
    }
    await discord?.stop()
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })
  afterAll(async () => {
    if (!('missing' in postgres)) await postgres.stop()
  })

  const detailOf = async ({ url }: CrierProcess): Promise<string> => {
    const ready = (await (await fetch(`${url}/readyz`, { headers: ONE_CALL })).json()) as {
      surfaces: { discord: { ok: boolean; detail: string } }
    }
    return ready.surfaces.discord.detail
  }
  const connected = (one: CrierProcess, within?: number) =>
    until('the connection', async () => (await detailOf(one)) === 'connected', within)

  /** Somebody asks for help, and the answer comes. */
  const answers = async (): Promise<void> => {
    const asked = await discord.person('author').slash('help')
    const answer = await discord.waitFor(asked.message, 'the answer')
    expect(wordsOf(answer)).toContain('schedule')
  }
  const answeredTwice = (before: ReadonlySet<string> = new Set()) =>
    Object.entries(
      Object.groupBy(
        discord.requests.filter(({ path }) => path.endsWith('/callback') && !before.has(path)),
        ({ path }) => path,
      ),
    ).flatMap(([path, requests = []]) => (requests.length > 1 ? path : []))

  test('one is connected and the other stands by; when the first is killed, the other answers within seconds', async () => {
    const first = await start()
    const second = await start()
    expect(await detailOf(first)).toBe('connected')
    expect(await detailOf(second)).toBe('standing by: other processes are connected')
    expect(discord.sockets()).toBe(1)
    await answers()

    await first.kill()
    const since = performance.now()
    await connected(second, 10_000)
    const took = performance.now() - since
    console.log(`taken over ${Math.round(took)} ms after the kill`)
    expect(took).toBeLessThan(10_000)
    await answers()

    // One that comes back does not take it away again; a clean stop hands it over.
    const third = await start()
    expect(await detailOf(third)).toBe('standing by: other processes are connected')
    await second.stop()
    await connected(third, 10_000)
    await answers()
    expect(answeredTwice()).toEqual([])
  }, 90_000)

  test('when the holder loses its database connection it hangs up at once, and one of them connects again', async () => {
    const first = await start()
    await start()
    expect(discord.sockets()).toBe(1)
    const admin = new pg.Client(database)
    await admin.connect()
    const { rows } = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where pid in (select pid from pg_locks where locktype = 'advisory' and granted)`,
    )
    expect(rows.length).toBeGreaterThan(0)
    await admin.end()
    await until('the hanging up', () => discord.sockets() === 0, 2_000)
    await until('one of them', () => discord.sockets() === 1, 15_000)
    await until('one to be connected', async () =>
      (await Promise.all(crier.map(detailOf))).includes('connected'),
    )
    await answers()
    expect(first.child.exitCode).toBeNull()
    expect(answeredTwice()).toEqual([])
  }, 90_000)

  test('a frozen holder loses its shard; woken, it does nothing that the other has done', async () => {
    const first = await start()
    const second = await start()
    await answers()
    // Whether an answer arrived that was under way when it froze, it may ask again when it wakes.
    const earlier = new Set(discord.requests.map(({ path }) => path))
    first.child.kill('SIGSTOP')
    const since = performance.now()
    await connected(second, 20_000)
    console.log(`taken over ${Math.round(performance.now() - since)} ms after it froze`)
    // Discord tells both: the frozen one hears it when it wakes.
    expect(discord.sockets()).toBe(2)
    const before = new Set((await second.say('queue')).match(/#\d+/g)).size
    const author = discord.person('author')
    for (let n = 1; n <= 3; n++)
      await author.slash('schedule', { when: 'tomorrow 9am', accounts: 'rehearsal', text: `Once ${n}` })
    await until(
      'three posts',
      async () => new Set((await second.say('queue')).match(/#\d+/g)).size === before + 3,
    )
    first.child.kill('SIGCONT')
    await until('the hanging up', () => discord.sockets() === 1)
    await sleep(1_000)
    expect(new Set((await second.say('queue')).match(/#\d+/g)).size).toBe(before + 3)
    expect(answeredTwice(earlier)).toEqual([])
    expect(await detailOf(first)).toBe('standing by: other processes are connected')
    await answers()
  }, 90_000)
})
