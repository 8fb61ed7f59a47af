import type { EpochMs } from '../kit/clock.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import { Tokens } from '../platforms/contract/tokens.ts'

/** Can the access be renewed without a person? */
export const isRenewable = (platform: Platform, credentials: unknown): boolean => {
  if (!platform.refresh) return false
  const tokens = Tokens.safeParse(credentials)
  // What is no OAuth 2 login (a session, a token that is renewed from itself) is renewed as its platform does it.
  return !tokens.success || tokens.data.refreshToken !== undefined
}

/** UTC ms at which the login ends for good and a person must sign in again, as far as is known; null where it does not. */
export function loginEnds(platform: Platform, credentials: unknown): EpochMs | null {
  if (!isRenewable(platform, credentials)) return platform.expiresAt?.(credentials) ?? null
  return Tokens.safeParse(credentials).data?.refreshExpiresAt ?? null
}
