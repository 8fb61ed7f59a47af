import type { Account } from '../accounts/account.ts'
import { sumMetrics } from '../analytics/digest.ts'
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
import { countedPlan, groupsOf, planLine } from './calendar.ts'
import { firstGroups, foldSeries } from './fold-series.ts'
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

/** A digest is read at one go: each of its parts has so many lines, and says how much more there is. */
const MOST_LINES = 20

/** A series that posted each day is shown day by day; one that posted more often is one line. */
const MOST_OF_SERIES = 7

function publishedBlocks(
  { published, total }: DigestSheet,
  platforms: ReadonlyMap<string, Platform>,
): Block[] {
  if (published.length === 0) return [text(bold('Went out: '), 'nothing last week.')]
  const { shown, left } = firstGroups(
    foldSeries(published, ({ post }) => post.seriesId, MOST_OF_SERIES),
    MOST_LINES,
  )
  return [
    text(
      bold(`Went out: ${counted(published.length, 'post')}`),
      sayMetrics(total) ? ` with ${sayMetrics(total)}` : '',
    ),
    list(shown.map((group) => publishedLine(group, platforms))),
    left > 0 && note(`and ${left} more`),
  ].filter((block) => block !== false)
}

type Published = DigestSheet['published'][number]

function publishedLine(group: readonly Published[], platforms: ReadonlyMap<string, Platform>): Span[] {
  const [first] = group
  if (!first) return []
  const did = sayMetrics(sumMetrics(group.map(({ total }) => total)))
  if (group.length > 1)
    return [
      plain(`🔁 ${counted(group.length, 'post')} in a series: ${excerpt(first.post.content.text, 60)}`),
      plain(did ? ` — ${did}` : ''),
    ]
  return [
    bold(`#${first.post.number}`),
    plain(` ${excerpt(first.post.content.text, 60)}`),
    ...first.deliveries.flatMap(({ delivery, account }): Span[] => {
      const label = platforms.get(account?.platform ?? delivery.platform)?.label ?? delivery.platform
      return [plain(' · '), delivery.published?.url ? link(delivery.published.url, label) : plain(label)]
    }),
    plain(did ? ` — ${did}` : ''),
  ]
}

function failedBlocks({ failed }: DigestSheet, platforms: ReadonlyMap<string, Platform>): Block[] {
  if (failed.length === 0) return []
  return [
    text(bold(`Did not go out: ${counted(failed.length, 'delivery', 'deliveries')}`)),
    list(
      failed
        .slice(0, MOST_LINES)
        .map(({ post, delivery, account }) => [
          bold(`#${post.number}`),
          plain(
            ` ${account ? accountName(account, platforms) : delivery.platform} ${deliveryWords(delivery)}${delivery.problem ? `: ${delivery.problem.message}` : ''}`,
          ),
        ]),
    ),
    ...(failed.length > MOST_LINES ? [note(`and ${failed.length - MOST_LINES} more`)] : []),
    buttons(
      ...[...new Set(failed.map((one) => one.post.number))]
        .slice(0, 5)
        .map((number) => button(`Show #${number}`, `show ${number}`)),
    ),
  ]
}

function aheadBlocks({ ahead, empty, inReview, zone }: DigestSheet, locale: string): Block[] {
  const groups = ahead.flatMap((day) => groupsOf(day).map((group) => ({ day, group })))
  const shown = groups.slice(0, MOST_LINES)
  const left = groups.slice(MOST_LINES).reduce((sum, { group }) => sum + group.length, 0)
  return [
    text(bold(`Coming: ${countedPlan(ahead)}`), inReview > 0 ? `, ${inReview} in review` : ''),
    ...(shown.length > 0
      ? [
          list(
            shown.map(({ day, group }): Span[] => [
              plain(`${dayWords(day.date)} `),
              ...planLine(group, zone, locale),
            ]),
          ),
        ]
      : []),
    ...(left > 0 ? [note(`and ${left} more`)] : []),
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
