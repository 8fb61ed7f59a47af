import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy'
import { fillPlaceholders, getTableColumns, type SQL, sql } from './drizzle.ts'
import type { Tables } from './schema/tables.ts'
import type { Dialect, Written } from './storage.ts'

/**
 * Drizzle's builders as both dialects share them. Await a builder, or add `.returning()` and await that: `.all`, `.get`
 * and `.run` compile and then fail on PostgreSQL.
 */
export type Database = SqliteRemoteDatabase

/** What stores write through: the open database, or one transaction of it. */
export interface Handle {
  readonly dialect: Dialect
  readonly t: Tables
  readonly db: Database
  /** Runs a prepared statement; answers rows as arrays, in the order of its columns. */
  run(statement: Statement, values: Record<string, unknown>): Promise<unknown[][]>
  /** Runs `work` in a transaction: a new one, or the one this handle is. */
  atomically<T>(work: (inside: Handle) => Promise<T>): Promise<T>
  /** Says what was written, once it is committed. */
  wrote(written: Written): void
}

/** A statement that is hot enough to be written as SQL, compiled once per database and prepared once per connection. */
export interface Statement {
  /** The name it is prepared under on PostgreSQL. */
  readonly name: string
  readonly build: (t: Tables, dialect: Dialect) => SQL
}

export interface CompiledStatement {
  text: string
  params: unknown[]
}

/** A value handed in at each run. */
export const given = (name: string): SQL => sql`${sql.placeholder(name)}`

export const bind = (compiled: CompiledStatement, values: Record<string, unknown>): unknown[] =>
  fillPlaceholders(compiled.params, values)

type Table = Tables[keyof Tables]

/** A table's columns, in the order in which `decode` reads them. */
export const columnsOf = (table: Table): SQL => sql.join(Object.values(getTableColumns(table)), sql`, `)

const known = new WeakMap<Table, [name: string, column: { mapFromDriverValue(value: unknown): unknown }][]>()

/** A row that a prepared statement returned for `columnsOf(table)`. */
export function decode<T extends Table>(table: T, row: readonly unknown[]): T['$inferSelect'] {
  const columns = known.get(table) ?? Object.entries(getTableColumns(table))
  known.set(table, columns)
  const decoded: Record<string, unknown> = {}
  for (const [place, [name, column]] of columns.entries()) {
    const value = row[place]
    decoded[name] = value === null || value === undefined ? null : column.mapFromDriverValue(value)
  }
  return decoded as T['$inferSelect']
}
