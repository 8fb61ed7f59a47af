import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Blobs } from './media.ts'

/** Media in a folder, two levels deep by the first characters of the hash. A file appears whole or not at all. */
export function fileBlobs(folder: string): Blobs {
  const pathOf = (sha256: string) => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('A media key is 64 hex characters')
    return join(folder, sha256.slice(0, 2), sha256)
  }
  return {
    async put(sha256, bytes) {
      const path = pathOf(sha256)
      if (await exists(path)) return
      // What is to be published is nobody's to read before.
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const temporary = `${path}.${randomUUID()}`
      const file = await open(temporary, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    },
    get: (sha256) => readFile(pathOf(sha256)),
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
