import { rmSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { repairedWords } from '../../src/cli/doctor.ts'
import { HOUR } from '../../src/kit/clock.ts'
import { missingMedia, repairAll } from '../../src/scheduler/repair.ts'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { photo } from '../library/files.ts'

let world: TestHouse
beforeEach(async () => {
  world = await openTestHouse()
  await play(
    world,
    `
    Ada: schedule in 5 minutes to rehearsal: Forty-two
    Grace: approve 1
    bot: is approved
    `,
  )
})
afterEach(() => world.close())

/** Breaks the database by hand, as a bug, a bad disk or a hand would. */
function breakIt(statement: string): void {
  const raw = new BetterSqlite(join(world.house.config.dataDir, 'crier.sqlite'))
  raw.pragma('foreign_keys = OFF')
  raw.exec(statement)
  raw.close()
}

const AN_ATTEMPT = `insert into attempts (id, workspace_id, delivery_id, account_id, number, part, worker, started_at)
  select 'a1', workspace_id, id, account_id, 1, 0, 'dead', ${Date.parse('2026-11-20T08:00:00Z')} from deliveries`
const repair = () => repairAll(world.house.bench)
const stateOf = async () => (await world.house.storage.workspace(world.house.home.id).deliveries.list({}))[0]
const later = async (minutes: number) => {
  for (let n = 0; n < minutes; n++) await world.pass(60_000)
}

describe('what would never end by itself is given its end', () => {
  test('nothing is broken: nothing is touched', async () => {
    const before = await stateOf()
    expect(repairedWords(await repair())).toBe('✅ Nothing had to be repaired')
    expect(await stateOf()).toEqual(before)
  })

  test('held without a lease, and nothing was sent: it goes out', async () => {
    breakIt("update deliveries set state = 'publishing', worker = null, lease_until = null")
    await later(10)
    expect((await stateOf())?.state).toBe('publishing')
    expect(await repair()).toMatchObject({ takenOver: 1 })
    await later(1)
    await play(world, 'feed: Forty-two\ncard: #1 is published')
  })

  test('held without a lease, with an attempt that has no end: it is looked into, not sent', async () => {
    breakIt(`update deliveries set state = 'publishing', worker = null, lease_until = null; ${AN_ATTEMPT}`)
    expect(await repair()).toMatchObject({ takenOver: 1 })
    expect((await stateOf())?.state).toBe('unsure')
  })

  test('held by a process that died long ago', async () => {
    breakIt("update deliveries set state = 'publishing', worker = 'dead', lease_until = 1000")
    expect(await repair()).toMatchObject({ takenOver: 1 })
    expect((await stateOf())?.state).toBe('scheduled')
  })

  test('it waits to be sent, though an attempt at it has no end', async () => {
    breakIt(AN_ATTEMPT)
    expect(repairedWords(await repair())).toContain('1 delivery that may be live kept from being sent again')
    expect((await stateOf())?.state).toBe('unsure')
    expect(await repair()).toMatchObject({ doubted: 0 })
  })

  test('it waits, though its post was cancelled', async () => {
    breakIt("update posts set state = 'cancelled'")
    expect(await repair()).toMatchObject({ dropped: 1 })
    await later(10)
    await play(world, 'feed: nothing')
  })

  test('a post waits, and its deliveries are gone', async () => {
    breakIt('delete from deliveries')
    await later(2)
    expect(await repair()).toMatchObject({ given: 1 })
    await later(4)
    await play(world, 'feed: Forty-two\ncard: #1 is published')
  })

  test('a post waits, and its deliveries are gone, and its time too: a person is asked', async () => {
    breakIt('delete from deliveries')
    await world.pass(5 * HOUR)
    expect(await repair()).toMatchObject({ given: 1 })
    await later(2)
    await play(world, 'feed: nothing\nresults: was found too late')
  })

  test.each(['publishing', 'scheduled'])('all is live, and the post is %s', async (state) => {
    breakIt(
      `update deliveries set state = 'published', published = '{"remoteId":"1","url":null}', published_at = 1, updated_at = 1;
       update posts set state = '${state}'`,
    )
    expect(await repair()).toMatchObject({ finished: 1 })
    await play(world, 'card: #1 is published')
  })

  test('an unsure one that was never asked about is asked about', async () => {
    breakIt(
      `update deliveries set state = 'unsure', attempts = 1, updated_at = 1,
         problem = '{"ask":"check","message":"Nobody knows","code":"asked"}';
       update posts set state = 'publishing'`,
    )
    expect(await repair()).toMatchObject({ finished: 1 })
    await play(world, 'results: Nobody knows')
  })

  test('a message that a dead process was sending is sent', async () => {
    await play(world, 'Ada: draft to rehearsal: Later')
    await play(world, 'Ada: reschedule 2 tomorrow 9am\nAda: submit 2')
    breakIt("update outbox set state = 'sending', lease_until = 1000 where state = 'waiting'")
    await later(1)
    await play(world, 'card: Later')
  })
})

test('media that a post to come needs and that are gone are named', async () => {
  const bytes = await photo(60, 40)
  await world.house.desk.ask(await world.speaker('Ada'), {
    line: 'schedule tomorrow 9am to rehearsal: With a picture',
    files: [{ name: 'sunset.jpg', bytes: async () => bytes }],
  })
  expect(await missingMedia(world.house.bench)).toEqual([])
  rmSync(join(world.house.config.dataDir, 'media'), { recursive: true })
  expect(await missingMedia(world.house.bench)).toEqual(['#2: sunset.jpg'])
})
