import type { PgColumnBuilderBase, PgTableExtraConfigValue } from 'drizzle-orm/pg-core'
import { drizzlePart, sql } from '../drizzle.ts'
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
  pgPolicy,
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

type Extras = (table: never) => PgTableExtraConfigValue[]

/** A table whose rows are seen by those whose connection is bound to their workspace, or to all. */
const table = (name: string, columns: Record<string, PgColumnBuilderBase>, extras?: Extras) => {
  const owner = name === 'workspaces' ? 'id' : 'workspace_id'
  const isOwned = name === 'workspaces' || 'workspaceId' in columns
  return pgTable(name, columns, (made) => [
    ...(extras?.(made as never) ?? []),
    ...(isOwned ? [ownWorkspace(owner)] : []),
  ])
}

/**
 * As `<> 0`, of which the planner expects that all rows pass: with `in` or `or` it expected one in a hundred, and sorted all
 * that waits where an index would have given the first. Costs 5 µs a planned statement and 0.15 µs a row; reading the
 * setting once, in a sub-select, costs 10 to 30 and 0.06.
 */
const ownWorkspace = (owner: string) =>
  pgPolicy('own_workspace', {
    using: sql.raw(
      `case current_setting('crier.workspace', true) when '*' then 1 when ${owner} then 1 else 0 end <> 0`,
    ),
  })

const factories = {
  table,
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
