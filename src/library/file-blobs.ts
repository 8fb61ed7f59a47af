import { randomUUID } from 'node:crypto'
import { constants, copyFile, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { BlobError, missing } from './blob-error.ts'
import { blobNames } from './blob-names.ts'
import type { Blobs, Content, Part, Shelf } from './media.ts'

/** Media in a folder, by workspace and by the first characters of the hash. */
export function fileBlobs(folder: string): Blobs {
  return {
    place: `the folder ${folder}`,
    of: (workspaceId) => {
      const namesOf = (sha256: string) => blobNames(workspaceId, sha256)
      return {
        put: (sha256, content) => saidPlainly(() => write(join(folder, namesOf(sha256).name), content)),
        get: (sha256, part) =>
          saidPlainly(async () => {
            const file = await openFirst(folder, namesOf(sha256))
            try {
              return await read(file, part)
            } finally {
              await file.close()
            }
          }),
        open: (sha256, part) =>
          saidPlainly(async () => {
            const file = await openFirst(folder, namesOf(sha256))
            const bytes = file.createReadStream(part ? { start: part.from, end: part.to - 1 } : {})
            return Readable.toWeb(bytes) as ReadableStream<Uint8Array>
          }),
        remove: (sha256) => saidPlainly(() => rm(join(folder, namesOf(sha256).name), { force: true })),
      } satisfies Shelf
    },
    async check() {
      const trial = join(folder, `trial-${randomUUID()}`)
      try {
        await saidPlainly(() => write(trial, new Uint8Array([1])))
        await rm(trial)
        return { ok: true, sentence: 'it can be written' }
      } catch (error) {
        const said = error instanceof BlobError && error.cause instanceof Error ? error.cause : error
        return {
          ok: false,
          sentence: `it can't be written: ${said instanceof Error ? said.message : String(said)}`,
          wayOut: 'Look at the disk and at who owns the folder.',
        }
      }
    },
    close: async () => undefined,
  }
}

async function write(path: string, content: Content): Promise<void> {
  if (await exists(path)) return
  // What is to be published is nobody's to read before.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomUUID()}`
  try {
    if (!(content instanceof Uint8Array)) await copyFile(content.path, temporary, constants.COPYFILE_FICLONE)
    const file = await open(temporary, content instanceof Uint8Array ? 'wx' : 'r+', 0o600)
    try {
      if (content instanceof Uint8Array) await file.writeFile(content)
      else await file.chmod(0o600)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function read(file: FileHandle, part: Part | undefined): Promise<Uint8Array> {
  if (!part) return file.readFile()
  const bytes = Buffer.alloc(part.to - part.from)
  let filled = 0
  while (filled < bytes.byteLength) {
    const { bytesRead } = await file.read(bytes, filled, bytes.byteLength - filled, part.from + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

async function openFirst(
  folder: string,
  { name, before }: { name: string; before: string },
): Promise<FileHandle> {
  try {
    return await open(join(folder, name))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return open(join(folder, before))
  }
}

/** @throws BlobError for whatever the disk says */
async function saidPlainly<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    const code = codeOf(cause)
    if (code === undefined) throw cause
    if (code === 'ENOENT') throw missing(cause)
    throw new BlobError(
      'away',
      code === 'ENOSPC' ? 'the disk for media is full' : 'the media folder can’t be used',
      { cause },
    )
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false
      throw error
    },
  )
