import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { QueryError } from '../query-error.ts'
import { WAIT } from './open-file.ts'

/** Between two tries (ms): as long as another process's transaction usually takes. */
const SHORTEST = 1
const LONGEST = 25

/**
 * Does `work` again while another process writes, letting this one's event loop go on meanwhile: SQLite's own waiting
 * would stand still with everything else. `work` must have done nothing where it fails.
 */
export async function patiently<T>(work: () => T): Promise<T> {
  for (let waited = 0, pause = SHORTEST; ; pause = Math.min(pause * 2, LONGEST)) {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof QueryError && error.failure === 'busy') || waited >= WAIT) throw error
    }
    await wait(pause)
    waited += pause
  }
}

/** For work that must not be interrupted: waits inside SQLite. */
export function waitingInside<T>(db: Database, work: () => T): T {
  db.pragma(`busy_timeout = ${WAIT}`)
  try {
    return work()
  } finally {
    db.pragma('busy_timeout = 0')
  }
}
