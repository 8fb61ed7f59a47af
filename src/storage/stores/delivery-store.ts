import type { Delivery } from '../../deliveries/delivery.ts'
import type { DeliveryFilter, DeliveryStore } from '../../deliveries/delivery-store.ts'
import { type DeliveryMove, deliveryMoves } from '../../deliveries/moves.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { isAmongGiven } from '../dialect.ts'
import {
  and,
  asc,
  count,
  eq,
  exists,
  getTableColumns,
  gte,
  inArray,
  lt,
  max,
  type SQL,
  sql,
} from '../drizzle.ts'
import { columnsOf, decode, given, type Handle, type Statement } from '../handle.ts'
import { freeStates, isOpenIn, moved, toAttempt, toDelivery } from './delivery-rows.ts'
import { inChunks, must } from './rows.ts'

const deliveriesOfPosts: Statement = {
  name: 'deliveries_of_posts',
  build: ({ deliveries }, dialect) => sql`
    select ${columnsOf(deliveries)} from deliveries
     where workspace_id = ${given('workspaceId')} and ${isAmongGiven[dialect](deliveries.postId, 'postIds')}
     order by created_at, ordinal, id`,
}

const ENDS = ['published', 'failed'] as const

/**
 * A worker's delivery is never taken from it here, whatever the table of moves allows: its commit may be under way, and
 * what it is told after losing it would be lost. Workers write through `DeliveryQueue`.
 */
export function createDeliveryStore(handle: Handle, workspaceId: WorkspaceId): DeliveryStore {
  const { db, t } = handle
  const { deliveries, attempts, metrics } = t
  const mine = eq(deliveries.workspaceId, workspaceId)

  const get = async (id: string): Promise<Delivery | undefined> =>
    (
      await db
        .select()
        .from(deliveries)
        .where(and(mine, eq(deliveries.id, id)))
    ).map(toDelivery)[0]

  const wroteIfScheduled = (move: DeliveryMove, rows: number): void => {
    if (rows > 0 && deliveryMoves[move].to === 'scheduled') handle.wrote('deliveries')
  }

  const openAttempts = db
    .select({ id: attempts.id })
    .from(attempts)
    .where(and(eq(attempts.deliveryId, deliveries.id), isOpenIn(attempts)))

  const matching = (filter: DeliveryFilter): SQL | undefined =>
    and(
      mine,
      filter.states && inArray(deliveries.state, [...filter.states]),
      filter.accountId === undefined ? undefined : eq(deliveries.accountId, filter.accountId),
      filter.dueUntil === undefined ? undefined : lt(deliveries.dueAt, filter.dueUntil),
      filter.publishedFrom === undefined ? undefined : gte(deliveries.publishedAt, filter.publishedFrom),
      filter.publishedUntil === undefined ? undefined : lt(deliveries.publishedAt, filter.publishedUntil),
      filter.updatedFrom === undefined ? undefined : gte(deliveries.updatedAt, filter.updatedFrom),
      filter.updatedUntil === undefined ? undefined : lt(deliveries.updatedAt, filter.updatedUntil),
      filter.withOpenAttempt ? exists(openAttempts) : undefined,
    )

  return {
    createMany: async (created) => {
      if (created.length === 0) return
      const rows = created.map((delivery, ordinal) => ({ ...delivery, workspaceId, ordinal }))
      await handle.atomically(async (inside) => {
        await inChunks(rows, Object.keys(getTableColumns(deliveries)).length, async (chunk) => {
          await inside.db.insert(deliveries).values(chunk)
          return []
        })
        inside.wrote('deliveries')
      })
    },
    get,
    ofPosts: async (postIds) => {
      const rows = await handle.run(deliveriesOfPosts, { workspaceId, postIds: JSON.stringify(postIds) })
      return rows.map((row) => toDelivery(decode(deliveries, row)))
    },
    list: async (filter) => {
      const found = db
        .select()
        .from(deliveries)
        .where(matching(filter))
        .orderBy(
          asc(deliveries.scheduledFor),
          asc(deliveries.createdAt),
          asc(deliveries.ordinal),
          asc(deliveries.id),
        )
      return (await (filter.limit === undefined ? found : found.limit(filter.limit))).map(toDelivery)
    },
    move: async (id, move, changes, seen) => {
      if (move === 'claim') throw new TypeError('Only the queue claims: a claim needs a worker and its lease')
      const rows = await db
        .update(deliveries)
        .set(moved(move, changes))
        .where(
          and(
            mine,
            eq(deliveries.id, id),
            inArray(deliveries.state, freeStates(move)),
            seen && and(eq(deliveries.attempts, seen.attempts), eq(deliveries.updatedAt, seen.updatedAt)),
          ),
        )
        .returning()
      wroteIfScheduled(move, rows.length)
      return rows.map(toDelivery)[0]
    },
    locate: async (id, url) => {
      const before = await get(id)
      if (before?.state !== 'published' || !before.published || before.published.url !== null)
        return undefined
      const rows = await db
        .update(deliveries)
        .set({ published: { ...before.published, url } })
        .where(
          and(
            mine,
            eq(deliveries.id, id),
            eq(deliveries.state, 'published'),
            sql`${deliveries.published} ->> 'url' is null`,
          ),
        )
        .returning()
      return rows.map(toDelivery)[0]
    },
    cancelOfPost: async (postId, at) => {
      const cancelled = await db
        .update(deliveries)
        .set(moved('cancel', { at }))
        .where(and(mine, eq(deliveries.postId, postId), inArray(deliveries.state, freeStates('cancel'))))
        .returning({ id: deliveries.id })
      return cancelled.length
    },
    rescheduleOfPost: async (postId, dueAt, at) => {
      const rescheduled = await db
        .update(deliveries)
        .set({ dueAt, scheduledFor: dueAt, updatedAt: at })
        .where(and(mine, eq(deliveries.postId, postId), eq(deliveries.state, 'scheduled')))
        .returning({ id: deliveries.id })
      if (rescheduled.length > 0) handle.wrote('deliveries')
      return rescheduled.length
    },
    moveOfAccount: async (accountId, move, changes) => {
      const { dueBefore } = changes
      const rows = await db
        .update(deliveries)
        .set(moved(move, changes))
        .where(
          and(
            mine,
            eq(deliveries.accountId, accountId),
            inArray(deliveries.state, freeStates(move)),
            dueBefore === undefined ? undefined : lt(deliveries.dueAt, dueBefore),
          ),
        )
        .returning()
      wroteIfScheduled(move, rows.length)
      return rows.map(toDelivery)
    },
    countEnds: async (since) => {
      const counted = await db
        .select({ platform: deliveries.platform, state: deliveries.state, deliveries: count() })
        .from(deliveries)
        .where(matching({ states: ENDS, updatedFrom: since }))
        .groupBy(deliveries.platform, deliveries.state)
      return counted.flatMap(({ state, ...one }) => {
        const end = ENDS.find((known) => known === state)
        return end === undefined ? [] : { ...one, state: end }
      })
    },
    lastPublishedAt: async (accountId) => {
      const [last] = await db
        .select({ at: max(deliveries.publishedAt) })
        .from(deliveries)
        .where(matching({ states: ['published'], accountId }))
      return last?.at ?? undefined
    },
    attempts: async (deliveryId) => {
      const rows = await db
        .select()
        .from(attempts)
        .where(and(eq(attempts.workspaceId, workspaceId), eq(attempts.deliveryId, deliveryId)))
        .orderBy(asc(attempts.number), asc(attempts.startedAt), asc(attempts.id))
      return rows.map(toAttempt)
    },
    countAttempts: async (accountId, since) => {
      const [counted] = await db
        .select({ begun: count() })
        .from(attempts)
        .where(
          and(
            eq(attempts.workspaceId, workspaceId),
            eq(attempts.accountId, accountId),
            gte(attempts.startedAt, since),
          ),
        )
      return counted?.begun ?? 0
    },
    addMetrics: (deliveryId, at, read) =>
      handle.atomically(async (inside) => {
        const [delivery] = await inside.db
          .update(deliveries)
          .set({
            measuredAt: sql`case when ${deliveries.measuredAt} < ${at} then ${at} else ${deliveries.measuredAt} end`,
          })
          .where(and(mine, eq(deliveries.id, deliveryId)))
          .returning({ id: deliveries.id })
        must(delivery, `delivery ${deliveryId}`)
        await inside.db
          .insert(metrics)
          .values({ workspaceId, deliveryId, at, metrics: read })
          .onConflictDoUpdate({
            target: [metrics.workspaceId, metrics.deliveryId, metrics.at],
            set: { metrics: read },
          })
      }),
    latestMetrics: async (deliveryIds) => {
      const rows = await inChunks(deliveryIds, 1, (chunk) => {
        const newest = db
          .select({ deliveryId: metrics.deliveryId, at: max(metrics.at).as('newest_at') })
          .from(metrics)
          .where(and(eq(metrics.workspaceId, workspaceId), inArray(metrics.deliveryId, chunk)))
          .groupBy(metrics.deliveryId)
          .as('newest')
        return db
          .select({ deliveryId: metrics.deliveryId, at: metrics.at, metrics: metrics.metrics })
          .from(metrics)
          .innerJoin(newest, and(eq(metrics.deliveryId, newest.deliveryId), eq(metrics.at, newest.at)))
          .where(eq(metrics.workspaceId, workspaceId))
      })
      return new Map(rows.map((row) => [row.deliveryId, { at: row.at, metrics: row.metrics }]))
    },
  }
}
