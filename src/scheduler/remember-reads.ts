import type { WorkspaceStores } from '../app/stores.ts'
import type { Clock, EpochMs } from '../kit/clock.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'

/** What was read of a workspace just before a transaction, so that nobody waits for its end meanwhile. */
export interface ReadBefore {
  accounts?: Awaited<ReturnType<WorkspaceStores['accounts']['list']>>
  chats?: Awaited<ReturnType<WorkspaceStores['workspace']['chats']>>
  hooks?: Awaited<ReturnType<WorkspaceStores['hooks']['list']>>
}

/**
 * The stores of one transaction, in which what every card asks for again (the team, its chats, its accounts) is read
 * once. A change of an account is seen at once; nothing else of it changes in the transactions that use this.
 */
export function rememberReads(stores: WorkspaceStores, before: ReadBefore = {}): WorkspaceStores {
  const { workspace, accounts, hooks } = stores
  const once = <Value>(read: () => Promise<Value>, value?: Value): (() => Promise<Value>) => {
    let known: Promise<Value> | undefined = value === undefined ? undefined : (async () => value)()
    return () => {
      known ??= read()
      return known
    }
  }
  let list = once(() => accounts.list(), before.accounts)
  const members = once(() => workspace.members())
  return {
    ...stores,
    workspace: {
      ...workspace,
      get: once(() => workspace.get()),
      chats: once(() => workspace.chats(), before.chats),
      members,
      member: async (id) => (await members()).find((one) => one.id === id),
    },
    hooks: { ...hooks, list: once(() => hooks.list(), before.hooks) },
    accounts: {
      ...accounts,
      list: (filter) => (filter ? accounts.list(filter) : list()),
      get: async (id) => (await list()).find((one) => one.id === id),
      async change(id, changes) {
        list = once(() => accounts.list())
        return accounts.change(id, changes)
      },
    },
  }
}

/** How long (ms) a login that was read serves the other deliveries of its claim. */
const FRESH = 500
/** A clock that was set back must not keep it for hours. */
const isFresh = (since: EpochMs, now: EpochMs): boolean => Math.abs(now - since) < FRESH

/** The stores by which claims of a workspace go out: those that follow one another within `FRESH` share what they read. */
export function rememberedStores(
  open: (id: WorkspaceId) => WorkspaceStores,
  clock: Clock,
): (id: WorkspaceId) => WorkspaceStores {
  const kept = new Map<WorkspaceId, { since: number; stores: WorkspaceStores }>()
  return (id) => {
    const now = clock.now()
    for (const [one, { since }] of kept) if (!isFresh(since, now)) kept.delete(one)
    const { stores } = kept.get(id) ?? { stores: rememberLogins(open(id), clock) }
    if (!kept.has(id)) kept.set(id, { since: now, stores })
    return stores
  }
}

/**
 * Stores for deliveries that often share an account: what each would read of it first is read once. Any
 * write, and any second look at the same credentials after a lock was asked for, goes to the database.
 */
export function rememberLogins(stores: WorkspaceStores, clock: Clock): WorkspaceStores {
  const { accounts } = stores
  const known = new Map<string, { at: number; value: Promise<unknown> }>()
  // A login that was not there may be back the next moment, and what it lets go must not be parked once more.
  const briefly = <Value>(
    key: string,
    read: () => Promise<Value>,
    works: (value: Value) => boolean,
  ): Promise<Value> => {
    const found = known.get(key)
    const now = clock.now()
    if (found && isFresh(found.at, now)) return found.value as Promise<Value>
    const mine = { at: now, value: read() }
    known.set(key, mine)
    const forget = (): void => {
      if (known.get(key) === mine) known.delete(key)
    }
    mine.value.then((value) => works(value) || forget(), forget)
    return mine.value
  }
  const forgetting =
    <Args extends unknown[], Value>(
      id: (...args: Args) => string,
      write: (...args: Args) => Promise<Value>,
    ) =>
    async (...args: Args): Promise<Value> => {
      const forget = () => {
        known.delete(`account ${id(...args)}`)
        known.delete(`credentials ${id(...args)}`)
      }
      forget()
      return write(...args).finally(forget)
    }
  // A lock is often another account's, on whose login this one stands: what is read behind it is read anew, of whichever.
  const forgettingAll =
    <Args extends unknown[], Value>(write: (...args: Args) => Promise<Value>) =>
    async (...args: Args): Promise<Value> => {
      known.clear()
      return write(...args).finally(() => known.clear())
    }
  return {
    ...stores,
    accounts: {
      ...accounts,
      get: (id) =>
        briefly(
          `account ${id}`,
          () => accounts.get(id),
          (account) => account?.state === 'connected',
        ),
      credentials: (id) =>
        briefly(
          `credentials ${id}`,
          () => accounts.credentials(id),
          (kept) => kept !== undefined,
        ),
      change: forgetting((id) => id, accounts.change),
      replaceCredentials: forgetting((id) => id, accounts.replaceCredentials),
      lockRefresh: forgettingAll(accounts.lockRefresh),
      unlockRefresh: forgettingAll(accounts.unlockRefresh),
    },
  }
}
