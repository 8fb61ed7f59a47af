import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { fileBlobs } from '../library/file-blobs.ts'
import type { Blobs } from '../library/media.ts'

/** Where the media of a backup lie: beside it, shared by all backups of one folder. */
export const mediaFolderOf = (backup: string): string => join(dirname(resolve(backup)), 'crier-media')

export interface CopiedMedia {
  all: number
  /** Those that were not there before. */
  fresh: number
  /** Those that can't be read where they should be, or are not what they were. */
  missing: number
}

/** Copies media into a folder, one after the other; what is there already is left. @throws what the disk throws */
export const copyMedia = (keys: readonly string[], from: Blobs, folder: string): Promise<CopiedMedia> =>
  copy(keys, from, fileBlobs(folder))

/** The same back: from a backup's folder to where Crier keeps them. */
export const bringMediaBack = (keys: readonly string[], folder: string, to: Blobs): Promise<CopiedMedia> =>
  copy(keys, fileBlobs(folder), to)

async function copy(keys: readonly string[], from: Blobs, to: Blobs): Promise<CopiedMedia> {
  const copied: CopiedMedia = { all: keys.length, fresh: 0, missing: 0 }
  for (const key of keys) {
    if (await wholeBytes(to, key)) continue
    const bytes = await wholeBytes(from, key)
    if (bytes) {
      await to.put(key, bytes)
      copied.fresh += 1
    } else copied.missing += 1
  }
  return copied
}

/** What is kept under a hash is what it says, or it is damaged; undefined also where there is none, which every store says in its own way. */
async function wholeBytes(blobs: Blobs, key: string): Promise<Uint8Array | undefined> {
  const bytes = await blobs.get(key).catch(() => undefined)
  return bytes && createHash('sha256').update(bytes).digest('hex') === key ? bytes : undefined
}
