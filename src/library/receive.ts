import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EpochMs } from '../kit/clock.ts'
import type { Content } from './media.ts'

/** Bytes that have arrived. */
export interface Received {
  content: Content
  /** Bytes. */
  size: number
  /** Hex. */
  sha256: string
}

export interface ReceiveOptions {
  /** Where what is large waits. */
  folder: string
  /** Bytes that are taken at most. */
  largest: number
  /** What is thrown where there are more. */
  tooLarge(): Error
  /** Bytes up to which they stay in memory. */
  held?: number
}

/** Most pictures stay in memory, most films do not (bytes). */
const HELD = 16 * 1024 * 1024

/**
 * Takes in what comes, hashing it on the way: in memory while it is little, then in a file.
 *
 * @param use what is done with it; a file is gone once this has ended
 * @throws what `tooLarge` makes, and whatever the source throws
 */
export async function receive<Result>(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { folder, largest, tooLarge, held = HELD }: ReceiveOptions,
  use: (received: Received) => Promise<Result>,
): Promise<Result> {
  const hash = createHash('sha256')
  let size = 0
  let chunks: Uint8Array[] = []
  let spill: Spill | undefined
  try {
    for await (const chunk of source) {
      size += chunk.byteLength
      // Leaving the loop ends the source.
      if (size > largest) throw tooLarge()
      hash.update(chunk)
      chunks.push(chunk)
      if (size <= held) continue
      spill ??= await openSpill(folder)
      for (const one of chunks) await spill.write(one)
      chunks = []
    }
    await spill?.end()
    const sha256 = hash.digest('hex')
    return await use(
      spill
        ? { content: { path: spill.path, size }, size, sha256 }
        : { content: Buffer.concat(chunks), size, sha256 },
    )
  } finally {
    await spill?.remove()
  }
}

/** Removes what a process that died in the middle left behind. */
export async function forgetLeftovers(folder: string, before: EpochMs): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // Nothing large has come yet.
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const name of names) {
    const path = join(folder, name)
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      // Its own process has just ended with it.
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (found?.isFile() && found.mtimeMs < before) await rm(path, { force: true })
  }
}

interface Spill {
  path: string
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  remove(): Promise<void>
}

async function openSpill(folder: string): Promise<Spill> {
  // What is to be published is nobody's to read before.
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, randomUUID())
  const file = await open(path, 'wx', 0o600)
  let isOpen = true
  const end = async (): Promise<void> => {
    if (isOpen) await file.close()
    isOpen = false
  }
  return {
    path,
    write: (bytes) => file.writeFile(bytes),
    end,
    async remove() {
      await end()
      await rm(path, { force: true })
    },
  }
}
