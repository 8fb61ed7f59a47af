import { MINUTE } from '../../kit/clock.ts'
import type { ClaimedCall, HookQueue } from '../../outbox/hook.ts'
import { stepOverTaken } from '../dialect.ts'
import { and, eq, gt, inArray, sql } from '../drizzle.ts'
import { columnsOf, decode, given, type Handle, type Statement } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { toCall, toHook } from '../stores/hook-store.ts'
import { toWorkspaces } from '../stores/workspace-rows.ts'

/**
 * Ranks what each active hook has open, those under way first, and takes what is due among the first few: so many are
 * under way at once, or one where nothing comes through. One whose process died is due again when its lease ends.
 */
const claim: Statement = {
  name: 'claim_hook_calls',
  build: ({ hooks, hookCalls }, dialect) => sql`
    with open as (
      select hook_calls.id,
             hooks.failing_since,
             row_number() over (
               partition by hook_calls.hook_id
               order by case when hook_calls.state = 'sending' then 0 else 1 end,
                        hook_calls.due_at, hook_calls.created_at, hook_calls.id) as place
        from ${hookCalls}
        join ${hooks} on hooks.workspace_id = hook_calls.workspace_id and hooks.id = hook_calls.hook_id
       where hook_calls.state in ('waiting', 'sending') and hooks.state = 'active'
    ), due as (
      select id from ${hookCalls}
       where id in (
               select id from open
                where place <= case when failing_since is null then ${given('perHook')} else 1 end)
         and ((state = 'waiting' and due_at <= ${given('now')})
           or (state = 'sending' and (lease_until <= ${given('at')} or lease_until > ${given('beyond')})))
       order by due_at, created_at, id
       limit ${given('limit')}
       ${stepOverTaken[dialect]}
    )
    update ${hookCalls}
       set state = 'sending', lease_until = ${given('leaseUntil')}, tries = tries + 1
     where id in (select id from due) and state in ('waiting', 'sending')
    returning ${columnsOf(hookCalls)}`,
}

type Row = Tables['hookCalls']['$inferSelect']

export function createHookQueue(handle: Handle): HookQueue {
  const { db, t } = handle
  const { hooks, hookCalls, incomingHooks, workspaces, settings } = t

  const withHooks = async (rows: Row[]): Promise<ClaimedCall[]> => {
    if (rows.length === 0) return []
    const theirs = await db
      .select()
      .from(hooks)
      .where(inArray(hooks.id, [...new Set(rows.map(({ hookId }) => hookId))]))
    const hookOf = new Map(theirs.map((row) => [row.id, toHook(row)]))
    return rows.flatMap((row) => {
      const hook = hookOf.get(row.hookId)
      return hook ? [{ workspaceId: row.workspaceId, call: toCall(row), hook }] : []
    })
  }

  return {
    claim: async ({ now, leaseUntil, limit, perHook }) => {
      const rows = await handle.run(claim, {
        now,
        at: now,
        leaseUntil,
        // No lease is that long: a clock was set back since. The receiver tells a copy by its id.
        beyond: leaseUntil + 2 * MINUTE,
        limit,
        perHook,
      })
      return withHooks(rows.map((row) => decode(hookCalls, row)))
    },
    take: async (id, leaseUntil) => {
      const rows = await db
        .update(hookCalls)
        .set({ state: 'sending', leaseUntil, tries: sql`${hookCalls.tries} + 1` })
        .where(and(eq(hookCalls.id, id), eq(hookCalls.state, 'waiting')))
        .returning()
      return (await withHooks(rows))[0]
    },
    hurry: async (now, beyond) => {
      await db
        .update(hookCalls)
        .set({ dueAt: now })
        .where(
          and(
            sql`${hookCalls.state} in ('waiting', 'sending') and ${hookCalls.state} = 'waiting'`,
            gt(hookCalls.dueAt, now),
            gt(hookCalls.createdAt, beyond),
          ),
        )
    },
    ended: async (id, tries, end) => {
      const became = end.sent
        ? { state: 'sent' as const, problem: null, endedAt: end.at }
        : end.dueAt === null
          ? { state: 'failed' as const, problem: end.problem, endedAt: end.at }
          : { state: 'waiting' as const, problem: end.problem, dueAt: end.dueAt }
      const written = await db
        .update(hookCalls)
        .set({ ...became, leaseUntil: null, status: end.status, duration: end.duration })
        .where(and(eq(hookCalls.id, id), eq(hookCalls.state, 'sending'), eq(hookCalls.tries, tries)))
        .returning({ id: hookCalls.id })
      // Its place is free for the next of its hook.
      if (written.length > 0) handle.wrote('outbox')
      return written.length > 0
    },
    forget: async (before, keep) => {
      const forgotten = await db
        .delete(hookCalls)
        .where(
          sql`${hookCalls.id} in (
            select id from (
              select id, state, created_at,
                     row_number() over (
                       partition by workspace_id, hook_id order by created_at desc, id desc) as place
                from ${hookCalls}) as aged
             where place > ${keep} and created_at < ${before} and state in ('sent', 'failed'))`,
        )
        .returning({ id: hookCalls.id })
      return forgotten.length
    },
    ofIncoming: async (secretHash) => {
      const rows = await db
        .select({ workspace: workspaces, setting: settings })
        .from(incomingHooks)
        .innerJoin(workspaces, eq(workspaces.id, incomingHooks.workspaceId))
        .leftJoin(settings, eq(settings.workspaceId, workspaces.id))
        .where(eq(incomingHooks.secretHash, secretHash))
      return toWorkspaces(rows)[0]
    },
  }
}
