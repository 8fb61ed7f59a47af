import { existsSync } from 'node:fs'
import BetterSqlite from 'better-sqlite3'
import type { Media } from '../../library/media.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { MEMORY, pathOf, WAIT } from './open-file.ts'

/**
 * What a backup says of itself. The table stands in copies only: a database that has it is a backup that was put in
 * place, by `crier restore` or by hand, and nobody has asked yet what went out since it was made.
 */
export interface Signature {
  /** Of this very backup. */
  id: string
  /** When it was made (UTC ms). */
  at: number
}

/** Bytes that lie outside the database. */
export type KeptMedia = Pick<Media, 'sha256' | 'type' | 'size'> & { workspaceId: WorkspaceId }

const TABLE = 'backup_of_crier'

/** Signs a copy. @returns the media that its posts may need */
export function signCopy(file: string, { id, at }: Signature): KeptMedia[] {
  const copy = new BetterSqlite(file, { fileMustExist: true })
  try {
    copy.exec(`drop table if exists ${TABLE}; create table ${TABLE} (id text not null, at integer not null)`)
    copy.prepare(`insert into ${TABLE} (id, at) values (?, ?)`).run(id, at)
    return mediaIn(copy)
  } finally {
    copy.close()
  }
}

/** The media that a database's posts may need, each of a workspace once. */
export function mediaOf(url: string, dataDir: string): KeptMedia[] {
  return onFile(url, dataDir, mediaIn) ?? []
}

/** The signature of the database in use, where it is a backup of which nobody has asked yet what went out since. */
export function restoredFrom(url: string, dataDir: string): Signature | undefined {
  return onFile(url, dataDir, (db) =>
    db.prepare('select 1 from sqlite_schema where name = ?').get(TABLE) === undefined
      ? undefined
      : (db.prepare(`select id, at from ${TABLE}`).get() as Signature | undefined),
  )
}

/** It has been asked. */
export function forgetSignature(url: string, dataDir: string): void {
  onFile(url, dataDir, (db) => db.exec(`drop table if exists ${TABLE}`))
}

const mediaIn = (db: BetterSqlite.Database): KeptMedia[] =>
  db
    .prepare(
      `select workspace_id as workspaceId, sha256, max(type) as type, max(size) as size
         from media where leaving_since is null group by workspace_id, sha256 order by workspace_id, sha256`,
    )
    .all() as KeptMedia[]

/** On a connection of its own, beside the one that serves: these are rare. */
function onFile<Value>(
  url: string,
  dataDir: string,
  look: (db: BetterSqlite.Database) => Value,
): Value | undefined {
  const path = url.startsWith('file:') ? pathOf(url, dataDir) : MEMORY
  if (path === MEMORY || !existsSync(path)) return undefined
  const db = new BetterSqlite(path, { fileMustExist: true, timeout: WAIT })
  try {
    return look(db)
  } finally {
    db.close()
  }
}
