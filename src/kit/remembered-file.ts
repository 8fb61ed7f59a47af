import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A few strings that survive a restart and may be lost without harm, in one JSON file. */
export interface Remembered {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
}

export function rememberedFile(path: string): Remembered {
  let writing: Promise<void> = Promise.resolve()
  const read = async (): Promise<Record<string, string>> => {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return {}
      throw error
    }
  }
  return {
    get: async (key) => (await read())[key],
    set(key, value) {
      // One writer at a time; the next one reads what the last one wrote, also where that failed.
      const turn = writing.then(
        () => write(key, value),
        () => write(key, value),
      )
      writing = turn
      return turn
    },
  }

  async function write(key: string, value: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(`${path}.new`, JSON.stringify({ ...(await read()), [key]: value }), { mode: 0o600 })
    await rename(`${path}.new`, path)
  }
}
