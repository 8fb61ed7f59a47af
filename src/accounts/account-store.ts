import type { EpochMs } from '../kit/clock.ts'
import type { Account, AccountState } from './account.ts'

/** Bound to one workspace. */
export interface AccountStore {
  list(filter?: { states?: readonly AccountState[]; platform?: string }): Promise<Account[]>
  get(id: string): Promise<Account | undefined>
  byExternalId(platform: string, externalId: string): Promise<Account | undefined>
  add(account: Account, sealedCredentials: string): Promise<void>
  change(
    id: string,
    changes: Partial<
      Pick<
        Account,
        'handle' | 'state' | 'facts' | 'dryRun' | 'connectedBy' | 'expiresAt' | 'failures' | 'leftAloneUntil'
      >
    >,
  ): Promise<Account>
  /** Sealed; undefined once disconnected. `version` counts writes, so that two that refresh at once can tell. */
  credentials(id: string): Promise<{ sealed: string; version: number } | undefined>
  /** Stores new credentials if `seenVersion` is still the stored one. True for exactly one caller. */
  replaceCredentials(id: string, sealed: string | null, seenVersion: number): Promise<boolean>
  /** Takes the refresh lock of an account until `until` (UTC ms). True for exactly one caller until then. */
  lockRefresh(id: string, holder: string, now: EpochMs, until: EpochMs): Promise<boolean>
  unlockRefresh(id: string, holder: string): Promise<void>
}

/** Every sealed thing, for key rotation; crosses workspaces and is reached only from the command line. */
export interface SealedStore {
  all(): Promise<{ kind: 'account' | 'chat' | 'hook'; id: string; sealed: string }[]>
  replace(kind: 'account' | 'chat' | 'hook', id: string, seen: string, sealed: string): Promise<boolean>
}
