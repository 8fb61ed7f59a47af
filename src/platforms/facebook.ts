import { z } from 'zod'
import { SECOND } from '../kit/clock.ts'
import { FULL_SCREEN } from './contract/face.ts'
import { GraphId, GraphNumber, graphGet, graphPost, readInsights } from './contract/graph.ts'
import { graphRefusal, isUnknownToGraph } from './contract/graph-refusal.ts'
import type { FormValue } from './contract/http-body.ts'
import {
  definePlatform,
  type Io,
  type MetricName,
  type Metrics,
  type Progress,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import { type Entity, graphemes, spansWith } from './contract/text.ts'
import { CHARACTERS, checkDraft, entities, kindOf, linkOf, MEDIA } from './facebook/check.ts'
import { API, Credentials, PLATFORM, SIGN_IN } from './facebook/connect.ts'
import { address, DUPLICATE, findPost, findStory, findVideo, read } from './facebook/find.ts'
import {
  graph,
  type KeptVideo,
  keptPhoto,
  notPrepared,
  uploadPhotos,
  uploadReel,
  uploadVideo,
  VIDEO,
  videoGraph,
} from './facebook/uploads.ts'

/** Insights by the names they have at the moment; they change with versions. */
const INSIGHTS: Readonly<Record<string, MetricName>> = {
  post_total_media_view_unique: 'reach',
  post_reactions_by_type_total: 'likes',
  post_clicks: 'clicks',
}
/** "Duplicate status message", and its like for media: https://developers.facebook.com/docs/graph-api/guides/error-handling */
const DUPLICATES = ['506', '1366051']
const Success = z.object({ success: z.literal(true), post_id: GraphNumber.optional() })
const Counts = z.object({
  shares: z.object({ count: z.number() }).optional(),
  comments: z.object({ summary: z.object({ total_count: z.number() }).optional() }).optional(),
})
export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: { limit: () => CHARACTERS, count: graphemes, unit: 'characters' },
  media: MEDIA,
  postTypes: ['text', 'link', 'images', 'video', 'reel', 'story'],
  options: [
    {
      kind: 'choice',
      name: 'as',
      label: 'Publish as',
      required: false,
      options: [
        { label: 'A post', value: 'post' },
        { label: 'A reel (3 to 90 s, 9:16)', value: 'reel' },
        { label: 'A story', value: 'story' },
      ],
    },
    {
      kind: 'text',
      name: 'link',
      label: 'Link',
      hint: 'The address whose preview is shown; the first link of the text where this is empty',
      placeholder: 'https://example.com',
      required: false,
    },
    { kind: 'text', name: 'title', label: 'Title of a video', required: false },
  ],
  // 30 reels a day; for other posts no number is published, so Facebook's own refusals set the pace.
  rates: { source: 'https://developers.facebook.com/docs/video-api/guides/reels-publishing' },
  refusal: graphRefusal(PLATFORM.label),
  setUp: {
    operator:
      'An app at developers.facebook.com with Facebook Login, its id and secret. Pages of people with a role on the app work at once; for Pages of others Meta asks for App Review with Advanced Access and business verification. Only Pages can be published to, never profiles.',
    environment: ['FACEBOOK_CLIENT_ID', 'FACEBOOK_CLIENT_SECRET'],
    source: 'https://developers.facebook.com/docs/pages-api/posts',
  },

  connect: [SIGN_IN],
  credentials: Credentials,
  // No `revoke`: what Facebook offers takes back the person's whole sign-in, with every Page they connected.

  check: checkDraft,
  face: ({ options }) =>
    options.as === 'story' || options.as === 'reel'
      ? { ...FULL_SCREEN, accent: '#ffffff' }
      : {
          accent: '#0866ff',
          text: 'above',
          single: { min: 4 / 5, max: 3 },
          several: 'mosaic',
          folds: 5,
        },
  show: (text) => spansWith(text, entities(text), hrefOf),

  async prepare(publication, io, progress) {
    const [first] = publication.media
    const kind = kindOf(publication)
    switch (kind) {
      case 'feed':
      case 'photo story':
        return uploadPhotos(publication.media, io, progress)
      case 'video':
        return first && uploadVideo(first, io, progress)
      case 'reel':
      case 'video story':
        return first && uploadReel(kind === 'reel' ? 'video_reels' : 'video_stories', first, io, progress)
      default:
        return kind satisfies never
    }
  },

  async commit(publication, io, progress, _part, again) {
    try {
      return await publish(publication, io, progress)
    } catch (refused) {
      const code = refused instanceof PublishError ? refused.code?.split('/')[0] : undefined
      if (!(refused instanceof PublishError) || !again || !DUPLICATES.includes(code ?? '')) throw refused
      // There was an earlier try, and now this is a duplicate: that one may have gone through.
      await progress.keep(DUPLICATE, true)
      throw new PublishError(
        PLATFORM.name,
        { do: 'check' },
        'Facebook says that this has been posted already, so an earlier try may be live',
        { code: refused.code ?? '506', cause: refused },
      )
    }
  },

  look: {
    says: 'asks for the video’s status, or looks for the post by its photos or its text among the Page’s own',
    repeatableFor: 0,
    trustAfter: 30 * SECOND,
    async find(publication, io, progress, _part, committedAt) {
      const kind = kindOf(publication)
      switch (kind) {
        case 'feed':
          return findPost(publication, io, progress, committedAt)
        case 'photo story':
          return findStory(keptPhoto(0, progress), io)
        case 'video story':
          return findStory(progress.get<KeptVideo>(VIDEO)?.id, io)
        case 'video':
        case 'reel':
          return findVideo(kind, io, progress)
        default:
          return kind satisfies never
      }
    },
  },

  metrics: {
    names: ['reach', 'likes', 'clicks', 'comments', 'shares'],
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      for (const { remoteId } of remotes) {
        const numbers = await numbersOf(remoteId, io)
        if (numbers) found.set(remoteId, numbers)
      }
      return found
    },
  },

  async remove({ remoteId }, io) {
    await io.http.find({
      ...graphGet(`${graph(io)}/${remoteId}`, io.credentials.token, {}, z.unknown()),
      method: 'DELETE',
      phase: 'prepare',
      name: 'delete post',
      absent: isUnknownToGraph,
      signal: io.signal,
    })
  },
})

async function publish(
  publication: Publication,
  io: Io<Credentials>,
  progress: Progress,
): Promise<Published> {
  const { text, options, media } = publication
  const kind = kindOf(publication)
  const page = `${graph(io)}/${io.credentials.pageId}`
  const video = progress.get<KeptVideo>(VIDEO)
  const finish = { upload_phase: 'finish', video_id: video?.id }
  if (kind !== 'feed' && kind !== 'photo story' && !video?.ready) throw notPrepared('the video')
  switch (kind) {
    case 'feed': {
      const { data } = await send(`${page}/feed`, feedForm(publication, progress), GraphId, io)
      return { remoteId: data.id, url: address(data.id) }
    }
    case 'photo story': {
      const photo = keptPhoto(0, progress)
      if (photo === undefined) throw notPrepared('the photo')
      const { data } = await send(`${page}/photo_stories`, { photo_id: photo }, Success, io)
      return { remoteId: data.post_id ?? photo, url: null }
    }
    case 'video story': {
      const { data } = await send(`${page}/video_stories`, finish, Success, io)
      return { remoteId: data.post_id ?? String(video?.id), url: null }
    }
    case 'reel': {
      const form = {
        ...finish,
        video_state: 'PUBLISHED',
        description: text,
        title: options.title || undefined,
      }
      await send(`${page}/video_reels`, form, Success, io)
      return { remoteId: String(video?.id), url: address(`reel/${video?.id}`) }
    }
    case 'video': {
      const form = {
        upload_phase: 'finish',
        upload_session_id: video?.session,
        description: text,
        title: options.title || undefined,
      }
      await send(`${videoGraph(io)}/${io.credentials.pageId}/videos`, form, Success, io)
      return { remoteId: String(video?.id), url: address(`${io.credentials.pageId}/videos/${video?.id}`) }
    }
    default:
      throw new Error(`${kind satisfies never} with ${media.length} files`)
  }
}

function feedForm(publication: Publication, progress: Progress): Record<string, FormValue> {
  const { text, media } = publication
  const photos = media.map((_item, index) => {
    const id = keptPhoto(index, progress)
    if (id === undefined) throw notPrepared('the photos')
    return [`attached_media[${index}]`, JSON.stringify({ media_fbid: id })]
  })
  return {
    message: text || undefined,
    link: media.length === 0 ? linkOf(publication) : undefined,
    ...Object.fromEntries(photos),
  }
}

const send = <Data>(
  url: string,
  form: Record<string, FormValue>,
  answer: z.ZodType<Data>,
  io: Io<Credentials>,
) =>
  io.http.send({
    ...graphPost(url, io.credentials.token, form, answer),
    phase: 'commit',
    name: 'publish',
    signal: io.signal,
  })

async function numbersOf(id: string, io: Io<Credentials>): Promise<Metrics | undefined> {
  const whole = await io.http.find(read(id, 'shares,comments.limit(0).summary(true)', Counts, io))
  // A video has no field `shares`, which fails the whole call.
  const counts = whole ?? (await io.http.find(read(id, 'comments.limit(0).summary(true)', Counts, io)))
  if (!counts) return undefined
  const insights = await readInsights(`${graph(io)}/${id}/insights`, io.credentials.token, INSIGHTS, io)
  const { shares, comments } = counts.data
  return {
    ...insights,
    ...(comments?.summary ? { comments: comments.summary.total_count } : {}),
    ...(whole ? { shares: shares?.count ?? 0 } : {}),
  }
}

function hrefOf({ kind, value }: Entity): string | undefined {
  if (kind === 'link') return value
  return kind === 'hashtag' ? address(`hashtag/${encodeURIComponent(value)}`) : undefined
}
