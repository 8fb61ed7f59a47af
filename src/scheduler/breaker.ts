import type { Account } from '../accounts/account.ts'
import type { WorkspaceStores } from '../app/stores.ts'
import type { AfterFailure } from '../deliveries/after-failure.ts'
import { untilThereIsRoom, type Wait } from '../deliveries/pace.ts'
import { type Clock, type EpochMs, HOUR, MINUTE, SECOND } from '../kit/clock.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import { STOOD_STILL } from '../platforms/contract/publish-error.ts'

/** So many failures in a row, and an account is left alone for a while; the first try afterwards is the probe. */
const MOST_FAILURES = 5
const FIRST_WAIT = 2 * MINUTE
const LONGEST_WAIT = HOUR

/** So many in a row over at least two accounts, and it is the platform that is down. Its waits are short: many wait for it. */
const MOST_OF_PLATFORM = 8
const FIRST_OF_PLATFORM = 30 * SECOND
const LONGEST_OF_PLATFORM = 10 * MINUTE
/** While a probe is under way the others wait this long before they ask again (ms). */
const PROBE = 5 * SECOND

/** How a platform has fared in this process. */
interface Fares {
  failures: number
  accounts: Set<string>
  leftAloneUntil: EpochMs | null
  /** Who tries whether it works again. */
  probe: string | undefined
}

/** A place that was taken in an account's rates, until its attempt is on disk and counts by itself. */
export interface Place {
  counted(): void
}

/** What keeps deliveries from going out although they are due: a platform's rates, and breakers per account and platform. */
export interface Breaker {
  /** Until when a delivery has to wait, or its place. Every place must be given back by `counted`. */
  ask(
    stores: Pick<WorkspaceStores, 'accounts' | 'deliveries'>,
    platform: Platform | undefined,
    delivery: { id: string; accountId: string; platform: string },
  ): Promise<{ wait: Wait } | { place: Place }>
  /** Counts what went wrong in a row; what a person must change says nothing about account or platform. */
  note(
    stores: Pick<WorkspaceStores, 'accounts'>,
    account: Account,
    deliveryId: string,
    failure: AfterFailure | undefined,
  ): Promise<void>
  /** It ended in another way: if it was a probe, the next one is. */
  passed(platform: string, deliveryId: string): void
  /** Platforms that are left alone now, and until when (UTC ms). */
  leftAlone(): Map<string, EpochMs>
}

export function createBreaker(clock: Clock): Breaker {
  const platforms = new Map<string, Fares>()
  const probes = new Map<string, { delivery: string; until: EpochMs }>()
  const taken = new Map<string, number>()

  const platformWait = (name: string, label: string, deliveryId: string): Wait | undefined => {
    const fares = platforms.get(name)
    if (!fares || fares.leftAloneUntil === null) return undefined
    const now = clock.now()
    const why = `${label} fails at the moment, so it is left alone for a while`
    if (stillLeftAlone(fares.leftAloneUntil, now, LONGEST_OF_PLATFORM))
      return { until: fares.leftAloneUntil, why }
    fares.probe ??= deliveryId
    return fares.probe === deliveryId ? undefined : { until: now + PROBE, why }
  }

  const accountWait = (account: Account, deliveryId: string): Wait | undefined => {
    if (account.failures < MOST_FAILURES) return undefined
    const now = clock.now()
    const why = `${account.handle} failed ${account.failures} times in a row, so it is left alone for a while`
    if (account.leftAloneUntil !== null && stillLeftAlone(account.leftAloneUntil, now, LONGEST_WAIT))
      return { until: account.leftAloneUntil, why }
    const probe = probes.get(account.id)
    if (probe && probe.until > now && probe.delivery !== deliveryId) return { until: now + PROBE, why }
    probes.set(account.id, { delivery: deliveryId, until: now + 2 * MINUTE })
    return undefined
  }

  const notePlatform = (name: string, accountId: string, deliveryId: string, failed: boolean): void => {
    const fares = platforms.get(name) ?? {
      failures: 0,
      accounts: new Set<string>(),
      leftAloneUntil: null,
      probe: undefined,
    }
    if (!failed) {
      platforms.delete(name)
      return
    }
    platforms.set(name, fares)
    fares.failures += 1
    fares.accounts.add(accountId)
    // What was under way when it began to be left alone says nothing new; only its probe does.
    const counts = fares.leftAloneUntil === null || fares.probe === deliveryId
    if (!counts || fares.failures < MOST_OF_PLATFORM || fares.accounts.size < 2) return
    const doublings = fares.leftAloneUntil === null ? 0 : fares.failures - MOST_OF_PLATFORM
    fares.leftAloneUntil = clock.now() + Math.min(LONGEST_OF_PLATFORM, FIRST_OF_PLATFORM * 2 ** doublings)
    fares.failures = Math.max(fares.failures, MOST_OF_PLATFORM)
    fares.probe = undefined
  }

  return {
    async ask(stores, platform, { id, accountId, platform: name }) {
      const label = platform?.label ?? name
      const held = platformWait(name, label, id)
      if (held) return { wait: held }
      const account = await stores.accounts.get(accountId)
      const left = account && accountWait(account, id)
      if (left) {
        passed(name, id)
        return { wait: left }
      }
      const rates = platform?.rates?.account ?? []
      // Taken before the attempts are counted, so that two that ask in one turn do not see the same free place.
      const place = take(accountId)
      const rank = taken.get(accountId) ?? 1
      for (const { posts, per } of rates) {
        const now = clock.now()
        const used = await stores.deliveries.countAttempts(accountId, now - per).catch((error: unknown) => {
          place.counted()
          throw error
        })
        if (used + rank <= posts) continue
        place.counted()
        passed(name, id)
        return { wait: untilThereIsRoom(label, { posts, per }, now) }
      }
      return { place }
    },

    async note(stores, account, deliveryId, failure) {
      const weather =
        (failure?.outcome === 'retry' || failure?.outcome === 'check') && failure.problem.code !== STOOD_STILL
      if (failure && !weather) {
        passed(account.platform, deliveryId)
        return
      }
      notePlatform(account.platform, account.id, deliveryId, weather)
      const probed = probes.get(account.id)?.delivery === deliveryId
      if (probed) probes.delete(account.id)
      if (!weather) {
        if (account.failures > 0 || account.leftAloneUntil !== null)
          await stores.accounts.change(account.id, { failures: 0, leftAloneUntil: null })
        return
      }
      // What was under way when it began to be left alone says nothing new: a burst that fails as one must not add up to an hour.
      if (account.failures >= MOST_FAILURES && !probed) return
      const failures = account.failures + 1
      const leftAloneUntil =
        failures < MOST_FAILURES
          ? null
          : clock.now() + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - MOST_FAILURES))
      await stores.accounts.change(account.id, { failures, leftAloneUntil })
    },

    passed,

    leftAlone() {
      const now = clock.now()
      return new Map(
        [...platforms].flatMap(([name, { leftAloneUntil }]) =>
          leftAloneUntil !== null && leftAloneUntil > now ? [[name, leftAloneUntil] as const] : [],
        ),
      )
    },
  }

  function passed(platform: string, deliveryId: string): void {
    const fares = platforms.get(platform)
    if (fares?.probe === deliveryId) fares.probe = undefined
    for (const [account, probe] of probes) if (probe.delivery === deliveryId) probes.delete(account)
  }

  function take(accountId: string): Place {
    taken.set(accountId, (taken.get(accountId) ?? 0) + 1)
    let given = false
    return {
      counted() {
        if (given) return
        given = true
        const left = (taken.get(accountId) ?? 1) - 1
        if (left > 0) taken.set(accountId, left)
        else taken.delete(accountId)
      },
    }
  }
}

/** A wait that would last longer than any does was written by a clock that has been set back since. */
const stillLeftAlone = (until: EpochMs, now: EpochMs, longest: number): boolean =>
  until > now && until <= now + longest + MINUTE
