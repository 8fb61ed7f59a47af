import type { Storage, StorageOptions } from './storage.ts'
import { StorageError } from './storage-error.ts'

/**
 * Opens the database that `url` names, and looks at it before anybody relies on it.
 *
 * @throws StorageError in one sentence: not a database, damaged, newer than this build, not writable, held by another
 *   server, not reachable
 */
export async function openStorage({ url }: StorageOptions): Promise<Storage> {
  throw new StorageError(`DATABASE_URL is "${url}", and no database of that kind is known yet`)
}
