import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Reads a folder register: every source file directly in `folder` has a default export whose `name` is the file's name.
 * Works on TypeScript in a clone and on compiled JavaScript in a package. Sorted by name.
 *
 * @throws Error naming the file, if an entry has no default export or another name than its file.
 */
export async function loadFolder<Entry extends { name: string }>(folder: string): Promise<Entry[]> {
  const files = (await readdir(folder, { withFileTypes: true }))
    .filter((file) => file.isFile() && isSource(file.name))
    .map((file) => file.name)
    .sort()
  return Promise.all(files.map((file) => loadEntry<Entry>(folder, file)))
}

const isSource = (file: string): boolean => /\.(ts|js)$/.test(file) && !/\.(d|test)\.ts$/.test(file)

async function loadEntry<Entry extends { name: string }>(folder: string, file: string): Promise<Entry> {
  const loaded: { default?: Entry } = await import(pathToFileURL(join(folder, file)).href)
  const entry = loaded.default
  const expected = basename(file, extname(file))
  if (!entry) throw new Error(`${join(folder, file)} has no default export`)
  if (entry.name !== expected) {
    throw new Error(`${join(folder, file)} calls itself "${entry.name}"; the file's name says "${expected}"`)
  }
  return entry
}
