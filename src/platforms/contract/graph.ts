import { z } from 'zod'
import { type EpochMs, SECOND } from '../../kit/clock.ts'
import { graphRefusal, isUnknownToGraph } from './graph-refusal.ts'
import type { Call } from './http.ts'
import type { FormValue, Query } from './http-body.ts'
import type { ConnectIo, Io, MetricName, Metrics, OAuthServer, OAuthTokens } from './platform.ts'
import { PublishError } from './publish-error.ts'

/**
 * What Facebook, Instagram and Threads share: Meta's Graph API.
 * Versions die after some two years and are then rolled on by themselves, so this is renewed twice a year:
 * https://developers.facebook.com/docs/graph-api/changelog
 */
export const GRAPH_VERSION = 'v26.0'

/** A read with the token where Meta's documentation has it. */
export const graphGet = <Data>(
  url: string,
  token: string,
  query: Query,
  answer: z.ZodType<Data>,
): Pick<Call<Data>, 'url' | 'query' | 'answer'> => ({ url, query: { ...query, access_token: token }, answer })

/** A write with the token where Meta's documentation has it; an undefined value is left out. */
export const graphPost = <Data>(
  url: string,
  token: string,
  form: Readonly<Record<string, FormValue>>,
  answer: z.ZodType<Data>,
): Pick<Call<Data>, 'url' | 'body' | 'answer'> => ({
  url,
  body: { form: { ...form, access_token: token } },
  answer,
})

export const GraphId = z.object({ id: z.string().min(1) })

/** An id that may come as a number; undefined where that is longer than JavaScript's are exact. */
export const GraphNumber = z
  .union([z.string(), z.number()])
  .transform((id) => (typeof id === 'number' && !Number.isSafeInteger(id) ? undefined : String(id)))

const Insights = z.object({
  data: z.array(
    z.object({
      name: z.string(),
      values: z.array(z.object({ value: z.unknown() })).optional(),
      total_value: z.object({ value: z.unknown() }).optional(),
    }),
  ),
})

/**
 * Insights by the names they have there, of which several may make up one number. Names die with versions and differ by
 * kind of post, and one unknown name fails the whole call (#100): then each is asked for by itself, and the unknown ones
 * are left out.
 *
 * @returns undefined where there is no such post any more
 */
export async function readInsights(
  url: string,
  token: string,
  names: Readonly<Record<string, MetricName>>,
  io: Pick<Io<never>, 'http' | 'signal'>,
): Promise<Metrics | undefined> {
  const ask = (metric: string) =>
    io.http.find({
      ...graphGet(url, token, { metric }, Insights),
      phase: 'look',
      name: 'read insights',
      absent: isUnknownToGraph,
      signal: io.signal,
    })
  const there = Object.keys(names)
  const all = await ask(there.join(','))
  const answers = all ? [all] : []
  if (!all && there.length > 1) {
    for (const name of there) {
      const one = await ask(name)
      if (one) answers.push(one)
    }
  }
  if (answers.length === 0) return undefined
  // The same number may be told of several spans of time: the last one counts.
  const found = new Map(
    answers
      .flatMap(({ data }) => data.data)
      .map(({ name, values, total_value }) => [name, sumOf(total_value?.value ?? values?.[0]?.value)]),
  )
  const metrics: Metrics = {}
  for (const [name, value] of found) {
    const ours = names[name]
    if (ours) metrics[ours] = (metrics[ours] ?? 0) + value
  }
  return metrics
}

/** A number, or the sum of a breakdown such as `{ like: 3, love: 1 }`. */
function sumOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0)
}

const LongLived = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
})

/** A login that lives for 60 days and is renewed from itself. */
export interface LongLivedToken {
  token: string
  /** UTC ms. */
  expiresAt: EpochMs | null
}

/** Exchanges the hour's token that a sign-in gives for one of 60 days. */
export async function longLivedToken(
  url: string,
  query: Query,
  io: Pick<ConnectIo, 'http' | 'signal' | 'now'>,
): Promise<LongLivedToken> {
  const { data } = await io.http.send({
    phase: 'connect',
    name: 'exchange token',
    url,
    query,
    answer: LongLived,
    signal: io.signal,
  })
  return { token: data.access_token, expiresAt: endOf(data.expires_in, io.now) }
}

/** The 60-day token of somebody who signed in with Facebook. @param graph with its version */
export const facebookUserToken = (
  graph: string,
  tokens: OAuthTokens,
  io: ConnectIo & { server: OAuthServer },
): Promise<LongLivedToken> =>
  longLivedToken(
    `${graph}/oauth/access_token`,
    {
      grant_type: 'fb_exchange_token',
      client_id: io.server.client.id,
      client_secret: io.server.client.secret,
      fb_exchange_token: tokens.accessToken,
    },
    io,
  )

/**
 * Renews a token of 60 days; it must be a day old and still alive.
 *
 * @throws PublishError `reconnect` where the platform said that it is dead, `retry` on weather
 */
export async function renewToken(
  url: string,
  grant: 'ig_refresh_token' | 'th_refresh_token',
  token: string,
  label: string,
  io: Pick<Io<never>, 'http' | 'signal' | 'now'>,
): Promise<LongLivedToken> {
  const { data } = await io.http.send({
    ...graphGet(url, token, { grant_type: grant }, LongLived),
    phase: 'prepare',
    name: 'refresh token',
    // Only what says that the token is dead ends the login; anything else that is refused is tried again.
    refusal: (answer) => {
      const verdict = graphRefusal(label)(answer)
      return verdict?.next?.do === 'edit' || (!verdict?.next && answer.status < 500 && answer.status !== 401)
        ? { ...verdict, next: { do: 'retry' } }
        : verdict
    },
    signal: io.signal,
  })
  return { token: data.access_token, expiresAt: endOf(data.expires_in, io.now) }
}

const endOf = (seconds: number | undefined, now: EpochMs): EpochMs | null =>
  seconds === undefined ? null : now + seconds * SECOND

const Pages = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional(),
      access_token: z.string().optional(),
      tasks: z.array(z.string()).optional(),
      instagram_business_account: z.object({ id: z.string(), username: z.string().optional() }).optional(),
    }),
  ),
  paging: z.object({ cursors: z.object({ after: z.string().optional() }).optional() }).optional(),
})
export type Page = z.infer<typeof Pages>['data'][number]
const MOST_PAGES_OF_PAGES = 10

/** The Pages a signed-in person has a role on, with each Page's own token, which has no end of its own. */
export async function readPages(
  base: string,
  userToken: string,
  fields: string,
  io: Pick<ConnectIo, 'http' | 'signal'>,
): Promise<Page[]> {
  const pages: Page[] = []
  let after: string | undefined
  for (let turn = 0; turn < MOST_PAGES_OF_PAGES; turn++) {
    const { data } = await io.http.send({
      ...graphGet(`${base}/me/accounts`, userToken, { fields, limit: 100, after }, Pages),
      phase: 'connect',
      name: 'list Pages',
      signal: io.signal,
    })
    pages.push(...data.data)
    after = data.paging?.cursors?.after
    if (after === undefined || data.data.length === 0) break
  }
  return pages
}

/** `@name` as Instagram and Threads read it. */
export const META_MENTION = /(?<![\p{L}\p{N}_/@.])@([a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])?)/giu

const Permalink = z.object({ permalink: z.string().optional() })

/** A published post's address; null where it can't be read, which must not undo what is live. */
export async function readPermalink(
  url: string,
  token: string,
  io: Pick<Io<never>, 'http' | 'signal'>,
): Promise<string | null> {
  try {
    const { data } = await io.http.send({
      ...graphGet(url, token, { fields: 'id,permalink' }, Permalink),
      phase: 'look',
      name: 'read permalink',
      signal: io.signal,
    })
    return data.permalink ?? null
  } catch (unread) {
    if (unread instanceof PublishError) return null
    throw unread
  }
}
