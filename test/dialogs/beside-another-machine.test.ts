import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Platform } from '../../src/platforms/contract/platform.ts'
import { PublishError } from '../../src/platforms/contract/publish-error.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { startPostgres } from '../setup-postgres.ts'
import { until } from '../until.ts'
import { play } from './conversation.ts'

// What another machine is in the middle of is waited for, and what is said then is true.

const postgres = await startPostgres()
if ('missing' in postgres) console.log(`skipped: beside another machine: ${postgres.missing}`)
afterAll(async () => {
  if (!('missing' in postgres)) await postgres.stop()
})

describe.skipIf('missing' in postgres)('beside another machine, on PostgreSQL', () => {
  let world: TestHouse
  let other: pg.Client

  beforeEach(async () => {
    if ('missing' in postgres) return
    const url = await postgres.createDatabase()
    world = await openTestHouse({ environment: { DATABASE_URL: url } })
    other = new pg.Client({ connectionString: url })
    await other.connect()
    await other.query("select set_config('crier.workspace', '*', false)")
    await play(world, 'Grace: settings approvals 0\nAda: schedule in 5 minutes to rehearsal: Once')
  })
  afterEach(async () => {
    await other.end()
    await world.close()
  })

  /** What a statement of the other machine has done, with its commit on the way, while `work` goes on here. */
  async function meanwhile<Value>(statements: string[], work: () => Promise<Value>): Promise<Value> {
    const [first = '', ...rest] = statements
    await other.query('begin')
    await other.query(first)
    const done = work()
    await sleep(300)
    for (const statement of rest)
      await until(statement, async () => ((await other.query(statement)).rowCount ?? 0) > 0)
    await other.query('commit')
    return done
  }

  const ask = async (line: string) =>
    JSON.stringify(await world.house.desk.ask(await world.speaker('Ada'), { line }))

  const stands = async () => {
    const stores = world.house.storage.workspace(world.house.home.id)
    const [post] = await stores.posts.list({})
    const [delivery] = post ? await stores.deliveries.ofPosts([post.id]) : []
    if (!post || !delivery) throw new Error('There is no post')
    return { post, delivery }
  }

  test('a post that is being claimed is not moved to another time', async () => {
    const said = await meanwhile(
      [
        `update deliveries set state = 'publishing', worker = 'other', lease_until = ${world.clock.now() + 90_000}`,
      ],
      () => ask('reschedule 1 tomorrow 9am'),
    )
    expect(said).toContain('#1 is already going out')
    const { post, delivery } = await stands()
    expect(post.when?.at).toBe(delivery.dueAt)
  })

  test('a post is not ended while what failed of it is tried again', async () => {
    const platforms = world.house.bench.platforms as Map<string, Platform>
    const rehearsal = platforms.get('rehearsal')
    if (!rehearsal) throw new Error('There is no rehearsal')
    platforms.set('rehearsal', {
      ...rehearsal,
      commit: async () => {
        throw new PublishError('rehearsal', { do: 'edit' }, 'It is refused')
      },
    })
    // `retry` there holds the team's row, sees the failure and has it tried again, an hour from now.
    await meanwhile(
      [
        'update workspaces set event_count = event_count',
        `update deliveries set state = 'scheduled', due_at = ${world.clock.now() + 3_600_000} where state = 'failed'`,
      ],
      () => world.pass('2026-11-20T08:05:01Z'),
    )
    const { post, delivery } = await stands()
    expect([delivery.state, post.state]).toEqual(['scheduled', 'publishing'])
  })
})
