import type { Delivery, DeliveryState } from '../deliveries/delivery.ts'
import type { EpochMs } from '../kit/clock.ts'
import { clockWords } from '../kit/clock-words.ts'
import type { PostState } from '../posts/post.ts'

/** `a, b and c` */
export function andList(items: readonly string[], conjunction = 'and'): string {
  const last = items.at(-1)
  if (last === undefined) return ''
  return items.length === 1 ? last : `${items.slice(0, -1).join(', ')} ${conjunction} ${last}`
}

/** `1 post`, `3 posts` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

/** What people read for a post's state. */
export const postStateWords: Record<PostState, string> = {
  draft: 'a draft',
  in_review: 'in review',
  scheduled: 'scheduled',
  publishing: 'going out',
  published: 'published',
  partly_published: 'partly published',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** A sign beside the state, so that a card can be told apart at a glance; never the only carrier of meaning. */
export const postStateSign: Record<PostState, string> = {
  draft: '✏️',
  in_review: '👀',
  scheduled: '🗓️',
  publishing: '📣',
  published: '✅',
  partly_published: '⚠️',
  failed: '❌',
  cancelled: '🚫',
}

const deliveryStateWords: Record<DeliveryState, string> = {
  scheduled: 'waits for its time',
  publishing: 'is going out',
  unsure: 'may be live: the answer was lost',
  parked: 'is parked until the account is reconnected',
  late: 'was found too late, and waits for a word',
  published: 'is live',
  failed: 'failed',
  cancelled: 'was dropped',
}

/** What people read for where a delivery is. */
export const deliveryWords = ({ state, problem }: Pick<Delivery, 'state' | 'problem'>): string =>
  state === 'unsure' && problem?.doubt === 'restored' ? 'may be live already' : deliveryStateWords[state]

/** The first line of a text, shortened to about `length` characters at a word's end, with a visible sign. */
export function excerpt(text: string, length = 80): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  const whole = line === text.trim()
  if (line.length <= length) return whole ? line : `${line} …`
  const cut = line.slice(0, length).replace(/[\ud800-\udbff]$/, '')
  const space = cut.lastIndexOf(' ')
  return `${space > length / 2 ? cut.slice(0, space) : cut} …`
}

/** The clock time at an instant in a zone, in the reader's own clock (`locale`, BCP 47): `09:00`, `9:00 AM`. */
export const clockTime = (at: EpochMs, zone: string, locale: string): string =>
  clockWords(
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime().with({ second: 0 }),
    locale,
  )

/** `Mon 23 Nov 09:00`, with its year where that is not the year of `from` (UTC ms). */
export function dayAndTime(at: EpochMs, zone: string, from: EpochMs, locale: string): string {
  const date = dateIn(at, zone)
  const year = date.year === dateIn(from, zone).year ? '' : ` ${date.year}`
  return `${dayWords(date.toString())}${year} ${clockTime(at, zone, locale)}`
}

const dateIn = (at: EpochMs, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate()

/** `Mon 23 Nov` of an ISO date. */
export function dayWords(date: string): string {
  const day = Temporal.PlainDate.from(date)
  return day.toLocaleString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '')
}

/** What a link is called: the site it leads to. An address that can't be read is shown as it is. */
export const hostOf = (url: string): string => URL.parse(url)?.host.replace(/^www\./, '') ?? url
