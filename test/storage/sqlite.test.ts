import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { storageContract } from './contract.ts'
import type { Ground } from './ground.ts'

describe('on SQLite', () => {
  let ground: Ground
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crier-sqlite-'))
    const url = `file:${join(folder, 'crier.db')}`
    const storage = await openStorage({ url, log: silentLog })
    await storage.migrate()
    ground = { storage, beside: (role = 'visitor') => openStorage({ url, log: silentLog, role }) }
  })

  afterAll(async () => {
    await ground.storage.close()
    await rm(folder, { recursive: true })
  })

  storageContract(() => ground)
})
