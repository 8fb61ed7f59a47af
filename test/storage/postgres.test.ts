import { afterAll, beforeAll, describe, test } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { startPostgres } from '../setup-postgres.ts'
import { storageContract } from './contract.ts'
import type { Ground } from './ground.ts'

const postgres = await startPostgres()

if ('missing' in postgres) {
  console.log(postgres.missing)
  test.skip(postgres.missing, () => undefined)
} else
  describe(`on PostgreSQL (${postgres.says})`, () => {
    let ground: Ground

    beforeAll(async () => {
      const url = await postgres.createDatabase()
      const storage = await openStorage({ url, log: silentLog })
      await storage.migrate()
      ground = { storage, beside: () => openStorage({ url, log: silentLog }) }
    })

    afterAll(async () => {
      await ground.storage.close()
      await postgres.stop()
    })

    storageContract(() => ground)
  })
