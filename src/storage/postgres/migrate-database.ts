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
    await client.query('set statement_timeout = 0')
    await client.query('select pg_advisory_lock($1)', [MIGRATING])
    await client.query(`create table if not exists ${MIGRATIONS_TABLE} (name text primary key not null)`)
    for (const migration of pending(known, await hadMigrations(client), atStart(where)))
      await apply(client, migration, where)
  } finally {
    // Closes the connection, and with it the lock.
    client.release(true)
  }
}

async function apply(client: PoolClient, { name, statements }: Migration, where: string): Promise<void> {
  try {
    await client.query(beginFor({ whose: EVERY_WORKSPACE, durability: 'durable' }))
    for (const statement of statements) await client.query(statement)
    await client.query(FORCE_ROW_SECURITY)
    await client.query(`insert into ${MIGRATIONS_TABLE} (name) values ($1)`, [name])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new StorageError(
      `The migration "${name}" failed on ${where} and was taken back (${error instanceof Error ? error.message : error})`,
      error,
    )
  }
}
