import type { Pool } from 'pg'

interface Column {
  name: string
  type: string
}

interface Reference {
  parent: string
  from: string
  to: string
}

async function tablesOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query(
    `select table_name from information_schema.tables
      where table_schema = 'public' and table_name <> 'crier_migrations' order by table_name`,
  )
  return rows.map((row) => row.table_name)
}

/** Each pair of columns of each foreign key. */
async function referencesOf(pool: Pool, table: string): Promise<Reference[]> {
  const { rows } = await pool.query(
    `select confrelid::regclass::text as parent, child.attname as "from", parent.attname as "to"
       from pg_constraint, unnest(conkey, confkey) as pair(child_key, parent_key)
       join pg_attribute child on child.attrelid = $1::regclass and child.attnum = pair.child_key
       join pg_attribute parent on parent.attnum = pair.parent_key
      where contype = 'f' and conrelid = $1::regclass and parent.attrelid = confrelid`,
    [table],
  )
  return rows
}

const madeUp = (table: string, { name, type }: Column, row: number): unknown => {
  if (type === 'json') return JSON.stringify(`${table}.${name} ${row}`)
  if (type === 'boolean') return row % 2 === 0
  return type === 'text' ? `${table}.${name} ${row}` : row
}

/** Puts `rows` rows into every table, as `fill` does on SQLite. */
export async function fillPostgres(pool: Pool, rows: number): Promise<void> {
  const filled = new Set<string>()
  const fillTable = async (table: string): Promise<void> => {
    if (filled.has(table)) return
    filled.add(table)
    const references = await referencesOf(pool, table)
    for (const { parent } of references) await fillTable(parent)
    const { rows: columns }: { rows: Column[] } = await pool.query(
      `select column_name as name, data_type as type from information_schema.columns
        where table_schema = 'public' and table_name = $1 order by ordinal_position`,
      [table],
    )
    for (let row = 1; row <= rows; row++) {
      const values: unknown[] = []
      for (const column of columns) {
        const reference = references.find(({ from }) => from === column.name)
        values.push(
          reference === undefined ? madeUp(table, column, row) : await parentValue(pool, reference, row),
        )
      }
      const names = columns.map(({ name }) => `"${name}"`).join(', ')
      const marks = columns.map((_, place) => `$${place + 1}`).join(', ')
      await pool.query(`insert into ${table} (${names}) values (${marks})`, values)
    }
  }
  for (const table of await tablesOf(pool)) await fillTable(table)
}

async function parentValue(pool: Pool, { parent, to }: Reference, row: number): Promise<unknown> {
  const { rows } = await pool.query(
    `select "${to}" as value from ${parent} order by ctid limit 1 offset $1`,
    [row - 1],
  )
  return rows[0]?.value
}

export async function countsOfPostgres(pool: Pool): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of await tablesOf(pool)) {
    const { rows } = await pool.query(`select count(*)::int as count from ${table}`)
    counts[table] = rows[0].count
  }
  return counts
}
