import type { WorkspaceStores } from '../app/stores.ts'

/**
 * The stores of one transaction, in which what every card asks for again (the team, its chats, its accounts) is read
 * once. A change of an account is seen at once; nothing else of it changes in the transactions that use this.
 */
export function rememberReads(stores: WorkspaceStores): WorkspaceStores {
  const { workspace, accounts } = stores
  const once = <Value>(read: () => Promise<Value>): (() => Promise<Value>) => {
    let known: Promise<Value> | undefined
    return () => {
      known ??= read()
      return known
    }
  }
  let list = once(() => accounts.list())
  const members = once(() => workspace.members())
  return {
    ...stores,
    workspace: {
      ...workspace,
      get: once(() => workspace.get()),
      chats: once(() => workspace.chats()),
      members,
      member: async (id) => (await members()).find((one) => one.id === id),
    },
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
