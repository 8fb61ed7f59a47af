import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lock, Locks } from '../../src/kit/locks.ts'
import { locksInMemory } from '../../src/kit/locks.ts'
import { silentLog } from '../../src/kit/log.ts'
import { createAdvisoryLocks } from '../../src/storage/postgres/advisory-locks.ts'
import { startPostgres } from '../setup-postgres.ts'

/** What any locks promise to one process. */
function contract(open: () => Locks): void {
  test('one has it until it gives it back', async () => {
    const locks = open()
    const mine = await locks.tryAcquire('a')
    expect(mine).toBeDefined()
    expect(await locks.tryAcquire('a')).toBeUndefined()
    expect(await locks.tryAcquire('b')).toBeDefined()
    await mine?.release()
    expect(mine?.lost.aborted).toBe(false)
    const again = await locks.tryAcquire('a')
    expect(again).toBeDefined()
    // The first holder's word counts no more.
    await mine?.release()
    expect(await locks.tryAcquire('a')).toBeUndefined()
  })

  test('of many who ask at once, one gets it', async () => {
    const locks = open()
    const asked = await Promise.all(Array.from({ length: 10 }, () => locks.tryAcquire('wanted')))
    expect(asked.filter((one) => one !== undefined)).toHaveLength(1)
  })
}

describe('locks in memory', () => contract(locksInMemory))

const postgres = await startPostgres()
if ('missing' in postgres) console.log(`skipped: locks on PostgreSQL: ${postgres.missing}`)

describe.skipIf('missing' in postgres)('locks on PostgreSQL', () => {
  let url = ''
  let admin: pg.Client
  const opened: ReturnType<typeof createAdvisoryLocks>[] = []
  const open = () => {
    const locks = createAdvisoryLocks(url, silentLog)
    opened.push(locks)
    return locks
  }

  beforeAll(async () => {
    if ('missing' in postgres) return
    url = await postgres.createDatabase()
    admin = new pg.Client(url)
    await admin.connect()
  })
  afterAll(async () => {
    for (const locks of opened) await locks.close()
    await admin?.end()
    if (!('missing' in postgres)) await postgres.stop()
  })

  const lostBy = async (lock: Lock, within: number): Promise<number> => {
    const since = performance.now()
    while (!lock.lost.aborted && performance.now() - since < within) await sleep(5)
    return performance.now() - since
  }

  describe('within one process', () => {
    contract(() => {
      const locks = createAdvisoryLocks(url, silentLog)
      opened.push(locks)
      // Each test has names of its own: the processes before it still hold theirs.
      const prefix = crypto.randomUUID()
      return { tryAcquire: (name) => locks.tryAcquire(`${prefix} ${name}`) }
    })
  })

  test('two processes: one has it; the other gets it when that one ends', async () => {
    const [one, other] = [open(), open()]
    expect(await one.tryAcquire('shard')).toBeDefined()
    expect(await other.tryAcquire('shard')).toBeUndefined()
    await one.close()
    expect(await other.tryAcquire('shard')).toBeDefined()
  })

  test('when its connection breaks, the holder knows at once, and may take it anew', async () => {
    const locks = open()
    const held = await locks.tryAcquire('broken')
    if (!held) throw new Error('Nobody else is there')
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'crier locks'`,
    )
    expect(await lostBy(held, 5_000)).toBeLessThan(1_000)
    // Giving back what was lost is no error, and does not give back what is held by now.
    const again = await locks.tryAcquire('broken')
    await held.release()
    expect(again?.lost.aborted).toBe(false)
    expect(await open().tryAcquire('broken')).toBeUndefined()
  })

  test('a holder that says nothing for eight seconds loses it, though its connection stands', async () => {
    const locks = open()
    const held = await locks.tryAcquire('silent')
    if (!held) throw new Error('Nobody else is there')
    const other = open()
    // The whole process stands still: no timer shows that it lives, as with SIGSTOP.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 9_500)
    const taken = await other.tryAcquire('silent')
    expect(taken).toBeDefined()
    expect(await lostBy(held, 2_000)).toBeLessThan(1_000)
  })

  test('a holder that lives keeps it, though nobody asks for anything', async () => {
    const locks = open()
    const held = await locks.tryAcquire('kept')
    await sleep(10_000)
    expect(held?.lost.aborted).toBe(false)
    expect(await open().tryAcquire('kept')).toBeUndefined()
  })

  test('while the database is away, asking throws; when it is back, it is answered', async () => {
    const nowhere = createAdvisoryLocks('postgres://crier@127.0.0.1:1/none', silentLog)
    await expect(nowhere.tryAcquire('any')).rejects.toThrow()
    await expect(nowhere.tryAcquire('any')).rejects.toThrow()
    await nowhere.close()
  })
})
