import { setTimeout as pause } from 'node:timers/promises'
import { isAway } from './database-away.ts'

/** Many callers, one write: what is asked for in one turn of the event loop is written together. */
export interface Batch<Item, Result> {
  /** Resolves when the item is written, with what `write` answered for it. */
  add(item: Item): Promise<Result>
  /** Waits for what has been asked for. */
  settle(): Promise<void>
}

export interface BatchRules<Item, Result> {
  /** Writes all items or none, and answers in their order. */
  write(items: readonly Item[]): Promise<readonly Result[]>
  /** Items of one write: more would make the first of them wait for the last. */
  largest: number
  /** Items of different groups are never written together. */
  groupOf?(item: Item): string
  /** Two items of one key are never written together: a statement over many rows would write only one of them. */
  keyOf?(item: Item): string
  /** After a write, what comes within this (ms) is gathered for the next. A lone item never waits. None where absent. */
  gatherFor?: number
}

interface Waiting<Item, Result> {
  item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

/** Where a write fails, each of its items is written again by itself: one bad item must not refuse its neighbours. */
export function createBatch<Item, Result>(rules: BatchRules<Item, Result>): Batch<Item, Result> {
  const { write, largest, groupOf = () => '', keyOf, gatherFor = 0 } = rules
  let waiting: Waiting<Item, Result>[] = []
  let writing: Promise<void> | undefined

  const divided = (items: readonly Waiting<Item, Result>[]): Waiting<Item, Result>[][] => {
    const writes: Waiting<Item, Result>[][] = []
    let keys = new Set<string>()
    for (const one of items) {
      const key = keyOf?.(one.item)
      const newest = writes.at(-1)
      const fits = newest && newest.length < largest && !(key !== undefined && keys.has(key))
      if (fits) newest.push(one)
      else {
        writes.push([one])
        keys = new Set()
      }
      if (key !== undefined) keys.add(key)
    }
    return writes
  }

  const writeTogether = async (items: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = (await write(items.map(({ item }) => item))).values()
      for (const { resolve, reject } of items) {
        const result = results.next()
        if (result.done) reject(new Error('What became of it was not said'))
        else resolve(result.value)
      }
    } catch (error) {
      const [only, ...others] = items
      // Where no database answers, it will not for one of them either.
      if ((only && others.length === 0) || isAway(error)) for (const one of items) one.reject(error)
      else for (const one of items) await writeTogether([one])
    }
  }

  const drain = async (): Promise<void> => {
    // The end of this turn: whatever else finishes in it joins.
    await new Promise((turnEnds) => setImmediate(turnEnds))
    while (waiting.length > 0) {
      const taken = waiting
      waiting = []
      const groups = Map.groupBy(taken, ({ item }) => groupOf(item))
      // Those of a group one after the other, groups beside one another: each has locks of its own.
      await Promise.all(
        [...groups.values()].map(async (group) => {
          for (const items of divided(group)) await writeTogether(items)
        }),
      )
      if (gatherFor > 0) await pause(gatherFor)
    }
    writing = undefined
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        writing ??= drain()
      }),
    settle: async () => {
      await writing
    },
  }
}
