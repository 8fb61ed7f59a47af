import { z } from 'zod'
import { DAY, MINUTE, SECOND } from '../kit/clock.ts'
import {
  definePlatform,
  type Io,
  type Metrics,
  type Progress,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import { refreshTokens, revokeToken } from './contract/tokens.ts'
import {
  API,
  Credentials,
  DUPLICATE,
  duplicateOf,
  encodedUrn,
  isOrganisation,
  PLATFORM,
  refusal,
  signedIn,
  VERSION,
} from './linkedin/call.ts'
import { AS_ORGANISATIONS, AS_PERSON, tokenEndpoint } from './linkedin/connect.ts'
import { uploadMedia } from './linkedin/media.ts'
import { CHARACTERS, checkPost, MEDIA, postOf, showsOf } from './linkedin/post.ts'
import { isSameText, showPost } from './linkedin/text.ts'

const Listed = z.object({
  elements: z.array(
    z.object({
      id: z.string(),
      commentary: z.string().default(''),
      content: z.unknown().optional(),
      publishedAt: z.number().optional(),
      createdAt: z.number().optional(),
    }),
  ),
})
const Statistics = z.object({
  elements: z.array(
    z.object({
      share: z.string().optional(),
      ugcPost: z.string().optional(),
      totalShareStatistics: z.object({
        impressionCount: z.number().optional(),
        uniqueImpressionsCount: z.number().optional(),
        clickCount: z.number().optional(),
        likeCount: z.number().optional(),
        commentCount: z.number().optional(),
        shareCount: z.number().optional(),
      }),
    }),
  ),
})

const LISTED = 20
const MOST_IDS = 50
/** How far LinkedIn's clock and ours may be apart when its list is searched by time. */
const CLOCK_SKEW = MINUTE
/** An answer to a commit was lost. */
const LOST = 'lost'
/** It was refused as a repeat of what an earlier attempt may have posted. */
const REPEATED = 'repeated'

/**
 * Publishes to LinkedIn as a person or as an organisation, by the versioned REST API. What a text has of LinkedIn's reserved
 * characters is escaped; `@[Acme](urn:li:organization:1)` is a mention.
 */
export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  apiVersion: VERSION,
  text: { limit: () => CHARACTERS, count: (text) => text.length, unit: 'characters' },
  media: MEDIA,
  postTypes: ['text', 'link', 'images', 'video', 'document', 'article'],
  options: [
    {
      kind: 'choice',
      name: 'visibility',
      label: 'Who can see it',
      required: false,
      options: [
        { label: 'Everybody', value: 'PUBLIC' },
        { label: 'LinkedIn members', value: 'LOGGED_IN' },
        { label: 'Connections', value: 'CONNECTIONS' },
      ],
    },
    {
      kind: 'text',
      name: 'article',
      label: 'Article',
      hint: 'A link shown as a card; an attached image is its thumbnail',
      placeholder: 'https://acme.example/news',
      required: false,
    },
    {
      kind: 'text',
      name: 'articleTitle',
      label: 'The article’s title',
      hint: 'LinkedIn reads nothing from the page itself',
      required: false,
    },
    { kind: 'text', name: 'articleDescription', label: 'The article’s description', required: false },
    { kind: 'flag', name: 'noReshare', label: 'Not to be reshared', required: false },
  ],
  rates: {
    // The real cap is told in the developer portal only; 150 a day is what aggregators report.
    account: [{ posts: 150, per: DAY }],
    source: 'https://learn.microsoft.com/linkedin/shared/api-guide/concepts/rate-limits',
  },
  refusal,
  setUp: {
    operator:
      'An app at developer.linkedin.com with “Share on LinkedIn” and “Sign In with LinkedIn using OpenID Connect”, which anybody gets, lets people publish as themselves. Organisation pages and all numbers need the Community Management API, which LinkedIn grants after a review. Logins end after 60 days and most apps can’t renew them, so people sign in again. A member’s posts can’t be read back: a lost answer is cleared up by a person. LinkedIn ends each version of its API after about a year: LINKEDIN_API_VERSION names a newer one.',
    environment: ['LINKEDIN_CLIENT_ID', 'LINKEDIN_CLIENT_SECRET', 'LINKEDIN_API_VERSION'],
    source: 'https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api',
  },

  connect: [AS_PERSON, AS_ORGANISATIONS],
  credentials: Credentials,
  expiresAt: ({ expiresAt }) => expiresAt,
  refresh: (credentials, io) => refreshTokens(credentials, tokenEndpoint(io, 'accessToken'), PLATFORM, io),
  revoke: (io) => revokeToken(io.credentials.accessToken, tokenEndpoint(io, 'revoke'), PLATFORM, io),

  check: checkPost,
  face: () => ({
    accent: '#0a66c2',
    text: 'above',
    single: { min: 4 / 5, max: 3 },
    several: 'mosaic',
    folds: 3,
  }),
  show: showPost,

  async prepare(publication, io, progress) {
    for (const item of publication.media) await uploadMedia(item, io, progress)
  },

  async commit(publication, io, progress, _part, again) {
    try {
      const { header } = await io.http.send({
        ...signedIn(io, 'create post'),
        phase: 'commit',
        url: `${io.apiUrl}/rest/posts`,
        body: { json: postOf(publication, io.credentials.author, progress) },
      })
      const urn = header('x-restli-id') ?? header('x-linkedin-id')
      if (urn) return published(urn)
      throw new PublishError(
        'linkedin',
        { do: 'check' },
        'LinkedIn did not say which post it made, so this may be live',
        {
          code: 'NO_ID',
        },
      )
    } catch (failure) {
      if (!(failure instanceof PublishError)) throw failure
      if (failure.next.do === 'check') await progress.keep(LOST, true)
      const live = failure.code === DUPLICATE ? duplicateOf(failure.message) : undefined
      if (!live || !again) throw failure
      // After a lost answer LinkedIn's refusal of a repeat names the post that went through.
      if (progress.get(LOST)) return published(live)
      // Behind any other attempt it may as well name an older post with the same words.
      await progress.keep(REPEATED, true)
      const message = `${failure.message}, so an earlier try may be live`
      throw new PublishError('linkedin', { do: 'check' }, message, { code: DUPLICATE, cause: failure })
    }
  },

  look: {
    says: 'an organisation’s posts are read; a member’s can’t be, so there a person has to look',
    repeatableFor: 0,
    trustAfter: 30 * SECOND,
    find: (publication, io, progress, _part, committedAt) => findPost(publication, io, progress, committedAt),
  },

  metrics: {
    names: ['impressions', 'reach', 'clicks', 'likes', 'comments', 'shares'],
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      if (!isOrganisation(io.credentials.author)) return found
      const ids = remotes.map(({ remoteId }) => remoteId)
      for (const [list, kind] of [
        ['shares', ':share:'],
        ['ugcPosts', ':ugcPost:'],
      ] as const) {
        const some = ids.filter((id) => id.includes(kind))
        for (let from = 0; from < some.length; from += MOST_IDS) {
          const urns = some
            .slice(from, from + MOST_IDS)
            .map(encodedUrn)
            .join(',')
          const { data } = await io.http.send({
            ...signedIn(io, 'read statistics'),
            phase: 'look',
            // Written out, because the brackets and commas of Rest.li's lists may not be encoded.
            url: `${io.apiUrl}/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity=${encodedUrn(io.credentials.author)}&${list}=List(${urns})`,
            answer: Statistics,
          })
          for (const { share, ugcPost, totalShareStatistics } of data.elements) {
            const id = share ?? ugcPost
            if (id !== undefined) found.set(id, metricsOf(totalShareStatistics))
          }
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
      url: `${io.apiUrl}/rest/posts/${encodedUrn(remoteId)}`,
    })
  },
})

async function findPost(
  publication: Publication,
  io: Io<Credentials>,
  progress: Progress,
  committedAt: number,
): Promise<Published | 'absent' | 'unknown'> {
  const { author } = io.credentials
  if (!isOrganisation(author)) return 'unknown'
  const asking = signedIn(io, 'list posts')
  const listed = await io.http.find({
    ...asking,
    headers: { ...asking.headers, 'x-restli-method': 'FINDER' },
    phase: 'look',
    url: `${io.apiUrl}/rest/posts`,
    query: { q: 'author', author, count: LISTED, sortBy: 'CREATED' },
    answer: Listed,
    // Publishing and reading are two permissions.
    absent: ({ status }) => status === 403,
  })
  if (!listed) return 'unknown'
  const { elements } = listed.data
  const since = committedAt - CLOCK_SKEW
  const recent = elements.filter(({ publishedAt, createdAt }) => (publishedAt ?? createdAt ?? 0) >= since)
  const alike = recent.filter(({ commentary }) => isSameText(publication.text, commentary))
  // Without words the files tell, or the article. What was uploaded anew since has another name.
  const shown = showsOf(publication, progress)
  const live =
    publication.text.trim() !== ''
      ? alike[0]
      : alike.find(({ content }) => shown.some((one) => JSON.stringify(content ?? null).includes(one)))
  if (live) return published(live.id)
  const whole = recent.length < elements.length || elements.length < LISTED
  return whole && alike.length === 0 && !progress.get(REPEATED) ? 'absent' : 'unknown'
}

const published = (urn: string): Published => ({
  remoteId: urn,
  url: `https://www.linkedin.com/feed/update/${urn}/`,
})

const metricsOf = (
  numbers: z.infer<typeof Statistics>['elements'][number]['totalShareStatistics'],
): Metrics => ({
  ...(numbers.impressionCount === undefined ? {} : { impressions: numbers.impressionCount }),
  ...(numbers.uniqueImpressionsCount === undefined ? {} : { reach: numbers.uniqueImpressionsCount }),
  ...(numbers.clickCount === undefined ? {} : { clicks: numbers.clickCount }),
  ...(numbers.likeCount === undefined ? {} : { likes: numbers.likeCount }),
  ...(numbers.commentCount === undefined ? {} : { comments: numbers.commentCount }),
  ...(numbers.shareCount === undefined ? {} : { shares: numbers.shareCount }),
})
