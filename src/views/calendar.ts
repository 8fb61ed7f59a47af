import type { CalendarDay, CalendarSpan, Run } from '../calendar/week.ts'
import type { EpochMs } from '../kit/clock.ts'
import {
  type Block,
  bold,
  button,
  buttons,
  heading,
  list,
  type Message,
  message,
  note,
  type Span,
  spansOf,
  text,
} from '../message/message.ts'
import type { Post } from '../posts/post.ts'
import { firstGroups, foldSeries } from './fold-series.ts'
import { andList, clockTime, counted, dayWords, excerpt, postStateSign, postStateWords } from './words.ts'

/** The week by day, in words: what stands where, and which days are still empty. */
export function calendarView(span: CalendarSpan, days: readonly CalendarDay[], locale: string): Message {
  const first = Temporal.PlainDate.from(span.from)
  return message(
    heading(`📅 ${dayWords(span.from)} to ${dayWords(first.add({ days: 6 }).toString())}`),
    ...days.flatMap((day) => dayBlocks(day, span.zone, locale)),
    note(`${countedPlan(days)} · ${span.zone}`),
    buttons(
      button('◀ Back', `calendar ${first.subtract({ days: 7 }).toString()}`),
      button('Today', 'calendar this week'),
      button('On ▶', `calendar ${first.add({ days: 7 }).toString()}`),
    ),
  )
}

/** `3 posts`, `3 posts and 5 runs of series`; that it is at least so many, where more runs are to come than were counted. */
export function countedPlan(days: readonly CalendarDay[]): string {
  const posts = days.reduce((sum, day) => sum + day.posts.length, 0)
  const runs = days.reduce((sum, day) => sum + day.runs.length, 0)
  const least = days.some(({ uncounted }) => uncounted) ? 'at least ' : ''
  return andList([
    ...(posts > 0 || runs === 0 ? [counted(posts, 'post')] : []),
    ...(runs > 0 ? [`${least}${counted(runs, 'run')} of series`] : []),
  ])
}

/** A day shows so many lines: seven such days are still read in a chat. */
const MOST_LINES = 12

function dayBlocks(day: CalendarDay, zone: string, locale: string): Block[] {
  const { shown, left } = firstGroups(groupsOf(day), MOST_LINES)
  const lines = shown.map((group) => planLine(group, zone, locale))
  if (left > 0) lines.push(spansOf(`and ${left} more`))
  if (day.uncounted) lines.push(spansOf(UNCOUNTED))
  const nothing = day.past ? '  –' : '  nothing yet'
  const name = bold(`${dayWords(day.date)}${day.today ? ' (today)' : ''}`)
  return [text(name, lines.length === 0 ? nothing : ''), ...(lines.length > 0 ? [list(lines)] : [])]
}

/** Said of a day for which the runs of series could not all be counted. */
const UNCOUNTED = '🔁 and more runs of series than are counted here'

/** What stands in a day: a post, or a run of a series that is no post yet. */
type Planned = { at: EpochMs; post: Post } | { at: EpochMs; run: Run }

/** In a day, so many of one series are shown one by one: more are one line. */
const MOST_OF_SERIES = 6

/** What a day holds, in the order of its times. */
export function groupsOf({ posts, runs }: CalendarDay): Planned[][] {
  const all: Planned[] = [
    ...posts.map((post) => ({ at: post.when?.at ?? 0, post })),
    ...runs.map((run) => ({ at: run.at, run })),
  ].sort((a, b) => a.at - b.at)
  return foldSeries(all, kindOf, MOST_OF_SERIES)
}

/** Posts of a series stand together where they have come equally far. */
const kindOf = (one: Planned): string | null =>
  'run' in one ? one.run.seriesId : one.post.seriesId && `${one.post.seriesId} ${one.post.state}`

/** The line of one group: `09:00 #1 🗓️ scheduled: We ship`, or of how many there are between its first and its last. */
export function planLine(group: readonly Planned[], zone: string, locale: string): Span[] {
  const [first, last] = [group[0], group.at(-1)]
  if (!first || !last) return []
  const times =
    first === last
      ? clockTime(first.at, zone, locale)
      : `${clockTime(first.at, zone, locale)} to ${clockTime(last.at, zone, locale)}`
  if ('run' in first) {
    const many = first === last ? '' : `${counted(group.length, 'run')} `
    return spansOf(`${times} 🔁 ${many}in a series: ${excerpt(first.run.text) || '(no text yet)'}`)
  }
  if (first === last) return postLine(first.post, zone, locale)
  const { state, content } = first.post
  return spansOf(
    `${times} ${postStateSign[state]} ${counted(group.length, 'post')} in a series, ${postStateWords[state]}: ${excerpt(content.text) || '(no text yet)'}`,
  )
}

/** One post in a list: its time, number, state and the beginning of its text. */
export const postLine = (post: Post, zone: string, locale: string): Span[] => [
  { type: 'plain', text: post.when ? `${clockTime(post.when.at, zone, locale)} ` : '' },
  bold(`#${post.number}`),
  {
    type: 'plain',
    text: ` ${postStateSign[post.state]} ${postStateWords[post.state]}: ${excerpt(post.content.text) || '(no text yet)'}`,
  },
]
