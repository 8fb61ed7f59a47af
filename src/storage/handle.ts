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
  /** Runs these one after the other in a transaction, a new one or the one this handle is; answers the rows of each. */
  together(asked: readonly Asked[]): Promise<unknown[][][]>
  /** Runs the procedure in a transaction: a new one, which may be another thread's, or the one this handle is. */
  call<Given, Found>(procedure: Procedure<Given, Found>, given: Given): Promise<Found>
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

/**
 * Work in a transaction that needs nothing but what it is given, and is known by its name (`procedures.ts`), so that
 * another thread can do it. Both are plain data; nobody hears of what it `wrote`.
 */
export interface Procedure<Given, Found> {
  readonly name: string
  run(inside: Handle, given: Given): Promise<Found>
}

/** A prepared statement, with what it is given. */
export interface Asked {
  statement: Statement
  values: Record<string, unknown>
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

interface Reader {
  /** A row of nulls: a copy of it has its shape at once, where one made field by field changes its shape with each. */
  blank: Record<string, unknown>
  columns: readonly [name: string, column: { mapFromDriverValue(value: unknown): unknown }][]
}

const readers = new WeakMap<Table, Reader>()

function readerOf(table: Table): Reader {
  const columns = Object.entries(getTableColumns(table))
  const made = { columns, blank: Object.fromEntries(columns.map(([name]) => [name, null])) }
  readers.set(table, made)
  return made
}

/** A row that a prepared statement returned for `columnsOf(table)`. */
export function decode<T extends Table>(table: T, row: readonly unknown[]): T['$inferSelect'] {
  const { blank, columns } = readers.get(table) ?? readerOf(table)
  const decoded = { ...blank }
  let place = 0
  for (const [name, column] of columns) {
    const value = row[place++]
    if (value !== null && value !== undefined) decoded[name] = column.mapFromDriverValue(value)
  }
  return decoded as T['$inferSelect']
}
