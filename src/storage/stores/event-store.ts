import type { EventStore, NewEvent } from '../../events/event.ts'
import { FIRST_HASH, hashEvent } from '../../events/hash-chain.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, eq, gt, sql } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import { fromJson, storable, toJson } from '../schema/json-column.ts'
import { must } from './rows.ts'

export function createEventStore(handle: Handle, workspaceId: WorkspaceId): EventStore {
  const { t } = handle
  const { events, workspaces } = t
  const mine = eq(events.workspaceId, workspaceId)
  return {
    append: (event) =>
      handle.atomically(async (inside) => {
        // Holds the workspace's row until the end: two who append at once are put in order, on any number of machines.
        const [counted] = await inside.db
          .update(workspaces)
          .set({ eventCount: sql`${workspaces.eventCount} + 1` })
          .where(eq(workspaces.id, workspaceId))
          .returning({ sequence: workspaces.eventCount })
        const { sequence } = must(counted, `row of its own (${workspaceId})`)
        const [previous] = await inside.db
          .select({ hash: events.hash })
          .from(events)
          .where(and(mine, eq(events.sequence, sequence - 1)))
        const previousHash = sequence === 1 ? FIRST_HASH : must(previous, `event ${sequence - 1}`).hash
        const line = { ...asReadBack(event), sequence }
        const written = { ...line, previousHash, hash: hashEvent(line, previousHash) }
        await inside.db.insert(events).values({ ...written, workspaceId })
        return written
      }),
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
