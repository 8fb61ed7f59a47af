import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const FOLDER = join(import.meta.dirname, '../../src/storage')

/** Drizzle's SQLite builders have these and its PostgreSQL builders have not: they compile, and fail there. */
const BANNED = [/\.get\(\s*\)/, /(?<!Promise)\.all\(/, /(?<!\b(handle|inside|outside))\.run\(/]

test('queries are awaited, never run by .all, .get or .run', async () => {
  const offences: string[] = []
  for (const folder of ['stores', 'queues'])
    for (const file of await readdir(join(FOLDER, folder))) {
      const source = await readFile(join(FOLDER, folder, file), 'utf8')
      for (const banned of BANNED) if (banned.test(source)) offences.push(`${folder}/${file}: ${banned}`)
    }
  expect(offences).toEqual([])
  expect('await db.select().from(posts).get()').toMatch(BANNED[0]!)
  expect('db.select().from(posts)\n  .all()').toMatch(BANNED[1]!)
  expect('db.update(posts).run()').toMatch(BANNED[2]!)
})
