import { z } from 'zod'
import { DAY, instantOf, MINUTE, SECOND } from '../kit/clock.ts'
import {
  definePlatform,
  type Io,
  type Metrics,
  type Publication,
  type Published,
} from './contract/platform.ts'
import type { ReadRefusal } from './contract/refusal.ts'
import { entitiesOf, graphemes, HASHTAG, oneLine, spansWith } from './contract/text.ts'
import { refreshTokens, revokeTokens, signedIn } from './contract/tokens.ts'
import { API, boardsOf, Credentials, oauthServer, PLATFORM, tokenEndpoint } from './pinterest/connect.ts'
import { uploadVideo } from './pinterest/media.ts'
import { checkPin, DESCRIPTION, isVideo, linkOf, MEDIA, pinOf } from './pinterest/pin.ts'

const Created = z.object({ id: z.string().min(1) })
const Listed = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      created_at: z.string().optional(),
      title: z.string().nullish(),
      description: z.string().nullish(),
      link: z.string().nullish(),
    }),
  ),
  bookmark: z.string().nullish(),
})
const Numbers = z.record(z.string(), z.number())
const Analytics = z.object({
  all: z.object({ summary_metrics: Numbers.default({}), lifetime_metrics: Numbers.default({}) }).optional(),
})

const Refused = z.object({ code: z.number().optional(), message: z.string().optional() })

const refusal: ReadRefusal = ({ status, body }) => {
  const { code, message = '' } = Refused.safeParse(body).data ?? {}
  const own = code === undefined ? {} : { code: String(code) }
  if (status === 400 && /unable to reach the url/i.test(message)) return { ...own, next: { do: 'retry' } }
  if (status === 403) {
    return {
      ...own,
      next: { do: 'reconnect' },
      message: `This login may not pin on this board${message === '' ? '' : ` (${message})`}`,
    }
  }
  return own
}

const PAGE = 250
const MOST_PAGES = 4
/** How far Pinterest's clock and ours may be apart when a board is searched by time. */
const CLOCK_SKEW = MINUTE
/** Numbers are told of the last 90 days. */
const COUNTED_DAYS = 89

/** Publishes Pins: one image, two to five as a carousel, or a video. Each board is an account. */
export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: { limit: () => DESCRIPTION, count: graphemes, unit: 'characters' },
  media: MEDIA,
  postTypes: ['image', 'carousel', 'video'],
  options: [
    { kind: 'text', name: 'title', label: 'Title', hint: 'At most 100 characters', required: false },
    {
      kind: 'text',
      name: 'link',
      label: 'Link',
      hint: 'Where the Pin leads; without one, the first link of the text',
      placeholder: 'https://acme.example/kettle',
      required: false,
    },
    {
      kind: 'text',
      name: 'section',
      label: 'Board section',
      hint: 'Its number, where the board has sections',
      required: false,
    },
    {
      kind: 'text',
      name: 'cover',
      label: 'Cover of a video',
      hint: 'The second whose picture is its cover; an image beside the video does as well',
      placeholder: '0',
      required: false,
    },
  ],
  rates: {
    // Pinterest tells no number for `org_write`; this only keeps a board from being flooded.
    account: [{ posts: 100, per: DAY }],
    source: 'https://developers.pinterest.com/docs/reference/rate-limits/',
  },
  refusal,
  setUp: {
    operator:
      'An app at developers.pinterest.com with its id and secret. It begins with trial access, in which Pins are seen by their makers only; standard access is granted after a review with a film of the app at work. Apps made before 2025-09-25 have to be moved to continuous refresh tokens. A login that is not used for 60 days ends.',
    environment: ['PINTEREST_CLIENT_ID', 'PINTEREST_CLIENT_SECRET'],
    source: 'https://developers.pinterest.com/docs/getting-started/connect-app/',
  },

  connect: [
    {
      by: 'oauth',
      label: 'Sign in with Pinterest',
      scopes: [
        { name: 'boards:read', for: 'choosing among the boards' },
        { name: 'boards:write', for: 'pinning on a board' },
        { name: 'pins:read', for: 'looking whether a Pin is live, and reading its numbers' },
        { name: 'pins:write', for: 'publishing' },
        { name: 'user_accounts:read', for: 'knowing whose account it is' },
      ],
      pkce: false,
      server: async (_values, io) => oauthServer(io),
      accounts: (tokens, _values, io) => boardsOf(tokens, io),
    },
  ],
  credentials: Credentials,
  expiresAt: ({ expiresAt }) => expiresAt,
  refresh: (credentials, io) => refreshTokens(credentials, tokenEndpoint(io, 'token'), PLATFORM, io),
  revoke: (io) => revokeTokens(io.credentials, tokenEndpoint(io, 'token/revoke'), PLATFORM, io),

  check: checkPin,

  face: () => ({
    accent: '#e60023',
    text: 'below',
    single: { min: 1 / 2.1, max: 3 },
    several: 'pages',
    folds: 2,
  }),
  show: (text) =>
    spansWith(text, entitiesOf(text, { bareLinks: false, hashtag: HASHTAG }), ({ kind, value }) =>
      kind === 'link' ? value : `https://www.pinterest.com/search/pins/?q=${encodeURIComponent(`#${value}`)}`,
    ),

  async prepare({ media }, io, progress) {
    const video = media.find(isVideo)
    if (video) await uploadVideo(video, io, progress)
  },

  async commit(publication, io, progress) {
    const { data } = await io.http.send({
      ...signedIn(io, 'create pin'),
      phase: 'commit',
      url: `${io.apiUrl}/pins`,
      body: { json: await pinOf(publication, io.credentials.boardId, progress) },
      answer: Created,
    })
    return published(data)
  },

  look: {
    says: 'reads the board’s Pins',
    repeatableFor: 0,
    trustAfter: 30 * SECOND,
    find: (publication, io, _progress, _part, committedAt) => findPin(publication, io, committedAt),
  },

  metrics: {
    names: ['impressions', 'saves', 'clicks', 'likes', 'comments'],
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      const today = instantOf(io.now).toZonedDateTimeISO('UTC').toPlainDate()
      for (const { remoteId } of remotes) {
        const answer = await io.http.find({
          ...signedIn(io, 'read analytics'),
          phase: 'look',
          url: `${io.apiUrl}/pins/${encodeURIComponent(remoteId)}/analytics`,
          query: {
            start_date: today.subtract({ days: COUNTED_DAYS }).toString(),
            end_date: today.toString(),
            metric_types: 'IMPRESSION,SAVE,OUTBOUND_CLICK,TOTAL_COMMENTS,TOTAL_REACTIONS',
          },
          answer: Analytics,
        })
        if (answer?.data.all) found.set(remoteId, metricsOf(answer.data.all))
      }
      return found
    },
  },

  async remove({ remoteId }, io) {
    await io.http.find({
      ...signedIn(io, 'delete pin'),
      phase: 'prepare',
      method: 'DELETE',
      url: `${io.apiUrl}/pins/${encodeURIComponent(remoteId)}`,
    })
  },
})

/** In no order that Pinterest promises, so only a board that was read to its end proves that a Pin is not there. */
async function findPin(
  publication: Publication,
  io: Io<Credentials>,
  committedAt: number,
): Promise<Published | 'absent' | 'unknown'> {
  const since = committedAt - CLOCK_SKEW
  const { section } = publication.options
  const board = `${io.apiUrl}/boards/${encodeURIComponent(io.credentials.boardId)}`
  let perhaps = false
  let bookmark: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await io.http.find({
      ...signedIn(io, 'list pins'),
      phase: 'look',
      // A section has a list of its own.
      url: section ? `${board}/sections/${encodeURIComponent(section)}/pins` : `${board}/pins`,
      query: { page_size: PAGE, bookmark },
      answer: Listed,
    })
    if (!listed) return 'unknown'
    const { data } = listed
    const alike = data.items.filter((pin) => timeOf(pin.created_at) >= since && isSame(publication, pin))
    if (alike[0] && hasWords(publication)) return published(alike[0])
    perhaps ||= alike.length > 0
    if (!data.bookmark) return perhaps ? 'unknown' : 'absent'
    bookmark = data.bookmark
  }
  return 'unknown'
}

/** UTC ms. Pinterest leaves the zone out, and means UTC. */
const timeOf = (said: string | undefined): number =>
  said === undefined ? 0 : Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(said) ? said : `${said}Z`)

function isSame(publication: Publication, pin: z.infer<typeof Listed>['items'][number]): boolean {
  const link = linkOf(publication)
  return (
    oneLine(pin.description) === oneLine(publication.text) &&
    oneLine(pin.title) === oneLine(publication.options.title) &&
    // Pinterest may have shortened or followed it; that there is one is what counts where the words are the same.
    Boolean(pin.link) === Boolean(link)
  )
}

/** Without words or a link nothing tells one Pin from another. */
const hasWords = (publication: Publication): boolean =>
  oneLine(publication.text) !== '' ||
  oneLine(publication.options.title) !== '' ||
  linkOf(publication) !== undefined

const published = ({ id }: { id: string }): Published => ({
  remoteId: id,
  url: `https://www.pinterest.com/pin/${id}/`,
})

function metricsOf({
  summary_metrics: recent,
  lifetime_metrics: ever,
}: NonNullable<z.infer<typeof Analytics>['all']>): Metrics {
  const told = (value: number | undefined, name: keyof Metrics): Metrics =>
    value === undefined ? {} : { [name]: value }
  return {
    ...told(recent.IMPRESSION, 'impressions'),
    ...told(recent.SAVE, 'saves'),
    ...told(recent.OUTBOUND_CLICK, 'clicks'),
    ...told(ever.TOTAL_REACTIONS ?? recent.TOTAL_REACTIONS, 'likes'),
    ...told(ever.TOTAL_COMMENTS ?? recent.TOTAL_COMMENTS, 'comments'),
  }
}
