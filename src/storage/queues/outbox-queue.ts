import type { OutboxQueue } from '../../outbox/outbox.ts'
import { stepOverTaken } from '../dialect.ts'
import { and, eq, inArray, sql } from '../drizzle.ts'
import { columnsOf, decode, given, type Handle, type Statement } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'

/**
 * Takes the first unsent entry of each lane, if it is due: no two of one channel at once, and none before its turn. One
 * that was being sent when its process died is due again when its lease ends.
 */
const claim: Statement = {
  name: 'claim_outbox',
  build: ({ outbox }, dialect) => sql`
    with due as (
      select sequence from outbox
       where state in ('waiting', 'sending')
         and ((state = 'waiting' and due_at <= ${given('now')})
           or (state = 'sending' and lease_until <= ${given('at')}))
         and not exists (
           select 1 from outbox earlier
            where earlier.lane = outbox.lane and earlier.state in ('waiting', 'sending')
              and earlier.sequence < outbox.sequence)
       order by sequence
       limit ${given('limit')}
       ${stepOverTaken[dialect]}
    )
    update outbox
       set state = 'sending', lease_until = ${given('leaseUntil')}, attempts = attempts + 1
     where sequence in (select sequence from due) and state in ('waiting', 'sending')
    returning ${columnsOf(outbox)}`,
}

const NOTHING = { type: 'message' as const, blocks: [] }

export function createOutboxQueue(handle: Handle): OutboxQueue {
  const { db, t } = handle
  const { outbox, cards, chats } = t
  return {
    claim: async ({ now, leaseUntil, limit }) => {
      const taken = (await handle.run(claim, { now, at: now, leaseUntil, limit })).map((row) =>
        decode(outbox, row),
      )
      if (taken.length === 0) return []
      const places = await db
        .select({ sequence: outbox.sequence, surface: chats.surface, chat: chats.externalId, card: cards })
        .from(outbox)
        .innerJoin(chats, and(eq(chats.workspaceId, outbox.workspaceId), eq(chats.id, outbox.chatId)))
        .leftJoin(
          cards,
          and(
            eq(cards.workspaceId, outbox.workspaceId),
            eq(cards.subject, outbox.subject),
            eq(cards.chatId, outbox.chatId),
            // A direct message's channel is known only once its first card stands.
            sql`${cards.channel} = coalesce(${outbox.channel}, ${cards.channel})`,
          ),
        )
        .where(
          inArray(
            outbox.sequence,
            taken.map(({ sequence }) => sequence),
          ),
        )
      const placeOf = new Map(places.map((place) => [place.sequence, place]))
      return taken
        .sort((a, b) => a.sequence - b.sequence)
        .flatMap((row) => {
          const place = placeOf.get(row.sequence)
          if (place === undefined) return []
          return {
            workspaceId: row.workspaceId,
            surface: place.surface,
            chatExternalId: place.chat,
            entry: toEntry(row),
            card: place.card === null ? undefined : toCard(place.card),
          }
        })
    },
    sent: (id, _at, card) =>
      handle.atomically(async (inside) => {
        const [entry] = await inside.db
          .update(outbox)
          // Nobody reads what was sent: the chat has it.
          .set({ state: 'sent', leaseUntil: null, problem: null, message: NOTHING })
          .where(eq(outbox.id, id))
          .returning({ workspaceId: outbox.workspaceId })
        if (entry === undefined || card === undefined) return
        const { remoteId } = card
        await inside.db
          .insert(cards)
          .values({ ...card, workspaceId: entry.workspaceId })
          .onConflictDoUpdate({
            target: [cards.workspaceId, cards.subject, cards.chatId, cards.channel],
            set: { remoteId },
          })
        inside.wrote('outbox')
      }),
    notSent: async (id, problem, dueAt) => {
      const changes = dueAt === null ? { state: 'failed' as const } : { state: 'waiting' as const, dueAt }
      await db
        .update(outbox)
        .set({ ...changes, leaseUntil: null, problem })
        .where(and(eq(outbox.id, id), eq(outbox.state, 'sending')))
      handle.wrote('outbox')
    },
    takeOver: async (now) => {
      await db
        .update(outbox)
        .set({ state: 'waiting', dueAt: now, leaseUntil: null })
        .where(eq(outbox.state, 'sending'))
      handle.wrote('outbox')
    },
    depth: async () => {
      const unsent = await db
        .select({ entries: sql<number>`count(*)`.mapWith(Number) })
        .from(outbox)
        .where(sql`${outbox.state} in ('waiting', 'sending')`)
      return unsent[0]?.entries ?? 0
    },
  }
}

type Row = Tables['outbox']['$inferSelect']

const toEntry = ({ workspaceId: _w, sequence: _s, lane: _l, leaseUntil: _u, ...entry }: Row) => entry

const toCard = ({ workspaceId: _bound, ...card }: Tables['cards']['$inferSelect']) => card
