import type { Hook, HookCall } from '../../outbox/hook.ts'
import { sql } from '../drizzle.ts'
import type { Kit } from './sqlite-kit.ts'
import type { TeamTables } from './team-tables.ts'

/** Who outside is told what happens, and what they were told. */
export function hookTables(kit: Kit, { workspaceId }: TeamTables) {
  const { table, id, text, oneOf, int, time, json, index, unique, foreignKey } = kit

  const hooks = table(
    'hooks',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      number: int().notNull(),
      host: text().notNull(),
      sealed: text(),
      events: json<Hook['events']>().notNull(),
      platforms: json<string[]>().notNull(),
      state: oneOf<Hook['state']>().notNull(),
      failingSince: time(),
      createdBy: id().notNull(),
      createdAt: time().notNull(),
    },
    (t) => [
      unique('hooks_of_workspace').on(t.workspaceId, t.id),
      unique('hooks_by_number').on(t.workspaceId, t.number),
    ],
  )

  const hookCalls = table(
    'hook_calls',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      hookId: id().notNull(),
      code: text().notNull(),
      messageId: text().notNull(),
      round: int().notNull(),
      event: oneOf<HookCall['event']>().notNull(),
      subject: text().notNull(),
      body: text().notNull(),
      state: oneOf<HookCall['state']>().notNull(),
      dueAt: time().notNull(),
      leaseUntil: time(),
      tries: int().notNull(),
      status: int(),
      duration: int(),
      problem: text(),
      createdAt: time().notNull(),
      endedAt: time(),
    },
    (t) => [
      unique('hook_calls_once').on(t.workspaceId, t.hookId, t.messageId, t.round),
      index('hook_calls_by_time').on(t.workspaceId, t.hookId, t.createdAt),
      index('hook_calls_by_code').on(t.workspaceId, t.code),
      index('hook_calls_unsent').on(t.hookId, t.dueAt).where(sql`${t.state} in ('waiting', 'sending')`),
      foreignKey({
        name: 'hook_calls_hook',
        columns: [t.workspaceId, t.hookId],
        foreignColumns: [hooks.workspaceId, hooks.id],
      }),
    ],
  )

  /** Who may report to `POST /hooks/<secret>`: one secret per workspace, by its hash. */
  const incomingHooks = table('incoming_hooks', {
    workspaceId: workspaceId().primaryKey(),
    secretHash: text().notNull().unique('incoming_hooks_secret'),
    createdBy: id().notNull(),
    createdAt: time().notNull(),
  })

  return { hooks, hookCalls, incomingHooks }
}
