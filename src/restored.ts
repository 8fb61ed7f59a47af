import { resolve } from 'node:path'
import type { House } from './build.ts'
import { MINUTE } from './kit/clock.ts'
import type { Config } from './kit/config.ts'
import { type Asked, askAfterRestore } from './scheduler/restored.ts'
import { forgetSignature, restoredFrom } from './storage/sqlite/copies.ts'

/** Where the key comes from, in words. */
export const keyIn = (config: Config): string =>
  config.secretKey === undefined ? `${config.dataDir}/secret-key` : 'CRIER_SECRET_KEY'

/** `restore --after` that was cut short is gone on with by one that is said within this time (ms). */
const ONE_RESTORE = 15 * MINUTE

/**
 * Asks about what may have gone out since, where the database is a backup that was put in place: by `crier restore`, or
 * by hand. Undefined where it is none.
 *
 * @param told the operator says that it was restored by other means
 */
export async function askAboutRestored(
  { config, bench, storage, log, clock }: House,
  told = false,
): Promise<Asked | undefined> {
  const dataDir = resolve(config.dataDir)
  const backup = storage.dialect === 'sqlite' ? restoredFrom(config.databaseUrl, dataDir) : undefined
  if (!backup && !told) return undefined
  const asked = await askAfterRestore(bench, {
    id: backup?.id ?? String(Math.floor(clock.now() / ONE_RESTORE)),
    backedUpAt: backup?.at,
  })
  log.warn(
    { ...asked, backup: backup?.id },
    'The database is a backup: what was due since is asked about, and everything is paused',
  )
  if (backup) forgetSignature(config.databaseUrl, dataDir)
  return asked
}
