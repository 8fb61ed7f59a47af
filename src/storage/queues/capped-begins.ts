import type { Attempt } from '../../deliveries/delivery.ts'
import type { Begun } from '../../deliveries/delivery-store.ts'
import type { Cap } from '../../deliveries/pace.ts'
import { type Batch, createBatch } from '../../kit/batch.ts'
import { givenRows } from '../dialect.ts'
import { sql } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import type { Handle, Statement } from '../handle.ts'
import type { Dialect } from '../storage.ts'
import { begunRow, ROWS_OF_A_COMMIT, writeBegun } from './write-attempts.ts'

export interface CappedBegin {
  attempt: Attempt
  caps: readonly Cap[]
}

/** Whose the deliveries are that their workers still hold, and which of these attempts a lost answer has written already. */
const findHeld: Statement = {
  name: 'find_held',
  build: (_tables, dialect) => sql`
    select deliveries.id, deliveries.workspace_id, deliveries.account_id, attempts.id
      from ${givenRows[dialect]({ id: 'text', delivery: 'text', worker: 'text' })}
      join deliveries on deliveries.id = given.delivery and deliveries.worker = given.worker
                     and deliveries.state = 'publishing'
      left join attempts on attempts.id = given.id and attempts.delivery_id = given.delivery
                        and attempts.ended_at is null`,
}

const countUsed: Statement = {
  name: 'count_used',
  build: (_tables, dialect) => sql`
    select given.account, given.per,
           (select count(*) from attempts
             where attempts.workspace_id = given.workspace and attempts.account_id = given.account
               and attempts.started_at >= given.since)
      from ${givenRows[dialect]({ workspace: 'text', account: 'text', per: 'integer', since: 'integer' })}`,
}

/** SQLite has one writer, so whoever writes has the turn. */
const takesTurns: Record<Dialect, boolean> = { sqlite: false, postgres: true }

/** Waits until the turn of each account has come, in the order they are handed in; it ends with the transaction. */
const awaitTurns: Statement = {
  name: 'await_turns',
  build: (_tables, dialect) => sql`
    select pg_advisory_xact_lock(hashtextextended('crier pace ' || given.account, 0))
      from ${givenRows[dialect]({ account: 'text' })}`,
}

interface Held {
  workspace: string
  account: string
  written: boolean
}

/**
 * Begins attempts of accounts that have caps, many in one transaction, as those without are begun. Who counts an account's
 * attempts holds its turn until what it adds is committed: no two processes see the same free place.
 */
export const createCappedBegins = (engine: Engine): Batch<CappedBegin, Begun> =>
  createBatch<CappedBegin, Begun>({
    keyOf: ({ attempt }) => attempt.deliveryId,
    largest: ROWS_OF_A_COMMIT,
    write: (wanted) => engine.transaction((inside) => beginAll(inside, wanted)),
  })

async function beginAll(inside: Handle, wanted: readonly CappedBegin[]): Promise<Begun[]> {
  const rows = wanted.map(({ attempt }) => begunRow(attempt))
  const found = await inside.run(findHeld, { rows: JSON.stringify(rows) })
  const held = new Map(
    found.map(([delivery, workspace, account, attempt]) => [
      String(delivery),
      { workspace: String(workspace), account: String(account), written: attempt !== null } satisfies Held,
    ]),
  )
  const room = await roomIn(inside, wanted, held)
  const answers = wanted.map(({ attempt, caps }): Begun => {
    const one = held.get(attempt.deliveryId)
    if (one === undefined) return 'lost'
    if (one.written) return 'begun'
    const full = caps.find(({ posts, per }) => posts <= room.used(one.account, per))
    if (full !== undefined) return { full }
    room.take(one.account)
    return 'begun'
  })
  const begun = rows.filter(
    ({ delivery }, place) => answers[place] === 'begun' && held.get(delivery)?.written === false,
  )
  if (begun.length === 0) return answers
  const written = new Set((await inside.run(writeBegun, { rows: JSON.stringify(begun) })).map(([id]) => id))
  const lost = new Set(begun.filter(({ delivery }) => !written.has(delivery)))
  return answers.map((answer, place) => (rows[place] && lost.has(rows[place]) ? 'lost' : answer))
}

/** How many attempts of each account stand in each window, counted while nobody else can add one. */
async function roomIn(
  inside: Handle,
  wanted: readonly CappedBegin[],
  held: ReadonlyMap<string, Held>,
): Promise<{ used(account: string, per: number): number; take(account: string): void }> {
  const windows = new Map<string, { workspace: string; account: string; per: number; since: number }>()
  for (const { attempt, caps } of wanted) {
    const one = held.get(attempt.deliveryId)
    if (one === undefined || one.written) continue
    const { workspace, account } = one
    for (const { per } of caps) {
      const key = `${account} ${per}`
      const since = Math.min(attempt.startedAt - per, windows.get(key)?.since ?? Number.POSITIVE_INFINITY)
      windows.set(key, { workspace, account, per, since })
    }
  }
  const taken = new Map<string, number>()
  const used = new Map<string, number>()
  if (windows.size > 0) {
    // In one order for all processes: two that wait for each other would wait for ever.
    const accounts = [...new Set([...windows.values()].map(({ account }) => account))].sort()
    if (takesTurns[inside.dialect])
      await inside.run(awaitTurns, { rows: JSON.stringify(accounts.map((account) => ({ account }))) })
    for (const [account, per, count] of await inside.run(countUsed, {
      rows: JSON.stringify([...windows.values()]),
    }))
      used.set(`${account} ${per}`, Number(count))
  }
  return {
    used: (account, per) => (used.get(`${account} ${per}`) ?? 0) + (taken.get(account) ?? 0),
    take: (account) => void taken.set(account, (taken.get(account) ?? 0) + 1),
  }
}
