import type { EpochMs } from '../kit/clock.ts'
import { instantOf } from '../kit/clock.ts'
import type { Post } from '../posts/post.ts'

/** A day of somebody's calendar. */
export interface CalendarDay {
  /** ISO date in the reader's zone. */
  date: string
  today: boolean
  past: boolean
  posts: Post[]
  /** Runs of series that no post has been made for yet, in the order of their times. */
  runs: Run[]
  /** Series have more runs than were counted, and this day may hold some of those too. */
  uncounted: boolean
}

/** A run of a series, before it is a post. */
export interface Run {
  seriesId: string
  at: EpochMs
  text: string
}

/** Runs of series within a span: all of them, or those before `countedUntil` (UTC ms) and some of those behind it. */
export interface Runs {
  runs: readonly Run[]
  countedUntil: EpochMs
}

/** A span of whole days in one zone: what a calendar shows. */
export interface CalendarSpan {
  /** ISO dates; `until` is the first day after the span. */
  from: string
  until: string
  zone: string
}

/** The week (Monday first, ISO 8601) that a day stands in. */
function weekOf(day: Temporal.PlainDate, zone: string): CalendarSpan {
  const monday = day.subtract({ days: day.dayOfWeek - 1 })
  return { from: monday.toString(), until: monday.add({ days: 7 }).toString(), zone }
}

/** The instants (UTC ms) that a span covers: from its first midnight, up to but without the last. */
export function boundsOf(span: CalendarSpan): { from: EpochMs; until: EpochMs } {
  const midnight = (date: string) =>
    Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: span.zone }).epochMilliseconds
  return { from: midnight(span.from), until: midnight(span.until) }
}

/** The span's days, each with its posts in the order of their times. Posts outside the span, or without a time, are left out. */
export function daysOf(
  span: CalendarSpan,
  posts: readonly Post[],
  now: EpochMs,
  { runs, countedUntil }: Runs,
): CalendarDay[] {
  const today = dateOf(now, span.zone)
  const days: CalendarDay[] = []
  const end = Temporal.PlainDate.from(span.until)
  for (
    let day = Temporal.PlainDate.from(span.from);
    Temporal.PlainDate.compare(day, end) < 0;
    day = day.add({ days: 1 })
  ) {
    const date = day.toString()
    // By the day's two midnights: a date for each of thousands of posts would be reckoned seven times over.
    const { from, until } = boundsOf({ ...span, from: date, until: day.add({ days: 1 }).toString() })
    const isThen = (at: EpochMs): boolean => at >= from && at < until
    days.push({
      date,
      today: date === today,
      past: date < today,
      runs: runs.filter((run) => isThen(run.at)).sort((a, b) => a.at - b.at),
      uncounted: until > countedUntil,
      posts: posts
        .filter(({ when }) => when !== null && isThen(when.at))
        .sort((a, b) => (a.when?.at ?? 0) - (b.when?.at ?? 0) || a.number - b.number),
    })
  }
  return days
}

/** Days from today on that nobody has planned anything for. */
export const emptyDays = (days: readonly CalendarDay[]): CalendarDay[] =>
  days.filter((day) => !day.past && day.posts.length === 0 && day.runs.length === 0 && !day.uncounted)

/** The date on the wall of `zone` at an instant, in ISO form. */
export const dateOf = (at: EpochMs, zone: string): string =>
  instantOf(at).toZonedDateTimeISO(zone).toPlainDate().toString()

const WEEK_WORDS = new Map([
  ['this week', 0],
  ['today', 0],
  ['next week', 1],
  ['last week', -1],
])

/**
 * The week somebody asks for: `this week`, `next week`, `last week`, or any day in it as `2026-12-01`.
 * Undefined where the words say no week.
 */
export function weekFromWords(words: string, now: EpochMs, zone: string): CalendarSpan | undefined {
  const said = words.trim().toLowerCase() || 'this week'
  const today = instantOf(now).toZonedDateTimeISO(zone).toPlainDate()
  const weeks = WEEK_WORDS.get(said)
  if (weeks !== undefined) return weekOf(today.add({ weeks }), zone)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(said)) return undefined
  try {
    return weekOf(Temporal.PlainDate.from(said, { overflow: 'reject' }), zone)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
