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
import { clockTime, dayWords, excerpt, postStateWords } from './words.ts'

export interface QueueSheet {
  trouble: readonly Post[]
  inReview: readonly Post[]
  scheduled: readonly Post[]
  drafts: readonly Post[]
  /** Scheduled posts beyond those listed. */
  more: number
  pausedAt: number | null
  zone: string
}

/** What waits, in the order in which somebody should look at it. */
export function queueView({
  trouble,
  inReview,
  scheduled,
  drafts,
  more,
  pausedAt,
  zone,
}: QueueSheet): Message {
  const nothing = trouble.length + inReview.length + scheduled.length + drafts.length === 0
  return message(
    heading('📋 The queue'),
    pausedAt !== null && text(bold('⏸️ Everything is paused.'), ' Say `resume` to let posts go out again.'),
    ...part('Under way, or in need of somebody', trouble, zone),
    ...part('In review', inReview, zone),
    ...part('Scheduled', scheduled, zone),
    more > 0 && note(`and ${more} more scheduled`),
    ...part('Drafts', drafts, zone),
    nothing && text('Nothing waits.'),
    note(`Times are ${zone}`),
    buttons(
      ...inReview.slice(0, 3).map((post) => button(`Show #${post.number}`, `show ${post.number}`)),
      button('Calendar', 'calendar this week'),
      button('Write a post', 'draft'),
    ),
  )
}

function part(title: string, posts: readonly Post[], zone: string): Block[] {
  if (posts.length === 0) return []
  return [
    text(bold(title)),
    list(
      posts.map((post): Span[] => [
        bold(`#${post.number}`),
        {
          type: 'plain',
          text: ` ${[whenWords(post, zone), post.state === 'draft' ? [] : postStateWords[post.state]].flat().join(', ')}: ${excerpt(post.content.text) || '(no text yet)'}`,
        },
      ]),
    ),
  ]
}

function whenWords(post: Post, zone: string): string {
  if (!post.when) return 'no time yet'
  const date = Temporal.Instant.fromEpochMilliseconds(post.when.at)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString()
  return `${dayWords(date)} ${clockTime(post.when.at, zone)}`
}
