import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import BetterSqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { type Driver, EVERY_WORKSPACE } from '../../src/storage/driver.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite-driver.ts'
import { until } from '../until.ts'

/** SQLite's driver with a table of its own, of which every row is one write that was answered with success. */
describe('the thread in which SQLite writes while a burst lasts', () => {
  let folder: string
  let file: string
  let driver: Driver
  let thread: Worker | undefined
  const noteThread = (started: Worker): void => {
    thread = started
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'crier-thread-'))
    file = join(folder, 'crier.db')
    thread = undefined
    process.on('worker', noteThread)
    driver = openSqlite({ url: `file:${file}`, log: silentLog })
    await driver.migrate()
    await write('create table parents (id integer primary key)')
    await write('create table rows (id integer primary key, parent integer references parents (id))')
  })

  afterEach(async () => {
    process.off('worker', noteThread)
    await driver.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const lane = () => driver.lane(EVERY_WORKSPACE, 'durable')
  const write = (text: string): Promise<unknown> => lane().query(text, [])
  const insert = (id: number) => ({ text: 'insert into rows (id) values (?)', params: [id] })
  const ids = async (): Promise<unknown[]> =>
    (await lane().query('select id from rows order by id', [])).map(([id]) => id)

  /** One after the other, with a read between them, as a store's transaction is. */
  async function twoInTurn(first: number): Promise<void> {
    const open = await driver.begin(EVERY_WORKSPACE, 'durable')
    try {
      await open.lane.query(insert(first).text, insert(first).params)
      const [[count] = []] = await open.lane.query('select count(*) from rows where id = ?', [first])
      if (count !== 1) throw new Error('It does not see what it wrote')
      await open.lane.query(insert(first + 1).text, insert(first + 1).params)
      await open.commit()
    } catch (error) {
      await open.rollback()
      throw error
    }
  }

  test('writes whatever is asked for at once, in transactions of their own, and is joined and left meanwhile', async () => {
    const asked: Promise<unknown>[] = []
    const wanted: number[] = []
    for (let n = 0; n < 300; n++) {
      const id = n * 10
      if (n === 20) asked.push(driver.burst?.(true) ?? Promise.resolve())
      if (n % 3 === 0) {
        asked.push(twoInTurn(id))
        wanted.push(id, id + 1)
      } else if (n % 3 === 1) {
        asked.push(driver.together?.('durable', [insert(id), insert(id + 1)]) ?? Promise.reject())
        wanted.push(id, id + 1)
      } else {
        asked.push(lane().query(insert(id).text, insert(id).params))
        wanted.push(id)
      }
      if (n % 25 === 0) await new Promise((go) => setTimeout(go, 20))
    }
    await Promise.all(asked)
    expect(thread, 'a thread was started').toBeDefined()
    expect(await ids()).toEqual(wanted)
  })

  test('takes back the whole of what fails, and says why as this thread does', async () => {
    await driver.burst?.(true)
    const twice = driver.together?.('durable', [insert(1), insert(1)])
    await expect(twice).rejects.toMatchObject({ name: 'QueryError', failure: 'unique' })
    await expect(driver.call?.('durable', 'no such procedure', {})).rejects.toThrow('no such procedure')
    expect(await ids()).toEqual([])
    await twoInTurn(5)
    expect(await ids()).toEqual([5, 6])
  })

  test('a commit that fails leaves no transaction open for the next', async () => {
    await driver.burst?.(true)
    // A foreign key that is looked at only when all is done: the commit itself is refused.
    const refused = driver.together?.('durable', [
      { text: 'pragma defer_foreign_keys = on', params: [] },
      { text: 'insert into rows (id, parent) values (1, 99)', params: [] },
    ])
    await expect(refused).rejects.toMatchObject({ failure: 'foreign-key' })
    await driver.together?.('durable', [insert(5)])
    await twoInTurn(6)
    expect(await ids()).toEqual([5, 6, 7])
  })

  test('a transaction of this thread waits for what was asked of the other, and the other for its end', async () => {
    await driver.burst?.(true)
    const before = driver.together?.('durable', [insert(1)])
    const open = await driver.begin(EVERY_WORKSPACE, 'durable')
    expect(await open.lane.query('select id from rows', [])).toEqual([[1]])
    const after = driver.together?.('durable', [insert(2)])
    await open.lane.query(insert(3).text, insert(3).params)
    await new Promise((go) => setTimeout(go, 20))
    expect(await open.lane.query('select id from rows order by id', [])).toEqual([[1], [3]])
    await open.commit()
    await Promise.all([before, after])
    expect(await ids()).toEqual([1, 2, 3])
  })

  test('where it dies, what it had in hand is said to be away, and others go on without it', async () => {
    await driver.burst?.(true)
    const inHand = driver.together?.('durable', [insert(1)])
    const [, dead] = await Promise.allSettled([thread?.terminate(), inHand])
    // It may have been done before: as after a commit whose answer was lost, nobody knows.
    if (dead?.status === 'rejected') expect(dead.reason).toMatchObject({ failure: 'unavailable' })
    await driver.together?.('durable', [insert(2)])
    await twoInTurn(5)
    expect((await ids()).filter((id) => id !== 1)).toEqual([2, 5, 6])
  })

  test('where it dies in a burst, another takes its place, once', async () => {
    await driver.burst?.(true)
    const first = thread
    await first?.terminate()
    await driver.together?.('durable', [insert(1)])
    await until('another thread', () => thread !== first)
    await driver.burst?.(true)
    const second = thread
    await driver.together?.('durable', [insert(2)])
    await second?.terminate()
    await driver.together?.('durable', [insert(3)])
    await new Promise((go) => setTimeout(go, 100))
    expect(thread, 'no third one in the same burst').toBe(second)
    await twoInTurn(5)
    expect(await ids()).toEqual([1, 2, 3, 5, 6])
  })

  test('where it can not open the file, this thread writes on', async () => {
    renameSync(file, `${file}.moved`)
    mkdirSync(file)
    await driver.burst?.(true)
    rmSync(file, { recursive: true })
    renameSync(`${file}.moved`, file)
    await twoInTurn(5)
    expect(await ids()).toEqual([5, 6])
  })

  test('a write that waits for another process comes to stand in no transaction that began meanwhile', async () => {
    const other = new BetterSqlite(file)
    other.exec('begin immediate')
    const waits = driver.together?.('durable', [insert(1)])
    // By now it looks seldom; who comes later looks often, and would be first.
    await new Promise((go) => setTimeout(go, 100))
    const begins = driver.begin(EVERY_WORKSPACE, 'durable')
    await new Promise((go) => setTimeout(go, 3))
    other.exec('rollback')
    other.close()
    const open = await begins
    await open.lane.query(insert(2).text, insert(2).params)
    await new Promise((go) => setTimeout(go, 60))
    await open.rollback()
    await waits
    expect(await ids()).toEqual([1])
  })

  test('a backup that is made while it writes is whole', async () => {
    await driver.burst?.(true)
    let going = true
    let written = 0
    const writing = (async () => {
      while (going) {
        await driver.together?.('durable', [insert(written * 2), insert(written * 2 + 1)])
        written += 1
        // Where this thread writes itself, nothing else would have a turn.
        await new Promise((turn) => setImmediate(turn))
      }
    })()
    await new Promise((go) => setTimeout(go, 50))
    const before = written
    const copy = join(folder, 'copy.db')
    await driver.backup(copy)
    going = false
    await writing
    const db = new BetterSqlite(copy, { readonly: true })
    const count = Number(db.prepare('select count(*) from rows').pluck().get())
    db.close()
    expect(count % 2).toBe(0)
    expect(count).toBeGreaterThanOrEqual(before * 2)
  })

  test('closing waits for what was asked for, and for its end', async () => {
    await driver.burst?.(true)
    const ended = new Promise<number>((exits) => thread?.once('exit', exits))
    const last = driver.together?.('durable', [insert(7)])
    await driver.close()
    await expect(last).resolves.toBeDefined()
    expect(await ended).toBe(0)
    driver = openSqlite({ url: `file:${file}`, log: silentLog })
    expect(await ids()).toEqual([7])
  })
})
