import type { Pool, PoolClient } from 'pg'
import { EVERY_WORKSPACE } from '../driver.ts'
import { MIGRATIONS_TABLE, type Migration, pending } from '../migrations.ts'
import { StorageError } from '../storage-error.ts'
import { beginFor } from './bound-query.ts'
import { atStart } from './postgres-error.ts'

/** The advisory lock under which tables are changed: one process at a time. Any number of ours will do. */
const MIGRATING = 4_127_390_011

/** Row-level security binds a table's owner, which is us, only where it is forced: that drizzle-kit cannot say. */
const FORCE_ROW_SECURITY = `
  do $$
    declare guarded regclass;
    begin
      for guarded in
        select oid from pg_class
         where relrowsecurity and not relforcerowsecurity and relnamespace = current_schema::regnamespace
      loop
        execute format('alter table %s force row level security', guarded);
      end loop;
    end
  $$`

export async function hadMigrations(client: Pool | PoolClient): Promise<string[]> {
  const { rows: found } = await client.query('select to_regclass($1) as found', [MIGRATIONS_TABLE])
  if (found[0]?.found === null) return []
  const { rows } = await client.query(`select name from ${MIGRATIONS_TABLE} order by name`)
  return rows.map(({ name }) => String(name))
}

/**
 * Applies what is missing, each migration in a transaction of its own.
 *
 * @throws StorageError where one fails: the database is then as it was before that one
 */
export async function migrateDatabase(pool: Pool, known: readonly Migration[], where: string): Promise<void> {
  const client = await pool.connect()
  try {
    while (await applyNext(client, known, where));
  } finally {
    client.release(true)
  }
}

/**
 * The first that is missing, if one is: says whether it was. The lock and the patience end with the transaction: behind a
 * pooler, what a session is left with is the next one's.
 */
async function applyNext(client: PoolClient, known: readonly Migration[], where: string): Promise<boolean> {
  let applying: string | undefined
  try {
    await client.query(beginFor({ whose: EVERY_WORKSPACE, durability: 'durable' }))
    await client.query('set local statement_timeout = 0')
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATING])
    await client.query(`create table if not exists ${MIGRATIONS_TABLE} (name text primary key not null)`)
    const [next] = pending(known, await hadMigrations(client), atStart(where))
    applying = next?.name
    for (const statement of next?.statements ?? []) await client.query(statement)
    if (next !== undefined) {
      await client.query(FORCE_ROW_SECURITY)
      await client.query(`insert into ${MIGRATIONS_TABLE} (name) values ($1)`, [next.name])
    }
    await client.query('commit')
    return next !== undefined
  } catch (error) {
    await client.query('rollback')
    if (applying === undefined) throw error
    throw new StorageError(
      `The migration "${applying}" failed on ${where} and was taken back (${error instanceof Error ? error.message : error})`,
      error,
    )
  }
}
