/** Many callers, one write: what ends in one turn of the event loop is written together, a group after the other. */
export interface Together<Item> {
  /** Resolves when the item is written. */
  add(item: Item): Promise<void>
}

/** Items of one write: more would hold up everybody else's. */
const LARGEST = 200

/**
 * @param groupOf items of different groups are never written together
 * @param write writes items of one group in one transaction
 */
export function createTogether<Item>(
  groupOf: (item: Item) => string,
  write: (items: readonly Item[]) => Promise<void>,
): Together<Item> {
  interface Waiting {
    item: Item
    done(): void
    failed(error: unknown): void
  }
  let waiting: Waiting[] = []
  let draining = false

  const writeGroup = async (group: readonly Waiting[]): Promise<void> => {
    try {
      await write(group.map(({ item }) => item))
      for (const { done } of group) done()
    } catch (error) {
      const [only, ...others] = group
      // One bad item must not take its neighbours along: each is written by itself.
      if (only && others.length === 0) only.failed(error)
      else for (const one of group) await writeGroup([one])
    }
  }

  const drain = async (): Promise<void> => {
    await new Promise((turnEnds) => setImmediate(turnEnds))
    while (waiting.length > 0) {
      const all = waiting
      waiting = []
      for (const group of Map.groupBy(all, ({ item }) => groupOf(item)).values())
        for (let at = 0; at < group.length; at += LARGEST) await writeGroup(group.slice(at, at + LARGEST))
    }
    draining = false
  }

  return {
    add: (item) =>
      new Promise((done, failed) => {
        waiting.push({ item, done, failed })
        if (draining) return
        draining = true
        void drain()
      }),
  }
}
