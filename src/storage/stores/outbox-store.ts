import type { Card, NewOutboxEntry, OutboxStore } from '../../outbox/outbox.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { givenRows } from '../dialect.ts'
import { and, asc, eq, inArray, sql } from '../drizzle.ts'
import { given, type Handle, type Statement } from '../handle.ts'
import { storable, toJsonWithBytes } from '../schema/json-column.ts'

/**
 * Only a card that was never tried gives up its place: whether the chat took a tried one is not known, so that one goes
 * first, under the id by which the chat can tell that it had it, and the newer one updates it.
 */
const addToOutbox: Statement = {
  name: 'add_to_outbox',
  build: (_tables, dialect) => sql`
    insert into outbox (id, workspace_id, chat_id, channel, member_id, lane, subject, kind, message, state, due_at,
                        attempts, created_at)
    select given.id, ${given('workspaceId')}, given.chat, given.channel, given.member, given.lane, given.subject,
           given.kind, given.message, 'waiting', given.at, 0, given.at
      from ${givenRows[dialect]({
        place: 'integer',
        id: 'text',
        chat: 'text',
        channel: 'text',
        member: 'text',
        lane: 'text',
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

/** Where an entry goes, as one word: entries of one lane are sent one after the other. */
const laneOf = ({ chatId, channel, memberId }: NewOutboxEntry): string =>
  channel === null ? `${chatId}@${memberId ?? ''}` : `${chatId}#${channel}`

export function createOutboxStore(handle: Handle, workspaceId: WorkspaceId): OutboxStore {
  const { outbox, cards } = handle.t
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
  }
}

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
