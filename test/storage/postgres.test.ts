import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Delivery } from '../../src/deliveries/delivery.ts'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { postgresSpeech } from '../../src/storage/postgres/postgres-driver.ts'
import { claimDue } from '../../src/storage/queues/claim-due.ts'
import { begunRow, writeBegun } from '../../src/storage/queues/write-attempts.ts'
import type { Written } from '../../src/storage/storage.ts'
import { startPostgres } from '../setup-postgres.ts'
import { claimPlanContract } from './claim-plan.ts'
import { storageContract } from './contract.ts'
import { dueDelivery, type Ground, NOON, newAttempt, newEntry, newPost, newTeam } from './ground.ts'
import { processesContract } from './processes.ts'

const postgres = await startPostgres()

if ('missing' in postgres) {
  console.log(postgres.missing)
  test.skip(postgres.missing, () => undefined)
} else
  describe(`on PostgreSQL (${postgres.says})`, () => {
    let ground: Ground & { url: string }
    let admin: pg.Client

    beforeAll(async () => {
      const url = await postgres.createDatabase()
      const storage = await openStorage({ url, log: silentLog })
      await storage.migrate()
      ground = { url, storage, beside: () => openStorage({ url, log: silentLog }) }
      admin = new pg.Client({ connectionString: url })
      await admin.connect()
    })

    afterAll(async () => {
      await admin.end()
      await ground.storage.close()
      await postgres.stop()
    })

    storageContract(() => ground)
    processesContract(() => ground)
    claimPlanContract(
      () => ground,
      async () => {
        await admin.query('analyze deliveries')
        const { text } = postgresSpeech.compile(claimDue.build(postgresSpeech.t, 'postgres'))
        // Prepared for any values, as it is after five runs.
        await admin.query(`set plan_cache_mode = force_generic_plan`)
        await admin.query(`prepare claim as ${text}`)
        const { rows } = await admin.query(`explain execute claim(${NOON}, 5, 'w', ${NOON}, ${NOON})`)
        return rows.map((row) => row['QUERY PLAN']).join('\n')
      },
    )

    /** Until it is so, or two seconds have passed. */
    async function soon(isSo: () => boolean): Promise<void> {
      for (let n = 0; n < 200 && !isSo(); n++) await wait(10)
      expect(isSo()).toBe(true)
    }

    const listening = async (): Promise<number> => {
      const { rows } = await admin.query(
        `select count(*)::int as count from pg_stat_activity where query = 'listen crier_writes'`,
      )
      return rows[0].count
    }

    test('another process hears what was written, and this one hears it once', async () => {
      const { storage } = ground
      const beside = await ground.beside()
      const [here, there]: [Written[], Written[]] = [[], []]
      const stop = [storage.onWrite((one) => here.push(one)), beside.onWrite((one) => there.push(one))]
      const team = await newTeam(storage)
      // Until the other one listens, what is said is lost on it.
      let said = 0
      while (!there.includes('outbox') && said < 200) {
        await team.stores.outbox.add(newEntry(team, { channel: 'C-heard' }))
        said += 1
        await wait(10)
      }
      await dueDelivery(team, { dueAt: NOON * 2 })
      await soon(() => there.includes('deliveries'))
      await wait(50)
      expect(here).toEqual([...Array.from({ length: said }, () => 'outbox'), 'deliveries'])
      for (const end of stop) end()
      await beside.close()
    })

    test('a server that throws everybody out is used again when it is back', async () => {
      const beside = await ground.beside()
      const team = await newTeam(beside)
      const heard: Written[] = []
      const before = await listening()
      beside.onWrite((one) => heard.push(one))
      while ((await listening()) === before) await wait(10)
      let runs = 0
      const cut = beside.transaction(team.id, async (stores) => {
        runs += 1
        await stores.posts.create(newPost(team))
        for (let n = 0; n < 10_000 && runs === 1; n++) await stores.posts.count({})
      })
      // The second argument (ms): until they are gone.
      await admin.query(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'crier'`,
      )
      // The pool may still hand out a connection that has just died; it is not the caller's to know.
      for (let n = 0; n < 10; n++) await beside.workspace(team.id).posts.count({})
      // Surely rolled back with its connection, so it was done again.
      await cut
      expect(runs).toBe(2)
      expect(await beside.workspace(team.id).posts.list({})).toMatchObject([{ number: 1 }])
      expect(await beside.check()).toMatchObject({ ok: true })
      // Back again, a listener is told everything once: it may have missed something.
      await soon(() => heard.includes('deliveries') && heard.includes('outbox'))
      await beside.close()
    })

    /** A claimed delivery, somebody else's open transaction about it, and what `act` does meanwhile. */
    async function behind(
      open: (delivery: Delivery) => Promise<unknown>,
      act: (delivery: Delivery) => Promise<boolean>,
    ) {
      const { storage } = ground
      const team = await newTeam(storage)
      const delivery = await dueDelivery(team)
      await storage.queue.claimDue({ now: NOON, leaseUntil: NOON + 1, worker: 'w1', limit: 1_000 })
      await admin.query('begin')
      await admin.query("set local crier.workspace = '*'")
      await open(delivery)
      const acting = act(delivery)
      const early = await Promise.race([acting, wait(300).then(() => 'it waits')])
      await admin.query('commit')
      return { said: [early, await acting], attempts: await team.stores.deliveries.attempts(delivery.id) }
    }

    test('an attempt waits for whoever is taking its delivery over, and then does not begin', async () => {
      const { said, attempts } = await behind(
        ({ id }) => admin.query(`update deliveries set state = 'unsure', worker = null where id = $1`, [id]),
        (delivery) => ground.storage.queue.beginAttempt(newAttempt(delivery, 'w1')),
      )
      expect(said).toEqual(['it waits', false])
      expect(attempts).toEqual([])
    })

    test('whoever takes a delivery over waits for an attempt at it that is being written, and sees it', async () => {
      const { said } = await behind(
        (delivery) =>
          admin.query(postgresSpeech.compile(writeBegun.build(postgresSpeech.t, 'postgres')).text, [
            JSON.stringify([begunRow(newAttempt(delivery, 'w1'))]),
          ]),
        ({ id }) => {
          const seen = { leaseUntil: NOON + 1, openAttempt: null }
          return ground.storage.queue.settleEndedLease(id, seen, 'retryLater', { at: NOON })
        },
      )
      expect(said).toEqual(['it waits', false])
    })

    test('one that a newer Crier has used is refused', async () => {
      const url = await postgres.createDatabase()
      const storage = await openStorage({ url, log: silentLog })
      await storage.migrate()
      await storage.close()
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query("insert into crier_migrations (name) values ('9999_from-the-future')")
      await client.end()
      await expect(openStorage({ url, log: silentLog })).rejects.toThrow(
        /newer Crier .*"9999_from-the-future"/,
      )
    })

    test('several processes that start at once migrate once', async () => {
      const url = await postgres.createDatabase()
      const storages = await Promise.all([1, 2, 3].map(() => openStorage({ url, log: silentLog })))
      await Promise.all(storages.map((storage) => storage.migrate()))
      expect(await storages[0]!.directory.all()).toEqual([])
      for (const storage of storages) await storage.close()
    })

    test('what is missing is said in one sentence, without the password', async () => {
      const url = new URL(ground.url)
      url.password = 'secret'
      url.pathname = '/not_there'
      const error: unknown = await openStorage({ url: url.href, log: silentLog }).catch(
        (caught: unknown) => caught,
      )
      expect(error).toMatchObject({ name: 'StorageError' })
      expect(String(error)).toMatch(/no such database: .*"not_there"/)
      expect(String(error)).not.toContain('secret')
      expect(await ground.storage.backup('crier.dump')).toContain('pg_dump')
    })
  })
