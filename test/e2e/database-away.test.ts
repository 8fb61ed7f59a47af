import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memberOn } from '../../src/app/home.ts'
import type { Speaker } from '../../src/app/surface.ts'
import { build, type House } from '../../src/build.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { readConfig } from '../../src/kit/config.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { type Running, start } from '../../src/start.ts'
import { type HookReceiver, startReceiver } from '../servers/hook-receiver.ts'
import { startPostgres } from '../setup-postgres.ts'
import { newAccount, newDelivery, newPost, newTeam, type Team } from '../storage/ground.ts'
import { until } from '../until.ts'

const postgres = await startPostgres()
if ('missing' in postgres) console.log(`skipped: a database that goes away: ${postgres.missing}`)

describe.skipIf('missing' in postgres)('Crier on a database that goes away and returns', () => {
  if ('missing' in postgres) return
  let folder: string
  let receiver: HookReceiver
  let house: House
  let running: Running
  let team: Team
  let admin: pg.Client

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crier-away-'))
    receiver = await startReceiver()
    receiver.answer(async () => {
      await wait(5 + Math.random() * 20)
      return { status: 204 }
    })
    const url = await postgres.createDatabase()
    const config = readConfig({ ...environmentOf(url), LOG_FILE: join(folder, 'crier.log') })
    house = await build(config, { clock: systemClock, zone: 'UTC', role: 'server' })
    team = await newTeam(house.storage)
    // Its login is none that this key has sealed, which would be warned of.
    await team.stores.accounts.replaceCredentials(team.account.id, null, 1)
    running = await start(house)
    admin = new pg.Client({ connectionString: url })
    await admin.connect()
  })

  afterEach(async () => {
    await running.stop(5_000)
    await admin.end()
    await receiver.stop()
    await rm(folder, { recursive: true, force: true })
  })

  afterAll(() => postgres.stop())

  const environmentOf = (url: string) => ({
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: url,
    CRIER_SECRET_KEY: 'a passphrase that is good enough for a test',
    WEBHOOK_API_URL: receiver.origin,
    LOG_LEVEL: 'info',
  })

  const posting = async (dueAt: readonly number[]): Promise<void> => {
    const now = house.clock.now()
    const account = newAccount({ platform: 'webhook', handle: 'hook', facts: {}, createdAt: now })
    const secret = `whsec_${randomBytes(32).toString('base64')}`
    const login = JSON.stringify({ url: `${receiver.origin}/in`, secret })
    await team.stores.accounts.add(account, house.bench.sealer.seal(login, account.id))
    await house.storage.transaction(team.id, async (stores) => {
      const made = { accountIds: [account.id], createdAt: now, updatedAt: now }
      const deliveries = []
      for (const due of dueAt) {
        const when = { at: due, zone: 'UTC', phrase: 'then' }
        const post = await stores.posts.create(newPost(team, { ...made, state: 'scheduled', when }))
        deliveries.push(
          newDelivery(team, post.id, {
            accountId: account.id,
            platform: 'webhook',
            scheduledFor: due,
            dueAt: due,
            createdAt: now,
            updatedAt: now,
          }),
        )
      }
      await stores.deliveries.createMany(deliveries)
    })
  }

  /** Every post live, every delivery sent once and once only. */
  async function allOutOnce(count: number, within: number): Promise<void> {
    const { deliveries, posts } = team.stores
    await until(
      `${count} posts`,
      async () => (await posts.count({ states: ['published'] })) === count,
      within,
    ).catch(async (error: unknown) => {
      const left = (await deliveries.list({})).filter(({ state }) => state !== 'published')
      throw new Error(`${error}: ${JSON.stringify(left.slice(0, 5))}`)
    })
    const sent = await deliveries.list({ states: ['published'] })
    expect(sent).toHaveLength(count)
    const ids = receiver.received.map(({ id }) => id)
    expect(new Set(ids).size).toBe(count)
    expect(ids).toHaveLength(count)
  }

  const ready = async () => (await fetch(`${house.address.own}/readyz`)).status

  const ask = async (line: string): Promise<string> => {
    const answer = await house.desk.ask(speaker, { line })
    return answer.type === 'message' ? plainText(answer.message) : answer.form.title
  }
  let speaker: Speaker
  const meetAda = async (): Promise<void> => {
    const member = await memberOn(house.storage.workspace(house.home.id), 'terminal', 'Ada')
    speaker = {
      surface: 'terminal',
      chat: { externalId: 'local', name: 'Terminal' },
      person: { externalId: member?.id ?? '', name: 'Ada' },
    }
  }

  const logged = async (): Promise<{ level: number; msg: string }[]> => {
    const files = (await readdir(folder)).filter((name) => name.startsWith('crier') && name.endsWith('.log'))
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
    return texts
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }

  test('all its connections are cut, four times in the middle of a burst', async () => {
    const count = 600
    const now = house.clock.now()
    await posting(Array.from({ length: count }, () => now + 200))
    for (let cut = 1; cut <= 4; cut++) {
      await until('the burst', () => receiver.received.length >= (count * cut) / 6, 30_000)
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'crier'`,
      )
    }
    await allOutOnce(count, 60_000)
  }, 120_000)

  test('two processes, whose connections die at random all the while', async () => {
    const beside = await mkdtemp(join(tmpdir(), 'crier-beside-'))
    const { DATA_DIR: _one, ...environment } = environmentOf(house.config.databaseUrl)
    const config = readConfig({ ...environment, DATA_DIR: beside, LOG_LEVEL: 'silent' })
    const other = await build(config, { clock: systemClock, zone: 'UTC', role: 'server' })
    const running = await start(other)
    const count = 500
    const now = house.clock.now()
    await posting(Array.from({ length: count }, (_, n) => now + 200 + n * 4))
    let killed = 0
    while (receiver.received.length < count && house.clock.now() < now + 30_000) {
      const { rowCount } = await admin.query(
        `select pg_terminate_backend(pid)
           from (select pid from pg_stat_activity where application_name = 'crier' order by random() limit 2) as unlucky`,
      )
      killed += rowCount ?? 0
      await wait(40)
    }
    expect(killed).toBeGreaterThan(10)
    await allOutOnce(count, 60_000)
    await running.stop(5_000)
    await rm(beside, { recursive: true, force: true })
  }, 120_000)

  test('the server is gone for four seconds while posts are due', async (context) => {
    const { crash, restart } = postgres
    if (!crash || !restart) return context.skip('The PostgreSQL of DATABASE_URL is not stopped by tests')
    await meetAda()
    expect(await ready()).toBe(200)
    const now = house.clock.now()
    await posting(Array.from({ length: 120 }, (_, n) => now + 300 + n * 50))
    await until('the first of them', () => receiver.received.length >= 10)
    await admin.end()
    await crash()

    const stopped = house.clock.now()
    const answers = new Set<string>()
    while (house.clock.now() < stopped + 4_000) {
      expect(await ready()).toBe(503)
      answers.add(await ask('queue'))
      answers.add(await ask('draft for rehearsal: While it was away'))
      await wait(50)
    }
    expect([...answers]).toEqual([
      'The database does not answer at the moment. Nothing was changed: say it again in a minute.',
    ])

    await restart()
    await until('to be ready', async () => (await ready()) === 200)
    await allOutOnce(120, 60_000)
    expect(await ask('draft for rehearsal: It is back')).toContain('It is back')
    const notes = (await logged()).filter(({ level }) => level >= 40).map(({ msg }) => msg)
    expect(notes.filter((msg) => msg.startsWith('The database does not answer'))).toHaveLength(1)
    expect(notes.filter((msg) => msg === 'The database answers again')).toHaveLength(1)
    expect(notes, notes.join('\n')).toHaveLength(2)
    admin = new pg.Client({ connectionString: house.config.databaseUrl })
    await admin.connect()
  }, 120_000)
})
