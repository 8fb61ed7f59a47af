import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { BlobError } from '../library/blob-error.ts'
import { fileBlobs } from '../library/file-blobs.ts'
import type { Blobs, Media, Shelf } from '../library/media.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'

/** Where the media of a backup lie: beside it, shared by all backups of one folder. */
export const mediaFolderOf = (backup: string): string => join(dirname(resolve(backup)), 'crier-media')

/** Bytes of a workspace that lie outside the database. */
export type KeptMedia = Pick<Media, 'sha256' | 'type' | 'size'> & { workspaceId: WorkspaceId }

export interface CopiedMedia {
  all: number
  /** Those that were not there before. */
  fresh: number
  /** Those that can't be read where they should be, or are not what they were. */
  missing: number
}

/** Copies media into a folder, one after the other; what is there already is left. @throws BlobError */
export const copyMedia = (media: readonly KeptMedia[], from: Blobs, folder: string): Promise<CopiedMedia> =>
  copy(media, from, fileBlobs(folder))

/** The same back: from a backup's folder to where Crier keeps them. @throws BlobError */
export const bringMediaBack = (
  media: readonly KeptMedia[],
  folder: string,
  to: Blobs,
): Promise<CopiedMedia> => copy(media, fileBlobs(folder), to)

async function copy(media: readonly KeptMedia[], from: Blobs, to: Blobs): Promise<CopiedMedia> {
  const copied: CopiedMedia = { all: media.length, fresh: 0, missing: 0 }
  for (const one of media) {
    const target = to.of(one.workspaceId)
    if (await isThere(target, one)) continue
    const bytes = await wholeBytes(from.of(one.workspaceId), one)
    if (bytes) {
      await target.put(one.sha256, bytes, one.type)
      copied.fresh += 1
    } else copied.missing += 1
  }
  return copied
}

/** By its last byte: it appears whole or not at all, and to read all of them each night would take as long as to copy them. */
const isThere = async (shelf: Shelf, { sha256, size }: KeptMedia): Promise<boolean> =>
  (await orNothing(shelf.get(sha256, { from: Math.max(0, size - 1), to: size })))?.byteLength ===
  Math.min(1, size)

/** What is kept under a hash is what it says, or it is damaged. */
async function wholeBytes(shelf: Shelf, { sha256 }: KeptMedia): Promise<Uint8Array | undefined> {
  const bytes = await orNothing(shelf.get(sha256))
  return bytes && createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : undefined
}

const orNothing = (read: Promise<Uint8Array>): Promise<Uint8Array | undefined> =>
  read.catch((error: unknown) => {
    if (error instanceof BlobError) return undefined
    throw error
  })
