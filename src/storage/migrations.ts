import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Dialect } from './storage.ts'
import { StorageError } from './storage-error.ts'

export interface Migration {
  /** `0000_create-tables`: the same in both dialects. */
  name: string
  statements: string[]
}

/** Where the names of the migrations a database has had are kept. */
export const MIGRATIONS_TABLE = 'crier_migrations'

/** Every migration of this build, in order. */
export function migrationsOf(dialect: Dialect, folder = migrationsFolder()): Migration[] {
  const journal: { entries: { tag: string }[] } = JSON.parse(
    readFileSync(`${folder}/${dialect}/meta/_journal.json`, 'utf8'),
  )
  return journal.entries.map(({ tag }) => ({
    name: tag,
    statements: readFileSync(`${folder}/${dialect}/${tag}.sql`, 'utf8')
      .split('--> statement-breakpoint')
      .map((statement) => statement.trim())
      .filter((statement) => statement !== ''),
  }))
}

/** Two floors up in a clone, three in a package, where the sources are compiled into a folder of their own. */
function migrationsFolder(): string {
  for (const way of ['../../migrations', '../../../migrations']) {
    const folder = fileURLToPath(new URL(way, import.meta.url))
    if (existsSync(folder)) return folder
  }
  throw new StorageError('The migrations folder of this installation is missing: install Crier again')
}

/**
 * The migrations a database still needs.
 *
 * @param where the database in a person's words, for the sentence
 * @throws StorageError where it has had one that this build does not know: a newer Crier has used it
 */
export function pending(known: readonly Migration[], had: readonly string[], where: string): Migration[] {
  const newer = had.find((name) => known.every((migration) => migration.name !== name))
  if (newer !== undefined)
    throw new StorageError(
      `${where} was last used by a newer Crier (it has had the migration "${newer}"): start that version, or restore a backup made before it`,
    )
  return known.filter(({ name }) => !had.includes(name))
}
