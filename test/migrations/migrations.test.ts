import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import {
  generateDrizzleJson,
  generateMigration,
  generateSQLiteDrizzleJson,
  generateSQLiteMigration,
} from 'drizzle-kit/api'
import { describe, expect, test } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { type Migration, migrationsOf, pending } from '../../src/storage/migrations.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import * as postgresTables from '../../src/storage/schema/postgres.ts'
import * as sqliteTables from '../../src/storage/schema/sqlite.ts'
import { hadMigrations, migrateFile } from '../../src/storage/sqlite/migrate-file.ts'
import { newTeam } from '../storage/ground.ts'
import { countsOf, fill, tablesInOrder } from './filler.ts'

const FOLDER = join(import.meta.dirname, '../../migrations')
const known = migrationsOf('sqlite')

const inMemory = () => new BetterSqlite(':memory:')
const lastSnapshot = (dialect: string) => {
  const name = known.at(-1)!.name.slice(0, 4)
  return JSON.parse(readFileSync(join(FOLDER, dialect, `meta/${name}_snapshot.json`), 'utf8'))
}

describe('the migrations', () => {
  test('are twins: same numbers, same names, in a row, saying what they do', () => {
    const names = (dialect: string) =>
      readdirSync(join(FOLDER, dialect)).filter((name) => name.endsWith('.sql'))
    expect(names('sqlite')).toEqual(names('postgres'))
    expect(migrationsOf('postgres').map(({ name }) => name)).toEqual(known.map(({ name }) => name))
    expect(known.map(({ name }) => `${name}.sql`)).toEqual(names('sqlite'))
    for (const [place, { name }] of known.entries()) {
      expect(name.slice(0, 5)).toBe(`${String(place).padStart(4, '0')}_`)
      // drizzle-kit's own names are an adjective and a hero.
      expect(name.slice(5)).toMatch(/^[a-z]+(-[a-z0-9]+)+$/)
    }
  })

  test('make what the schema says: drizzle-kit would generate nothing new', async () => {
    const sqlite = await generateSQLiteDrizzleJson(sqliteTables, undefined, 'snake_case')
    expect(await generateSQLiteMigration(lastSnapshot('sqlite'), sqlite)).toEqual([])
    const postgres = generateDrizzleJson(postgresTables, undefined, undefined, 'snake_case')
    expect(await generateMigration(lastSnapshot('postgres'), postgres)).toEqual([])
  })

  test('never cascade', () => {
    for (const dialect of ['sqlite', 'postgres'] as const)
      for (const { statements } of migrationsOf(dialect))
        expect(statements.join('\n')).not.toMatch(/on (delete|update) (cascade|set)/i)
  })

  test('the id of the workspace is in every table', () => {
    const db = inMemory()
    migrateFile(db, known, 'test')
    for (const table of tablesInOrder(db)) {
      const columns = db.prepare('select name from pragma_table_info(?)').pluck().all(table)
      // What is seen or open is so before anybody knows whose it is.
      if (!['workspaces', 'seen', 'open_forms'].includes(table))
        expect(columns, table).toContain('workspace_id')
    }
  })

  test('apply one after the other to a filled database, and lose nothing', () => {
    for (let had = 1; had <= known.length; had++) {
      const db = inMemory()
      migrateFile(db, known.slice(0, had), 'test')
      fill(db, 3)
      const before = countsOf(db)
      expect(Object.values(before).every((count) => count === 3)).toBe(true)
      migrateFile(db, known, 'test')
      expect(countsOf(db)).toMatchObject(before)
      expect(db.pragma('foreign_key_check')).toEqual([])
      expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
      expect(hadMigrations(db)).toEqual(known.map(({ name }) => name))
    }
  })

  /** As drizzle-kit writes it: the pragma does nothing, because the migrator's transaction has begun. */
  const rebuild = (check = ''): Migration => ({
    name: '9000_rebuild-members',
    statements: [
      'PRAGMA foreign_keys=OFF;',
      `CREATE TABLE __new_members (id text PRIMARY KEY NOT NULL, workspace_id text NOT NULL, name text, role text NOT NULL, zone text, locale text, created_at integer NOT NULL, FOREIGN KEY (workspace_id) REFERENCES workspaces(id))`,
      `INSERT INTO __new_members SELECT id, workspace_id, name, role, zone, locale, created_at FROM members ${check}`,
      'DROP TABLE members;',
      'ALTER TABLE __new_members RENAME TO members;',
      'CREATE UNIQUE INDEX members_of_workspace ON members (workspace_id, id)',
      'PRAGMA foreign_keys=ON;',
    ],
  })

  function filledDatabase() {
    const db = inMemory()
    migrateFile(db, known, 'test')
    fill(db, 4)
    return db
  }

  test('a rebuilt table keeps its rows and those that point at them', () => {
    const db = filledDatabase()
    const before = countsOf(db)
    migrateFile(db, [...known, rebuild()], 'test')
    expect(countsOf(db)).toEqual(before)
    expect(db.pragma('foreign_key_check')).toEqual([])
  })

  test('one that would leave rows pointing at nothing is taken back whole', () => {
    const db = filledDatabase()
    const before = countsOf(db)
    expect(() => migrateFile(db, [...known, rebuild('where rowid > 2')], 'crier.db')).toThrow(
      /"9000_rebuild-members" failed on crier.db and was taken back \(\d+ rows would point at nothing\)/,
    )
    expect(countsOf(db)).toEqual(before)
    expect(hadMigrations(db)).toEqual(known.map(({ name }) => name))
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
  })

  test('one that fails is taken back, and those before it stay', () => {
    const db = inMemory()
    const broken = {
      name: '9000_break-things',
      statements: ['create table half (id)', 'create tabel other (id)'],
    }
    expect(() => migrateFile(db, [...known, broken], 'crier.db')).toThrow(
      /"9000_break-things" failed .*syntax error/,
    )
    expect(hadMigrations(db)).toEqual(known.map(({ name }) => name))
    expect(db.prepare("select name from sqlite_schema where name = 'half'").all()).toEqual([])
  })

  test('a database with one that is not known here is refused', () => {
    expect(() => pending(known, ['0000_create-tables', '0999_later'], 'It')).toThrow(
      /newer Crier .*"0999_later"/,
    )
    expect(pending(known, [], 'It')).toEqual(known)
  })

  test('two processes that migrate one file at once do it once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crier-migrating-'))
    const url = `file:${join(folder, 'crier.db')}`
    const storages = await Promise.all(
      (['server', 'visitor', 'visitor'] as const).map((role) => openStorage({ url, log: silentLog, role })),
    )
    await storages[0]!.migrate()
    await Promise.all(storages.map((storage) => storage.migrate()))
    await newTeam(storages[1]!)
    expect(await storages[2]!.directory.all()).toHaveLength(1)
    for (const storage of storages) await storage.close()
    rmSync(folder, { recursive: true })
  })

  test('a visitor does not change the tables under a running server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crier-visiting-'))
    const url = `file:${join(folder, 'crier.db')}`
    const server = await openStorage({ url, log: silentLog })
    const visitor = await openStorage({ url, log: silentLog, role: 'visitor' })
    await expect(visitor.migrate()).rejects.toThrow('in use by a server of an older Crier')
    await server.close()
    await visitor.migrate()
    await visitor.close()
    rmSync(folder, { recursive: true })
  })
})
