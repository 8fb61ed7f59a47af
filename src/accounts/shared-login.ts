import type { Platform } from '../platforms/contract/platform.ts'
import { Tokens } from '../platforms/contract/tokens.ts'
import type { Account } from './account.ts'
import type { AccountStore } from './account-store.ts'
import { SealError, type Sealer } from './seal.ts'

/** An account that stands on the same login as another: boards of one profile, organisations of one person. */
export interface Sharer {
  account: Account
  credentials: unknown
  version: number
}

/**
 * The other accounts of the workspace that stand on the login of these credentials. What ends or replaces its tokens
 * (a rotation, a revocation) does so for all of them.
 */
export async function sharersOf(
  store: Pick<AccountStore, 'list' | 'credentials'>,
  sealer: Sealer,
  platform: Platform,
  accountId: string,
  credentials: unknown,
): Promise<Sharer[]> {
  const own = loginOf(credentials)
  if (own === undefined) return []
  const sharers: Sharer[] = []
  for (const account of await store.list({ platform: platform.name, states: ['connected'] })) {
    const kept = account.id === accountId ? undefined : await store.credentials(account.id)
    const theirs = kept && opened(sealer, platform, kept.sealed, account.id)
    if (kept && theirs !== undefined && loginOf(theirs) === own)
      sharers.push({ account, credentials: theirs, version: kept.version })
  }
  return sharers
}

/** What tells a login: its refresh token, or its access token where there is none. */
function loginOf(credentials: unknown): string | undefined {
  const tokens = Tokens.safeParse(credentials).data
  return tokens?.refreshToken ?? tokens?.accessToken
}

/** The credentials of one account with the tokens that another's refresh gave. */
export function withTokensOf(credentials: unknown, fresh: unknown): unknown {
  return { ...(credentials as Record<string, unknown>), ...Tokens.parse(fresh) }
}

/** What a refresh gave; where it gave no refresh token, or an empty one, the old one goes on counting. */
export function withRefreshToken(fresh: unknown, before: unknown): unknown {
  const { refreshToken } = Tokens.partial().safeParse(before).data ?? {}
  const given = (fresh as { refreshToken?: unknown } | null)?.refreshToken
  return refreshToken === undefined || given ? fresh : { ...(fresh as object), refreshToken }
}

/** An account whose credentials can't be read stands on nothing; it is told so when it is used itself. */
function opened(sealer: Sealer, platform: Platform, sealed: string, accountId: string): unknown {
  try {
    return platform.credentials.safeParse(JSON.parse(sealer.open(sealed, accountId))).data
  } catch (error) {
    if (error instanceof SealError) return undefined
    throw error
  }
}
