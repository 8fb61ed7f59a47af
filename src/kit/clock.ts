/** An instant as UTC milliseconds since 1970: what the database holds and what crosses rooms. */
export type EpochMs = number

/** The only source of "now" below floor 6, so that a test can hand in any time. */
export interface Clock {
  now(): EpochMs
}

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The wall clock of this machine. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands still until it is moved: for tests, the command line's `--now` and rehearsals. */
export function standingClock(
  start: string | EpochMs,
): Clock & { set(to: string | EpochMs): void; advance(ms: number): void } {
  let now = asEpochMs(start)
  return {
    now: () => now,
    set: (to) => {
      now = asEpochMs(to)
    },
    advance: (ms) => {
      now += ms
    },
  }
}

const asEpochMs = (at: string | EpochMs): EpochMs =>
  typeof at === 'number' ? at : Temporal.Instant.from(at).epochMilliseconds

/** The Temporal instant of a stored time. */
export const instantOf = (at: EpochMs): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(at)
