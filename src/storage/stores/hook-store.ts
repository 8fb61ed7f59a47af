import type { Hook, HookCall, HookStore } from '../../outbox/hook.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, desc, eq, getTableColumns, max } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { inChunks, must, saysSomething } from './rows.ts'

export function createHookStore(handle: Handle, workspaceId: WorkspaceId): HookStore {
  const { db, t } = handle
  const { hooks, hookCalls, incomingHooks, workspaces } = t
  const mine = eq(hooks.workspaceId, workspaceId)
  const myCalls = eq(hookCalls.workspaceId, workspaceId)
  return {
    add: (hook) =>
      handle.atomically(async (inside) => {
        // Holds the workspace's row until the end, so that two who add at once get two numbers.
        await inside.db.update(workspaces).set({ id: workspaceId }).where(eq(workspaces.id, workspaceId))
        const [last] = await inside.db
          .select({ number: max(hooks.number) })
          .from(hooks)
          .where(mine)
        const added = { ...hook, number: (last?.number ?? 0) + 1 }
        await inside.db.insert(hooks).values({ ...added, workspaceId })
        return added
      }),
    list: async () => (await db.select().from(hooks).where(mine).orderBy(asc(hooks.number))).map(toHook),
    change: async (id, changes) => {
      if (!saysSomething(changes)) throw new TypeError('A change of a hook says nothing')
      const changed = await db
        .update(hooks)
        .set(changes)
        .where(and(mine, eq(hooks.id, id)))
        .returning()
      if (changes.state === 'active') handle.wrote('outbox')
      return changed.map(toHook)[0]
    },
    addCalls: async (calls) => {
      if (calls.length === 0) return
      const rows = calls.map((call) => ({
        ...call,
        workspaceId,
        state: 'waiting' as const,
        dueAt: call.createdAt,
        tries: 0,
      }))
      await inChunks(rows, Object.keys(getTableColumns(hookCalls)).length, async (chunk) => {
        await db
          .insert(hookCalls)
          .values(chunk)
          .onConflictDoNothing({
            target: [hookCalls.workspaceId, hookCalls.hookId, hookCalls.messageId, hookCalls.round],
          })
        return []
      })
      handle.wrote('outbox')
    },
    log: async (hookId, limit) => {
      const rows = await db
        .select()
        .from(hookCalls)
        .where(and(myCalls, eq(hookCalls.hookId, hookId)))
        .orderBy(desc(hookCalls.createdAt), desc(hookCalls.id))
        .limit(limit)
      return rows.map(toCall)
    },
    callByCode: async (code) => {
      const rows = await db
        .select()
        .from(hookCalls)
        .where(and(myCalls, eq(hookCalls.code, code)))
        .orderBy(desc(hookCalls.createdAt))
        .limit(1)
      return rows.map(toCall)[0]
    },
    endWaiting: async (hookId, problem, at) => {
      await db
        .update(hookCalls)
        .set({ state: 'failed', problem, endedAt: at })
        .where(and(myCalls, eq(hookCalls.hookId, hookId), eq(hookCalls.state, 'waiting')))
    },
    setIncoming: async (incoming) => {
      const set = await db
        .insert(incomingHooks)
        .values({ ...incoming, workspaceId })
        .onConflictDoUpdate({ target: incomingHooks.workspaceId, set: incoming })
        .returning({ workspaceId: incomingHooks.workspaceId })
      must(set[0], 'room for incoming reports')
    },
  }
}

export const toHook = ({ workspaceId: _bound, ...hook }: Tables['hooks']['$inferSelect']): Hook => hook

export const toCall = ({
  workspaceId: _bound,
  leaseUntil: _lease,
  ...call
}: Tables['hookCalls']['$inferSelect']): HookCall => call
