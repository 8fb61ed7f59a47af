import { isAway } from '../../kit/database-away.ts'

/** Many callers, one durable transaction: what is asked for in one turn of the event loop is written together. */
export interface Group<Item, Answer = boolean> {
  /** Resolves when the item is on the disk, with what became of it: true where its guard held. */
  add(item: Item): Promise<Answer>
  /** Waits for what has been asked for. */
  settle(): Promise<void>
}

interface Waiting<Item, Answer> {
  item: Item
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Rows of one transaction: more would make the first of them wait for the last. */
const LARGEST = 1_000

/**
 * @param keyOf two items of one key are never in one group: a set-based statement would write only one of them
 * @param write writes all items in one transaction, and says what became of each, in the items' order
 */
export function createGroup<Item, Answer = boolean>(
  keyOf: (item: Item) => string,
  write: (items: readonly Item[]) => Promise<Answer[]>,
): Group<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = []
  let writing: Promise<void> | undefined

  const nextGroup = (): Waiting<Item, Answer>[] => {
    const keys = new Set<string>()
    const group: Waiting<Item, Answer>[] = []
    const later: Waiting<Item, Answer>[] = []
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

  const writeGroup = async (group: readonly Waiting<Item, Answer>[]): Promise<void> => {
    try {
      const answers = (await write(group.map(({ item }) => item))).values()
      for (const { resolve, reject } of group) {
        const answer = answers.next()
        if (answer.done) reject(new Error('What became of it was not said'))
        else resolve(answer.value)
      }
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
