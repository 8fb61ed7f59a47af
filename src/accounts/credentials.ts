import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, EpochMs } from '../kit/clock.ts'
import { DAY, MINUTE, SECOND } from '../kit/clock.ts'
import type { Io, Platform } from '../platforms/contract/platform.ts'
import { PublishError } from '../platforms/contract/publish-error.ts'
import type { Account } from './account.ts'
import type { AccountStore } from './account-store.ts'
import { isRenewable, loginEnds } from './login-end.ts'
import { SealError, type Sealer } from './seal.ts'
import { sharersOf, withRefreshToken, withTokensOf } from './shared-login.ts'

/** The only door to a token: what leaves here goes into the platform's call and nowhere else. */
export interface Credentials {
  /**
   * The account's credentials, refreshed first where their end is near. One caller at a time refreshes an account, on any
   * number of machines; the others wait for it, so that a rotating refresh token is used once. What a refresh gave is
   * stored before it is used.
   *
   * @param staleVersion the platform refused the credentials of this version before their time: they are refreshed now
   * @throws PublishError `reconnect` where there are none, they can't be opened, or the platform said that the login is dead;
   *   `retry` where another worker still refreshes or the platform could not be reached
   */
  of(
    account: Account,
    platform: Platform,
    io: (credentials: unknown) => Io<unknown>,
    staleVersion?: number,
  ): Promise<OpenCredentials>
}

export interface OpenCredentials {
  credentials: unknown
  /** Counts writes: what a later `staleVersion` means. */
  version: number
}

export interface CredentialsNeeds {
  store: AccountStore
  /** Runs what belongs together in one transaction, with the store of that transaction, which remembers nothing. */
  together<Value>(run: (store: AccountStore) => Promise<Value>): Promise<Value>
  sealer: Sealer
  clock: Clock
  /** This process, for the refresh lock. */
  worker: string
}

/**
 * The code of a login that this process's key does not open. The login is as good as it was: it is the operator's key that
 * is another one, so nobody is asked to sign in again, and what is parked for it goes on once the right key is back.
 */
export const SEALED = 'sealed'

/** Access is refreshed this long before its end, so that it outlives the call it is for. */
const REFRESH_AHEAD = 5 * MINUTE
/** A refresh that takes longer than this has died. */
const REFRESH_LOCK = MINUTE
/** How long another caller's refresh is waited for (ms). */
const PATIENCE = 20 * SECOND
const LOOK_EVERY = 50
/** Access that holds for at least this long (ms) does for one more call where it can't be refreshed just now. */
const STILL_GOOD = MINUTE

/** What a sealed row holds, as long as somebody remembers the row itself: deliveries that share an account open it once. */
const openedOf = new WeakMap<object, OpenCredentials>()

export function createCredentials({ store, together, sealer, clock, worker }: CredentialsNeeds): Credentials {
  const dead = (platform: Platform, message: string, cause?: unknown, code?: string) =>
    new PublishError(platform.name, { do: 'reconnect' }, message, {
      cause,
      ...(code === undefined ? {} : { code }),
    })

  async function read(
    account: Pick<Account, 'id' | 'handle'>,
    platform: Platform,
    from: AccountStore = store,
  ): Promise<OpenCredentials> {
    const kept = await from.credentials(account.id)
    if (!kept) throw dead(platform, `${account.handle} is not connected any more`)
    const before = openedOf.get(kept)
    if (before) return before
    try {
      const credentials = platform.credentials.parse(JSON.parse(sealer.open(kept.sealed, account.id)))
      const opened = { credentials, version: kept.version }
      openedOf.set(kept, opened)
      return opened
    } catch (cause) {
      if (cause instanceof SealError && !sealer.knows(kept.sealed))
        throw dead(
          platform,
          `The login of ${account.handle} was sealed with another CRIER_SECRET_KEY: the operator sets that one again, or connect it again`,
          cause,
          SEALED,
        )
      throw dead(platform, `The login of ${account.handle} can't be opened; connect it again`, cause)
    }
  }

  const endOf = (platform: Platform, credentials: unknown): EpochMs =>
    platform.expiresAt?.(credentials) ?? Number.POSITIVE_INFINITY

  /** Access that nothing renews is good to its last moment. */
  const endsSoon = (platform: Platform, credentials: unknown): boolean => {
    const ahead = isRenewable(platform, credentials) ? (platform.refreshAhead ?? REFRESH_AHEAD) : 0
    return endOf(platform, credentials) - clock.now() <= ahead
  }

  /** Writes what a refresh gave. Where somebody else wrote meanwhile, theirs counts, unless it is the same sealed anew. */
  async function write(
    to: AccountStore,
    account: Account,
    platform: Platform,
    seen: OpenCredentials,
    fresh: unknown,
  ): Promise<void> {
    const before = JSON.stringify(seen.credentials)
    let { version } = seen
    for (;;) {
      const sealed = sealer.seal(JSON.stringify(fresh), account.id)
      if (await to.replaceCredentials(account.id, sealed, version)) break
      if (!(await to.credentials(account.id))) return
      const stored = await read(account, platform, to)
      if (JSON.stringify(stored.credentials) !== before) return
      version = stored.version
    }
    const expiresAt = loginEnds(platform, fresh)
    if (!isSameEnd(expiresAt, account.expiresAt)) await to.change(account.id, { expiresAt })
  }

  /** Stores what a refresh gave, for every account that stands on the same login: a rotated token is dead for all of them. */
  async function keep(
    account: Account,
    platform: Platform,
    seen: OpenCredentials,
    fresh: unknown,
  ): Promise<OpenCredentials> {
    const kept = await together(async (within) => {
      const others = await sharersOf(within, sealer, platform, account.id, seen.credentials)
      await write(within, account, platform, seen, fresh)
      for (const { account: other, ...theirs } of others)
        await write(within, other, platform, theirs, withTokensOf(theirs.credentials, fresh))
      // Who was disconnected meanwhile stays so; the others' new tokens are kept all the same.
      return (await within.credentials(account.id)) && read(account, platform, within)
    })
    if (!kept) throw dead(platform, `${account.handle} is not connected any more`)
    return kept
  }

  /** Takes the lock, or waits until somebody else has refreshed; undefined where it took too long. */
  async function lockOr(
    lockId: string,
    account: Account,
    platform: Platform,
    needless: (seen: OpenCredentials) => boolean,
  ): Promise<'locked' | OpenCredentials | undefined> {
    for (let waited = 0; waited <= PATIENCE; waited += LOOK_EVERY) {
      const now = clock.now()
      if (await store.lockRefresh(lockId, worker, now, now + REFRESH_LOCK)) return 'locked'
      await pause(LOOK_EVERY)
      const seen = await read(account, platform)
      if (needless(seen)) return seen
    }
    return undefined
  }

  return {
    async of(account, platform, io, staleVersion) {
      const { refresh } = platform
      const needless = (seen: OpenCredentials): boolean =>
        seen.version !== staleVersion && !endsSoon(platform, seen.credentials)
      const first = await read(account, platform)
      if (!refresh || needless(first)) return first

      // Accounts on one login share its refresh token, and so one lock: that of the oldest of them.
      const others = await sharersOf(store, sealer, platform, account.id, first.credentials)
      const [lockId = account.id] = [account.id, ...others.map((one) => one.account.id)].toSorted()
      const locked = await lockOr(lockId, account, platform, needless)
      if (locked === undefined) {
        throw new PublishError(
          platform.name,
          { do: 'retry', after: clock.now() + 5 * SECOND },
          `The login of ${account.handle} is being refreshed`,
        )
      }
      if (locked !== 'locked') return locked
      try {
        // Read again under the lock: another worker may have refreshed it between our read and our lock.
        const seen = await together((within) => read(account, platform, within))
        if (needless(seen)) return seen
        const { credentials, version } = seen
        let fresh: unknown
        try {
          fresh = platform.credentials.parse(
            withRefreshToken(await refresh(credentials, io(credentials)), credentials),
          )
        } catch (error) {
          const weather = error instanceof PublishError && error.next.do === 'retry'
          const stillGood = endOf(platform, credentials) - clock.now() >= STILL_GOOD
          // A passing fault must not hold up a post for which the access still does.
          if (weather && stillGood && version !== staleVersion) return seen
          // Signing in anew may end the refresh token before it: then the new login counts.
          const anew = weather ? seen : await together((within) => read(account, platform, within))
          if (anew.version !== version && needless(anew)) return anew
          throw error
        }
        return await keep(account, platform, seen, fresh)
      } finally {
        await store.unlockRefresh(lockId, worker)
      }
    },
  }
}

/** An end that is told in seconds from now moves a little each time it is told. */
const isSameEnd = (one: EpochMs | null, other: EpochMs | null): boolean =>
  one === other || (one !== null && other !== null && Math.abs(one - other) < DAY)
