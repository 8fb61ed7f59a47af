import type { Event, EventStore, NewEvent } from '../../events/event.ts'
import { FIRST_HASH, hashEvent } from '../../events/hash-chain.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { givenRows } from '../dialect.ts'
import { and, asc, eq, gt, sql } from '../drizzle.ts'
import { given, type Handle, type Statement } from '../handle.ts'
import { fromJson, storable, toJson } from '../schema/json-column.ts'
import { must } from './rows.ts'

const countEvents: Statement = {
  name: 'count_events',
  build: () => sql`
    update workspaces set event_count = event_count + ${given('many')}
     where id = ${given('workspaceId')}
    returning event_count`,
}

/** Of the line before those that `countEvents` has just counted, in the same transaction. */
const lastHash: Statement = {
  name: 'last_hash',
  build: () => sql`
    select hash from events
     where workspace_id = ${given('workspaceId')}
       and sequence = (select event_count from workspaces where id = ${given('workspaceId')}) - ${given('many')}`,
}

const writeEvents: Statement = {
  name: 'write_events',
  build: (_tables, dialect) => sql`
    insert into events (id, workspace_id, sequence, at, member_id, verb, subject, details, hash, previous_hash)
    select given.id, ${given('workspaceId')}, given.sequence, given.at, given.member_id, given.verb,
           given.subject, given.details, given.hash, given.previous_hash
      from ${givenRows[dialect]({
        id: 'text',
        sequence: 'integer',
        at: 'integer',
        member_id: 'text',
        verb: 'text',
        subject: 'text',
        details: 'json',
        hash: 'text',
        previous_hash: 'text',
      })}`,
}

/** Adds lines to the end of a workspace's trail, each with the hash of the one before it. In a transaction. */
export async function appendEvents(
  inside: Handle,
  workspaceId: WorkspaceId,
  appended: readonly NewEvent[],
): Promise<Event[]> {
  if (appended.length === 0) return []
  // Holds the workspace's row until the end: two who append at once are put in order, on any number of machines.
  const values = { workspaceId, many: appended.length }
  const [[counted] = [], [previous] = []] = await Promise.all([
    inside.run(countEvents, values),
    inside.run(lastHash, values),
  ])
  const before = Number(must(counted, `row of its own (${workspaceId})`)[0]) - appended.length
  let previousHash = before === 0 ? FIRST_HASH : String(must(previous, `event ${before}`)[0])
  const written = appended.map((event, place): Event => {
    const line = { ...asReadBack(event), sequence: before + place + 1 }
    const chained = { ...line, previousHash, hash: hashEvent(line, previousHash) }
    previousHash = chained.hash
    return chained
  })
  await inside.run(writeEvents, {
    workspaceId,
    rows: JSON.stringify(
      written.map(({ memberId, previousHash, details, ...rest }) => ({
        ...rest,
        member_id: memberId,
        previous_hash: previousHash,
        details: toJson(details),
      })),
    ),
  })
  return written
}

export function createEventStore(handle: Handle, workspaceId: WorkspaceId): EventStore {
  const { t } = handle
  const { events, workspaces } = t
  const mine = eq(events.workspaceId, workspaceId)
  const appendMany = (appended: readonly NewEvent[]): Promise<Event[]> =>
    handle.atomically((inside) => appendEvents(inside, workspaceId, appended))

  return {
    append: async (event) => must((await appendMany([event]))[0], `event ${event.id}`),
    appendMany,
    count: async () => {
      const [row] = await handle.db
        .select({ count: workspaces.eventCount })
        .from(workspaces)
        .where(eq(workspaces.id, workspaceId))
      return must(row, `row of its own (${workspaceId})`).count
    },
    list: async ({ subject, after, limit } = {}) => {
      const found = handle.db
        .select()
        .from(events)
        .where(
          and(
            mine,
            subject === undefined ? undefined : eq(events.subject, subject),
            after === undefined ? undefined : gt(events.sequence, after),
          ),
        )
        .orderBy(asc(events.sequence))
      const rows = await (limit === undefined ? found : found.limit(limit))
      return rows.map(({ workspaceId: _bound, ...event }) => event)
    },
  }
}

/** The line is hashed as it will be read back, or the chain would break on what no column can hold. */
const asReadBack = (event: NewEvent): NewEvent => ({
  id: storable(event.id),
  at: event.at,
  memberId: event.memberId === null ? null : storable(event.memberId),
  verb: storable(event.verb),
  subject: storable(event.subject),
  details: fromJson(toJson(event.details)) as NewEvent['details'],
})
