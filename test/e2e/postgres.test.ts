import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse } from '../house.ts'
import { startPostgres } from '../setup-postgres.ts'

const postgres = await startPostgres()
if ('missing' in postgres) console.log(`skipped: Crier on PostgreSQL: ${postgres.missing}`)

describe.skipIf('missing' in postgres)('Crier on PostgreSQL', () => {
  let database: string
  beforeAll(async () => {
    if ('missing' in postgres) return
    database = await postgres.createDatabase()
  })
  afterAll(async () => {
    if (!('missing' in postgres)) await postgres.stop()
  })

  test('two processes on one database: one conversation, one post', async () => {
    const environment = { DATABASE_URL: database, CRIER_SECRET_KEY: 'a-passphrase-for-both-of-them' }
    const one = await openTestHouse({ environment })
    const other = await openTestHouse({ environment })
    try {
      expect(other.house.home.id).toBe(one.house.home.id)
      await play(
        one,
        `
        Ada: schedule in 5 minutes to rehearsal: Once, whoever is faster
        bot: #1 is in review
        `,
      )
      await play(
        other,
        `
        Grace: approve 1
        bot: is approved
        Grace: approve 1
        bot: already decided by Grace
        `,
      )
      one.clock.set('2026-11-20T08:05:01Z')
      other.clock.set('2026-11-20T08:05:01Z')
      await Promise.all([one.running.scheduler.tick(), other.running.scheduler.tick()])
      await play(one, 'feed: Once, whoever is faster\ncard: #1 is published')
    } finally {
      await one.close()
      await other.close()
    }
  })
})
