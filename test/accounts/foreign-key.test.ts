import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSealer } from '../../src/accounts/seal.ts'
import { forgetSealed } from '../../src/app/sealed-logins.ts'
import { newId } from '../../src/kit/ids.ts'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { startPostgres } from '../setup-postgres.ts'

const RIGHT = 'the-right-key-of-this-team'
const WRONG = 'another-key-altogether'

const postgres = await startPostgres()
if ('missing' in postgres) console.log(`skipped: a foreign key on PostgreSQL: ${postgres.missing}`)
afterAll(async () => {
  if (!('missing' in postgres)) await postgres.stop()
})

for (const dialect of ['SQLite', 'PostgreSQL'] as const)
  describe.skipIf(dialect === 'PostgreSQL' && 'missing' in postgres)(`a foreign key on ${dialect}`, () => {
    let dataDir: string
    let database: string | undefined
    let world: TestHouse | undefined
    const open = async (key: string, now?: string) => {
      world = await openTestHouse({
        dataDir,
        environment: { CRIER_SECRET_KEY: key, ...(database ? { DATABASE_URL: database } : {}) },
        ...(now ? { now } : {}),
      })
      return world
    }

    beforeEach(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'crier-key-'))
      database =
        dialect === 'PostgreSQL' && !('missing' in postgres) ? await postgres.createDatabase() : undefined
    })
    afterEach(async () => {
      await world?.close()
      world = undefined
      await rm(dataDir, { recursive: true, force: true })
    })

    const accountsOf = ({ house }: TestHouse) => house.storage.workspace(house.home.id).accounts

    test('nothing begins, nothing is marked, and the right key goes on where it stopped', async () => {
      const right = await open(RIGHT)
      await addAccount(right, RIGHT)
      await right.close()
      world = undefined

      await expect(open(WRONG)).rejects.toThrow(/not the one that sealed the .* in the database/)
      const again = await open(RIGHT)
      expect((await accountsOf(again).list()).map(({ state }) => state)).toEqual(['connected', 'connected'])
    })

    test('where one login of several is foreign, its posts are parked with a sentence, and go on with its key', async () => {
      const mixed = await open(RIGHT)
      const account = await addAccount(mixed, WRONG)
      await play(
        mixed,
        `
        Ada: schedule in 5 minutes to made-up-server: Held by a key
        bot: #1 is in review
        Grace: approve 1
        bot: is approved
        time: 2026-11-20T08:05:01Z
        Ada: show 1
        bot: was sealed with another CRIER_SECRET_KEY
        `,
      )
      expect((await accountsOf(mixed).get(account))?.state).toBe('connected')
      await mixed.close()

      // The key that sealed it is back, and with it the login.
      const kept = await open(RIGHT, '2026-11-20T08:10:00Z')
      const sealed = await accountsOf(kept).credentials(account)
      const plain = createSealer([WRONG]).open(sealed?.sealed ?? '', account)
      await accountsOf(kept).replaceCredentials(
        account,
        kept.house.bench.sealer.seal(plain, account),
        sealed?.version ?? 0,
      )
      await kept.close()
      const back = await open(RIGHT, '2026-11-20T08:11:00Z')
      await play(back, 'time: 2026-11-20T08:11:01Z\nfeed: Held by a key\nAda: show 1\nbot: #1 is published')
    })

    test('a lost key: what it sealed is forgotten, and the accounts ask to be connected again', async () => {
      const right = await open(RIGHT)
      const account = await addAccount(right, WRONG)
      expect(await forgetSealed(right.house.bench)).toBe(1)
      expect(await accountsOf(right).get(account)).toMatchObject({ state: 'reconnect' })
      expect(await accountsOf(right).credentials(account)).toBeUndefined()
      expect(await forgetSealed(right.house.bench)).toBe(0)
    })

    /** A second account on the rehearsal feed, its login sealed with `key`. */
    async function addAccount(to: TestHouse, key: string): Promise<string> {
      const [first] = await accountsOf(to).list()
      if (!first) throw new Error('The home has no account')
      const id = newId(to.clock.now())
      const credentials = { token: to.house.keys.feedToken(to.house.home.id) }
      await accountsOf(to).add(
        { ...first, id, externalId: 'other', handle: 'made-up-server' },
        createSealer([key]).seal(JSON.stringify(credentials), id),
      )
      return id
    }
  })
