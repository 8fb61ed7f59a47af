import { createHash } from 'node:crypto'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import pg from 'pg'
import { newId } from '../../src/kit/ids.ts'
import { addPosts, folder, newTeam, openCrier } from './crier.ts'
import { post, report, stopwatch } from './post.ts'

// The limit of Crier's own rows: the same POSTs, and every row that Crier writes for a delivery, in its own tables with
// their indexes and keys, in groups, by the shortest code there is. Arguments: <receiver> <how many> <database url, or "sqlite">
const [receiver = '', many = '10000', database = 'sqlite'] = process.argv.slice(2)
const count = Number(many)
const GROUP = 250
const GROUPS_AT_ONCE = 4

const dataDir = folder()
const house = await openCrier({ database, receiver, dataDir })
const team = await newTeam(house, receiver, { accounts: 10 })
const at = house.clock.now()
await addPosts(
  house,
  team,
  Array.from({ length: count }, () => at),
)
const due = (await house.storage.workspace(team.id).deliveries.list({ states: ['scheduled'] })).map(
  ({ id, postId, accountId }) => ({ id, postId, accountId, attempt: newId(at), event: newId(at) }),
)
await house.close()

type Due = (typeof due)[number]
interface Writer {
  /** Lost with the power, and done again: the claim, and the posts' beginning. */
  claim(group: readonly Due[]): Promise<void>
  /** On the disk before the calls: an attempt each. */
  begin(group: readonly Due[]): Promise<void>
  /** On the disk after them: the attempts' and the deliveries' ends. */
  end(group: readonly Due[]): Promise<void>
  /** The posts' ends, and a line each in the audit trail. */
  finish(group: readonly Due[], first: number): Promise<void>
}
const hash = createHash('sha256').update('a line').digest('hex')
const published = JSON.stringify({ remoteId: 'r', url: null })
const progress = JSON.stringify({ '#part.0': { remoteId: 'r', url: null } })
const details = JSON.stringify({ state: 'published' })
const writer = database === 'sqlite' ? onSqlite(join(dataDir, 'bench.sqlite')) : onPostgres(database)

const groups: Due[][] = []
for (let from = 0; from < due.length; from += GROUP) groups.push(due.slice(from, from + GROUP))
let events = 0
const read = stopwatch()
async function work(): Promise<void> {
  for (let group = groups.shift(); group; group = groups.shift()) {
    await writer.claim(group)
    await writer.begin(group)
    await Promise.all(group.map(() => post(receiver)))
    await writer.end(group)
    events += group.length
    await writer.finish(group, events - group.length + 1)
  }
}
await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, work))
report(read(count))

function onSqlite(path: string): Writer {
  const db = new BetterSqlite(path)
  db.pragma('journal_mode = WAL')
  const run = (durable: boolean, work: () => void): void => {
    db.pragma(`synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
    db.transaction(work)()
  }
  const claim = db.prepare(
    `update deliveries set state = 'publishing', worker = 'w', lease_until = ?, updated_at = ? where id = ?`,
  )
  const start = db.prepare(`update posts set state = 'publishing', updated_at = ? where id = ?`)
  const begin = db.prepare(
    `insert into attempts (id, workspace_id, delivery_id, account_id, number, part, worker, started_at) values (?, ?, ?, ?, 1, 0, 'w', ?)`,
  )
  const endDelivery = db.prepare(
    `update deliveries set state = 'published', worker = null, lease_until = null, attempts = 1, published = ?, published_at = ?, progress = ?, updated_at = ? where id = ?`,
  )
  const endAttempt = db.prepare(`update attempts set outcome = 'published', ended_at = ? where id = ?`)
  const endPost = db.prepare(`update posts set state = 'published', updated_at = ? where id = ?`)
  const counted = db.prepare('update workspaces set event_count = event_count + ? where id = ?')
  const event = db.prepare(
    `insert into events (id, workspace_id, sequence, at, verb, subject, details, hash, previous_hash) values (?, ?, ?, ?, 'post.published', ?, ?, ?, ?)`,
  )
  return {
    claim: async (group) => {
      run(false, () => {
        for (const { id } of group) claim.run(at, at, id)
      })
      run(false, () => {
        for (const { postId } of group) start.run(at, postId)
      })
    },
    begin: async (group) =>
      run(true, () => {
        for (const { id, attempt, accountId } of group) begin.run(attempt, team.id, id, accountId, at)
      }),
    end: async (group) =>
      run(true, () => {
        for (const { id, attempt } of group) {
          endDelivery.run(published, at, progress, at, id)
          endAttempt.run(at, attempt)
        }
      }),
    finish: async (group, first) =>
      run(true, () => {
        for (const { postId } of group) endPost.run(at, postId)
        counted.run(group.length, team.id)
        for (const [place, { event: id, postId }] of group.entries())
          event.run(id, team.id, first + place, at, postId, details, hash, hash)
      }),
  }
}

function onPostgres(url: string): Writer {
  const pool = new pg.Pool({ connectionString: url, max: GROUPS_AT_ONCE, options: '-c crier.workspace=*' })
  const run = async (durable: boolean, statements: readonly [string, unknown[]][]): Promise<void> => {
    const client = await pool.connect()
    await client.query(durable ? 'begin' : 'begin; set local synchronous_commit = off')
    for (const [text, values] of statements) await client.query({ name: text.slice(0, 60), text, values })
    await client.query('commit')
    client.release()
  }
  const idsOf = (group: readonly Due[], field: keyof Due) => group.map((one) => one[field])
  return {
    claim: async (group) => {
      await run(false, [
        [
          `update deliveries set state = 'publishing', worker = 'w', lease_until = $2, updated_at = $2 where id = any($1::text[])`,
          [idsOf(group, 'id'), at],
        ],
      ])
      await run(false, [
        [
          `update posts set state = 'publishing', updated_at = $2 where id = any($1::text[])`,
          [idsOf(group, 'postId'), at],
        ],
      ])
    },
    begin: (group) =>
      run(true, [
        [
          `insert into attempts (id, workspace_id, delivery_id, account_id, number, part, worker, started_at)
           select attempt, $4, delivery, account, 1, 0, 'w', $5
             from unnest($1::text[], $2::text[], $3::text[]) as given (attempt, delivery, account)`,
          [idsOf(group, 'attempt'), idsOf(group, 'id'), idsOf(group, 'accountId'), team.id, at],
        ],
      ]),
    end: (group) =>
      run(true, [
        [
          `update deliveries set state = 'published', worker = null, lease_until = null, attempts = 1, published = $2, published_at = $4, progress = $3, updated_at = $4 where id = any($1::text[])`,
          [idsOf(group, 'id'), published, progress, at],
        ],
        [
          `update attempts set outcome = 'published', ended_at = $2 where id = any($1::text[])`,
          [idsOf(group, 'attempt'), at],
        ],
      ]),
    finish: (group, first) =>
      run(true, [
        [
          `update posts set state = 'published', updated_at = $2 where id = any($1::text[])`,
          [idsOf(group, 'postId'), at],
        ],
        ['update workspaces set event_count = event_count + $2 where id = $1', [team.id, group.length]],
        [
          `insert into events (id, workspace_id, sequence, at, verb, subject, details, hash, previous_hash)
           select event, $3, $4 + place - 1, $5, 'post.published', subject, $6, $7, $7
             from unnest($1::text[], $2::text[]) with ordinality as given (event, subject, place)`,
          [idsOf(group, 'event'), idsOf(group, 'postId'), team.id, first, at, details, hash],
        ],
      ]),
  }
}
