import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { locksInMemory } from '../../src/kit/locks.ts'
import { silentLog } from '../../src/kit/log.ts'
import type { Driver, Lane } from '../../src/storage/driver.ts'
import { openStorage, storageOn } from '../../src/storage/open-storage.ts'
import { openPostgres, postgresSpeech } from '../../src/storage/postgres/postgres-driver.ts'
import { nextDue } from '../../src/storage/queues/claim-due.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { WorkspaceId } from '../../src/workspaces/workspace.ts'
import { startPostgres } from '../setup-postgres.ts'
import { isolationContract } from './contract/isolation.ts'
import { NOON, newDelivery, newPost, newTeam } from './ground.ts'

const postgres = await startPostgres()

/** A lane whose statements forget which workspace they are about, as a mistake in a store would. */
const forgetful = (lane: Lane): Lane => ({
  query: (text, params, name) =>
    lane.query(
      text.replaceAll(
        /(?:"?\w+"?\.)?"?workspace_id"? = (\$\d+)|"?workspaces"?\."?id"? = (\$\d+)/g,
        (_all, ofTable, ofWorkspaces) => `${ofTable ?? ofWorkspaces}::text is not null`,
      ),
      params,
      name,
    ),
})

const forgetfulDriver = (driver: Driver): Driver => ({
  ...driver,
  lane: (whose, durability) => forgetful(driver.lane(whose, durability)),
  begin: async (whose, durability) => {
    const open = await driver.begin(whose, durability)
    return { ...open, lane: forgetful(open.lane) }
  },
})

if ('missing' in postgres) {
  console.log(postgres.missing)
  test.skip(postgres.missing, () => undefined)
} else {
  let url = ''
  let storage: Storage
  let raw: pg.Client

  beforeAll(async () => {
    url = await postgres.createDatabase()
    const made = await openStorage({ url, log: silentLog })
    await made.migrate()
    await made.close()
    const driver = await openPostgres({ url, log: silentLog })
    const locks = { ...locksInMemory(), close: async () => undefined }
    storage = storageOn(forgetfulDriver(driver), postgresSpeech, silentLog, locks)
    raw = new pg.Client({ connectionString: url })
    await raw.connect()
  })

  afterAll(async () => {
    await raw.end()
    await storage.close()
    await postgres.stop()
  })

  const bound = async (whose: string | null, sql: string): Promise<unknown[]> => {
    await raw.query(`select set_config('crier.workspace', $1, false)`, [whose])
    return (await raw.query(sql)).rows
  }

  const isSuperuser = async (): Promise<boolean> =>
    (await raw.query('select rolsuper or rolbypassrls as so from pg_roles where rolname = current_user'))
      .rows[0].so

  describe(`row-level security on PostgreSQL (${postgres.says})`, () => {
    test('stands on every table that belongs to workspaces, and binds its owner', async () => {
      const { rows } = await raw.query(
        `select relname as table, relrowsecurity as enabled, relforcerowsecurity as forced,
                (select count(*)::int from pg_policy where polrelid = pg_class.oid) as policies
           from pg_class
          where relkind = 'r' and relnamespace = 'public'::regnamespace
            and (relname = 'workspaces' or exists (
                   select 1 from pg_attribute where attrelid = pg_class.oid and attname = 'workspace_id'))`,
      )
      expect(rows.length).toBeGreaterThan(20)
      for (const row of rows) expect(row).toMatchObject({ enabled: true, forced: true, policies: 1 })
    })

    test('whom it does not bind is told by the doctor, and nobody else', async () => {
      const { advice, ok } = await storage.check()
      if (await isSuperuser()) expect(advice?.words).toContain('does not bind the role')
      else expect({ ok, advice }).toEqual({ ok: true, advice: undefined })
    })

    test('a superuser is told so by the doctor, with the way out', async (context) => {
      const asRoot = new URL(url)
      asRoot.username = 'postgres'
      const seen = await openStorage({ url: asRoot.href, log: silentLog }).catch(() => undefined)
      if (!seen) return context.skip('A superuser was not tried: there is none called postgres')
      expect((await seen.check()).advice).toEqual({
        words: expect.stringContaining('does not bind the role "postgres"'),
        wayOut: expect.stringContaining('docs/scale.md'),
      })
      await seen.close()
    })

    test('shows nothing to whom nothing is bound, one team to whom it is, and all to the queues', async (context) => {
      if (await isSuperuser()) context.skip('DATABASE_URL signs in as a superuser, whom nothing binds')
      const [one, other] = [await newTeam(storage, 'One'), await newTeam(storage, 'Other')]
      const teams = 'select id from workspaces order by created_at, id'
      for (const nobody of [null, '', 'somebody', '%'])
        for (const sql of [teams, 'select * from members', 'select * from accounts'])
          expect(await bound(nobody, sql)).toEqual([])
      expect(await bound(one.id, teams)).toEqual([{ id: one.id }])
      expect(await bound('*', teams)).toEqual(expect.arrayContaining([{ id: one.id }, { id: other.id }]))
      await expect(
        bound(one.id, `insert into marks (workspace_id, key, at) values ('${other.id}', 'k', 1)`),
      ).rejects.toThrow(/row-level security/)
      expect(await bound(one.id, `update members set name = 'x' where workspace_id = '${other.id}'`)).toEqual(
        [],
      )
      expect((await other.stores.workspace.member(other.member.id))?.name).toBe('Ada')
    })

    test('a statement outside a transaction leaves nothing bound on its connection', async () => {
      const team = await newTeam(storage)
      for (let n = 0; n < 30; n++) await team.stores.posts.list({})
      const driver = await openPostgres({ url, log: silentLog })
      const read = `select coalesce(current_setting('crier.workspace', true), '')`
      expect(await driver.lane(team.id, 'durable').query(read, [])).toEqual([[team.id]])
      expect(await driver.lane('*', 'durable').query(read, [])).toEqual([['*']])
      const waits = `select current_setting('synchronous_commit')`
      expect(await driver.lane(team.id, 'relaxed').query(waits, [])).toEqual([['off']])
      const relaxed = await driver.begin(team.id, 'relaxed')
      expect(await relaxed.lane.query(waits, [])).toEqual([['off']])
      await relaxed.commit()
      for (let n = 0; n < 10; n++)
        expect(await driver.lane(team.id, 'durable').query(waits, [])).toEqual([['on']])
      const nobody = '' as WorkspaceId
      expect(await driver.lane(nobody, 'durable').query('select 1 from workspaces', [])).toEqual([])
      await driver.close()
    })

    test('makes no plan worse, also before the server knows its tables', async () => {
      const fresh = await postgres.createDatabase()
      const open = await openStorage({ url: fresh, log: silentLog })
      await open.migrate()
      const team = await newTeam(open)
      const post = await team.stores.posts.create(newPost(team))
      await team.stores.deliveries.createMany(
        Array.from({ length: 1_000 }, (_, n) => newDelivery(team, post.id, { dueAt: NOON + n })),
      )
      const client = new pg.Client({ connectionString: fresh, options: '-c crier.workspace=*' })
      await client.connect()
      const { text } = postgresSpeech.compile(nextDue.build(postgresSpeech.t, 'postgres'))
      const { rows } = await client.query(`explain ${text}`)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toContain('Index Scan using deliveries_waiting')
      expect(plan).not.toContain('Sort')
      await client.end()
      await open.close()
    })

    describe('behind stores that forget their workspace', () => {
      test('they really forget', async (context) => {
        if (await isSuperuser()) context.skip('DATABASE_URL signs in as a superuser, whom nothing binds')
        const [one, other] = [await newTeam(storage), await newTeam(storage)]
        const post = await other.stores.posts.create(newPost(other))
        expect(await one.stores.posts.get(post.id)).toBeUndefined()
        await raw.query('alter table posts no force row level security')
        expect(await one.stores.posts.get(post.id)).toEqual(post)
        await raw.query('alter table posts force row level security')
        expect(await one.stores.posts.get(post.id)).toBeUndefined()
      })

      isolationContract(() => ({ storage, beside: () => openStorage({ url, log: silentLog }) }))
    })
  })
}
