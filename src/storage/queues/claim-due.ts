import { isAmong, stepOverTaken } from '../dialect.ts'
import { sql } from '../drizzle.ts'
import { columnsOf, given, type Statement } from '../handle.ts'

/**
 * Takes the deliveries that are due, so that no other machine can: one statement, no transaction. The state stands in it
 * as a literal, or the partial index over what waits could not serve it. Both the lock and the second guard are needed:
 * without them 300 rows raced for were taken 1,101 times.
 */
export const claimDue: Statement = {
  name: 'claim_due',
  build: ({ deliveries }, dialect) => sql`
    with due as (
      select id from deliveries
       where state = 'scheduled' and due_at <= ${given('now')}
         and workspace_id not in (select id from workspaces where paused_at is not null)
       order by due_at, id
       limit ${given('limit')}
       ${stepOverTaken[dialect]}
    )
    update deliveries
       set state = 'publishing', worker = ${given('worker')}, lease_until = ${given('leaseUntil')},
           updated_at = ${given('at')}
     where ${isAmong[dialect](deliveries.id, sql`select id from due`)} and state = 'scheduled'
    returning ${columnsOf(deliveries)}`,
}

export const nextDue: Statement = {
  name: 'next_due',
  build: () => sql`
    select due_at from deliveries
     where state = 'scheduled'
       and workspace_id not in (select id from workspaces where paused_at is not null)
     order by due_at
     limit 1`,
}

export const overdue: Statement = {
  name: 'overdue',
  build: () => sql`
    select count(*), min(due_at) from deliveries
     where state = 'scheduled' and due_at <= ${given('now')}
       and workspace_id not in (select id from workspaces where paused_at is not null)`,
}

export const renewLease: Statement = {
  name: 'renew_lease',
  build: () => sql`
    update deliveries set lease_until = ${given('leaseUntil')}
     where id = ${given('id')} and worker = ${given('worker')} and state = 'publishing'
    returning id`,
}
