import {
  type Block,
  bold,
  button,
  buttons,
  code,
  heading,
  list,
  type Message,
  message,
  note,
  type Span,
  text,
} from '../message/message.ts'
import type { Post } from '../posts/post.ts'
import { dayAndTime, excerpt, postStateWords } from './words.ts'

/** Some of the posts of one kind, and how many there are. */
export interface QueuePart {
  posts: readonly Post[]
  count: number
}

export interface QueueSheet {
  trouble: QueuePart
  inReview: QueuePart
  scheduled: QueuePart
  drafts: QueuePart
  pausedAt: number | null
  zone: string
  /** The reader's language (BCP 47), and so their clock. */
  locale: string
}

/** What waits, in the order in which somebody should look at it. */
export function queueView({
  trouble,
  inReview,
  scheduled,
  drafts,
  pausedAt,
  zone,
  locale,
}: QueueSheet): Message {
  const nothing = [trouble, inReview, scheduled, drafts].every(({ count }) => count === 0)
  return message(
    heading('📋 The queue'),
    pausedAt !== null &&
      text(bold('⏸️ Everything is paused.'), ' Say ', code('resume'), ' to let posts go out again.'),
    ...part('Under way, or in need of somebody', trouble, zone, locale),
    ...part('In review', inReview, zone, locale),
    ...part('Scheduled', scheduled, zone, locale),
    ...part('Drafts', drafts, zone, locale),
    nothing && text('Nothing waits.'),
    note(`Times are ${zone}`),
    buttons(
      ...inReview.posts.slice(0, 3).map((post) => button(`Show #${post.number}`, `show ${post.number}`)),
      button('Calendar', 'calendar this week'),
      button('Write a post', 'draft'),
    ),
  )
}

function part(title: string, { posts, count }: QueuePart, zone: string, locale: string): Block[] {
  if (posts.length === 0) return []
  const more = count - posts.length
  return [
    text(bold(title)),
    list(
      posts.map((post): Span[] => [
        bold(`#${post.number}`),
        {
          type: 'plain',
          text: ` ${[post.when ? dayAndTime(post.when.at, zone, post.updatedAt, locale) : 'no time yet', post.state === 'draft' ? [] : postStateWords[post.state]].flat().join(', ')}: ${excerpt(post.content.text) || '(no text yet)'}`,
        },
      ]),
    ),
    ...(more > 0 ? [note(`and ${more} more`)] : []),
  ]
}
