import type { Kit } from './sqlite-kit.ts'

/** What the processes of one database tell each other, before any workspace is known: the one table without its id. */
export function processTables({ table, id, time, index }: Kit) {
  const seen = table('seen', { id: id().primaryKey(), until: time().notNull() }, (t) => [
    index('seen_until').on(t.until),
  ])

  return { seen }
}
