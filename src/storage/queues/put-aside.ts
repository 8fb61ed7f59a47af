import { laneOf } from '../../outbox/outbox.ts'
import { and, eq, max, min, or, sql } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import { storable } from '../schema/json-column.ts'
import { laneBeside } from '../stores/outbox-store.ts'

/**
 * Gives an entry that fails again and again a lane beside its channel's, so that the others pass it. What is about the same
 * subject goes with it, and what is added of that later (`addToOutbox`), so that a reply never stands before its card.
 *
 * Only if the channel has taken something since another one was put aside: of a channel that takes nothing all would be.
 */
export async function putAside({ db, t }: Handle, id: string): Promise<void> {
  const { outbox } = t
  const [entry] = await db.select().from(outbox).where(eq(outbox.id, id))
  const lane = entry && storable(laneOf(entry))
  if (!entry || entry.lane !== lane) return
  // As literals, or the index over what is unsent could not serve it.
  const isUnsent = sql`${outbox.state} in ('waiting', 'sending')`
  const beside = db
    .select({ first: min(outbox.sequence).as('first') })
    .from(outbox)
    .where(and(isUnsent, sql`${outbox.lane} <> ${lane}`, goesTo(entry)))
    .groupBy(outbox.lane)
    .as('beside')
  const [last] = await db.select({ first: max(beside.first) }).from(beside)
  if (last?.first != null) {
    const taken = await db
      .select({ id: outbox.id })
      .from(outbox)
      .where(and(eq(outbox.state, 'sent'), eq(outbox.lane, lane), sql`${outbox.sequence} > ${last.first}`))
      .limit(1)
    if (taken.length === 0) return
  }
  const same =
    entry.subject === null ? eq(outbox.id, id) : or(eq(outbox.id, id), eq(outbox.subject, entry.subject))
  await db
    .update(outbox)
    .set({ lane: laneBeside(lane, entry.subject ?? id) })
    .where(and(isUnsent, eq(outbox.lane, lane), same))

  function goesTo({ chatId, channel, memberId }: NonNullable<typeof entry>) {
    return and(
      eq(outbox.chatId, chatId),
      sql`${outbox.channel} is not distinct from ${channel}`,
      sql`${outbox.memberId} is not distinct from ${memberId}`,
    )
  }
}
