import type { Database } from 'better-sqlite3'
import { READS, type Step } from '../driver.ts'
import type { Durability } from '../storage.ts'
import { toQueryError } from './sqlite-error.ts'
import { statementCache } from './statement-cache.ts'

/** One open SQLite file, spoken to in statements. What is asked of it is done when it returns; it throws QueryError. */
export interface Connection {
  /** One statement, in the transaction that is open or as one of its own. Rows come back as arrays. */
  query(durability: Durability, step: Step): unknown[][]
  begin(durability: Durability): void
  /** Where it fails, the transaction is rolled back. */
  commit(): void
  rollback(): void
  /** All of it in one transaction, or nothing. */
  together(durability: Durability, steps: readonly Step[]): unknown[][][]
  /** The same for work that asks this very connection one thing after the other. Nobody else may ask it meanwhile. */
  transaction<T>(durability: Durability, work: () => Promise<T>): Promise<T>
}

export function connectionOver(db: Database): Connection {
  const prepared = statementCache(db)
  let waitsForDisk: Durability = 'durable'

  /**
   * In WAL mode NORMAL only leaves the waiting out: the next full commit brings what was written before it to the disk.
   * It cannot be changed inside a transaction.
   */
  const setDurability = (durability: Durability): void => {
    if (durability === waitsForDisk || db.inTransaction) return
    db.pragma(durability === 'relaxed' ? 'synchronous = NORMAL' : 'synchronous = FULL')
    waitsForDisk = durability
  }

  const execute = (text: string, params: readonly unknown[] = [], durability?: Durability): unknown[][] => {
    try {
      const statement = prepared(text)
      if (durability !== undefined && !READS.test(text)) setDurability(durability)
      if (statement.reader) return statement.all(params) as unknown[][]
      statement.run(params)
      return []
    } catch (error) {
      throw toQueryError(error)
    }
  }

  const rollback = (): void => {
    // A full disk may have rolled it back already.
    if (db.inTransaction) execute('rollback')
  }

  const commit = (): void => {
    try {
      execute('commit')
    } catch (error) {
      rollback()
      throw error
    }
  }

  const begin = (durability: Durability): void => {
    setDurability(durability)
    execute('begin immediate')
  }

  return {
    query: (durability, { text, params }) => execute(text, params, durability),
    begin,
    commit,
    rollback,
    together: (durability, steps) => {
      begin(durability)
      try {
        const rows = steps.map(({ text, params }) => execute(text, params))
        commit()
        return rows
      } catch (error) {
        rollback()
        throw error
      }
    },
    transaction: async (durability, work) => {
      begin(durability)
      try {
        const result = await work()
        commit()
        return result
      } catch (error) {
        rollback()
        throw error
      }
    },
  }
}
