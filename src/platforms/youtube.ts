import { z } from 'zod'
import { DAY, SECOND } from '../kit/clock.ts'
import { UserError } from '../kit/user-error.ts'
import { bytesOf } from './contract/media.ts'
import { ticked } from './contract/options.ts'
import { publishedPart } from './contract/parts.ts'
import {
  type Connected,
  type ConnectIo,
  definePlatform,
  type Io,
  type MediaItem,
  type Metrics,
  type OAuthServer,
  type OAuthTokens,
  type Progress,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import { type Entity, entitiesOf, HASHTAG, spansWith, utf8Bytes } from './contract/text.ts'
import { clientOf, refreshTokens, signedIn, type TokenEndpoint, Tokens } from './contract/tokens.ts'
import {
  askSession,
  refusal,
  type Session,
  sendLast,
  sessionStep,
  uploadAllButLast,
  type Video,
} from './youtube/session.ts'
import { checkVideo, DESCRIPTION_BYTES, isVideo, MEDIA, metadataOf, OPTIONS } from './youtube/video.ts'

const PLATFORM = { name: 'youtube', label: 'YouTube' }
const API = 'https://www.googleapis.com'
const SCOPE = 'https://www.googleapis.com/auth'

const Credentials = Tokens.extend({ channelId: z.string().min(1) })
type Credentials = z.infer<typeof Credentials>

const Channels = z.object({
  items: z
    .array(
      z.object({
        id: z.string(),
        snippet: z.object({ title: z.string(), customUrl: z.string().optional() }),
      }),
    )
    .default([]),
})
const Count = z.coerce.number().optional()
const Counted = z.object({
  items: z
    .array(
      z.object({
        id: z.string(),
        statistics: z.object({ viewCount: Count, likeCount: Count, commentCount: Count }).optional(),
      }),
    )
    .default([]),
})

const MENTION = /(?<![\p{L}\p{N}_/@.])@([\p{L}\p{N}][\p{L}\p{N}_.-]{1,28}[\p{L}\p{N}])/gu
const MOST_IDS = 50

/**
 * Publishes a video with its title and description. The bytes go by a resumable session that is kept, so a crash goes on
 * where it stopped; the last piece makes the video, and the session tells whether it did. An image beside the video is
 * its thumbnail, set as a second part.
 */
export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: { limit: () => DESCRIPTION_BYTES, count: utf8Bytes, unit: 'bytes' },
  media: MEDIA,
  postTypes: ['video', 'short'],
  options: OPTIONS,
  rates: {
    // 100 uploads a day for all channels of one app together; a channel has a cap of its own, which it does not tell.
    account: [{ posts: 100, per: DAY }],
    source: 'https://developers.google.com/youtube/v3/determine_quota_cost',
  },
  refusal,
  setUp: {
    operator:
      'A project in the Google Cloud console with the YouTube Data API v3, a consent screen and an OAuth client (web application). Until Google has audited the project, every video is locked as private, whatever was chosen; while the consent screen is in testing, logins end after 7 days. One project has 100 uploads a day for all its channels together.',
    environment: ['YOUTUBE_CLIENT_ID', 'YOUTUBE_CLIENT_SECRET'],
    source: 'https://developers.google.com/youtube/v3/docs/videos/insert',
  },

  connect: [
    {
      by: 'oauth',
      label: 'Sign in with Google',
      scopes: [
        { name: `${SCOPE}/youtube.upload`, for: 'uploading videos and their thumbnails' },
        { name: `${SCOPE}/youtube.readonly`, for: 'knowing which channel it is, and reading its numbers' },
      ],
      pkce: true,
      server: async (_values, io) => oauthServer(io),
      accounts: (tokens, _values, io) => channelsOf(tokens, io),
    },
  ],
  credentials: Credentials,
  expiresAt: ({ expiresAt }) => expiresAt,
  refresh: (credentials, io) => refreshTokens(credentials, tokenEndpoint(io), PLATFORM, io),
  async revoke(io) {
    // Google asks for no client here, and answers 400 of a token that is dead already.
    await io.http.find({
      phase: 'prepare',
      name: 'revoke token',
      url: `${authOrigin(io)}/revoke`,
      body: { form: { token: io.credentials.refreshToken ?? io.credentials.accessToken } },
      absent: ({ status }) => status === 400,
      signal: io.signal,
    })
  },

  check: checkVideo,

  face: () => ({
    accent: '#065fd4',
    text: 'below',
    single: { min: 16 / 9, max: 16 / 9 },
    several: 'pages',
    folds: 2,
  }),
  show: (text) =>
    spansWith(text, entitiesOf(text, { bareLinks: false, mention: MENTION, hashtag: HASHTAG }), hrefOf),

  parts: ({ media }) => (media.some(isVideo) && media.some((item) => !isVideo(item)) ? 2 : 1),

  async prepare(publication, io, progress) {
    const query = {
      part: 'snippet,status',
      ...(ticked(publication.options.quiet) ? { notifySubscribers: false } : {}),
    }
    await uploadAllButLast(videoOf(publication), metadataOf(publication), query, io, progress)
  },

  async commit(publication, io, progress, part, again) {
    if (part > 0) return setThumbnail(publication, io, progress)
    return published(await sendLast(videoOf(publication), io, progress, again), publication)
  },

  look: {
    says: 'asks the upload’s own session, which knows whether it became a video',
    repeatableFor: 0,
    trustAfter: 5 * SECOND,
    async find(publication, io, progress, part) {
      // A thumbnail can be set again: no harm in doing so unseen.
      if (part > 0) return 'absent'
      const session = progress.get<Session | null>(sessionStep(videoOf(publication)))
      if (!session) return 'absent'
      const standing = session.video ? { video: session.video } : await askSession(session, io, 'look')
      // A session is forgotten after a week, and with it what became of it.
      if (standing === 'gone') return 'unknown'
      return 'video' in standing ? published(standing.video, publication) : 'absent'
    },
  },

  metrics: {
    names: ['views', 'likes', 'comments'],
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      for (let from = 0; from < remotes.length; from += MOST_IDS) {
        const { data } = await io.http.send({
          ...signedIn(io, 'read statistics'),
          phase: 'look',
          url: `${io.apiUrl}/youtube/v3/videos`,
          query: {
            part: 'statistics',
            id: remotes
              .slice(from, from + MOST_IDS)
              .map(({ remoteId }) => remoteId)
              .join(','),
          },
          answer: Counted,
        })
        for (const { id, statistics } of data.items) if (statistics) found.set(id, metricsOf(statistics))
      }
      return found
    },
  },
})

/** Where the operator has another server, it signs people in too. */
const authOrigin = ({ apiUrl }: Pick<ConnectIo, 'apiUrl'>): string =>
  apiUrl === API ? 'https://oauth2.googleapis.com' : apiUrl

const tokenEndpoint = (io: Pick<ConnectIo, 'apiUrl'>): TokenEndpoint => ({
  url: `${authOrigin(io)}/token`,
  authentication: 'post',
})

const oauthServer = (io: ConnectIo): OAuthServer => ({
  authorizationEndpoint: `${io.apiUrl === API ? 'https://accounts.google.com' : io.apiUrl}/o/oauth2/v2/auth`,
  tokenEndpoint: tokenEndpoint(io).url,
  revocationEndpoint: `${authOrigin(io)}/revoke`,
  client: clientOf(PLATFORM, io),
  clientAuthentication: 'post',
  // Without these a second sign-in is given no refresh token.
  authorizationParameters: { access_type: 'offline', prompt: 'consent' },
})

async function channelsOf(
  { accessToken, refreshToken, expiresAt }: OAuthTokens,
  io: ConnectIo,
): Promise<Connected<Credentials>[]> {
  const { data } = await io.http.send({
    phase: 'connect',
    name: 'read channels',
    url: `${io.apiUrl}/youtube/v3/channels`,
    query: { part: 'snippet', mine: true },
    token: accessToken,
    answer: Channels,
    signal: io.signal,
  })
  if (data.items.length === 0) {
    throw new UserError('This Google account has no YouTube channel.', {
      wayOut:
        'Make one at https://www.youtube.com/create_channel, or choose the channel’s own account when you sign in.',
    })
  }
  return data.items.map(({ id, snippet: { title, customUrl } }) => ({
    externalId: id,
    handle: customUrl || title,
    credentials: { accessToken, ...(refreshToken ? { refreshToken } : {}), expiresAt, channelId: id },
    facts: { title },
  }))
}

function videoOf({ media }: Publication): MediaItem {
  const video = media.find(isVideo)
  if (!video) throw new PublishError('youtube', { do: 'edit' }, 'A post on YouTube needs a video')
  return video
}

/** Where progress keeps how often the thumbnail could not be set. */
const THUMBNAIL_TRIES = 'thumbnailTries'
/** Fewer than a delivery has: the video is live, and waits for no more than this. */
const MOST_THUMBNAIL_TRIES = 3

/** Never fails a video that is live: that its thumbnail was refused, or could not be set, is said beside it. */
async function setThumbnail(
  { media }: Publication,
  io: Io<Credentials>,
  progress: Progress,
): Promise<Published> {
  const video = publishedPart(progress, 0)
  const image = media.find((item) => !isVideo(item))
  if (!video || !image) {
    throw new PublishError(
      'youtube',
      { do: 'retry' },
      'The video is not live yet, so its thumbnail has to wait',
    )
  }
  const { remoteId, url } = video
  try {
    await io.http.send({
      ...signedIn(io, 'set thumbnail'),
      // Setting it twice is as good as once.
      phase: 'prepare',
      url: `${io.apiUrl}/upload/youtube/v3/thumbnails/set`,
      query: { videoId: remoteId, uploadType: 'media' },
      body: { bytes: await bytesOf('youtube', image), type: image.type },
    })
    return { remoteId, url }
  } catch (refused) {
    if (!(refused instanceof PublishError)) throw refused
    if (refused.next.do === 'retry' && !io.signal.aborted) {
      const tries = (progress.get<number>(THUMBNAIL_TRIES) ?? 0) + 1
      await progress.keep(THUMBNAIL_TRIES, tries)
      if (tries < MOST_THUMBNAIL_TRIES) throw refused
    } else if (refused.next.do !== 'edit') {
      throw refused
    }
    return { remoteId, url, note: `its thumbnail could not be set: ${refused.message}` }
  }
}

function published({ id, status }: Video, { options }: Publication): Published {
  const asked = options.privacy || 'public'
  const given = status?.privacyStatus
  return {
    remoteId: id,
    url:
      options.kind === 'short'
        ? `https://www.youtube.com/shorts/${id}`
        : `https://www.youtube.com/watch?v=${id}`,
    // A project that was not audited gets `private` for whatever it asked.
    ...(given !== undefined && given !== asked ? { note: `YouTube made it ${given}, not ${asked}` } : {}),
  }
}

const metricsOf = ({
  viewCount: views,
  likeCount: likes,
  commentCount: comments,
}: NonNullable<z.infer<typeof Counted>['items'][number]['statistics']>): Metrics => ({
  ...(views === undefined ? {} : { views }),
  ...(likes === undefined ? {} : { likes }),
  ...(comments === undefined ? {} : { comments }),
})

function hrefOf({ kind, value }: Entity): string {
  switch (kind) {
    case 'link':
      return value
    case 'mention':
      return `https://www.youtube.com/@${value}`
    case 'hashtag':
      return `https://www.youtube.com/hashtag/${encodeURIComponent(value.toLowerCase())}`
    default:
      return kind satisfies never
  }
}
