import {
  type Card,
  laneOf,
  type NewOutboxEntry,
  type OutboxEntry,
  type OutboxStore,
  type Refused,
} from '../../outbox/outbox.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { givenRows } from '../dialect.ts'
import { and, asc, eq, gte, inArray, lt, sql } from '../drizzle.ts'
import { given, type Handle, type Statement } from '../handle.ts'
import { storable, toJsonWithBytes } from '../schema/json-column.ts'
import type { Tables } from '../schema/tables.ts'
import { inChunks } from './rows.ts'

/** The lane of what was put aside: beside its channel's, by its subject or its own id. */
export const laneBeside = (lane: string, which: string): string => `${lane} ${which}`

/**
 * Only a card that was never tried gives up its place: whether the chat took a tried one is not known, so that one goes
 * first, under the id by which the chat can tell that it had it, and the newer one updates it.
 */
const addToOutbox: Statement = {
  name: 'add_to_outbox',
  build: (_tables, dialect) => sql`
    insert into outbox (id, workspace_id, chat_id, channel, member_id, lane, subject, kind, message, state, due_at,
                        attempts, created_at)
    select given.id, ${given('workspaceId')}, given.chat, given.channel, given.member,
           coalesce((select min(aside.lane) from outbox as aside
                      where aside.lane = given.beside and aside.state in ('waiting', 'sending')), given.lane),
           given.subject, given.kind, given.message, 'waiting', given.at, 0, given.at
      from ${givenRows[dialect]({
        place: 'integer',
        id: 'text',
        chat: 'text',
        channel: 'text',
        member: 'text',
        lane: 'text',
        beside: 'text',
        subject: 'text',
        kind: 'text',
        message: 'json',
        at: 'integer',
      })}
     where true
     order by given.place
        on conflict (lane, subject) where kind = 'card' and state = 'waiting' and attempts = 0
        do update set id = excluded.id, message = excluded.message, created_at = excluded.created_at`,
}

/**
 * What a chat refused is kept in mind by a mark that bears the entry's id. Ids begin with a hexadecimal digit, and in every
 * collation these marks, and few others, are between the two ends.
 */
const REFUSED = 'refused '
const [FIRST_REFUSED, BEYOND_REFUSED] = [`${REFUSED}0`, `${REFUSED}g`]
export const refusedMark = (id: string): string => `${REFUSED}${id}`

export function createOutboxStore(handle: Handle, workspaceId: WorkspaceId): OutboxStore {
  const { outbox, cards, marks } = handle.t
  return {
    async add(...entries) {
      if (entries.length === 0) return
      const rows = newestCards(entries).map((entry, place) => ({
        place,
        id: entry.id,
        chat: entry.chatId,
        channel: text(entry.channel),
        member: entry.memberId,
        lane: storable(laneOf(entry)),
        beside: entry.subject === null ? null : laneBeside(storable(laneOf(entry)), storable(entry.subject)),
        subject: text(entry.subject),
        kind: entry.kind,
        message: toJsonWithBytes(entry.message),
        at: entry.createdAt,
      }))
      await handle.run(addToOutbox, { rows: JSON.stringify(rows), workspaceId })
      handle.wrote('outbox')
    },
    cards: async (subject) => {
      const rows = await handle.db
        .select()
        .from(cards)
        .where(and(eq(cards.workspaceId, workspaceId), eq(cards.subject, subject)))
        .orderBy(asc(cards.chatId), asc(cards.channel))
      return rows.map(({ workspaceId: _bound, ...card }): Card => card)
    },
    giveUp: async (problem) => {
      const ended = await handle.db
        .update(outbox)
        .set({ state: 'failed', leaseUntil: null, problem })
        .where(and(eq(outbox.workspaceId, workspaceId), inArray(outbox.state, ['waiting', 'sending'])))
        .returning({ id: outbox.id })
      return ended.length
    },
    refused: async () => {
      const rows = await handle.db
        .select({ entry: outbox, at: marks.at, taken: takenSince(handle.t) })
        .from(marks)
        .innerJoin(
          outbox,
          and(
            eq(outbox.workspaceId, marks.workspaceId),
            eq(outbox.id, sql`substr(${marks.key}, ${REFUSED.length + 1})`),
          ),
        )
        .where(
          and(
            eq(marks.workspaceId, workspaceId),
            gte(marks.key, FIRST_REFUSED),
            lt(marks.key, BEYOND_REFUSED),
          ),
        )
        .orderBy(asc(outbox.sequence))
      return rows.map(
        ({ entry, at, taken }): Refused => ({
          entry: toEntry(entry),
          at,
          taken: TAKEN[Number(taken)] ?? 'nothing',
        }),
      )
    },
    madeUpFor: async (ids) => {
      const forgotten = await inChunks(ids, 1, (chunk) =>
        handle.db
          .delete(marks)
          .where(and(eq(marks.workspaceId, workspaceId), inArray(marks.key, chunk.map(refusedMark))))
          .returning({ key: marks.key }),
      )
      return forgotten.map(({ key }) => key.slice(REFUSED.length))
    },
    triedFor: async (id, at, now) => {
      const tried = await handle.db
        .update(marks)
        .set({ at: now })
        .where(and(eq(marks.workspaceId, workspaceId), eq(marks.key, refusedMark(id)), eq(marks.at, at)))
        .returning({ key: marks.key })
      return tried.length === 1
    },
  }
}

/** Read only while something stands refused; what was written later is little. */
const takenSince = ({ outbox }: Tables) => sql<number>`(
  select coalesce(max(case when later.subject = ${outbox.subject} and later.kind = ${outbox.kind} then 2 else 1 end), 0)
    from outbox later
   where later.workspace_id = ${outbox.workspaceId} and later.chat_id = ${outbox.chatId}
     and later.channel is not distinct from ${outbox.channel}
     and later.member_id is not distinct from ${outbox.memberId}
     and later.sequence > ${outbox.sequence} and later.state = 'sent')`

const TAKEN: Record<number, Refused['taken']> = { 1: 'another', 2: 'the like' }

export const toEntry = ({
  workspaceId: _w,
  sequence: _s,
  lane: _l,
  leaseUntil: _u,
  ...entry
}: Tables['outbox']['$inferSelect']): OutboxEntry => entry

const text = (value: string | null): string | null => (value === null ? null : storable(value))

/** One statement may not write one row twice: of several cards of one subject the last stands where the first did. */
function newestCards(entries: readonly NewOutboxEntry[]): NewOutboxEntry[] {
  const kept = new Map<string, NewOutboxEntry>()
  for (const entry of entries) {
    const isCard = entry.kind === 'card' && entry.subject !== null
    kept.set(isCard ? `${laneOf(entry)} ${entry.subject}` : entry.id, entry)
  }
  return [...kept.values()]
}
