import { chmod, mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UserError } from './user-error.ts'

/**
 * The key of an embedded install: made on first start, in a file that only its owner can read.
 *
 * @throws UserError where others can read it
 */
export async function secretFromFile(path: string, make: () => string): Promise<string> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      await chmod(path, 0o600)
    }
    const secret = (await readFile(path, 'utf8')).trim()
    if (secret !== '') return secret
    throw new UserError(`The key file ${path} is empty`, {
      wayOut: "Put it back from a backup; without it the stored logins can't be opened.",
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await mkdir(dirname(path), { recursive: true })
  const secret = make()
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(`${secret}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    return secret
  } catch (error) {
    // Another process made it at the same moment: that one's key is the key.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return (await readFile(path, 'utf8')).trim()
    throw error
  }
}
