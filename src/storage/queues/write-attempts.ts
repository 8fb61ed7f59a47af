import type { Attempt } from '../../deliveries/delivery.ts'
import { givenRows, keepTheirState } from '../dialect.ts'
import { sql } from '../drizzle.ts'
import type { Statement } from '../handle.ts'

// What many workers asked for in one turn, as a few statements over the rows they handed in.

/** Group commit: rows of one durable transaction at most. */
export const ROWS_OF_A_COMMIT = 1_000

/** A row for `writeBegun`. */
export const begunRow = (attempt: Attempt) => ({
  id: attempt.id,
  delivery: attempt.deliveryId,
  worker: attempt.worker,
  number: attempt.number,
  part: attempt.part,
  at: attempt.startedAt,
})

/**
 * Held by a worker. In an expression, so that no database takes the short index of all that is held for it and compares
 * each of its rows with each that was handed in: those are looked up by their ids. For the same reason an attempt that
 * must be open is asked for by `1 = (…)` and not by `exists`, which PostgreSQL would answer by reading all open ones.
 */
const isPublishing = sql`coalesce(deliveries.state, '') = 'publishing'`

const isOpen = sql`1 = (select 1 from attempts as open
                    where open.id = given.attempt and open.delivery_id = given.delivery
                      and open.outcome is null and open.ended_at is null)`

/**
 * Writes those attempts down whose worker holds the delivery; answers whose they are. The delivery's row is not written
 * before the call: the attempt is counted at its end. PostgreSQL locks it instead, so that nobody takes the delivery over
 * between the look and the commit. `account_id` is copied, so that an account's pace is read from one index.
 */
export const writeBegun: Statement = {
  name: 'write_begun',
  build: (_tables, dialect) => sql`
    insert into attempts (id, workspace_id, delivery_id, account_id, number, part, worker, started_at)
    select given.id, deliveries.workspace_id, deliveries.id, deliveries.account_id,
           given.number, given.part, given.worker, given.at
      from ${givenRows[dialect]({
        id: 'text',
        delivery: 'text',
        worker: 'text',
        number: 'integer',
        part: 'integer',
        at: 'integer',
      })}
      join deliveries on deliveries.id = given.delivery
       and deliveries.worker = given.worker and ${isPublishing}
    ${keepTheirState[dialect]}
    returning delivery_id`,
}

/**
 * Moves the deliveries whose worker still holds them (`state` is `publishing` where more parts follow). Fields that are
 * not given keep their value; a problem is also taken away. With `attempt`, only if that attempt is still open, and
 * `number` says that it counts.
 */
export const moveHeld: Statement = {
  name: 'move_held',
  build: (_tables, dialect) => sql`
    update deliveries
       set state = given.state,
           worker = case when given.state = 'publishing' then deliveries.worker end,
           lease_until = case when given.state = 'publishing' then deliveries.lease_until end,
           updated_at = given.at,
           attempts = coalesce(given.number, deliveries.attempts),
           due_at = coalesce(given.due_at, deliveries.due_at),
           published = coalesce(given.published, deliveries.published),
           published_at = coalesce(given.published_at, deliveries.published_at),
           progress = coalesce(given.progress, deliveries.progress),
           problem = case when given.says_problem = 1 then given.problem else deliveries.problem end
      from ${givenRows[dialect]({
        delivery: 'text',
        worker: 'text',
        attempt: 'text',
        number: 'integer',
        state: 'text',
        at: 'integer',
        due_at: 'integer',
        published: 'json',
        published_at: 'integer',
        progress: 'json',
        problem: 'json',
        says_problem: 'integer',
      })}
     where deliveries.id = given.delivery and deliveries.worker = given.worker and ${isPublishing}
       and (given.attempt is null or ${isOpen})
    returning deliveries.id`,
}

/** Ends the attempts of the deliveries that `moveHeld` has moved, in the same transaction. */
export const writeEnded: Statement = {
  name: 'write_ended',
  build: (_tables, dialect) => sql`
    update attempts
       set outcome = given.outcome, message = given.message, ended_at = given.at
      from ${givenRows[dialect]({
        delivery: 'text',
        attempt: 'text',
        state: 'text',
        outcome: 'text',
        message: 'text',
        at: 'integer',
      })}
      join deliveries on deliveries.id = given.delivery
       and deliveries.updated_at = given.at and coalesce(deliveries.state, '') = given.state
     where attempts.id = given.attempt and ${isOpen}`,
}
