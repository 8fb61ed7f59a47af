import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { claimDue } from '../../src/storage/queues/claim-due.ts'
import { sqliteSpeech } from '../../src/storage/sqlite/sqlite-speech.ts'
import { claimPlanContract } from './claim-plan.ts'
import { storageContract } from './contract.ts'
import { type Ground, NOON } from './ground.ts'
import { processesContract } from './processes.ts'

describe.each([
  { where: 'on SQLite', inThread: false },
  { where: 'on SQLite, which writes in a thread', inThread: true },
])('$where', ({ inThread }) => {
  let ground: Ground & { url: string }
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crier-sqlite-'))
    const url = `file:${join(folder, 'crier.db')}`
    const storage = await openStorage({ url, log: silentLog })
    await storage.migrate()
    if (inThread) await storage.burst(true)
    ground = { url, storage, beside: (role = 'visitor') => openStorage({ url, log: silentLog, role }) }
  })

  afterAll(async () => {
    await ground.storage.close()
    await rm(folder, { recursive: true })
  })

  storageContract(() => ground)
  processesContract(() => ground)
  claimPlanContract(
    () => ground,
    async () => {
      const db = new BetterSqlite(join(folder, 'crier.db'), { readonly: true })
      const { text } = sqliteSpeech.compile(claimDue.build(sqliteSpeech.t, 'sqlite'))
      const plan = db.prepare(`explain query plan ${text}`).all(NOON, 5, 'w', NOON, NOON)
      db.close()
      return plan.map((step) => Object.values(step as object).join(' ')).join('\n')
    },
  )
})
