import type { Account } from '../accounts/account.ts'
import { digestSpans, sumMetrics } from '../analytics/digest.ts'
import {
  boundsOf,
  type CalendarDay,
  type CalendarSpan,
  daysOf,
  emptyDays,
  type Run,
  type Runs,
} from '../calendar/week.ts'
import type { Delivery } from '../deliveries/delivery.ts'
import type { EpochMs } from '../kit/clock.ts'
import { instantOf } from '../kit/clock.ts'
import type { Metrics } from '../platforms/contract/platform.ts'
import type { Post } from '../posts/post.ts'
import { type Recurrence, runsBetween } from '../schedule/recurrence.ts'
import type { WorkspaceStores } from './stores.ts'

/** The states that stand in a calendar: what is planned, under way or out. */
const ON_CALENDAR = [
  'draft',
  'in_review',
  'scheduled',
  'publishing',
  'published',
  'partly_published',
  'failed',
] as const

/** A span's days with their posts. */
export async function calendarDays(
  stores: WorkspaceStores,
  span: CalendarSpan,
  now: EpochMs,
): Promise<CalendarDay[]> {
  const posts = await stores.posts.list({ states: ON_CALENDAR, ...boundsOf(span) })
  return daysOf(span, posts, now, await runsWithin(stores, boundsOf(span)))
}

/** Two series that run each minute of a week. To find so many runs takes a quarter of a second, in which nothing else is done. */
const MOST_RUNS = 20_160

/** What the running series will still post within a span, behind the post that each has made already. */
async function runsWithin(
  stores: WorkspaceStores,
  { from, until }: { from: EpochMs; until: EpochMs },
): Promise<Runs> {
  const runs: Run[] = []
  let countedUntil = until
  for (const { id, rule, plannedUntil, createdAt, content } of await stores.series.running()) {
    const after = Math.max(from - 1, plannedUntil ?? createdAt)
    if (after >= until) continue
    const room = MOST_RUNS - runs.length
    const found = runsBetween(rule as Recurrence, instantOf(after), instantOf(until), room)
    runs.push(...found.map((run) => ({ seriesId: id, at: run.epochMilliseconds, text: content.text })))
    if (found.length === room) countedUntil = Math.min(countedUntil, found.at(-1)?.epochMilliseconds ?? after)
  }
  return { runs, countedUntil }
}

/** What a digest says, as data. */
export interface DigestFacts {
  back: { from: EpochMs; until: EpochMs }
  zone: string
  published: {
    post: Post
    deliveries: { delivery: Delivery; account: Account | undefined; metrics: Metrics | undefined }[]
    total: Metrics
  }[]
  total: Metrics
  failed: { post: Post; delivery: Delivery; account: Account | undefined }[]
  ahead: CalendarDay[]
  empty: CalendarDay[]
  inReview: number
}

/** Looks back on the week before `at` and ahead on the one that begins. */
export async function digestFacts(stores: WorkspaceStores, at: EpochMs, zone: string): Promise<DigestFacts> {
  const { back, ahead } = digestSpans(at, zone)
  const accounts = new Map((await stores.accounts.list()).map((account) => [account.id, account]))
  const out = await stores.deliveries.list({
    states: ['published'],
    publishedFrom: back.from,
    publishedUntil: back.until,
  })
  const failures = await stores.deliveries.list({
    states: ['failed', 'unsure', 'late', 'parked'],
    updatedFrom: back.from,
    updatedUntil: back.until,
  })
  const metrics = await stores.deliveries.latestMetrics(out.map((one) => one.id))
  const posts = await postsById(stores, [...out, ...failures])

  const published = [...Map.groupBy(out, (one) => one.postId)].flatMap(([postId, deliveries]) => {
    const post = posts.get(postId)
    if (!post) return []
    const measured = deliveries.map((delivery) => ({
      delivery,
      account: accounts.get(delivery.accountId),
      metrics: metrics.get(delivery.id)?.metrics,
    }))
    return [{ post, deliveries: measured, total: sumMetrics(measured.flatMap((one) => one.metrics ?? [])) }]
  })
  const monday = instantOf(ahead.from).toZonedDateTimeISO(zone).toPlainDate()
  const span = { from: monday.toString(), until: monday.add({ days: 7 }).toString(), zone }
  const days = daysOf(
    span,
    await stores.posts.list({ states: ['draft', 'in_review', 'scheduled', 'publishing'], ...boundsOf(span) }),
    at,
    await runsWithin(stores, boundsOf(span)),
  )
  return {
    back,
    zone,
    published: published.sort((a, b) => (a.post.when?.at ?? 0) - (b.post.when?.at ?? 0)),
    total: sumMetrics(published.map((one) => one.total)),
    failed: failures.flatMap((delivery) => {
      const post = posts.get(delivery.postId)
      return post ? [{ post, delivery, account: accounts.get(delivery.accountId) }] : []
    }),
    ahead: days,
    empty: emptyDays(days),
    inReview: await stores.posts.count({ states: ['in_review'] }),
  }
}

async function postsById(
  stores: WorkspaceStores,
  deliveries: readonly Delivery[],
): Promise<Map<string, Post>> {
  const ids = [...new Set(deliveries.map((one) => one.postId))]
  const posts = await Promise.all(ids.map((id) => stores.posts.get(id)))
  return new Map(posts.flatMap((post) => (post ? [[post.id, post] as const] : [])))
}
