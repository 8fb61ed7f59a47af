import { z } from 'zod'
import { type EpochMs, HOUR } from '../../kit/clock.ts'
import { GRAPH_VERSION, GraphId, graphPost } from '../contract/graph.ts'
import type { Part } from '../contract/http-body.ts'
import { bytesOf } from '../contract/media.ts'
import type { Io, MediaItem, Progress } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { type Credentials, hostOr, PLATFORM } from './connect.ts'

/** Photos that no post shows are dropped after a day. */
const PHOTO_LIFE = 23 * HOUR

const Session = z.object({
  video_id: z.string(),
  upload_session_id: z.string(),
  start_offset: z.coerce.number(),
  end_offset: z.coerce.number(),
})
const Offsets = z.object({ start_offset: z.coerce.number(), end_offset: z.coerce.number() })
const Started = z.object({ video_id: z.string(), upload_url: z.url() })

interface KeptPhoto {
  id: string
  /** UTC ms. */
  at: EpochMs
}

/** A video that Facebook has bytes of; it is not to be seen before the commit. */
export interface KeptVideo {
  id: string
  /** Of a video for the feed, which is sent in pieces as Facebook asks for them. */
  session?: string
  start: number
  end: number
  ready: boolean
}

export const VIDEO = 'video'
const photoStep = (index: number): string => `photo:${index}`

export const graph = (io: Pick<Io<never>, 'apiUrl'>): string => `${io.apiUrl}/${GRAPH_VERSION}`
/** Videos for the feed are sent to a host of their own. https://developers.facebook.com/docs/video-api/guides/publishing */
export const videoGraph = (io: Pick<Io<never>, 'apiUrl'>): string =>
  `${hostOr('https://graph-video.facebook.com', io)}/${GRAPH_VERSION}`

export const keptPhoto = (index: number, progress: Progress): string | undefined =>
  progress.get<KeptPhoto>(photoStep(index))?.id

/** Uploads photos that nobody sees before a post or a story shows them. */
export async function uploadPhotos(
  items: readonly MediaItem[],
  io: Io<Credentials>,
  progress: Progress,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    const kept = progress.get<KeptPhoto>(photoStep(index))
    if (kept && io.now - kept.at < PHOTO_LIFE) continue
    const { data } = await io.http.send({
      phase: 'prepare',
      name: 'upload photo',
      url: `${graph(io)}/${io.credentials.pageId}/photos`,
      body: {
        multipart: [
          ...parts({ published: 'false', alt_text_custom: item.alt, access_token: io.credentials.token }),
          { name: 'source', bytes: await item.bytes(), type: item.type, filename: item.filename },
        ],
      },
      answer: GraphId,
      signal: io.signal,
    })
    await progress.keep(photoStep(index), { id: data.id, at: io.now } satisfies KeptPhoto)
  }
}

/** Sends a video for the feed, piece by piece; a later try goes on behind the last piece that arrived. */
export async function uploadVideo(item: MediaItem, io: Io<Credentials>, progress: Progress): Promise<void> {
  let kept = progress.get<KeptVideo | null>(VIDEO)
  if (kept?.ready) return
  const url = `${videoGraph(io)}/${io.credentials.pageId}/videos`
  if (!kept) {
    const { data } = await io.http.send({
      ...graphPost(url, io.credentials.token, { upload_phase: 'start', file_size: item.size }, Session),
      phase: 'prepare',
      name: 'start video',
      signal: io.signal,
    })
    kept = {
      id: data.video_id,
      session: data.upload_session_id,
      start: data.start_offset,
      end: data.end_offset,
      ready: false,
    }
    await progress.keep(VIDEO, kept)
  }
  while (kept.start < kept.end) {
    const next: z.infer<typeof Offsets> = await sendPiece(url, kept, item, io, progress)
    kept = { ...kept, start: next.start_offset, end: next.end_offset }
    await progress.keep(VIDEO, kept)
  }
  await progress.keep(VIDEO, { ...kept, ready: true } satisfies KeptVideo)
}

async function sendPiece(
  url: string,
  kept: KeptVideo,
  item: MediaItem,
  io: Io<Credentials>,
  progress: Progress,
): Promise<z.infer<typeof Offsets>> {
  const bytes = await bytesOf('facebook', item, { from: kept.start, to: kept.end })
  try {
    const { data } = await io.http.send({
      phase: 'prepare',
      name: 'send piece of video',
      url,
      body: {
        multipart: [
          ...parts({
            upload_phase: 'transfer',
            upload_session_id: kept.session ?? '',
            start_offset: String(kept.start),
            access_token: io.credentials.token,
          }),
          {
            name: 'video_file_chunk',
            bytes,
            type: 'application/octet-stream',
            filename: item.filename,
          },
        ],
      },
      answer: Offsets,
      signal: io.signal,
    })
    return data
  } catch (refused) {
    // A session that is not taken any more is of no use to the next try.
    if (refused instanceof PublishError && refused.next.do === 'edit') await progress.keep(VIDEO, null)
    throw refused
  }
}

/** Sends a reel or a story's video, which nobody sees before it is finished. One that was cut off begins anew. */
export async function uploadReel(
  edge: 'video_reels' | 'video_stories',
  item: MediaItem,
  io: Io<Credentials>,
  progress: Progress,
): Promise<void> {
  if (progress.get<KeptVideo | null>(VIDEO)?.ready) return
  const { data } = await io.http.send({
    ...graphPost(
      `${graph(io)}/${io.credentials.pageId}/${edge}`,
      io.credentials.token,
      { upload_phase: 'start' },
      Started,
    ),
    phase: 'prepare',
    name: 'start video',
    signal: io.signal,
  })
  await io.http.send({
    phase: 'prepare',
    name: 'upload video',
    url: data.upload_url,
    headers: { authorization: `OAuth ${io.credentials.token}`, offset: '0', file_size: String(item.size) },
    body: { bytes: await item.bytes(), type: 'application/octet-stream' },
    signal: io.signal,
  })
  await progress.keep(VIDEO, {
    id: data.video_id,
    start: item.size,
    end: item.size,
    ready: true,
  } satisfies KeptVideo)
}

const parts = (values: Record<string, string>): Part[] =>
  Object.entries(values).flatMap(([name, value]) => (value === '' ? [] : [{ name, value }]))

export const notPrepared = (what: string): PublishError =>
  new PublishError(PLATFORM.name, { do: 'retry' }, `Facebook does not have ${what} yet`, {
    code: 'NOT_PREPARED',
  })
