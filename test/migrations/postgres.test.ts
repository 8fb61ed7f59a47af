import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { migrationsOf } from '../../src/storage/migrations.ts'
import { hadMigrations, migrateDatabase } from '../../src/storage/postgres/migrate-database.ts'
import { startPostgres } from '../setup-postgres.ts'
import { countsOfPostgres, fillPostgres } from './postgres-filler.ts'

const postgres = await startPostgres()
const known = migrationsOf('postgres')

if ('missing' in postgres) {
  console.log(postgres.missing)
  test.skip(postgres.missing, () => undefined)
} else
  describe(`the migrations on PostgreSQL (${postgres.says})`, () => {
    const { createDatabase, stop } = postgres
    afterAll(stop)

    async function withPool(work: (pool: pg.Pool) => Promise<void>): Promise<void> {
      // Row-level security shows rows to whoever is bound to their workspace, or to all of them.
      const pool = new pg.Pool({ connectionString: await createDatabase(), options: '-c crier.workspace=*' })
      try {
        await work(pool)
      } finally {
        await pool.end()
      }
    }

    test.each(known.map(({ name }, index) => [name, index + 1] as const))(
      'bring a filled database that has had %s up to date, and lose nothing',
      (_name, had) =>
        withPool(async (pool) => {
          await migrateDatabase(pool, known.slice(0, had), 'test')
          await fillPostgres(pool, 3)
          const before = await countsOfPostgres(pool)
          expect(Object.keys(before).length).toBeGreaterThan(15)
          expect(Object.values(before).every((count) => count === 3)).toBe(true)
          await migrateDatabase(pool, known, 'test')
          expect(await countsOfPostgres(pool)).toMatchObject(before)
          expect(await hadMigrations(pool)).toEqual(known.map(({ name }) => name))
        }),
    )

    test('one that fails is taken back, and those before it stay', () =>
      withPool(async (pool) => {
        const broken = {
          name: '9000_break-things',
          statements: ['create table half (id int)', 'create tabel x ()'],
        }
        await expect(migrateDatabase(pool, [...known, broken], 'the database')).rejects.toThrow(
          /"9000_break-things" failed on the database and was taken back/,
        )
        expect(await hadMigrations(pool)).toEqual(known.map(({ name }) => name))
        expect((await pool.query(`select to_regclass('half') as half`)).rows).toEqual([{ half: null }])
      }))
  })
