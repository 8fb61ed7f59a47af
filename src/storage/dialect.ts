import { type Column, type SQL, sql } from './drizzle.ts'
import type { Dialect } from './storage.ts'

/** SQLite has one writer. PostgreSQL has many, and each must step over the rows that another is taking. */
export const stepOverTaken: Record<Dialect, SQL> = {
  sqlite: sql.empty(),
  postgres: sql`for update skip locked`,
}

/** At the end of a query over `deliveries`: what was read of them stands until the transaction ends. SQLite has one writer. */
export const keepTheirState: Record<Dialect, SQL> = {
  sqlite: sql.empty(),
  postgres: sql`for no key update of deliveries`,
}

/** Does a column that holds a JSON list of texts hold this one? */
export const holds: Record<Dialect, (column: SQL, value: string) => SQL> = {
  sqlite: (column, value) => sql`exists (select 1 from json_each(${column}) where value = ${value})`,
  postgres: (column, value) => sql`${column}::jsonb @> to_jsonb(${value}::text)`,
}

/** What a column of handed-in rows holds. `json` is handed in as its text; `null` and a missing field are SQL's null. */
export type GivenColumns = Record<string, 'text' | 'integer' | 'json'>

/**
 * Rows handed in as one JSON parameter `rows`, as a table to select from: so that one statement writes what many asked
 * for in the same turn.
 */
export const givenRows: Record<Dialect, (columns: GivenColumns) => SQL> = {
  sqlite: (columns) => {
    const picked = Object.keys(columns).map((name) => `value ->> '$.${name}' as ${name}`)
    // With a limit each field is read once a row; without, once for each time that the statement names it.
    return sql`(select ${sql.raw(picked.join(', '))} from json_each(${sql.placeholder('rows')}) limit -1) as given`
  },
  // Nested JSON comes as text and is cast: the function would read its escapes, and refuse a NUL among them.
  postgres: (columns) => {
    const names = Object.entries(columns)
    const picked = names.map(([name, type]) => (type === 'json' ? `${name}::json` : name))
    const typed = names.map(([name, type]) => `${name} ${type === 'integer' ? 'bigint' : 'text'}`)
    return sql`(select ${sql.raw(picked.join(', '))}
                  from json_to_recordset(${sql.placeholder('rows')}::json)
                    as row(${sql.raw(typed.join(', '))})) as given`
  },
}

/** A list of texts handed in as one JSON parameter, as rows. */
export const givenList: Record<Dialect, (name: string) => SQL> = {
  sqlite: (name) => sql`select value from json_each(${sql.placeholder(name)})`,
  postgres: (name) => sql`select json_array_elements_text(${sql.placeholder(name)}::json)`,
}

/** Is a column's text among those of a query with one column? Both databases look each of them up by an index. */
export const isAmong: Record<Dialect, (column: Column, query: SQL) => SQL> = {
  sqlite: (column, query) => sql`${column} in (${query})`,
  postgres: (column, query) => sql`${column} = any(array(${query}))`,
}

/** Is a column's text in a list handed in as one JSON parameter? Both databases look each of them up by an index. */
export const isAmongGiven: Record<Dialect, (column: Column, name: string) => SQL> = {
  sqlite: (column, name) => isAmong.sqlite(column, givenList.sqlite(name)),
  postgres: (column, name) => isAmong.postgres(column, givenList.postgres(name)),
}
