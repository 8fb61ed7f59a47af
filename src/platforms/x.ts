import { z } from 'zod'
import { DAY, HOUR, instantOf, MINUTE, SECOND } from '../kit/clock.ts'
import { publishedIds } from './contract/parts.ts'
import {
  definePlatform,
  type Io,
  type Metrics,
  type Progress,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { POLL_FIELD } from './contract/poll.ts'
import { PublishError } from './contract/publish-error.ts'
import { type ReadRefusal, wordsOf } from './contract/refusal.ts'
import { threadParts } from './contract/text.ts'
import { refreshTokens, revokeTokens, signedIn } from './contract/tokens.ts'
import { API, accountOf, Credentials, oauthServer, PLATFORM, tokenEndpoint } from './x/connect.ts'
import { uploadMedia } from './x/media.ts'
import { CHARACTERS, checkPost, costOf, MEDIA, postOf, uploadsOf } from './x/post.ts'
import { isSameText, showPost, weightedLength } from './x/text.ts'

const Created = z.object({ data: z.object({ id: z.string().min(1) }) })
const Timeline = z.object({
  data: z
    .array(
      z.object({
        id: z.string(),
        text: z.string(),
        attachments: z.object({ media_keys: z.array(z.string()).optional() }).optional(),
        entities: z
          .object({
            urls: z
              .array(
                z.object({
                  url: z.string().nullish(),
                  expanded_url: z.string().nullish(),
                  media_key: z.string().nullish(),
                }),
              )
              .optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  meta: z.object({ next_token: z.string().optional() }).optional(),
})
/** X's pages say `retweet_count`, its contract `repost_count`. */
const Counted = z.object({
  data: z
    .array(
      z.object({
        id: z.string(),
        public_metrics: z
          .object({
            like_count: z.number(),
            reply_count: z.number(),
            repost_count: z.number().optional(),
            retweet_count: z.number().optional(),
            quote_count: z.number().optional(),
            bookmark_count: z.number().optional(),
            impression_count: z.number().optional(),
          })
          .optional(),
        non_public_metrics: z.object({ url_link_clicks: z.number().optional() }).optional(),
      }),
    )
    .default([]),
})

const DUPLICATE = 'duplicate-content'

/** https://docs.x.com/x-api/fundamentals/response-codes-and-errors */
const refusal: ReadRefusal = ({ status, body }) => {
  const words = wordsOf(body) ?? ''
  const { detail = '', type = '' } = Problem.safeParse(body).data ?? {}
  if (
    status === 402 ||
    /usage-capped|client-forbidden|credits?\s*(?:depleted|exhausted)/i.test(`${type} ${detail}`)
  ) {
    const message = `X serves this app no more${words === '' ? '' : ` (${words})`}: its operator has to look at its credits and access`
    return { code: type.split('/').at(-1) || String(status), next: { do: 'retry' }, message }
  }
  if (status !== 403) return undefined
  if (/duplicate content/i.test(detail || words)) {
    return {
      code: DUPLICATE,
      next: { do: 'edit' },
      message: 'X takes no text twice, and this account has posted it already',
    }
  }
  return /unsupported authentication/i.test(`${words} ${Problem.safeParse(body).data?.title ?? ''}`)
    ? { next: { do: 'reconnect' } }
    : undefined
}
const Problem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  type: z.string().optional(),
})

/**
 * Publishes to X by its API v2. A text with lines that are nothing but `---` is a thread: each part is a post of its own
 * that answers the one before it, and a commit of its own. Files and the poll belong to the first part.
 */
export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: {
    limit: () => CHARACTERS,
    // Of a thread its longest part, since each has the limit to itself.
    count: (text) => Math.max(...threadParts(text).map(weightedLength)),
    unit: 'characters',
  },
  media: MEDIA,
  postTypes: ['text', 'link', 'images', 'video', 'thread', 'poll', 'quote'],
  options: [
    {
      kind: 'choice',
      name: 'replies',
      label: 'Who can reply',
      required: false,
      options: [
        { label: 'Everybody', value: 'everybody' },
        { label: 'Whom the account follows', value: 'following' },
        { label: 'Who is mentioned', value: 'mentionedUsers' },
        { label: 'Subscribers', value: 'subscribers' },
        { label: 'Verified accounts', value: 'verified' },
      ],
    },
    POLL_FIELD,
    {
      kind: 'choice',
      name: 'pollMinutes',
      label: 'The poll lasts',
      required: false,
      options: [
        { label: 'An hour', value: '60' },
        { label: 'A day', value: '1440' },
        { label: 'Three days', value: '4320' },
        { label: 'A week', value: '10080' },
      ],
    },
    {
      kind: 'text',
      name: 'quote',
      label: 'Quote',
      hint: 'The address of the post on X that is shown below this one',
      placeholder: 'https://x.com/acme/status/19…',
      required: false,
    },
    { kind: 'flag', name: 'madeWithAi', label: 'Made with AI', required: false },
    { kind: 'flag', name: 'paidPartnership', label: 'Paid partnership', required: false },
  ],
  rates: {
    account: [
      { posts: 100, per: 15 * MINUTE },
      { posts: 300, per: 3 * HOUR },
    ],
    source: 'https://docs.x.com/x-api/fundamentals/rate-limits',
  },
  refusal,
  cost: ({ text, media }) => costOf(text, media),
  setUp: {
    operator:
      'An app at developer.x.com with OAuth 2.0 (a confidential client with the callback address of this install) and credit: X is paid by use, a post is $0.015 and one with a link $0.200, reading numbers costs too, and at zero credit nothing works. There is no review. Whether an app may answer its own post, as a thread does, X does not say: try one before you rely on it.',
    environment: ['X_CLIENT_ID', 'X_CLIENT_SECRET'],
    source: 'https://docs.x.com/x-api/getting-started/pricing',
  },

  connect: [
    {
      by: 'oauth',
      label: 'Sign in with X',
      scopes: [
        { name: 'tweet.read', for: 'looking whether a post is live, and reading its numbers' },
        { name: 'tweet.write', for: 'publishing' },
        { name: 'users.read', for: 'knowing whose account it is' },
        { name: 'media.write', for: 'uploading images and videos' },
        { name: 'offline.access', for: 'staying signed in for more than two hours' },
      ],
      pkce: true,
      server: async (_values, io) => oauthServer(io),
      accounts: (tokens, _values, io) => accountOf(tokens, io),
    },
  ],
  credentials: Credentials,
  expiresAt: ({ expiresAt }) => expiresAt,
  refresh: (credentials, io) => refreshTokens(credentials, tokenEndpoint(io, 'token'), PLATFORM, io),
  revoke: (io) => revokeTokens(io.credentials, tokenEndpoint(io, 'revoke'), PLATFORM, io),

  check: checkPost,

  face: () => ({ accent: '#1d9bf0', text: 'above', single: { min: 3 / 4, max: 3 }, several: 'mosaic' }),
  show: showPost,

  parts: ({ text }) => threadParts(text).length,

  async prepare(publication, io, progress) {
    for (const item of publication.media) await uploadMedia(item, io, progress)
  },

  async commit(publication, io, progress, part, again) {
    try {
      const { data } = await io.http.send({
        ...signedIn(io, 'create post'),
        phase: 'commit',
        url: `${io.apiUrl}/2/tweets`,
        body: { json: postOf(publication, progress, part) },
        answer: Created,
      })
      return published(data.data, io)
    } catch (failure) {
      if (!(failure instanceof PublishError) || failure.code !== DUPLICATE || !again) throw failure
      // X refuses a text it has: behind an earlier attempt that is the sign that it went through.
      await progress.keep(duplicateStep(part), true)
      const message = 'X says that it has this text already, so an earlier try may be live'
      throw new PublishError('x', { do: 'check' }, message, { code: DUPLICATE, cause: failure })
    }
  },

  look: {
    says: 'reads the account’s own posts since then; X refuses the same text twice besides',
    repeatableFor: 0,
    trustAfter: 15 * SECOND,
    find: findPost,
  },

  metrics: {
    names: ['likes', 'comments', 'shares', 'impressions', 'saves', 'clicks'],
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      const ids = remotes.map(({ remoteId }) => remoteId)
      // Clicks are told of posts of the last 30 days only; asked of an older one, X tells nothing of it at all.
      const young = ids.filter((id) => postedAt(id) > io.now - PRIVATE_NUMBERS)
      const old = ids.filter((id) => !young.includes(id))
      for (const [some, fields] of [
        [young, 'public_metrics,non_public_metrics'],
        [old, 'public_metrics'],
      ] as const) {
        for (let from = 0; from < some.length; from += MOST_IDS) {
          const { data } = await io.http.send({
            ...signedIn(io, 'read posts'),
            phase: 'look',
            url: `${io.apiUrl}/2/tweets`,
            query: { ids: some.slice(from, from + MOST_IDS).join(','), 'post.fields': fields },
            answer: Counted,
          })
          for (const post of data.data) found.set(post.id, metricsOf(post))
        }
      }
      return found
    },
  },

  async remove({ remoteId }, io) {
    await io.http.find({
      ...signedIn(io, 'delete post'),
      phase: 'prepare',
      method: 'DELETE',
      url: `${io.apiUrl}/2/tweets/${encodeURIComponent(remoteId)}`,
    })
  },
})

const MOST_IDS = 100
const LISTED = 100
/** How far X's clock and ours may be apart when its list is searched by time. */
const CLOCK_SKEW = MINUTE
/** An hour short of the 30 days, so that no request straddles them. */
const PRIVATE_NUMBERS = 30 * DAY - HOUR

/** Part `part` was refused as a duplicate of what an earlier attempt may have posted. */
const duplicateStep = (part: number): string => `duplicate:${part}`

/**
 * Reads the account's own posts since the first commit. Posts read cost money, so no more of them than need be. Words
 * are told by themselves, files without words by their ids.
 */
async function findPost(
  publication: Publication,
  io: Io<Credentials>,
  progress: Progress,
  part: number,
  committedAt: number,
): Promise<Published | 'absent' | 'unknown'> {
  const { data } = await io.http.send({
    ...signedIn(io, 'read own posts'),
    phase: 'look',
    url: `${io.apiUrl}/2/users/${encodeURIComponent(io.credentials.userId)}/tweets`,
    query: {
      max_results: LISTED,
      start_time: instantOf(committedAt - CLOCK_SKEW).toString({ smallestUnit: 'second' }),
      'post.fields': 'created_at,entities,attachments',
    },
    answer: Timeline,
  })
  const sent = threadParts(publication.text)[part] ?? ''
  const earlier = publishedIds(progress)
  const alike = data.data.filter(
    ({ id, text, entities }) =>
      !earlier.includes(id) && isSameText(sent, { text, links: entities?.urls ?? [] }),
  )
  const uploads = part === 0 ? uploadsOf(publication, progress) : []
  const live =
    sent.trim() !== '' || uploads.length === 0
      ? alike[0]
      : alike.find(({ attachments }) =>
          attachments?.media_keys?.some((key) => uploads.includes(key.split('_').at(-1) ?? '')),
        )
  if (live) return published(live, io)
  // One without words may be it all the same: with files that have been uploaded anew since.
  const proven = data.meta?.next_token === undefined && alike.length === 0
  return proven && !progress.get(duplicateStep(part)) ? 'absent' : 'unknown'
}

/** Ids are made of the time: https://docs.x.com/resources/fundamentals/x-ids. UTC ms. */
const postedAt = (id: string): number => Number(BigInt(id) >> 22n) + 1_288_834_974_657

const published = ({ id }: { id: string }, io: Io<Credentials>): Published => ({
  remoteId: id,
  url: `https://x.com/${io.account.handle.replace(/^@/, '')}/status/${id}`,
})

function metricsOf({
  public_metrics: numbers,
  non_public_metrics: own,
}: z.infer<typeof Counted>['data'][number]): Metrics {
  if (!numbers) return {}
  const reposts = numbers.repost_count ?? numbers.retweet_count ?? 0
  return {
    likes: numbers.like_count,
    comments: numbers.reply_count,
    shares: reposts + (numbers.quote_count ?? 0),
    ...(numbers.impression_count === undefined ? {} : { impressions: numbers.impression_count }),
    ...(numbers.bookmark_count === undefined ? {} : { saves: numbers.bookmark_count }),
    ...(own?.url_link_clicks === undefined ? {} : { clicks: own.url_link_clicks }),
  }
}
