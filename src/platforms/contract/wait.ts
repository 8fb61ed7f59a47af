import { DAY, type EpochMs, SECOND } from '../../kit/clock.ts'

/** A header's value by its lower-case name. */
export type Headers = (name: string) => string | undefined

/** Names that say when the limit of a 429 is lifted, surest first. */
const RESETS = ['x-ratelimit-reset-after', 'x-ratelimit-reset', 'x-rate-limit-reset', 'ratelimit-reset']

/**
 * When a platform may be asked again (UTC ms): from Retry-After on any refusal, and on a 429 also from what rate-limit
 * headers there are, in any of their formats. Undefined where nothing usable was said.
 *
 * Formats met: seconds to wait (RFC 9110, the IETF draft), unix seconds (X, Bluesky), unix milliseconds, an HTTP date
 * (RFC 9110), an ISO time (Mastodon), and the draft's `RateLimit: "name";r=0;t=30`.
 */
export function waitOf(status: number, headers: Headers, now: EpochMs): EpochMs | undefined {
  const said = [headers('retry-after')]
  if (status === 429)
    said.push(...RESETS.map(headers), /(?:^|;)\s*t=(\d+)/.exec(headers('ratelimit') ?? '')?.[1])
  for (const words of said) {
    const at = words === undefined ? undefined : readTime(words.trim(), now)
    if (at !== undefined) return at
  }
  return undefined
}

/** A wait of `seconds` that a body told, as UTC ms; undefined where it is no sensible wait. */
export const afterSeconds = (seconds: unknown, now: EpochMs): EpochMs | undefined =>
  typeof seconds === 'number' ? sensible(now + seconds * SECOND, now) : undefined

/** Numbers below this are seconds to wait: as unix seconds it lies in 2001. */
const SMALLEST_UNIX_SECONDS = 1e9
/** Numbers from here on are milliseconds: as unix seconds it lies 30,000 years ahead. */
const SMALLEST_UNIX_MS = 1e12

function readTime(words: string, now: EpochMs): EpochMs | undefined {
  if (!/^\d+(\.\d+)?$/.test(words)) return sensible(Date.parse(words), now)
  const number = Number(words)
  if (number < SMALLEST_UNIX_SECONDS) return sensible(now + number * SECOND, now)
  return sensible(number < SMALLEST_UNIX_MS ? number * SECOND : number, now)
}

/** A platform that says "in the past" or "in a year" has its clock or its units wrong; then our own back-off is better. */
const sensible = (at: number, now: EpochMs): EpochMs | undefined =>
  Number.isFinite(at) && at > now && at <= now + 31 * DAY ? Math.ceil(at) : undefined
