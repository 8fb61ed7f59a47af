import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { backup } from '../../src/cli/database.ts'
import { restore } from '../../src/cli/restore.ts'
import { HOUR, MINUTE } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import { fileBlobs } from '../../src/library/file-blobs.ts'
import type { Blobs } from '../../src/library/media.ts'
import { askAboutRestored } from '../../src/restored.ts'
import { mediaOf, restoredFrom, signCopy } from '../../src/storage/sqlite/copies.ts'
import { restoreFile } from '../../src/storage/sqlite/restore-file.ts'
import { StorageError } from '../../src/storage/storage-error.ts'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { photo } from '../library/files.ts'
import { type HookReceiver, startReceiver } from '../servers/hook-receiver.ts'
import { startPostgres } from '../setup-postgres.ts'

const URL_OF = 'file:crier.sqlite'
let dataDir: string
let elsewhere: string
let receiver: HookReceiver
let world: TestHouse | undefined
let database: string | undefined

beforeEach(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  dataDir = await mkdtemp(join(tmpdir(), 'crier-restore-'))
  elsewhere = await mkdtemp(join(tmpdir(), 'crier-backups-'))
  receiver = await startReceiver()
  database = undefined
})
afterEach(async () => {
  vi.restoreAllMocks()
  await close()
  await receiver.stop()
  for (const folder of [dataDir, elsewhere]) await rm(folder, { recursive: true, force: true })
})

async function open(now: string): Promise<TestHouse> {
  world = await openTestHouse({
    dataDir,
    now,
    environment: {
      WEBHOOK_API_URL: receiver.origin,
      CRIER_SECRET_KEY: 'the-key-of-these-tests',
      ...(database ? { DATABASE_URL: database } : {}),
    },
  })
  return world
}

async function close(): Promise<void> {
  await world?.close()
  world = undefined
}

/** The texts that reached the outside world, which no restore takes back. */
const sent = (): string[] =>
  receiver.received
    .flatMap(({ body }) => /"text":"([^"]*)"/.exec(body)?.[1] ?? [])
    .filter((one) => one !== '')

/** What a team does in a morning; all of it goes to a real receiver outside. */
async function morning(to: TestHouse): Promise<void> {
  await to.house.desk.ask(await to.speaker('Grace'), {
    command: 'connect',
    values: { platform: 'webhook', url: `${receiver.origin}/in` },
  })
  receiver.received.length = 0
  await play(
    to,
    `
    Grace: settings approvals 0
    Ada: schedule at 9:30 to webhook: Due at half past nine
    Ada: schedule tomorrow 9am to webhook: For tomorrow
    Ada: schedule tomorrow 10am to webhook: Cancelled later
    Ada: schedule every hour to webhook: Hourly
    bot: Hourly
    `,
  )
}

/** And what happened after the backup: it published, sent early, cancelled, and went on with its series. */
const AFTERNOON = `
    time: 2026-11-20T08:30:01Z
    Ada: publish 2
    time: 2026-11-20T08:31:00Z
    Ada: cancel 3
    bot: cancelled
    time: 2026-11-20T09:00:01Z
    time: 2026-11-20T09:01:00Z
    time: 2026-11-20T10:00:01Z
    time: 2026-11-20T10:01:00Z
  `
const HAPPENED = ['Due at half past nine', 'For tomorrow', 'Hourly', 'Hourly']

/** What everybody may rely on once the database is back at the morning and Crier has been started at 11:10 (in Berlin). */
async function nothingTwiceAndAsked(back: TestHouse): Promise<void> {
  receiver.received.length = 0
  for (let minutes = 0; minutes < 40; minutes += 5) await back.pass(5 * MINUTE)
  expect(sent()).toEqual([])
  await play(
    back,
    `
    results: Crier was restored to
    results: 2 deliveries were due since
    results: #1 to
    results: may be live already
    Grace: show 1
    bot: may be live already
    bot: look whether it is there
    Grace presses 1.1: it is live
    bot: #1 is published
    Grace: settle 4.1 drop
    Ada: draft to webhook: After the restore
    bot: #1006
    Grace: cancel 2
    bot: cancelled
    Grace: cancel 3
    bot: cancelled
    Grace: resume
    bot: has resumed
    Ada: publish 1006
    `,
  )
  await back.pass(MINUTE)
  expect(sent()).toEqual(['After the restore'])
  // The series goes on with its next run, and makes up for none.
  back.clock.set('2026-11-20T11:00:01Z')
  for (let n = 0; n < 4; n++) await back.pass(20_000)
  expect(sent()).toEqual(['After the restore', 'Hourly'])
}

async function backUp(of: TestHouse, file: string): Promise<void> {
  const { storage, bench, clock } = of.house
  const sign = (path: string) => signCopy(path, { id: newId(clock.now()), at: clock.now() })
  expect(await backup({ storage, blobs: bench.blobs, sign, keyIn: 'CRIER_SECRET_KEY' }, [file])).toBe(0)
}

test('backup, publish, restore, start: nothing goes out again by itself, and people are asked', async () => {
  const copy = join(elsewhere, 'morning.sqlite')
  const first = await open('2026-11-20T08:00:00Z')
  await morning(first)
  await backUp(first, copy)
  await play(first, AFTERNOON)
  expect(sent().sort()).toEqual([...HAPPENED].sort())
  expect(() => restoreFile({ url: URL_OF, dataDir }, copy, 'x')).toThrow(/Another Crier is running/)
  await close()

  const { file, kept } = restoreFile({ url: URL_OF, dataDir }, copy, '2026-11-20T10-05-00Z')
  expect(kept).toBe(`${file}.before-restore-2026-11-20T10-05-00Z`)
  const back = await open('2026-11-20T10:10:00Z')
  expect(restoredFrom(URL_OF, dataDir)).toBeUndefined()
  await nothingTwiceAndAsked(back)

  // Once: a later start asks nobody again.
  const before = await back.house.storage.workspace(back.house.home.id).workspace.get()
  expect(before.settings.pausedAt).toBeNull()
  await close()
  const later = await open('2026-11-20T11:30:00Z')
  expect(
    (await later.house.storage.workspace(later.house.home.id).workspace.get()).settings.pausedAt,
  ).toBeNull()
  // What was there before is a whole database.
  await close()
  await copyFile(kept ?? '', join(dataDir, 'crier.sqlite'))
  const old = await open('2026-11-20T10:06:00Z')
  await play(old, 'Ada: show 1\nbot: #1 is published')
})

test('a backup that somebody copied over the database by hand is noticed at the start', async () => {
  const copy = join(elsewhere, 'morning.sqlite')
  const first = await open('2026-11-20T08:00:00Z')
  await morning(first)
  await backUp(first, copy)
  await play(first, AFTERNOON)
  await close()
  await copyFile(copy, join(dataDir, 'crier.sqlite'))
  await nothingTwiceAndAsked(await open('2026-11-20T10:10:00Z'))
})

test('what was being sent when the backup was made is asked about too', async () => {
  const copy = join(elsewhere, 'sending.sqlite')
  const first = await open('2026-11-20T08:00:00Z')
  await morning(first)
  const inTheMiddle = Promise.withResolvers<void>()
  receiver.answer(async () => {
    await backUp(first, copy)
    inTheMiddle.resolve()
    return { status: 204 }
  })
  await play(first, 'time: 2026-11-20T08:30:01Z')
  await inTheMiddle.promise
  await close()
  receiver.answer(() => ({ status: 204 }))
  const raw = new BetterSqlite(copy, { readonly: true })
  expect(raw.prepare("select count(*) from deliveries where state = 'publishing'").pluck().get()).toBe(1)
  raw.close()
  restoreFile({ url: URL_OF, dataDir }, copy, 'x')
  const back = await open('2026-11-20T08:32:00Z')
  // A whole day, with the times of everything else: it is paused until somebody has looked.
  for (let n = 0; n < 3 * 26; n++) await back.pass(20 * MINUTE)
  expect(sent()).toEqual(['Due at half past nine'])
  await play(back, 'Ada: show 1\nbot: may be live already')
})

test('what had failed in the backup is not tried again before somebody has looked: it may have been since', async () => {
  const copy = join(elsewhere, 'failed.sqlite')
  const first = await open('2026-11-20T08:00:00Z')
  await first.house.desk.ask(await first.speaker('Grace'), {
    command: 'connect',
    values: { platform: 'webhook', url: `${receiver.origin}/in` },
  })
  receiver.received.length = 0
  receiver.answer(() => ({ status: 400 }))
  await play(
    first,
    `
    Grace: settings approvals 0
    Ada: schedule in 1 minute to webhook: Tried again later
    time: 2026-11-20T08:01:00Z
    time: 15000
    Ada: show 1
    bot: #1 is failed
    `,
  )
  await backUp(first, copy)
  receiver.answer(() => ({ status: 204 }))
  await play(
    first,
    'Ada: retry 1\nbot: #1 is tried again\ntime: 1000\ntime: 15000\nAda: show 1\nbot: #1 is published',
  )
  await close()
  receiver.received.length = 0
  restoreFile({ url: URL_OF, dataDir }, copy, 'x')
  await play(
    await open('2026-11-20T10:00:00Z'),
    `
    results: What had failed may have been tried again since, and be live
    Grace: resume
    Ada: retry 1
    bot: #1 had failed when a backup was made that was restored since: it may have been tried again after that, and be live. Look whether it is there.
    time: 60000
    Ada presses Show the post
    bot: #1 is failed
    `,
  )
  expect(sent()).toEqual([])
  if (!world) throw new Error('It is not open')
  receiver.answer(() => ({ status: 400 }))
  await play(
    world,
    'Ada: retry 1\nAda presses Not there: try again\nbot: #1 is tried again\ntime: 1000\ntime: 15000',
  )
  expect(sent()).toEqual(['Tried again later'])
  // It has failed anew, which is known here.
  await play(world, 'Ada: retry 1\nbot: #1 is tried again')
})

test('the pictures come back with the posts', async () => {
  const copy = join(elsewhere, 'pictures.sqlite')
  const first = await open('2026-11-20T08:00:00Z')
  const bytes = await photo(300, 200)
  await first.house.desk.ask(await first.speaker('Ada'), {
    line: 'draft to rehearsal: With a picture',
    files: [{ name: 'a.jpg', bytes: async () => bytes }],
  })
  await backUp(first, copy)
  const [kept] = mediaOf(URL_OF, dataDir)
  if (!kept) throw new Error('It has no picture')
  const bytesIn = (blobs: Blobs) => blobs.of(kept.workspaceId).get(kept.sha256)
  const picture = await bytesIn(first.house.bench.blobs)
  expect(await bytesIn(fileBlobs(join(elsewhere, 'crier-media')))).toEqual(picture)
  // A second backup beside the first copies nothing again.
  await backUp(first, join(elsewhere, 'again.sqlite'))
  await close()
  await rm(join(dataDir, 'media'), { recursive: true })
  await writeFile(join(dataDir, 'crier.sqlite'), 'lightning struck')
  for (const end of ['-wal', '-shm']) await rm(join(dataDir, `crier.sqlite${end}`), { force: true })

  const code = await restore(
    {
      dialect: 'sqlite',
      place: (file) => restoreFile({ url: URL_OF, dataDir }, file, 'x'),
      async opened(work) {
        const { house } = await open('2026-11-20T09:00:00Z')
        await work({
          blobs: house.bench.blobs,
          media: () => mediaOf(URL_OF, dataDir),
          ask: () => askAboutRestored(house),
        })
      },
    },
    [copy],
    false,
  )
  const said = vi.mocked(console.log).mock.calls.flat().join('\n')
  expect(code).toBe(0)
  expect(said).toMatch(/1 media file, 1 came back from .*crier-media/)
  if (!world) throw new Error('It is not open')
  expect(await bytesIn(world.house.bench.blobs)).toEqual(picture)
  // What was damaged is kept as well.
  expect(await readFile(join(dataDir, 'crier.sqlite.before-restore-x'), 'utf8')).toBe('lightning struck')
})

describe('a backup that is none changes nothing', () => {
  const refused = (file: string, about: RegExp): void => {
    let error: unknown
    try {
      restoreFile({ url: URL_OF, dataDir }, file, 'x')
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(StorageError)
    expect((error as Error).message).toMatch(about)
  }

  test.each([
    ['one that is missing', async () => undefined, /There is no file/],
    ['a letter', (path: string) => writeFile(path, 'Dear diary. '.repeat(500)), /is not a SQLite database/],
    [
      "somebody else's database",
      async (path: string) => {
        const other = new BetterSqlite(path)
        other.exec('create table recipes (id integer)')
        other.close()
      },
      /no backup of Crier/,
    ],
    [
      'one of a newer Crier',
      async (path: string) => {
        await backUp(await open('2026-11-20T08:00:00Z'), path)
        await close()
        const newer = new BetterSqlite(path)
        newer.exec("insert into crier_migrations (name) values ('9999_from-the-future')")
        newer.close()
      },
      /newer Crier/,
    ],
    [
      'a damaged one',
      async (path: string) => {
        await backUp(await open('2026-11-20T08:00:00Z'), path)
        await close()
        const bytes = await readFile(path)
        bytes.fill(0x5a, 4096 * 6, 4096 * 20)
        await writeFile(path, bytes)
      },
      /is damaged|could not be restored/,
    ],
  ] as const)('%s', async (_, make, about) => {
    await (await open('2026-11-20T08:00:00Z')).close()
    world = undefined
    const copy = join(elsewhere, 'copy.sqlite')
    await make(copy)
    const before = await readFile(join(dataDir, 'crier.sqlite'))
    refused(copy, about)
    expect(await readFile(join(dataDir, 'crier.sqlite'))).toEqual(before)
    expect((await readdir(dataDir)).filter((name) => /restor/.test(name))).toEqual([])
    refused(join(dataDir, 'crier.sqlite'), /the database that is in use/)
  })

  test('a command that is at work on the database holds it up', async () => {
    await backUp(await open('2026-11-20T08:00:00Z'), join(elsewhere, 'copy.sqlite'))
    await close()
    const visitor = new BetterSqlite(join(dataDir, 'crier.sqlite'))
    visitor.exec('begin immediate; create table x (y integer)')
    refused(join(elsewhere, 'copy.sqlite'), /Another command is at work/)
    visitor.close()
  })

  test('where there was no database yet, there is one', async () => {
    const copy = join(elsewhere, 'copy.sqlite')
    await backUp(await open('2026-11-20T08:00:00Z'), copy)
    await close()
    const empty = join(elsewhere, 'new-machine')
    expect(restoreFile({ url: URL_OF, dataDir: empty }, copy, 'x').kept).toBeUndefined()
    expect(existsSync(join(empty, 'crier.sqlite'))).toBe(true)
    expect(restoredFrom(URL_OF, empty)).toMatchObject({ at: expect.any(Number) })
  })
})

const postgres = await startPostgres()
if ('missing' in postgres) console.log(`skipped: restoring on PostgreSQL: ${postgres.missing}`)
afterAll(async () => {
  if (!('missing' in postgres)) await postgres.stop()
})

test.skipIf('missing' in postgres)(
  'a PostgreSQL database that was put back: restore --after asks',
  async () => {
    if ('missing' in postgres) return
    database = await postgres.createDatabase()
    const dump = `${new URL(database).pathname.slice(1)}_dump`
    await morning(await open('2026-11-20T08:00:00Z'))
    await close()
    const admin = async (statement: string) => {
      const client = new pg.Client({ connectionString: postgres.admin })
      await client.connect()
      await client.query(statement).finally(() => client.end())
    }
    const { pathname, username } = new URL(database)
    await admin(`create database ${dump} owner ${username} template ${pathname.slice(1)}`)
    await play(await open('2026-11-20T08:10:00Z'), AFTERNOON)
    expect(sent().sort()).toEqual([...HAPPENED].sort())
    await close()

    const there = new URL(database)
    there.pathname = `/${dump}`
    database = there.href
    try {
      // `crier restore --after` runs before any server does.
      const { build } = await import('../../src/build.ts')
      const { readConfig } = await import('../../src/kit/config.ts')
      const { standingClock } = await import('../../src/kit/clock.ts')
      const house = await build(
        readConfig({
          DATABASE_URL: database,
          DATA_DIR: dataDir,
          LOG_LEVEL: 'silent',
          CRIER_SECRET_KEY: 'the-key-of-these-tests',
        }),
        { clock: standingClock('2026-11-20T10:10:00Z'), zone: 'Europe/Berlin', role: 'server' },
      )
      expect(await askAboutRestored(house, true)).toEqual({ workspaces: 1, deliveries: 2 })
      // Cut short and said again: nobody is asked twice.
      expect(await askAboutRestored(house, true)).toEqual({ workspaces: 0, deliveries: 0 })
      await house.close()
      await nothingTwiceAndAsked(await open('2026-11-20T10:10:00Z'))
    } finally {
      await close()
      await admin(`drop database if exists ${dump} with (force)`)
    }
  },
  HOUR,
)

test('from the command line: backup, restore, and a word to everybody', async () => {
  const crier = (...words: string[]): string =>
    execFileSync(process.execPath, ['src/crier.js', ...words], {
      cwd: join(import.meta.dirname, '../..'),
      env: { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: 'silent', NODE_ENV: 'production' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  crier('exec', 'draft to rehearsal: Before')
  const copy = join(elsewhere, 'copy.sqlite')
  expect(crier('backup', copy)).toMatch(/Backed up to .*copy\.sqlite .*\n.*keep .*secret-key apart from it/)
  crier('exec', 'draft to rehearsal: Afterwards')
  const said = crier('restore', copy)
  expect(said).toMatch(
    /is now the backup .*copy\.sqlite\.\nWhat was there before is kept as .*before-restore/,
  )
  expect(said).toContain('nothing goes out until they say `resume`')
  expect(crier('exec', 'show 1')).toContain('Before')
  expect(() => crier('exec', 'show 2')).toThrow()
  expect(crier('exec', 'health')).toContain('Everything is paused')
  expect(() => crier('restore', join(elsewhere, 'none.sqlite'))).toThrow(/There is no file/)
}, 60_000)
