import type { Database } from 'better-sqlite3'

interface Column {
  name: string
  type: string
  notnull: number
  pk: number
  dflt_value: unknown
}

interface Reference {
  id: number
  table: string
  from: string
  to: string
}

/** The tables of a SQLite database, parents before their children. */
export function tablesInOrder(db: Database): string[] {
  const names = db
    .prepare(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name <> 'crier_migrations'",
    )
    .pluck()
    .all()
    .map(String)
  const ordered: string[] = []
  const visit = (name: string): void => {
    if (ordered.includes(name)) return
    for (const { table } of referencesOf(db, name)) if (table !== name) visit(table)
    ordered.push(name)
  }
  for (const name of names) visit(name)
  return ordered
}

const referencesOf = (db: Database, table: string): Reference[] =>
  db.pragma(`foreign_key_list(${table})`) as Reference[]

/**
 * Puts `rows` rows into every table, with every column filled and every reference pointing at a row: whatever the tables
 * look like at that migration.
 */
export function fill(db: Database, rows: number): void {
  for (const table of tablesInOrder(db)) {
    const columns = db.pragma(`table_info(${table})`) as Column[]
    const references = referencesOf(db, table)
    for (let row = 1; row <= rows; row++) {
      const values = columns.map(({ name, type }) => {
        const reference = references.find(({ from }) => from === name)
        const parent = reference && parentRow(db, reference.table, row)
        if (reference && parent) return parent[reference.to]
        return type.toUpperCase() === 'INTEGER' ? row : `"${table}.${name} ${row}"`
      })
      const marks = columns.map(() => '?').join(', ')
      db.prepare(
        `insert into ${table} (${columns.map(({ name }) => `"${name}"`).join(', ')}) values (${marks})`,
      ).run(values)
    }
  }
}

const parentRow = (db: Database, table: string, row: number): Record<string, unknown> | undefined =>
  db.prepare(`select * from ${table} order by rowid limit 1 offset ?`).get(row - 1) as
    | Record<string, unknown>
    | undefined

export const countsOf = (db: Database): Record<string, number> =>
  Object.fromEntries(
    tablesInOrder(db).map((table) => [
      table,
      Number(db.prepare(`select count(*) from ${table}`).pluck().get()),
    ]),
  )
