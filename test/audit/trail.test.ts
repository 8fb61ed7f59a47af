import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { audit } from '../../src/cli/audit.ts'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse, type TestHouse } from '../house.ts'

let folder: string
let world: TestHouse
let printed: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crier-trail-'))
  printed = []
  const keep = (line: unknown) => void printed.push(String(line))
  vi.spyOn(console, 'log').mockImplementation(keep)
  vi.spyOn(console, 'error').mockImplementation(keep)
  world = await openTestHouse()
  await play(
    world,
    `
    Ada: schedule tomorrow 9am to rehearsal: Forty-two
    Grace: approve 1
    Grace: settings approvals 2
    Grace: pause
    Grace: resume
    `,
  )
})
afterEach(async () => {
  vi.restoreAllMocks()
  await world.close()
  await rm(folder, { recursive: true })
})

const run = async (...words: string[]): Promise<{ code: number; said: string }> => {
  printed.length = 0
  const { directory, workspace } = world.house.storage
  const code = await audit(
    {
      workspaces: () => directory.all(),
      eventsOf: (id) => workspace(id as typeof world.house.home.id).events,
    },
    words,
  )
  return { code, said: printed.join('\n') }
}

/** As somebody would who has the file and no scruples. */
function tamper(statement: string): void {
  const raw = new BetterSqlite(join(world.house.config.dataDir, 'crier.sqlite'))
  raw.exec(statement)
  raw.close()
}

async function exported(): Promise<string> {
  const { code, said } = await run('export')
  expect(code).toBe(0)
  const file = join(folder, 'trail.jsonl')
  await writeFile(file, `${said}\n`)
  return file
}

test('a trail that nobody touched is in place, and its export is read back as it was', async () => {
  const { code, said } = await run('verify')
  expect({ code, said }).toMatchObject({ code: 0, said: expect.stringMatching(/\d+ lines, all in place/) })
  const file = await exported()
  expect((await run('verify', file)).code).toBe(0)
  // What was written since is no contradiction.
  await play(world, 'Grace: settings approvals 1')
  expect((await run('verify', file)).code).toBe(0)
})

describe('what was done to it is found', () => {
  const last = '(select max(sequence) from events)'
  test.each([
    ['the time', 'update events set at = at + 1 where sequence = 3'],
    ['who did it', 'update events set member_id = null where sequence = 3'],
    ['what was done', "update events set verb = 'post.rejected' where sequence = 3"],
    ['what it was done to', "update events set subject = 'post:2' where sequence = 3"],
    ['the facts', `update events set details = '{"approvals":0}' where sequence = ${last}`],
    ['a hash', "update events set hash = 'f' where sequence = 3"],
    ['the hash before', "update events set previous_hash = 'f' where sequence = 3"],
    ['the id', "update events set id = 'f' where sequence = 3"],
    ['a line in the middle is gone', 'delete from events where sequence = 3'],
    ['the first line is gone', 'delete from events where sequence = 1'],
    ['the newest line is gone', `delete from events where sequence = ${last}`],
    ['the whole trail is gone', 'delete from events'],
    [
      'two lines have changed places',
      'update events set sequence = 1000 where sequence = 2; update events set sequence = 2 where sequence = 3; update events set sequence = 3 where sequence = 1000',
    ],
    [
      'a line was put in',
      "insert into events select 'x', workspace_id, sequence + 1000, at, member_id, verb, subject, details, hash, previous_hash from events where sequence = 1",
    ],
  ])('%s', async (_, statement) => {
    tamper(statement)
    const { code, said } = await run('verify')
    expect(said).toMatch(/changed after it was written|its end was taken away/)
    expect(code).toBe(1)
  })

  test('a trail that was shortened together with its count, or written anew, is found by an earlier export', async () => {
    const file = await exported()
    tamper(`delete from events where sequence = ${last}; update workspaces set event_count = event_count - 1`)
    expect((await run('verify')).code).toBe(0)
    const shortened = await run('verify', file)
    expect(shortened.said).toMatch(/line \d+ of the export is not there any more/)
    expect(shortened.code).toBe(1)
    await play(world, 'Grace: settings approvals 3')
    const anew = await run('verify', file)
    expect(anew.said).toMatch(/line \d+ of the export says something else now/)
    expect(anew.code).toBe(1)
  })

  test('an export that was changed is no witness', async () => {
    const file = await exported()
    const text = printed.join('\n').replace('settings.changed', 'settings.chanced')
    await writeFile(file, text)
    await expect(run('verify', file)).rejects.toThrow(/was changed itself: line \d+/)
    await writeFile(file, 'Dear diary')
    await expect(run('verify', file)).rejects.toThrow(/Line 1 of .* is no line of an audit trail/)
    await expect(run('verify', `${file}.none`)).rejects.toThrow(/can't be read/)
  })
})
