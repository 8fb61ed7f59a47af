import type { Clock } from '../kit/clock.ts'
import { MINUTE } from '../kit/clock.ts'
import type { Io, Platform } from '../platforms/contract/platform.ts'
import { PublishError } from '../platforms/contract/publish-error.ts'
import type { Account } from './account.ts'
import type { AccountStore } from './account-store.ts'
import type { Sealer } from './seal.ts'

/** The only door to a token: what leaves here goes into the platform's call and nowhere else. */
export interface Credentials {
  /**
   * The account's credentials, refreshed first where their end is near. One caller at a time refreshes an account; the
   * others wait for it, so that a rotating refresh token is used once.
   *
   * @throws PublishError `reconnect` where there are none, they can't be opened, or the platform said that the login is dead;
   *   `retry` where another worker still refreshes or the platform could not be reached
   */
  of(account: Account, platform: Platform, io: (credentials: unknown) => Io<unknown>): Promise<unknown>
  seal(accountId: string, credentials: unknown): string
}

export interface CredentialsNeeds {
  store: AccountStore
  sealer: Sealer
  clock: Clock
  /** This process, for the refresh lock. */
  worker: string
}

/** Access is refreshed this long before its end, so that it outlives the call it is for. */
const REFRESH_AHEAD = 5 * MINUTE
/** A refresh that takes longer than this has died. */
const REFRESH_LOCK = MINUTE

export function createCredentials({ store, sealer, clock, worker }: CredentialsNeeds): Credentials {
  const dead = (platform: Platform, message: string, cause?: unknown) =>
    new PublishError(platform.name, { do: 'reconnect' }, message, { cause })

  async function read(account: Account, platform: Platform) {
    const kept = await store.credentials(account.id)
    if (!kept) throw dead(platform, `${account.handle} is not connected any more`)
    try {
      const credentials = platform.credentials.parse(JSON.parse(sealer.open(kept.sealed, account.id)))
      return { credentials, version: kept.version }
    } catch (cause) {
      throw dead(platform, `The login of ${account.handle} can't be opened; connect it again`, cause)
    }
  }

  const endsSoon = (platform: Platform, credentials: unknown): boolean => {
    const end = platform.expiresAt?.(credentials) ?? null
    return end !== null && end - clock.now() < (platform.refreshAhead ?? REFRESH_AHEAD)
  }

  return {
    async of(account, platform, io) {
      const { credentials } = await read(account, platform)
      if (!platform.refresh || !endsSoon(platform, credentials)) return credentials

      const now = clock.now()
      if (!(await store.lockRefresh(account.id, worker, now, now + REFRESH_LOCK))) {
        throw new PublishError(
          platform.name,
          { do: 'retry', after: now + 5_000 },
          `The login of ${account.handle} is being refreshed`,
        )
      }
      try {
        // Read again under the lock: another worker may have refreshed it between our read and our lock.
        const seen = await read(account, platform)
        if (!endsSoon(platform, seen.credentials)) return seen.credentials
        const fresh = await platform.refresh(seen.credentials, io(seen.credentials))
        await store.replaceCredentials(
          account.id,
          sealer.seal(JSON.stringify(fresh), account.id),
          seen.version,
        )
        return fresh
      } finally {
        await store.unlockRefresh(account.id, worker)
      }
    },

    seal: (accountId, credentials) => sealer.seal(JSON.stringify(credentials), accountId),
  }
}
