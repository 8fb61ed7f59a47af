import { z } from 'zod'
import { type EpochMs, MINUTE } from '../../kit/clock.ts'
import { GraphNumber, graphGet } from '../contract/graph.ts'
import { isUnknownToGraph } from '../contract/graph-refusal.ts'
import type { Call } from '../contract/http.ts'
import type { Io, Progress, Publication, Published } from '../contract/platform.ts'
import { oneLine } from '../contract/text.ts'
import { linkOf } from './check.ts'
import type { Credentials } from './connect.ts'
import { graph, type KeptVideo, keptPhoto, VIDEO } from './uploads.ts'

const LISTED = 25
const CLOCK_SKEW = 2 * MINUTE

/** https://developers.facebook.com/docs/graph-api/reference/story-attachment/ */
const Attached = z.object({
  type: z.string().optional(),
  /** Without the detour by which Facebook counts clicks. */
  unshimmed_url: z.string().optional(),
  target: z.object({ id: z.string().optional() }).optional(),
})
const Posts = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      message: z.string().optional(),
      created_time: z.string(),
      permalink_url: z.string().optional(),
      attachments: z
        .object({
          data: z.array(
            Attached.extend({ subattachments: z.object({ data: z.array(Attached) }).optional() }),
          ),
        })
        .optional(),
    }),
  ),
})
const VideoStatus = z.object({
  permalink_url: z.string().optional(),
  status: z.object({
    video_status: z.string(),
    publishing_phase: z.object({ status: z.string() }).optional(),
  }),
})
const Stories = z.object({
  data: z.array(
    z.object({
      post_id: GraphNumber,
      media_id: GraphNumber.optional(),
      url: z.string().optional(),
    }),
  ),
})

/** Facebook refused this as a duplicate of what an earlier try posted. */
export const DUPLICATE = 'duplicate'

export const read = <Data>(
  path: string,
  fields: string,
  answer: z.ZodType<Data>,
  io: Io<Credentials>,
): Call<Data> & { absent: typeof isUnknownToGraph } => ({
  ...graphGet(`${graph(io)}/${path}`, io.credentials.token, { fields }, answer),
  phase: 'look',
  name: 'look',
  absent: isUnknownToGraph,
  signal: io.signal,
})

/**
 * Photos are told by their ids, a text by itself, a link without words by its address, among what the Page posted since
 * the first try. Its feed would show what visitors write there too.
 */
export async function findPost(
  publication: Publication,
  io: Io<Credentials>,
  progress: Progress,
  committedAt: EpochMs,
): Promise<Published | 'absent' | 'unknown'> {
  const fields = `id,message,created_time,permalink_url,attachments{${ATTACHED},subattachments{${ATTACHED}}}`
  const path = `${io.credentials.pageId}/published_posts`
  const listed = await io.http.find({
    ...read(path, fields, Posts, io),
    ...graphGet(`${graph(io)}/${path}`, io.credentials.token, { fields, limit: LISTED }, Posts),
  })
  if (!listed) return 'unknown'
  const posts = listed.data.data
  const recent = posts.filter(({ created_time }) => Date.parse(created_time) >= committedAt - CLOCK_SKEW)
  const seen = recent.map((post) => likeness(publication, progress, post))
  const found = recent[seen.indexOf('same')]
  if (found) return { remoteId: found.id, url: found.permalink_url ?? address(found.id) }
  const whole = recent.length < posts.length || posts.length < LISTED
  return whole && !seen.includes('perhaps') && !progress.get(DUPLICATE) ? 'absent' : 'unknown'
}

const ATTACHED = 'type,unshimmed_url,target{id}'

function likeness(
  publication: Publication,
  progress: Progress,
  { message = '', attachments }: z.infer<typeof Posts>['data'][number],
): 'same' | 'perhaps' | 'other' {
  const attached = (attachments?.data ?? []).flatMap((one) => [one, ...(one.subattachments?.data ?? [])])
  const sameWords = oneLine(message) === oneLine(publication.text)
  const photos = publication.media.map((_item, index) => keptPhoto(index, progress))
  if (photos.length > 0) {
    const shown = attached.map(({ target }) => target?.id)
    if (photos.some((photo) => photo !== undefined && shown.includes(photo))) return 'same'
    // An earlier try may have shown photos that have been uploaded anew since.
    return sameWords && attached.length > 0 ? 'perhaps' : 'other'
  }
  if (publication.text.trim() !== '') return sameWords ? 'same' : 'other'
  // A picture has an address too, on Facebook itself.
  const links = attached.filter(({ type, unshimmed_url }) =>
    type === undefined ? unshimmed_url !== undefined : !/photo|album|profile_media/.test(type),
  )
  if (!sameWords || links.length === 0) return 'other'
  const link = plainAddress(linkOf(publication) ?? '')
  return links.some(({ unshimmed_url = '' }) => plainAddress(unshimmed_url) === link) ? 'same' : 'perhaps'
}

/** An address as far as it is the same wherever it is written. */
const plainAddress = (link: string): string =>
  (URL.canParse(link) ? new URL(link).href : link).replace(/\/$/, '')

export async function findStory(
  mediaId: string | undefined,
  io: Io<Credentials>,
): Promise<Published | 'absent' | 'unknown'> {
  if (mediaId === undefined) return 'absent'
  const listed = await io.http.find(
    read(`${io.credentials.pageId}/stories`, 'post_id,media_id,url', Stories, io),
  )
  if (!listed) return 'unknown'
  const stories = listed.data.data
  const found = stories.find((story) => story.media_id === mediaId)
  if (found) return { remoteId: found.post_id ?? mediaId, url: found.url ?? null }
  // One without a readable id might be it.
  return stories.some((story) => story.media_id === undefined) ? 'unknown' : 'absent'
}

/** A video has its id before the finishing call, and its status tells whether that call arrived. */
export async function findVideo(
  kind: 'video' | 'reel',
  io: Io<Credentials>,
  progress: Progress,
): Promise<Published | 'absent' | 'unknown'> {
  const kept = progress.get<KeptVideo>(VIDEO)
  if (!kept) return 'absent'
  const answer = await io.http.find(read(kept.id, 'status,permalink_url', VideoStatus, io))
  if (!answer) return 'unknown'
  const { video_status: status, publishing_phase: publishing } = answer.data.status
  const url = address(kind === 'reel' ? `reel/${kept.id}` : `${io.credentials.pageId}/videos/${kept.id}`)
  if (publishing?.status === 'complete' || status === 'processing') return { remoteId: kept.id, url }
  if (status === 'ready' && publishing === undefined) return { remoteId: kept.id, url }
  return ['uploading', 'upload_complete', 'expired'].includes(status) ? 'absent' : 'unknown'
}

export const address = (path: string): string => `https://www.facebook.com/${path}`
