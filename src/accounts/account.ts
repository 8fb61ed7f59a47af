import type { EpochMs } from '../kit/clock.ts'

/** One connected identity on a platform. Its credentials are sealed and live beside it, behind `accounts/credentials.ts` only. */
export interface Account {
  id: string
  /** The platform's name. */
  platform: string
  /** The platform's own id of it. */
  externalId: string
  handle: string
  state: AccountState
  /** What is known of it besides its credentials. Never a secret. */
  facts: Record<string, unknown>
  /** Publishes to the rehearsal feed instead of the platform. */
  dryRun: boolean
  connectedBy: string
  /** UTC ms at which the access ends for good, or null. */
  expiresAt: EpochMs | null
  /** Failures in a row, for the breaker; and until when (UTC ms) it is left alone. */
  failures: number
  leftAloneUntil: EpochMs | null
  createdAt: EpochMs
}

export const ACCOUNT_STATES = [
  /** Works, as far as is known. Brought here by `connect`; taken away by a dead login or `disconnect`. */
  'connected',
  /** The platform said that the login is dead. Due deliveries are parked. Taken away by `connect` of the same identity. */
  'reconnect',
  /** Its credentials are gone; kept for the history of its posts. Taken away by `connect` of the same identity. */
  'disconnected',
] as const
export type AccountState = (typeof ACCOUNT_STATES)[number]
