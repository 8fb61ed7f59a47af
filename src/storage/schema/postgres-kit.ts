import { drizzlePart } from '../drizzle.ts'
import { storable, toJson, toJsonWithBytes, withBytes } from './json-column.ts'
import type { Kit } from './sqlite-kit.ts'

const {
  bigint,
  bigserial,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  unique,
  uniqueIndex,
} = drizzlePart('drizzle-orm/pg-core')

const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: storable,
})

// Bytes in order, as SQLite compares them, whatever locale the database was made with.
const id = customType<{ data: string; driverData: string }>({
  dataType: () => 'text COLLATE "C"',
  toDriver: storable,
})

// `json`, not `jsonb`: what was written comes back as it was, NUL included, and nobody searches inside. The driver
// hands it over parsed.
const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'json',
  toDriver: toJson,
})

const jsonWithBytes = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'json',
  toDriver: toJsonWithBytes,
  fromDriver: withBytes,
})

const factories = {
  table: pgTable,
  index,
  uniqueIndex,
  unique,
  primaryKey,
  foreignKey,
  id: () => id(),
  text: () => text(),
  oneOf: () => text(),
  int: () => integer(),
  time: () => bigint({ mode: 'number' }),
  big: () => bigint({ mode: 'number' }),
  bool: () => boolean(),
  json: () => json(),
  jsonWithBytes: () => jsonWithBytes(),
  counter: () => bigserial({ mode: 'number' }).primaryKey(),
} satisfies Record<keyof Kit, (...parts: never[]) => unknown>

/**
 * The same factories for PostgreSQL. Cast once, here: every query is written against SQLite's types, with the builders
 * that both dialects share.
 */
export const postgresKit = factories as unknown as Kit
