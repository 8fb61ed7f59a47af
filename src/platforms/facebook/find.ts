import { z } from 'zod'
import { type EpochMs, MINUTE } from '../../kit/clock.ts'
import { GraphNumber, graphGet } from '../contract/graph.ts'
import { isUnknownToGraph } from '../contract/graph-refusal.ts'
import type { Call } from '../contract/http.ts'
import type { Io, Progress, Publication, Published } from '../contract/platform.ts'
import type { Credentials } from './connect.ts'
import { graph, type KeptVideo, keptPhoto, VIDEO } from './uploads.ts'

const LISTED = 25
const CLOCK_SKEW = 2 * MINUTE

const Attached = z.object({ target: z.object({ id: z.string().optional() }).optional() })
const Feed = z.object({
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

/** Photos are told by their ids, a text by itself, among what the Page posted since the first try. */
export async function findPost(
  { text, media, at }: Publication,
  io: Io<Credentials>,
  progress: Progress,
  committedAt: EpochMs,
): Promise<Published | 'absent' | 'unknown'> {
  const fields = 'id,message,created_time,permalink_url,attachments{target{id},subattachments{target{id}}}'
  const listed = await io.http.find({
    ...read(`${io.credentials.pageId}/feed`, fields, Feed, io),
    ...graphGet(
      `${graph(io)}/${io.credentials.pageId}/feed`,
      io.credentials.token,
      { fields, limit: LISTED },
      Feed,
    ),
  })
  if (!listed) return 'unknown'
  const posts = listed.data.data
  const since = Math.min(at, committedAt) - CLOCK_SKEW
  const recent = posts.filter(({ created_time }) => Date.parse(created_time) >= since)
  const photos = media.map((_item, index) => keptPhoto(index, progress))
  const found = recent.find(({ message = '', attachments }) => {
    const shown = (attachments?.data ?? [])
      .flatMap((one) => [one, ...(one.subattachments?.data ?? [])])
      .map(({ target }) => target?.id)
    return photos.length > 0
      ? photos.some((photo) => photo !== undefined && shown.includes(photo))
      : message.trim() === text.trim()
  })
  if (found) return { remoteId: found.id, url: found.permalink_url ?? address(found.id) }
  const whole = recent.length < posts.length || posts.length < LISTED
  return whole && !progress.get(DUPLICATE) ? 'absent' : 'unknown'
}

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
