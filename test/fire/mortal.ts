import type { Stores, WorkspaceStores } from '../../src/app/stores.ts'

/** How long a process lives: it can die, or stand still, just before or just after any call to the database. */
export interface Life {
  /** After this many more calls (of that name, where one is given) it dies or freezes. */
  fate(how: 'die' | 'freeze', calls: number, effect: 'before' | 'after', of?: string): void
  /** A frozen one goes on as if nothing had been. */
  thaw(): void
  state(): 'alive' | 'frozen' | 'dead'
  /** Resolves when it has died or frozen. */
  stopped(): Promise<void>
  /** No fate any more. */
  spare(): void
}

const NEVER = new Promise<never>(() => undefined)

/** The stores as a process sees them that may die or freeze: a call of a dead one never comes back. */
export function mortal(stores: Stores): { stores: Stores; life: Life } {
  let state: 'alive' | 'frozen' | 'dead' = 'alive'
  let left = Number.POSITIVE_INFINITY
  let how: 'die' | 'freeze' = 'die'
  let effect: 'before' | 'after' = 'before'
  let only: string | undefined
  let gate = Promise.withResolvers<void>()
  let stop = Promise.withResolvers<void>()

  const strike = async (): Promise<void> => {
    left = Number.POSITIVE_INFINITY
    state = how === 'die' ? 'dead' : 'frozen'
    stop.resolve()
    await (how === 'die' ? NEVER : gate.promise)
  }
  const waited = async (): Promise<void> => {
    if (state === 'dead') await NEVER
    if (state === 'frozen') await gate.promise
  }
  const pass = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    await waited()
    if (only === undefined || only === name) left -= 1
    const mine = left <= 0 && (only === undefined || only === name)
    if (mine && effect === 'before') await strike()
    const value = await work()
    if (mine && effect === 'after') await strike()
    await waited()
    return value
  }
  const wrapped = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        const found = Reflect.get(target, name) as unknown
        if (typeof found !== 'function') return found
        return (...args: unknown[]) => pass(String(name), () => found.apply(target, args) as Promise<unknown>)
      },
      ownKeys: (target) => Reflect.ownKeys(target),
    })

  const life: Life = {
    fate(what, calls, when, of) {
      only = of
      how = what
      left = calls
      effect = when
    },
    thaw() {
      if (state !== 'frozen') return
      state = 'alive'
      stop = Promise.withResolvers<void>()
      gate.resolve()
      gate = Promise.withResolvers<void>()
    },
    state: () => state,
    stopped: () => stop.promise,
    spare() {
      left = Number.POSITIVE_INFINITY
    },
  }
  return {
    life,
    stores: {
      directory: wrapped(stores.directory),
      queue: spread(wrapped(stores.queue)),
      outboxQueue: spread(wrapped(stores.outboxQueue)),
      hookQueue: spread(wrapped(stores.hookQueue)),
      check: () => pass('check', () => stores.check()),
      seen: spread(wrapped(stores.seen)),
      openForms: spread(wrapped(stores.openForms)),
      workspace: (id) => {
        const found = stores.workspace(id)
        return Object.fromEntries(
          Object.entries(found).map(([name, store]) => [name, spread(wrapped(store))]),
        ) as unknown as WorkspaceStores
      },
      transaction: (id, run) => pass('transaction', () => stores.transaction(id, run)),
    },
  }
}

/** The methods as a plain object's, as storage hands them out. */
const spread = <Store extends object>(store: Store): Store => {
  const names = Object.keys(store) as (keyof Store)[]
  return Object.fromEntries(names.map((name) => [name, store[name]])) as Store
}
