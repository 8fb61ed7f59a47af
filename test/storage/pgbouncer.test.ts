import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { startPgBouncer } from '../setup-pgbouncer.ts'
import { startPostgres } from '../setup-postgres.ts'
import { storageContract } from './contract.ts'
import type { Ground } from './ground.ts'
import { processesContract } from './processes.ts'

const postgres = await startPostgres()
const bouncer = 'missing' in postgres ? postgres : await startPgBouncer(postgres.admin)

if ('missing' in bouncer || 'missing' in postgres) {
  const missing = 'missing' in bouncer ? bouncer.missing : ''
  console.log(missing)
  test.skip(missing, () => undefined)
} else
  describe(`behind ${bouncer.says}, which lends out connections by the transaction`, () => {
    let ground: Ground & { url: string }
    let direct: pg.Client

    beforeAll(async () => {
      const database = await postgres.createDatabase()
      direct = new pg.Client({ connectionString: database })
      await direct.connect()
      const url = bouncer.through(database)
      const storage = await openStorage({ url, log: silentLog })
      await storage.migrate()
      ground = { url, storage, beside: () => openStorage({ url, log: silentLog }) }
    })

    afterAll(async () => {
      await ground.storage.close()
      await direct.end()
      await bouncer.stop()
      await postgres.stop()
    })

    test('a migration leaves no lock behind, nor its patience, on a connection that others are lent', async () => {
      const { rows } = await direct.query(
        `select count(*)::int as locks from pg_locks where locktype = 'advisory'`,
      )
      expect(rows).toEqual([{ locks: 0 }])
      const lent = new pg.Client({ connectionString: ground.url })
      await lent.connect()
      const timeouts = new Set<string>()
      for (let n = 0; n < 10; n++)
        timeouts.add((await lent.query('show statement_timeout')).rows[0].statement_timeout)
      await lent.end()
      expect([...timeouts]).toEqual(['30s'])
    })

    test('several processes that start at once migrate once', async () => {
      const url = bouncer.through(await postgres.createDatabase())
      const storages = await Promise.all([1, 2, 3].map(() => openStorage({ url, log: silentLog })))
      await Promise.all(storages.map((storage) => storage.migrate()))
      expect(await storages[0]?.directory.all()).toEqual([])
      for (const storage of storages) await storage.close()
    })

    storageContract(() => ground)
    processesContract(() => ground)
  })
