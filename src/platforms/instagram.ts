import { z } from 'zod'
import { DAY, type EpochMs, MINUTE, SECOND } from '../kit/clock.ts'
import { type KeptContainer, keptContainer, publishContainer, wasPublished } from './contract/container.ts'
import { FULL_SCREEN } from './contract/face.ts'
import { graphGet, readInsights, renewToken } from './contract/graph.ts'
import { graphRefusal, isUnknownToGraph } from './contract/graph-refusal.ts'
import { FIT_OPTION } from './contract/options.ts'
import {
  definePlatform,
  type Io,
  type MetricName,
  type Metrics,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { graphemes, oneLine, spansWith } from './contract/text.ts'
import {
  CAPTION,
  COLLABORATORS,
  checkDraft,
  entities,
  hrefOf,
  kindOf,
  MEDIA,
  mediaFor,
} from './instagram/check.ts'
import {
  API,
  base,
  Credentials,
  hostOr,
  PLATFORM,
  SIGN_IN_WITH_FACEBOOK,
  SIGN_IN_WITH_INSTAGRAM,
} from './instagram/connect.ts'
import {
  CONTAINER,
  childForm,
  childStep,
  containerOf,
  forget,
  formOf,
  mustHaveQuota,
  notYet,
  statusCall,
} from './instagram/containers.ts'

const DOCS = 'https://developers.facebook.com/docs/instagram-platform'

const LISTED = 25
const CLOCK_SKEW = 2 * MINUTE

/** Insights by the names they have at the moment; they change with versions. */
const INSIGHTS: Readonly<Record<string, MetricName>> = {
  views: 'views',
  reach: 'reach',
  saved: 'saves',
  likes: 'likes',
  comments: 'comments',
  shares: 'shares',
}

const Listed = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      caption: z.string().optional(),
      permalink: z.string().optional(),
      timestamp: z.string().optional(),
    }),
  ),
})

export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: { limit: () => CAPTION, count: graphemes, unit: 'characters' },
  media: MEDIA,
  mediaFor,
  postTypes: ['image', 'carousel', 'reel', 'story'],
  options: [
    FIT_OPTION,
    {
      kind: 'choice',
      name: 'as',
      label: 'Publish as',
      required: false,
      options: [
        { label: 'A post (a single video becomes a reel)', value: 'post' },
        { label: 'A story', value: 'story' },
      ],
    },
    {
      kind: 'text',
      name: 'collaborators',
      label: 'Collaborators',
      hint: `Up to ${COLLABORATORS} accounts that are asked to show it as theirs too`,
      placeholder: '@acme, @kettles',
      required: false,
    },
    {
      kind: 'text',
      name: 'cover',
      label: 'Cover of a reel',
      hint: 'The second of the video whose picture is its cover',
      placeholder: '1.5',
      required: false,
    },
    {
      kind: 'choice',
      name: 'shareToFeed',
      label: 'A reel is shown',
      required: false,
      options: [
        { label: 'Among reels and in the feed', value: 'yes' },
        { label: 'Among reels only', value: 'no' },
      ],
    },
    { kind: 'flag', name: 'aiGenerated', label: 'Made with AI', required: false },
  ],
  rates: {
    // The account's own limit is read before each post; this only spreads them.
    account: [{ posts: 100, per: DAY }],
    source: `${DOCS}/content-publishing#limitations`,
  },
  refusal: graphRefusal(PLATFORM.label),
  setUp: {
    operator:
      'An app at developers.facebook.com with the product Instagram, its id and secret (of the Instagram app for the first way in, of the app itself for the second), and PUBLIC_URL, since Instagram fetches media itself. Accounts of people with a role on the app work at once; those of others need App Review with Advanced Access and business verification. Only professional accounts (business, creator) can publish.',
    environment: ['INSTAGRAM_CLIENT_ID', 'INSTAGRAM_CLIENT_SECRET'],
    source: `${DOCS}/content-publishing`,
  },

  connect: [SIGN_IN_WITH_INSTAGRAM, SIGN_IN_WITH_FACEBOOK],
  credentials: Credentials,
  expiresAt: ({ expiresAt }) => expiresAt,
  // A token that has ended can't be renewed.
  refreshAhead: 30 * DAY,
  async refresh(credentials, io) {
    if (credentials.via === 'facebook') return credentials
    const url = `${hostOr(API, io)}/refresh_access_token`
    return {
      ...credentials,
      ...(await renewToken(url, 'ig_refresh_token', credentials.token, 'Instagram', io)),
    }
  },
  // No `revoke`: Instagram documents no way, and taking back a Facebook sign-in would end every Page of that person.

  check: checkDraft,

  face: ({ options }) =>
    options.as === 'story'
      ? { ...FULL_SCREEN, accent: '#ffffff' }
      : {
          accent: '#385898',
          text: 'below',
          single: { min: 4 / 5, max: 1.91 },
          several: 'pages',
          folds: 2,
        },
  show: (text) => spansWith(text, entities(text), hrefOf),

  async prepare(publication, io, progress) {
    const kept = keptContainer(CONTAINER, io, progress)
    if (kept?.ready || (await wasPublished(CONTAINER, (id) => stateOf(id, io), progress))) return
    if (!kept) await mustHaveQuota(io)
    const { media } = publication
    const children: string[] = []
    if (kindOf(publication) === 'carousel') {
      for (const [index, item] of media.entries()) {
        children.push(await containerOf(childStep(index), childForm(item), item, io, progress))
      }
    }
    const [first] = media
    if (!first) throw notYet('edit', 'A post on Instagram needs an image or a video', 'NO_MEDIA')
    await containerOf(CONTAINER, formOf(publication, first, children), first, io, progress)
  },

  async commit(publication, io, progress, _part, again) {
    const kept = progress.get<KeptContainer>(CONTAINER)
    if (!kept) throw notYet('retry', 'Instagram has nothing prepared to publish', 'NO_CONTAINER')
    return publishContainer(
      {
        platform: PLATFORM,
        container: kept.id,
        base: base(io),
        edge: 'media_publish',
        state: (id) => stateOf(id, io),
        forget: () => forget(publication, progress),
      },
      io,
      again,
    )
  },

  look: {
    says: 'asks whether the container was published',
    repeatableFor: 0,
    trustAfter: 30 * SECOND,
    async find(publication, io, progress, _part, committedAt) {
      const kept = progress.get<KeptContainer>(CONTAINER)
      // Without a container nothing can have been published.
      if (!kept) return 'absent'
      switch (await stateOf(kept.id, io)) {
        case 'PUBLISHED':
          return (await findMedia(publication, committedAt, io)) ?? { remoteId: kept.id, url: null }
        case 'FINISHED':
        case 'ERROR':
        case 'EXPIRED':
          return 'absent'
        case 'IN_PROGRESS':
          throw notYet('retry', 'Instagram is still working on it', 'IN_PROGRESS')
        default:
          return 'unknown'
      }
    },
  },

  metrics: {
    names: Object.values(INSIGHTS),
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      for (const { remoteId } of remotes) {
        const url = `${base(io)}/${remoteId}/insights`
        const metrics = await readInsights(url, io.credentials.token, INSIGHTS, io)
        if (metrics) found.set(remoteId, metrics)
      }
      return found
    },
  },
})

/** Instagram's own word for how a container stands; undefined where it knows of none. */
async function stateOf(id: string, io: Io<Credentials>): Promise<string | undefined> {
  const call = { ...statusCall(id, io), phase: 'look', absent: isUnknownToGraph } as const
  return (await io.http.find(call))?.data.status_code
}

/** What the container has become. Without words nothing tells one from another, so only where there is one. */
async function findMedia(
  publication: Publication,
  committedAt: EpochMs,
  io: Io<Credentials>,
): Promise<Published | undefined> {
  const story = kindOf(publication) === 'story'
  const { data } = await io.http.send({
    ...graphGet(
      `${base(io)}/${io.credentials.userId}/${story ? 'stories' : 'media'}`,
      io.credentials.token,
      { fields: 'id,caption,permalink,timestamp', limit: LISTED },
      Listed,
    ),
    phase: 'look',
    name: 'list media',
    signal: io.signal,
  })
  const alike = data.data.filter(
    ({ caption, timestamp }) =>
      Date.parse(timestamp ?? '') >= committedAt - CLOCK_SKEW &&
      (story || oneLine(caption) === oneLine(publication.text)),
  )
  const silent = story || publication.text.trim() === ''
  const found = silent && alike.length > 1 ? undefined : alike[0]
  return found && { remoteId: found.id, url: found.permalink ?? null }
}
