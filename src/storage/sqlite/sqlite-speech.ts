import type { ExtractTablesWithRelations } from 'drizzle-orm'
import { drizzlePart } from '../drizzle.ts'
import type { Speech } from '../handles.ts'
import { sqliteKit } from '../schema/sqlite-kit.ts'
import { tables } from '../schema/tables.ts'

const { SQLiteAsyncDialect } = drizzlePart('drizzle-orm/sqlite-core')
const { SqliteRemoteDatabase, SQLiteRemoteSession } = drizzlePart('drizzle-orm/sqlite-proxy')

/** The tables are named in each query; drizzle's relational queries are not used. */
type NoSchema = Record<string, never>

/** One for all: it remembers how columns are spelled, where `drizzle()` would make one anew for each transaction. */
const dialect = new SQLiteAsyncDialect({ casing: 'snake_case' })

/** Drizzle over better-sqlite3. */
export const sqliteSpeech: Speech = {
  t: tables(sqliteKit),
  over: (lane) => {
    const ask = async (text: string, params: unknown[]) => ({ rows: await lane.query(text, params) })
    const session = new SQLiteRemoteSession<NoSchema, ExtractTablesWithRelations<NoSchema>>(
      ask,
      dialect,
      undefined,
      undefined,
      {},
    )
    return new SqliteRemoteDatabase<NoSchema>('async', dialect, session, undefined)
  },
  compile: (query) => {
    const { sql, params } = dialect.sqlToQuery(query)
    return { text: sql, params }
  },
}
