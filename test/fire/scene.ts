import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/kit/clock.ts'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { type PlatformServer, startPlatforms } from './platforms.ts'

/** What a fire test plays on: an empty SQLite file, and platforms that fail as they are told. */
export interface Scene {
  storage: Storage
  server: PlatformServer
  close(): Promise<void>
}

export async function openScene(clock: Clock): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'crier-fire-'))
  const storage = await openStorage({ url: `file:${join(folder, 'fire.sqlite')}`, log: silentLog })
  await storage.migrate()
  const server = await startPlatforms(clock)
  return {
    storage,
    server,
    async close() {
      await server.stop()
      await storage.close()
      await rm(folder, { recursive: true })
    },
  }
}
