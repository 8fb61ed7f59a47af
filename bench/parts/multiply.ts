import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import pg from 'pg'

// Makes a million rows in seconds: one that the stores wrote is repeated by the database itself, with all its columns.

interface Dialect {
  /** Names the numbers from `from` to `to` as `n`. */
  numbers(from: number, to: number): string
  /** An id as long as a real one, in the order of its number. */
  id: string
}

const sqlite: Dialect = {
  numbers: (from, to) =>
    `(with recursive run(n) as (select ${from} union all select n + 1 from run where n < ${to}) select n from run) as numbers`,
  id: "printf('01930000-0000-7000-8000-%012x', n)",
}

const postgres: Dialect = {
  numbers: (from, to) => `generate_series(${from}, ${to}) as numbers(n)`,
  id: "'01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0')",
}

type Database = Dialect & { rows(text: string): Promise<Record<string, unknown>[]>; close(): Promise<void> }

async function open(database: string, dataDir: string): Promise<Database> {
  if (database === 'sqlite') {
    const db = new BetterSqlite(join(dataDir, 'bench.sqlite'))
    db.pragma('cache_size = -200000')
    return {
      ...sqlite,
      rows: async (text) => {
        const statement = db.prepare(text)
        if (statement.reader) return statement.all() as Record<string, unknown>[]
        statement.run()
        return []
      },
      close: async () => void db.close(),
    }
  }
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  // Row-level security shows nothing to who does not say whose rows they want.
  await client.query("set crier.workspace = '*'")
  return {
    ...postgres,
    rows: async (text) => (await client.query(text)).rows as Record<string, unknown>[],
    close: () => client.end(),
  }
}

/**
 * Repeats the posts of two numbers with their deliveries and attempts: one that waits, one that is finished. Nobody else
 * may have the database open.
 */
export async function multiply(
  { database, dataDir }: { database: string; dataDir: string },
  copies: readonly { of: number; many: number }[],
): Promise<void> {
  const db = await open(database, dataDir)
  const copy = async (table: string, where: string, given: Record<string, string>, numbers: string) => {
    const [template] = await db.rows(`select * from ${table} where ${where} limit 1`)
    if (!template) throw new Error(`Nothing to repeat in ${table}`)
    const columns = Object.keys(template).filter((name) => name !== 'sequence')
    const values = columns.map((name) => given[name] ?? `${table}.${name}`)
    await db.rows(
      `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')}
         from ${table} cross join ${numbers} where ${where}`,
    )
  }
  let first = 1_000
  for (const { of, many } of copies) {
    const [post] = await db.rows(`select id from posts where number = ${of}`)
    const [delivery] = await db.rows(`select id, attempts from deliveries where post_id = '${post?.id}'`)
    const numbers = db.numbers(first, first + many - 1)
    const { id } = db
    await copy('posts', `posts.id = '${post?.id}'`, { id, number: 'n' }, numbers)
    await copy('deliveries', `deliveries.id = '${delivery?.id}'`, { id, post_id: id, key: id }, numbers)
    const tried = delivery?.attempts !== 0
    if (tried)
      await copy('attempts', `attempts.delivery_id = '${delivery?.id}'`, { id, delivery_id: id }, numbers)
    first += many
  }
  // What autovacuum does in its time.
  if (database !== 'sqlite') await db.rows('vacuum analyze')
  await db.close()
}
