import type { DeliveryChanges, EndedLease } from '../../deliveries/delivery-store.ts'
import type { DeliveryMove } from '../../deliveries/moves.ts'
import { keepTheirState } from '../dialect.ts'
import { and, desc, eq, lt, sql } from '../drizzle.ts'
import { given, type Handle, type Statement } from '../handle.ts'
import { fromPublishing, isOpenIn, moved } from '../stores/delivery-rows.ts'

/** What is being published, held until the transaction ends: its worker can begin no attempt meanwhile. */
const holdPublishing: Statement = {
  name: 'hold_publishing',
  build: (_tables, dialect) => sql`
    select lease_until from deliveries where id = ${given('id')} and state = 'publishing'
    ${keepTheirState[dialect]}`,
}

/** Moves a delivery if its lease and its open attempt are what was seen of them. */
export const settleEndedLease = (
  handle: Handle,
  deliveryId: string,
  seen: EndedLease,
  move: DeliveryMove,
  changes: DeliveryChanges,
): Promise<boolean> =>
  handle.atomically(async (inside) => {
    const { db, t } = inside
    const state = fromPublishing(move)
    const [held] = await inside.run(holdPublishing, { id: deliveryId })
    if (held === undefined || asNumber(held[0]) !== seen.leaseUntil) return false
    // Asked for by a statement of its own: PostgreSQL shows it what was committed while the row was waited for.
    const open = and(eq(t.attempts.deliveryId, deliveryId), isOpenIn(t.attempts))
    const [newest] = await db
      .select({ id: t.attempts.id, number: t.attempts.number })
      .from(t.attempts)
      .where(open)
      .orderBy(desc(t.attempts.number), desc(t.attempts.startedAt), desc(t.attempts.id))
      .limit(1)
    if ((newest?.id ?? null) !== seen.openAttempt) return false
    await db.update(t.deliveries).set(moved(move, changes)).where(eq(t.deliveries.id, deliveryId))
    if (newest) {
      // The process died in it: it never gets an outcome. Its end says that somebody has drawn the consequence, so that the
      // next ended lease is not judged by it again. It counts, as its own end would have made it.
      await db.update(t.attempts).set({ endedAt: changes.at }).where(open)
      await db
        .update(t.deliveries)
        .set({ attempts: newest.number })
        .where(and(eq(t.deliveries.id, deliveryId), lt(t.deliveries.attempts, newest.number)))
    }
    if (state === 'scheduled') inside.wrote('deliveries')
    return true
  })

const asNumber = (value: unknown): number | null => (value === null ? null : Number(value))
