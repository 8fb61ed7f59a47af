import { afterAll, describe, test } from 'vitest'
import type { Environment } from '../src/kit/config.ts'
import { startPostgres } from './setup-postgres.ts'

/** Runs the same tests on each database; `database()` is the setting of a new, empty one. */
export async function onEachDatabase(tests: (database: () => Promise<Environment>) => void): Promise<void> {
  describe('on SQLite', () => tests(async () => ({})))
  const postgres = await startPostgres()
  if ('missing' in postgres) {
    console.log(postgres.missing)
    test.skip(postgres.missing, () => undefined)
    return
  }
  describe(`on PostgreSQL (${postgres.says})`, () => {
    afterAll(() => postgres.stop())
    tests(async () => ({ DATABASE_URL: await postgres.createDatabase() }))
  })
}
