import type { EpochMs } from '../kit/clock.ts'
import { instantOf } from '../kit/clock.ts'
import { METRIC_NAMES, type Metrics } from '../platforms/contract/platform.ts'

/** The time (UTC ms) at which the digest of the week before is sent: the latest Monday at nine in the workspace's zone, at or before `now`. */
export function digestTime(now: EpochMs, zone: string): EpochMs {
  const local = instantOf(now).toZonedDateTimeISO(zone)
  const monday = local.toPlainDate().subtract({ days: local.dayOfWeek - 1 })
  const nine = (day: Temporal.PlainDate) =>
    day.toZonedDateTime({ timeZone: zone, plainTime: '09:00' }).epochMilliseconds
  return nine(monday) <= now ? nine(monday) : nine(monday.subtract({ weeks: 1 }))
}

/** The seven days that a digest sent at `at` looks back on, and the seven it looks ahead to (UTC ms; whole days in `zone`). */
export function digestSpans(at: EpochMs, zone: string): { back: Span; ahead: Span } {
  const today = instantOf(at).toZonedDateTimeISO(zone).toPlainDate()
  const midnight = (day: Temporal.PlainDate) => day.toZonedDateTime({ timeZone: zone }).epochMilliseconds
  return {
    back: { from: midnight(today.subtract({ days: 7 })), until: at },
    ahead: { from: midnight(today), until: midnight(today.add({ days: 7 })) },
  }
}

interface Span {
  from: EpochMs
  until: EpochMs
}

/** Metrics added up; a number that no platform gave stays absent, since unknown is not zero. */
export function sumMetrics(all: readonly Metrics[]): Metrics {
  const sum: Metrics = {}
  for (const metrics of all) {
    for (const name of METRIC_NAMES) {
      const value = metrics[name]
      if (value !== undefined) sum[name] = (sum[name] ?? 0) + value
    }
  }
  return sum
}

/** The moments after publishing (ms) at which numbers are read: often while a post is young, seldom later. */
const MEASURE_AFTER = [5, 15, 30, 60, 120, 240, 480, 1440, 2880, 4320, 7 * 1440, 14 * 1440, 28 * 1440].map(
  (minutes) => minutes * 60_000,
)

/** Is it time to read the numbers of a delivery again? */
export function measureIsDue(publishedAt: EpochMs, measuredAt: EpochMs | undefined, now: EpochMs): boolean {
  const measuredAge = measuredAt === undefined ? -1 : measuredAt - publishedAt
  return MEASURE_AFTER.some((after) => after > measuredAge && publishedAt + after <= now)
}

/** Numbers of a delivery older than this (ms) are read no more. */
export const MEASURE_FOR = 29 * 24 * 60 * 60_000
