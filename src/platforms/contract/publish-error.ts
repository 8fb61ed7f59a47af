import type { EpochMs } from '../../kit/clock.ts'

/** What should happen to a delivery that a platform did not take: the thrower knows, the protocol obeys. */
export type Next =
  /**
   * Busy or down, and nothing was posted. `after` (UTC ms) where the platform said how long to wait. `refresh`: the
   * access ended before its time, so it is to be refreshed before the next try, whatever `expiresAt` says.
   */
  | { do: 'retry'; after?: EpochMs; refresh?: true }
  /** The login is dead: a person must sign in again. */
  | { do: 'reconnect' }
  /** This will never be taken as it stands: a person must change it. */
  | { do: 'edit' }
  /** Sent, but the answer was lost: it may be live, so it is never sent again unseen. */
  | { do: 'check' }

/** The code where Crier itself stood still (a machine that slept) until it was too late to send: it says nothing of the platform. */
export const STOOD_STILL = 'STOOD_STILL'

/** A platform's refusal or silence. `message` is a sentence for people: no token, no address with a token, no post text. */
export class PublishError extends Error {
  override name = 'PublishError'
  readonly platform: string
  readonly next: Next
  /** The platform's own code or the HTTP status, for the log and the card: `422`, `InvalidRequest`. */
  readonly code: string | undefined

  constructor(
    platform: string,
    next: Next,
    message: string,
    options: { code?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.platform = platform
    this.next = next
    this.code = options.code
  }
}
