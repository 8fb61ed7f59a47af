import type { CalendarDay, CalendarSpan } from '../calendar/week.ts'
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
  text,
} from '../message/message.ts'
import type { Post } from '../posts/post.ts'
import { clockTime, counted, dayWords, excerpt, postStateSign, postStateWords } from './words.ts'

/** The week by day, in words: what stands where, and which days are still empty. */
export function calendarView(span: CalendarSpan, days: readonly CalendarDay[], locale: string): Message {
  const first = Temporal.PlainDate.from(span.from)
  const posts = days.reduce((sum, day) => sum + day.posts.length, 0)
  return message(
    heading(`📅 ${dayWords(span.from)} to ${dayWords(first.add({ days: 6 }).toString())}`),
    ...days.flatMap((day) => dayBlocks(day, span.zone, locale)),
    note(`${counted(posts, 'post')} · ${span.zone}`),
    buttons(
      button('◀ Back', `calendar ${first.subtract({ days: 7 }).toString()}`),
      button('Today', 'calendar this week'),
      button('On ▶', `calendar ${first.add({ days: 7 }).toString()}`),
    ),
  )
}

function dayBlocks(day: CalendarDay, zone: string, locale: string): Block[] {
  const lines = linesOf(day, zone, locale)
  const nothing = day.past ? '  –' : '  nothing yet'
  const name = bold(`${dayWords(day.date)}${day.today ? ' (today)' : ''}`)
  return [text(name, lines.length === 0 ? nothing : ''), ...(lines.length > 0 ? [list(lines)] : [])]
}

/** What a day holds, in the order of its times: posts, and runs of series that are no post yet. */
export const linesOf = ({ posts, runs }: CalendarDay, zone: string, locale: string): Span[][] =>
  [
    ...posts.map((post) => ({ at: post.when?.at ?? 0, spans: postLine(post, zone, locale) })),
    ...runs.map(({ at, text: said }) => ({
      at,
      spans: [
        {
          type: 'plain' as const,
          text: `${clockTime(at, zone, locale)} 🔁 in a series: ${excerpt(said) || '(no text yet)'}`,
        },
      ],
    })),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ spans }) => spans)

/** One post in a list: its time, number, state and the beginning of its text. */
export const postLine = (post: Post, zone: string, locale: string): Span[] => [
  { type: 'plain', text: post.when ? `${clockTime(post.when.at, zone, locale)} ` : '' },
  bold(`#${post.number}`),
  {
    type: 'plain',
    text: ` ${postStateSign[post.state]} ${postStateWords[post.state]}: ${excerpt(post.content.text) || '(no text yet)'}`,
  },
]
