import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UserError } from './user-error.ts'

/**
 * The key of an embedded install: made on first start, in a file that only its owner can read.
 *
 * @throws UserError where it is empty, or can't be read or made
 */
export async function secretFromFile(path: string, make: () => string): Promise<string> {
  try {
    return await readOrMake(path, make)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined || !IN_THE_WAY.has(code)) throw error
    throw new UserError(`The key file ${path} can't be read or made (${code})`, {
      wayOut: 'Let this user write to its folder, or name another one in DATA_DIR.',
      cause: error,
    })
  }
}

/** What a file system answers where the folder is somebody else's, read-only, full, or no folder at all. */
const IN_THE_WAY = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOSPC', 'EEXIST'])

async function readOrMake(path: string, make: () => string): Promise<string> {
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
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
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

/** Puts other keys into the file, whole or not at all: a crash at that moment must not lose every login. */
export async function replaceSecretFile(path: string, secrets: readonly string[]): Promise<void> {
  const fresh = `${path}.new`
  const file = await open(fresh, 'w', 0o600)
  try {
    await file.writeFile(`${secrets.join('\n')}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
}
