import type { Database, Statement } from 'better-sqlite3'

/** More than our statements are; lists of ids of every length would otherwise grow it for ever. */
const KEPT = 400

/** Prepares each text once; forgets those that were used longest ago. */
export function statementCache(db: Database): (text: string) => Statement {
  const known = new Map<string, Statement>()
  return (text) => {
    const cached = known.get(text)
    if (cached !== undefined) {
      known.delete(text)
      known.set(text, cached)
      return cached
    }
    const prepared = db.prepare(text)
    if (prepared.reader) prepared.raw(true)
    known.set(text, prepared)
    const oldest = known.keys().next()
    if (known.size > KEPT && !oldest.done) known.delete(oldest.value)
    return prepared
  }
}
