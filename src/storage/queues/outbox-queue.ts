import { HOUR } from '../../kit/clock.ts'
import type { Card, Elsewhere, NotSent, OutboxQueue, Sent } from '../../outbox/outbox.ts'
import { SURFACES, type SurfaceName } from '../../workspaces/workspace.ts'
import { givenList, givenRows, stepOverTaken } from '../dialect.ts'
import { and, eq, gt, gte, isNull, lt, or, type SQL, sql } from '../drizzle.ts'
import { columnsOf, decode, given, type Handle, type Statement } from '../handle.ts'
import { storable } from '../schema/json-column.ts'
import type { Tables } from '../schema/tables.ts'
import { refusedMark, toEntry } from '../stores/outbox-store.ts'
import { putAside } from './put-aside.ts'

/** Nothing is tried again later than this, and no chat asks for a longer wait (ms). */
const LONGEST_WAIT = HOUR

/**
 * The first unsent entry of each lane, found by steps from lane to lane along the index over what is unsent: a burst leaves
 * thousands waiting in a few lanes, and to look at each of them for every message sent would take longer than sending.
 */
const heads: SQL = sql`
  lanes(lane) as (
    select (select min(lane) from outbox where state in ('waiting', 'sending'))
    union all
    select (select min(outbox.lane) from outbox
             where outbox.lane > lanes.lane and outbox.state in ('waiting', 'sending'))
      from lanes where lanes.lane is not null
  ),
  heads(sequence) as (
    select (select min(outbox.sequence) from outbox
             where outbox.lane = lanes.lane and outbox.state in ('waiting', 'sending'))
      from lanes where lanes.lane is not null
  )`

/**
 * Takes the first unsent entry of each lane, if it is due and for a surface the claimer has: no two of one channel at once,
 * and none before its turn. What was never tried is due, whatever the clock of who wrote it said; one that was being sent
 * when its process died, when its lease ends.
 */
const claim: Statement = {
  name: 'claim_outbox',
  build: ({ outbox }, dialect) => sql`
    with recursive ${heads},
    due as (
      select sequence from outbox
       where sequence in (select sequence from heads)
         and ((state = 'waiting' and (attempts = 0 or due_at <= ${given('now')}))
           or (state = 'sending' and lease_until <= ${given('at')}))
         and exists (
           select 1 from chats
            where chats.workspace_id = outbox.workspace_id and chats.id = outbox.chat_id
              and chats.surface in (${givenList[dialect]('surfaces')})
              and (chats.quiet_until is null or chats.quiet_until <= ${given('quietAt')}))
       order by sequence
       limit ${given('limit')}
       ${stepOverTaken[dialect]}
    )
    update outbox
       set state = 'sending', lease_until = ${given('leaseUntil')}, attempts = attempts + 1
     where sequence in (select sequence from due) and state in ('waiting', 'sending')
    returning ${columnsOf(outbox)}`,
}

const beingSent: Statement = {
  name: 'being_sent',
  build: () => sql`
    with recursive ${heads}
    select id, lease_until from outbox
     where sequence in (select sequence from heads) and state = 'sending'`,
}

/** The state stands in it as a literal, or the partial index over what is unsent could not serve it. */
const elsewhere: Statement = {
  name: 'outbox_elsewhere',
  build: (_tables, dialect) => sql`
    with recursive ${heads}
    select outbox.sequence, chats.surface, outbox.attempts, outbox.state from outbox
      join chats on chats.workspace_id = outbox.workspace_id and chats.id = outbox.chat_id
     where outbox.sequence in (select sequence from heads) and outbox.state in ('waiting', 'sending')
       and chats.surface not in (${givenList[dialect]('surfaces')})
       and (outbox.state = 'sending'
         or ((outbox.attempts = 0 or outbox.due_at <= ${given('now')})
           and (chats.quiet_until is null or chats.quiet_until <= ${given('quietAt')})))`,
}

/** Where the claimed entries go, and which card stands there: a direct message's channel is known only by its first card. */
const placesOf: Statement = {
  name: 'places_of_outbox',
  build: ({ cards }, dialect) => sql`
    select outbox.id, chats.surface, chats.external_id, ${columnsOf(cards)}
      from outbox
      join chats on chats.workspace_id = outbox.workspace_id and chats.id = outbox.chat_id
      left join cards on cards.workspace_id = outbox.workspace_id and cards.subject = outbox.subject
       and cards.chat_id = outbox.chat_id
       and cards.channel = coalesce(outbox.channel, cards.channel)
     where outbox.id in (${givenList[dialect]('ids')})`,
}

const NOTHING = JSON.stringify({ type: 'message', blocks: [] })

/** Nobody reads what was sent: the chat has it. */
const writeSent: Statement = {
  name: 'outbox_sent',
  build: (_tables, dialect) => sql`
    update outbox set state = 'sent', lease_until = null, problem = null, message = ${sql.raw(`'${NOTHING}'`)}
     where id in (${givenList[dialect]('ids')})`,
}

const writeCards: Statement = {
  name: 'outbox_cards',
  build: (_tables, dialect) => sql`
    insert into cards (workspace_id, subject, chat_id, channel, remote_id)
    select outbox.workspace_id, given.subject, given.chat, given.channel, given.remote
      from ${givenRows[dialect]({ id: 'text', subject: 'text', chat: 'text', channel: 'text', remote: 'text' })}
      join outbox on outbox.id = given.id
     where true
        on conflict (workspace_id, subject, chat_id, channel) do update set remote_id = excluded.remote_id`,
}

export function createOutboxQueue(handle: Handle): OutboxQueue {
  const { db, t } = handle
  const { outbox, cards, chats, marks } = t
  return {
    claim: async ({ now, leaseUntil, limit, surfaces = SURFACES, sent = [] }) => {
      const values = { now, at: now, quietAt: now, leaseUntil, limit, surfaces: JSON.stringify(surfaces) }
      const rows =
        sent.length === 0
          ? await handle.run(claim, values)
          : await handle.atomically(async (inside) => {
              await markSent(inside, sent)
              return inside.run(claim, values)
            })
      const taken = rows.map((row) => decode(outbox, row))
      if (taken.length === 0) return []
      const ids = JSON.stringify(taken.map(({ id }) => id))
      const places = new Map(
        (await handle.run(placesOf, { ids })).map(([id, surface, chat, ...card]) => [
          String(id),
          {
            surface: surface as SurfaceName,
            chat: String(chat),
            card: card[0] === null ? undefined : toCard(decode(cards, card)),
          },
        ]),
      )
      return taken
        .sort((a, b) => a.sequence - b.sequence)
        .flatMap((row) => {
          const place = places.get(row.id)
          if (place === undefined) return []
          const { surface, chat, card } = place
          return { workspaceId: row.workspaceId, surface, chatExternalId: chat, entry: toEntry(row), card }
        })
    },
    elsewhere: async (surfaces, now) =>
      (await handle.run(elsewhere, { surfaces: JSON.stringify(surfaces), now, quietAt: now })).map(
        ([sequence, surface, attempts, state]) => ({
          sequence: Number(sequence),
          surface: surface as SurfaceName,
          attempts: Number(attempts),
          state: state as Elsewhere['state'],
        }),
      ),
    untaken: (entries, problem) =>
      handle.atomically(async (inside) => {
        for (const { sequence, attempts } of entries) {
          await inside.db
            .update(outbox)
            .set({ attempts: attempts + 1, problem })
            .where(
              and(eq(outbox.sequence, sequence), eq(outbox.state, 'waiting'), eq(outbox.attempts, attempts)),
            )
        }
      }),
    renew: async (id, from, to) => {
      const renewed = await db
        .update(outbox)
        .set({ leaseUntil: to })
        .where(and(eq(outbox.id, id), eq(outbox.state, 'sending'), eq(outbox.leaseUntil, from)))
        .returning({ id: outbox.id })
      return renewed.length === 1
    },
    beingSent: async () =>
      (await handle.run(beingSent, {})).map(([id, leaseUntil]) => ({
        id: String(id),
        leaseUntil: Number(leaseUntil),
      })),
    release: async (id, leaseUntil, now) => {
      await db
        .update(outbox)
        .set({ state: 'waiting', dueAt: now, leaseUntil: null })
        .where(and(eq(outbox.id, id), eq(outbox.state, 'sending'), eq(outbox.leaseUntil, leaseUntil)))
      handle.wrote('outbox')
    },
    sent: (id, _at, card) => handle.atomically((inside) => markSent(inside, [{ id, card }])),
    notSent: (id, leaseUntil, problem, then) =>
      handle.atomically(async (inside) => {
        const [written] = await inside.db
          .update(outbox)
          .set({ ...endOf(outbox, then), leaseUntil: null, problem })
          .where(and(eq(outbox.id, id), eq(outbox.state, 'sending'), eq(outbox.leaseUntil, leaseUntil)))
          .returning({ workspaceId: outbox.workspaceId })
        if (!written) return false
        if (typeof then === 'object' && 'refusedAt' in then) {
          const mark = { workspaceId: written.workspaceId, key: refusedMark(id), at: then.refusedAt }
          await inside.db.insert(marks).values(mark).onConflictDoNothing()
        }
        if (typeof then === 'object' && 'dueAt' in then && then.aside) await putAside(inside, id)
        inside.wrote('outbox')
        return true
      }),
    recovered: async (chatId, now) => {
      await db
        .update(outbox)
        .set({ dueAt: now })
        .where(
          and(
            // As literals, or the index over what is unsent could not serve it.
            sql`${outbox.state} in ('waiting', 'sending') and ${outbox.state} = 'waiting'`,
            eq(outbox.chatId, chatId),
            gt(outbox.dueAt, now),
          ),
        )
      handle.wrote('outbox')
    },
    quiet: async (chatId, until) => {
      await db
        .update(chats)
        .set({ quietUntil: until })
        .where(and(eq(chats.id, chatId), or(isNull(chats.quietUntil), lt(chats.quietUntil, until))))
    },
    hurry: async (now, beyond) => {
      const late = await db
        .update(outbox)
        .set({ dueAt: now })
        .where(
          and(
            // As literals, or the index over what is unsent could not serve it.
            sql`${outbox.state} in ('waiting', 'sending') and ${outbox.state} = 'waiting'`,
            gt(outbox.dueAt, now),
            or(gt(outbox.createdAt, beyond), gt(outbox.dueAt, beyond + LONGEST_WAIT)),
          ),
        )
        .returning({ id: outbox.id })
      await db
        .update(chats)
        .set({ quietUntil: null })
        .where(gt(chats.quietUntil, beyond + LONGEST_WAIT))
      if (late.length > 0) handle.wrote('outbox')
    },
    takeOver: async (now) => {
      await db
        .update(outbox)
        .set({ state: 'waiting', dueAt: now, leaseUntil: null })
        .where(eq(outbox.state, 'sending'))
      handle.wrote('outbox')
    },
    stuck: async (before, tries) =>
      db
        .select({
          workspaceId: outbox.workspaceId,
          chatId: outbox.chatId,
          oldest: sql<number>`min(${outbox.sequence})`.mapWith(Number),
        })
        .from(outbox)
        .where(
          and(
            sql`${outbox.state} in ('waiting', 'sending')`,
            gte(outbox.attempts, tries),
            lt(outbox.createdAt, before),
          ),
        )
        .groupBy(outbox.workspaceId, outbox.chatId),
    depth: async () => {
      const unsent = await db
        .select({ entries: sql<number>`count(*)`.mapWith(Number) })
        .from(outbox)
        .where(sql`${outbox.state} in ('waiting', 'sending')`)
      return unsent[0]?.entries ?? 0
    },
  }
}

const endOf = ({ attempts }: Tables['outbox'], then: NotSent) => {
  if (then === 'dropped' || 'refusedAt' in then) return { state: 'failed' as const }
  const { dueAt, counts } = then
  // The first try stays one: at none, a newer card could take its place, and the due time would not count.
  const back = sql<number>`case when ${attempts} > 1 then ${attempts} - 1 else ${attempts} end`
  return { state: 'waiting' as const, dueAt, ...(counts ? {} : { attempts: back }) }
}

async function markSent(inside: Handle, sent: readonly Sent[]): Promise<void> {
  await inside.run(writeSent, { ids: JSON.stringify(sent.map(({ id }) => id)) })
  const rows = sent.flatMap(({ id, card }) =>
    card === undefined
      ? []
      : {
          id,
          subject: storable(card.subject),
          chat: card.chatId,
          channel: storable(card.channel),
          remote: storable(card.remoteId),
        },
  )
  if (rows.length > 0) await inside.run(writeCards, { rows: JSON.stringify(rows) })
}

const toCard = ({ workspaceId: _bound, ...card }: Tables['cards']['$inferSelect']): Card => card
