import type { Account } from '../accounts/account.ts'
import type { WorkspaceStores } from '../app/stores.ts'
import type { AfterFailure } from '../deliveries/after-failure.ts'
import { type EpochMs, HOUR, MINUTE } from '../kit/clock.ts'
import type { Platform } from '../platforms/contract/platform.ts'

/** So many failures in a row, and an account is left alone for a while; the first try afterwards is the probe. */
const MOST_FAILURES = 5
const FIRST_PAUSE = 2 * MINUTE
const LONGEST_PAUSE = HOUR

/** When the account may publish next (UTC ms), if that is later than now: its breaker, then the platform's own rates. */
export async function paceOf(
  stores: Pick<WorkspaceStores, 'accounts' | 'deliveries'>,
  platform: Platform | undefined,
  accountId: string,
  now: EpochMs,
): Promise<EpochMs | undefined> {
  const account = await stores.accounts.get(accountId)
  if (account?.pausedUntil && account.pausedUntil > now) return account.pausedUntil
  for (const { posts, per } of platform?.rates?.account ?? []) {
    const used = await stores.deliveries.countAttempts(accountId, now - per)
    // The window slides: one place becomes free after a share of it, and the pace is looked at again then.
    if (used >= posts) return now + Math.max(1_000, Math.ceil(per / posts))
  }
  return undefined
}

/** Counts what went wrong in a row; what a person must change says nothing about the account. */
export async function noteOutcome(
  stores: Pick<WorkspaceStores, 'accounts'>,
  account: Account,
  failure: AfterFailure | undefined,
  now: EpochMs,
): Promise<void> {
  if (!failure) {
    if (account.failures > 0 || account.pausedUntil !== null)
      await stores.accounts.change(account.id, { failures: 0, pausedUntil: null })
    return
  }
  if (failure.outcome !== 'retry' && failure.outcome !== 'check') return
  const failures = account.failures + 1
  const pausedUntil =
    failures < MOST_FAILURES
      ? null
      : now + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - MOST_FAILURES))
  await stores.accounts.change(account.id, { failures, pausedUntil })
}
