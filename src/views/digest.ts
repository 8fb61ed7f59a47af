import type { Account } from '../accounts/account.ts'
import type { CalendarDay } from '../calendar/week.ts'
import type { Delivery } from '../deliveries/delivery.ts'
import {
  type Block,
  bold,
  button,
  buttons,
  heading,
  link,
  list,
  type Message,
  message,
  note,
  type Span,
  text,
} from '../message/message.ts'
import { METRIC_NAMES, type Metrics, type Platform } from '../platforms/contract/platform.ts'
import type { Post } from '../posts/post.ts'
import { linesOf } from './calendar.ts'
import { accountName } from './post-card.ts'
import { andList, counted, dayWords, deliveryWords, excerpt } from './words.ts'

/** What a digest shows (`app/week-facts.ts` gathers it). */
export interface DigestSheet {
  back: { from: number; until: number }
  zone: string
  published: readonly {
    post: Post
    deliveries: readonly { delivery: Delivery; account: Account | undefined; metrics: Metrics | undefined }[]
    total: Metrics
  }[]
  total: Metrics
  failed: readonly { post: Post; delivery: Delivery; account: Account | undefined }[]
  ahead: readonly CalendarDay[]
  empty: readonly CalendarDay[]
  inReview: number
}

/** The week in one message: what went out and what it did, what failed and why, what comes and where there is room. */
export function digestView(
  sheet: DigestSheet,
  platforms: ReadonlyMap<string, Platform>,
  locale: string,
): Message {
  const dates = [sheet.back.from, sheet.back.until].map((at) =>
    dayWords(
      Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(sheet.zone).toPlainDate().toString(),
    ),
  )
  return message(
    heading(`📰 The week of ${dates[0]} to ${dates[1]}`),
    ...publishedBlocks(sheet, platforms),
    ...failedBlocks(sheet, platforms),
    ...aheadBlocks(sheet, locale),
    buttons(
      button('Calendar', 'calendar this week'),
      button('Write a post', 'draft'),
      sheet.inReview > 0 && button('Queue', 'queue'),
    ),
  )
}

function publishedBlocks(
  { published, total }: DigestSheet,
  platforms: ReadonlyMap<string, Platform>,
): Block[] {
  if (published.length === 0) return [text(bold('Went out: '), 'nothing last week.')]
  return [
    text(
      bold(`Went out: ${counted(published.length, 'post')}`),
      sayMetrics(total) ? ` with ${sayMetrics(total)}` : '',
    ),
    list(
      published.map(({ post, deliveries, total: own }): Span[] => [
        bold(`#${post.number}`),
        plain(` ${excerpt(post.content.text, 60)}`),
        ...deliveries.flatMap(({ delivery, account }): Span[] => {
          const label = platforms.get(account?.platform ?? delivery.platform)?.label ?? delivery.platform
          return [plain(' · '), delivery.published?.url ? link(delivery.published.url, label) : plain(label)]
        }),
        plain(sayMetrics(own) ? ` — ${sayMetrics(own)}` : ''),
      ]),
    ),
  ]
}

function failedBlocks({ failed }: DigestSheet, platforms: ReadonlyMap<string, Platform>): Block[] {
  if (failed.length === 0) return []
  return [
    text(bold(`Did not go out: ${counted(failed.length, 'delivery', 'deliveries')}`)),
    list(
      failed.map(({ post, delivery, account }) => [
        bold(`#${post.number}`),
        plain(
          ` ${account ? accountName(account, platforms) : delivery.platform} ${deliveryWords(delivery)}${delivery.problem ? `: ${delivery.problem.message}` : ''}`,
        ),
      ]),
    ),
    buttons(
      ...[...new Set(failed.map((one) => one.post.number))]
        .slice(0, 5)
        .map((number) => button(`Show #${number}`, `show ${number}`)),
    ),
  ]
}

function aheadBlocks({ ahead, empty, inReview, zone }: DigestSheet, locale: string): Block[] {
  const planned = ahead.flatMap((day) =>
    linesOf(day, zone, locale).map((line): Span[] => [plain(`${dayWords(day.date)} `), ...line]),
  )
  return [
    text(bold(`Coming: ${counted(planned.length, 'post')}`), inReview > 0 ? `, ${inReview} in review` : ''),
    ...(planned.length > 0 ? [list(planned)] : []),
    ...(empty.length > 0 ? [note(`Nothing yet on ${andList(empty.map((day) => dayWords(day.date)))}.`)] : []),
  ]
}

/** `12 likes, 3 comments and 1 share`; '' where nothing is known. */
function sayMetrics(metrics: Metrics): string {
  return andList(
    METRIC_NAMES.flatMap((name) => {
      const value = metrics[name]
      return value === undefined
        ? []
        : [value === 1 && name.endsWith('s') ? `1 ${name.slice(0, -1)}` : `${value} ${name}`]
    }),
  )
}

const plain = (said: string): Span => ({ type: 'plain', text: said })
