import { drizzlePart } from '../drizzle.ts'
import { fromJson, storable, toJson, toJsonWithBytes, withBytes } from './json-column.ts'

const { customType, foreignKey, index, integer, primaryKey, sqliteTable, unique, uniqueIndex } =
  drizzlePart('drizzle-orm/sqlite-core')

const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: storable,
})

const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'text',
  toDriver: toJson,
  fromDriver: fromJson,
})

const jsonWithBytes = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'text',
  toDriver: toJsonWithBytes,
  fromDriver: (stored) => withBytes(fromJson(stored)),
})

/** The columns our tables are made of, for SQLite. Its shape is the one the other dialect is checked against. */
export const sqliteKit = {
  table: sqliteTable,
  index,
  uniqueIndex,
  unique,
  primaryKey,
  foreignKey,
  /** An id of our own, or of another row. */
  id: () => text(),
  text: () => text(),
  /** One of a closed union. */
  oneOf: <Value extends string>() => text().$type<Value>(),
  int: () => integer(),
  /** An instant as UTC epoch milliseconds, or a size in bytes: wider than 32 bits. */
  time: () => integer(),
  big: () => integer(),
  bool: () => integer({ mode: 'boolean' }),
  json: <Value>() => json().$type<Value>(),
  jsonWithBytes: <Value>() => jsonWithBytes().$type<Value>(),
  /** Counts rows in the order they were written. */
  counter: () => integer().primaryKey({ autoIncrement: true }),
}

export type Kit = typeof sqliteKit
