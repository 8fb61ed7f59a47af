/** The row, where there must be one. @throws Error naming what is not in this workspace */
export function must<Row>(row: Row | undefined, what: string): Row {
  if (row === undefined) throw new Error(`This workspace has no ${what}`)
  return row
}

/** Does any field say something? Drizzle refuses an empty `set`. */
export const saysSomething = (changes: object): boolean =>
  Object.values(changes).some((value) => value !== undefined)

/** How many values one statement may carry: SQLite takes 32,766, PostgreSQL 65,535. */
const VALUES = 30_000

/** Calls `work` with as many rows as one statement can carry, in order. */
export async function inChunks<Item, Result>(
  items: readonly Item[],
  valuesPerItem: number,
  work: (chunk: Item[]) => Promise<Result[]>,
): Promise<Result[]> {
  const size = Math.floor(VALUES / valuesPerItem)
  const results: Result[] = []
  for (let start = 0; start < items.length; start += size)
    for (const result of await work(items.slice(start, start + size))) results.push(result)
  return results
}
