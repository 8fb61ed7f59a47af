import { type SQL, sql } from 'drizzle-orm'
import type { Dialect } from './storage.ts'

/** SQLite has one writer. PostgreSQL has many, and each must step over the rows that another is taking. */
export const stepOverTaken: Record<Dialect, SQL> = {
  sqlite: sql.empty(),
  postgres: sql`for update skip locked`,
}

/** Does a column that holds a JSON list of texts hold this one? */
export const holds: Record<Dialect, (column: SQL, value: string) => SQL> = {
  sqlite: (column, value) => sql`exists (select 1 from json_each(${column}) where value = ${value})`,
  postgres: (column, value) => sql`${column}::jsonb @> to_jsonb(${value}::text)`,
}

/** What a column of handed-in rows holds. JSON `null` and a missing field are both SQL's null. */
export type GivenColumns = Record<string, 'text' | 'integer' | 'json'>

/**
 * Rows handed in as one JSON parameter `rows`, as a table to select from: so that one statement writes what many asked
 * for in the same turn.
 */
export const givenRows: Record<Dialect, (columns: GivenColumns) => SQL> = {
  sqlite: (columns) => {
    const picked = Object.entries(columns).map(([name, type]) =>
      sql.raw(`value ${type === 'json' ? '->' : '->>'} '$.${name}' as ${name}`),
    )
    return sql`(select ${sql.join(picked, sql`, `)} from json_each(${sql.placeholder('rows')})) as given`
  },
  postgres: (columns) => {
    const typed = Object.entries(columns).map(([name, type]) =>
      sql.raw(`${name} ${type === 'integer' ? 'bigint' : type}`),
    )
    return sql`json_to_recordset(${sql.placeholder('rows')}::json) as given(${sql.join(typed, sql`, `)})`
  },
}
