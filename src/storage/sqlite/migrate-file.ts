import type { Database } from 'better-sqlite3'
import { MIGRATIONS_TABLE, type Migration, pending } from '../migrations.ts'
import { StorageError } from '../storage-error.ts'

export function hadMigrations(db: Database): string[] {
  const exists = db.prepare('select 1 from sqlite_schema where name = ?').get(MIGRATIONS_TABLE)
  if (exists === undefined) return []
  return db.prepare(`select name from ${MIGRATIONS_TABLE} order by name`).pluck().all().map(String)
}

/**
 * Applies what is missing, each migration in a transaction of its own. Foreign keys are off meanwhile, because a rebuilt
 * table is dropped and a pragma does nothing inside a transaction; they are checked before each commit.
 *
 * @throws StorageError where one fails: the database is then as it was before that one
 */
export function migrateFile(db: Database, known: readonly Migration[], where: string): void {
  db.pragma('foreign_keys = OFF')
  try {
    db.exec(`create table if not exists ${MIGRATIONS_TABLE} (name text primary key not null)`)
    for (const migration of known) apply(db, known, migration, where)
  } finally {
    db.pragma('foreign_keys = ON')
  }
}

function apply(db: Database, known: readonly Migration[], migration: Migration, where: string): void {
  db.exec('begin immediate')
  try {
    // Read again inside: another process may have been faster.
    if (pending(known, hadMigrations(db), where).includes(migration)) {
      for (const statement of migration.statements) db.exec(statement)
      const orphans = db.pragma('foreign_key_check')
      if (Array.isArray(orphans) && orphans.length > 0)
        throw new Error(`${orphans.length} rows would point at nothing`)
      db.prepare(`insert into ${MIGRATIONS_TABLE} (name) values (?)`).run(migration.name)
    }
    db.exec('commit')
  } catch (error) {
    if (db.inTransaction) db.exec('rollback')
    if (error instanceof StorageError) throw error
    throw new StorageError(
      `The migration "${migration.name}" failed on ${where} and was taken back (${error instanceof Error ? error.message : error})`,
      error,
    )
  }
}
