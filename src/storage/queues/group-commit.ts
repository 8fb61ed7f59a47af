import { isAway } from '../../kit/database-away.ts'

/** Many callers, one durable transaction: what is asked for in one turn of the event loop is written together. */
export interface Group<Item> {
  /** Resolves when the item is on the disk: true where its guard held. */
  add(item: Item): Promise<boolean>
  /** Waits for what has been asked for. */
  settle(): Promise<void>
}

interface Waiting<Item> {
  item: Item
  resolve(written: boolean): void
  reject(error: unknown): void
}

/** Rows of one transaction: more would make the first of them wait for the last. */
const LARGEST = 1_000

/**
 * @param keyOf two items of one key are never in one group: a set-based statement would write only one of them
 * @param write writes all items in one transaction, and says which guards held, in the items' order
 */
export function createGroup<Item>(
  keyOf: (item: Item) => string,
  write: (items: readonly Item[]) => Promise<boolean[]>,
): Group<Item> {
  let waiting: Waiting<Item>[] = []
  let writing: Promise<void> | undefined

  const nextGroup = (): Waiting<Item>[] => {
    const keys = new Set<string>()
    const group: Waiting<Item>[] = []
    const later: Waiting<Item>[] = []
    for (const one of waiting) {
      const key = keyOf(one.item)
      const fits = group.length < LARGEST && !keys.has(key)
      keys.add(key)
      if (fits) group.push(one)
      else later.push(one)
    }
    waiting = later
    return group
  }

  const writeGroup = async (group: readonly Waiting<Item>[]): Promise<void> => {
    try {
      const held = await write(group.map(({ item }) => item))
      for (const [place, { resolve }] of group.entries()) resolve(held[place] ?? false)
    } catch (error) {
      const [only, ...others] = group
      if (only === undefined) return
      // One bad item must not refuse its neighbours: each is written again by itself. But where nobody answers, nobody will.
      if (others.length === 0 || isAway(error)) for (const one of group) one.reject(error)
      else for (const one of group) await writeGroup([one])
    }
  }

  const drain = async (): Promise<void> => {
    // The end of this turn: whatever else finishes in it joins.
    await new Promise((turnEnds) => setImmediate(turnEnds))
    while (waiting.length > 0) await writeGroup(nextGroup())
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
