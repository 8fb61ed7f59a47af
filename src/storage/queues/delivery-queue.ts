import { ASKED, type Attempt } from '../../deliveries/delivery.ts'
import type { Claimed, DeliveryChanges, DeliveryQueue } from '../../deliveries/delivery-store.ts'
import { type Batch, createBatch } from '../../kit/batch.ts'
import { and, asc, eq, gte, inArray, lte, sql } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { decode } from '../handle.ts'
import { isUnique } from '../query-error.ts'
import { storable, toJson } from '../schema/json-column.ts'
import { type DeliveryRow, fromPublishing, isOpenIn, toAttempt, toDelivery } from '../stores/delivery-rows.ts'
import { inChunks } from '../stores/rows.ts'
import { createCappedBegins } from './capped-begins.ts'
import { claimDue, nextDue, overdue, renewLease } from './claim-due.ts'
import { settleEndedLease } from './ended-leases.ts'
import { begunRow, moveHeld, ROWS_OF_A_COMMIT, writeBegun, writeEnded } from './write-attempts.ts'

/** A write of a worker on a delivery it holds, with the end of an attempt or without. */
interface HeldWrite {
  delivery: string
  worker: string
  state: string
  changes: DeliveryChanges
  attempt?: { id: string; number: number; outcome: string; message: string | null }
}

/** How long (ms) ends are gathered for the next commit after one. */
const GATHER_ENDS_FOR = 10

export function createDeliveryQueue(engine: Engine): DeliveryQueue & { settle(): Promise<void> } {
  const handle = engine.outside
  const { db, t } = handle
  const { deliveries, attempts } = t
  // Those that wait for a person's word may be many, and must not stand before those that wait for a look.
  const notAsked = sql`coalesce(${deliveries.problem} ->> 'code', '') <> ${ASKED}`

  const toClaimed = (row: DeliveryRow): Claimed => ({
    workspaceId: row.workspaceId,
    delivery: toDelivery(row),
  })

  /** Claims whose answer was lost: what they took is nobody's until this process hands it out. */
  const unheard = new Set<string>()
  const claimedUnheard = async (): Promise<DeliveryRow[]> => {
    if (unheard.size === 0) return []
    const names = [...unheard]
    const rows = await db
      .select()
      .from(deliveries)
      .where(and(eq(deliveries.state, 'publishing'), inArray(deliveries.worker, names)))
    for (const name of names) unheard.delete(name)
    return rows
  }

  const writeBegins = async (begun: readonly Attempt[]): Promise<boolean[]> => {
    const written = await handle.run(writeBegun, { rows: JSON.stringify(begun.map(begunRow)) })
    const held = idsOf(written)
    return begun.map(({ deliveryId }) => held.has(deliveryId))
  }

  /** A delivery's key is its id: two writes of one delivery are put one after the other. */
  const begins = createBatch<Attempt, boolean>({
    keyOf: ({ deliveryId }) => deliveryId,
    largest: ROWS_OF_A_COMMIT,
    write: async (begun) => {
      try {
        return await writeBegins(begun)
      } catch (error) {
        const [only, ...others] = begun
        if (!isUnique(error) || only === undefined || others.length > 0) throw error
        const known = await beganBefore(only)
        if (known === undefined) throw error
        return [known]
      }
    },
  })

  /** Was this attempt written before, by a commit whose answer was lost? And if so, does its worker hold it still? */
  const beganBefore = async ({ id, deliveryId, worker }: Attempt): Promise<boolean | undefined> => {
    const [found] = await db
      .select({ endedAt: attempts.endedAt, holder: deliveries.worker, state: deliveries.state })
      .from(attempts)
      .innerJoin(deliveries, eq(deliveries.id, attempts.deliveryId))
      .where(and(eq(attempts.id, id), eq(attempts.deliveryId, deliveryId), eq(attempts.worker, worker)))
    return found && found.endedAt === null && found.holder === worker && found.state === 'publishing'
  }

  /** Attempts that have the very end which is to be written: by a commit whose answer was lost. */
  const endedAlready = async (writes: readonly HeldWrite[]): Promise<Set<string>> => {
    const wanted = new Map(writes.flatMap(({ attempt }) => (attempt ? [[attempt.id, attempt.outcome]] : [])))
    const found = await inChunks([...wanted.keys()], 1, (chunk) =>
      db
        .select({ id: attempts.id, outcome: attempts.outcome })
        .from(attempts)
        .where(inArray(attempts.id, chunk)),
    )
    return new Set(
      found.flatMap(({ id, outcome }) => (outcome !== null && wanted.get(id) === outcome ? id : [])),
    )
  }

  const ends = createBatch<HeldWrite, boolean>({
    keyOf: ({ delivery }) => delivery,
    largest: ROWS_OF_A_COMMIT,
    gatherFor: GATHER_ENDS_FOR,
    write: async (writes) => {
      const values = { rows: JSON.stringify(writes.map(heldRow)) }
      const [moved = []] = await handle.together([
        { statement: moveHeld, values },
        { statement: writeEnded, values },
      ])
      const held = idsOf(moved)
      if (writes.some(({ delivery, state }) => state === 'scheduled' && held.has(delivery)))
        handle.wrote('deliveries')
      const missed = writes.filter(({ delivery }) => !held.has(delivery))
      const before = missed.length === 0 ? new Set() : await endedAlready(missed)
      return writes.map(
        ({ delivery, attempt }) => held.has(delivery) || (attempt !== undefined && before.has(attempt.id)),
      )
    },
  })

  const cappedBegins = createCappedBegins(engine)

  const asked = <Item, Answer>(batch: Batch<Item, Answer>, item: Item): Promise<Answer> => {
    engine.refuseInside()
    return batch.add(item)
  }

  /** The newest attempt of each delivery that `where` lets through. */
  const newestAttempts = async (
    rows: readonly DeliveryRow[],
    open: boolean,
  ): Promise<Map<string, Attempt>> => {
    const found = await inChunks(
      rows.map(({ id }) => id),
      1,
      (chunk) =>
        db
          .select()
          .from(attempts)
          .where(and(inArray(attempts.deliveryId, chunk), open ? isOpenIn(attempts) : undefined))
          .orderBy(asc(attempts.number), asc(attempts.startedAt), asc(attempts.id)),
    )
    return new Map(found.map((row) => [row.deliveryId, toAttempt(row)]))
  }

  return {
    claimDue: async ({ now, leaseUntil, worker, limit }) => {
      const found = await claimedUnheard()
      try {
        // What the power takes back of it was not begun yet: it is due again.
        const rows = await engine.relaxed.outside.run(claimDue, { now, at: now, leaseUntil, worker, limit })
        found.push(...rows.map((row) => decode(deliveries, row)))
      } catch (error) {
        // What was found is not lost: nobody has been given it, so the next claim finds it again.
        for (const name of [worker, ...found.map((row) => row.worker)]) if (name !== null) unheard.add(name)
        throw error
      }
      return found.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1)).map(toClaimed)
    },
    nextDueAt: async () => asNumber((await handle.run(nextDue, {}))[0]?.[0]),
    renewLease: async (id, worker, leaseUntil) =>
      (await handle.run(renewLease, { id, worker, leaseUntil })).length === 1,
    keepProgress: async (delivery, worker, progress, at) =>
      asked(ends, { delivery, worker, state: 'publishing', changes: { at, progress } }),
    beginAttempt: async (attempt) => asked(begins, attempt),
    beginCapped: async (attempt, caps) => asked(cappedBegins, { attempt, caps }),
    endAttempt: async ({ id, deliveryId, number, worker, outcome, message }, move, changes) =>
      asked(ends, {
        delivery: deliveryId,
        worker,
        state: move === null ? 'publishing' : fromPublishing(move),
        changes,
        attempt: { id, number, outcome, message },
      }),
    release: async (delivery, worker, move, changes) =>
      asked(ends, { delivery, worker, state: fromPublishing(move), changes }),
    leasesEnded: async (now, limit) => {
      const rows = await db
        .select()
        .from(deliveries)
        .where(and(eq(deliveries.state, 'publishing'), lte(deliveries.leaseUntil, now)))
        .orderBy(asc(deliveries.leaseUntil))
        .limit(limit)
      const open = await newestAttempts(rows, true)
      return rows.map((row) => ({ ...toClaimed(row), openAttempt: open.get(row.id) }))
    },
    settleEndedLease: (deliveryId, seen, move, changes) =>
      settleEndedLease(handle, deliveryId, seen, move, changes),
    unsure: async (limit) => {
      const rows = await db
        .select()
        .from(deliveries)
        .where(and(eq(deliveries.state, 'unsure'), notAsked))
        .orderBy(asc(deliveries.updatedAt), asc(deliveries.id))
        .limit(limit)
      const last = await newestAttempts(rows, false)
      return rows.map((row) => ({ ...toClaimed(row), lastAttempt: last.get(row.id) }))
    },
    toMeasure: async (since, limit) => {
      const rows = await db
        .select()
        .from(deliveries)
        .where(and(eq(deliveries.state, 'published'), gte(deliveries.publishedAt, since)))
        .orderBy(asc(deliveries.measuredAt), asc(deliveries.publishedAt))
        .limit(limit)
      return rows.map((row) => ({ ...toClaimed(row), measuredAt: row.measuredAt || undefined }))
    },
    overdue: async (now) => {
      const [row] = await handle.run(overdue, { now })
      return { count: Number(row?.[0] ?? 0), oldest: asNumber(row?.[1]) }
    },
    settle: async () => {
      await Promise.all([begins.settle(), cappedBegins.settle(), ends.settle()])
    },
  }
}

const idsOf = (rows: readonly unknown[][]): Set<unknown> => new Set(rows.map(([id]) => id))

const asNumber = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value)

const heldRow = ({ delivery, worker, state, changes, attempt }: HeldWrite) => ({
  delivery,
  worker,
  state,
  attempt: attempt?.id,
  number: attempt?.number,
  outcome: attempt?.outcome,
  message: attempt?.message == null ? undefined : storable(attempt.message),
  at: changes.at,
  due_at: changes.dueAt,
  published: jsonText(changes.published),
  published_at: changes.publishedAt,
  progress: jsonText(changes.progress),
  // Null and a missing field look alike to both databases, so that a third one tells them apart.
  problem: jsonText(changes.problem),
  says_problem: changes.problem === undefined ? 0 : 1,
})

const jsonText = (value: unknown): string | undefined =>
  value === null || value === undefined ? undefined : toJson(value)
