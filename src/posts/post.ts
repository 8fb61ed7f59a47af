import type { EpochMs } from '../kit/clock.ts'

/** What the team writes, from the first word to the last result. */
export interface Post {
  id: string
  /** What people call it: `#42`. Counts from 1 in each workspace. */
  number: number
  authorId: string
  state: PostState
  content: Content
  /** The hash of `content` and `accountIds`: what a decision is bound to. Thirty-two hex characters; people see the first four, buttons carry all. */
  revision: string
  /** Where it goes. */
  accountIds: string[]
  when: PostTime | null
  /** Decisions of earlier revisions do not count; this one counts rounds of review, so that cards can say "again". */
  round: number
  /** The last edit, so that reviewers see what changed; null where it was never edited. */
  edited: PostEdit | null
  seriesId: string | null
  createdAt: EpochMs
  updatedAt: EpochMs
}

/** What an edit replaced, and who did it. */
export interface PostEdit {
  revision: string
  content: Content
  accountIds: string[]
  memberId: string
  at: EpochMs
}

/** Everything that would be published, apart from where and when. */
export interface Content {
  text: string
  /** What one platform gets instead of the common text, by the platform's name. */
  variants: Record<string, string>
  media: AttachedMedia[]
  /** What a platform asks for besides a text (title, privacy, format), by the platform's name. */
  options: Record<string, Record<string, string>>
}

export interface AttachedMedia {
  mediaId: string
  /** '' where nobody has described it. */
  alt: string
}

/** A time that a person chose: the instant, and what they meant by it. */
export interface PostTime {
  /** UTC ms. */
  at: EpochMs
  /** IANA zone they meant. */
  zone: string
  /** What they typed. */
  phrase: string
}

export const POST_STATES = [
  /** Being written. Brought here by `draft`, by `request-changes` and by an edit; taken away by `submit`. A crash leaves it as it was. */
  'draft',
  /** Waits for decisions. Brought here by `submit`, and by `recall` where an approver lost the role; taken away by the last approval, by `settings approvals` where fewer are asked for, by `roles` where an approver has the role again, a request for changes, a rejection or an edit. */
  'in_review',
  /** Goes out at its time. Brought here by the last approval; taken away by the first claim, an edit, a cancellation or a recall. A crash leaves it, and the next tick finds it. */
  'scheduled',
  /** At least one delivery has been claimed. Taken away when the last delivery has an end. A crash leaves it; its deliveries' leases run out and are settled. */
  'publishing',
  /** Every delivery is live. An end. */
  'published',
  /** Some deliveries are live, some failed. Taken away by `retry`. */
  'partly_published',
  /** No delivery is live. Taken away by `retry` or an edit. */
  'failed',
  /** Nobody wants it any more: cancelled or rejected. An end. */
  'cancelled',
] as const
export type PostState = (typeof POST_STATES)[number]

export const emptyContent: Content = { text: '', variants: {}, media: [], options: {} }

/** What this platform gets of the post: its own variant, or the common text. */
export const textFor = (content: Content, platform: string): string =>
  content.variants[platform] ?? content.text
