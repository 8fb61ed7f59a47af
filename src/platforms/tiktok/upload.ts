import { z } from 'zod'
import { type EpochMs, MINUTE } from '../../kit/clock.ts'
import { bytesOf } from '../contract/media.ts'
import { ticked } from '../contract/options.ts'
import type { Io, MediaItem, Progress, Publication } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import type { Phase, ReadRefusal } from '../contract/refusal.ts'
import { ask, type Credentials, PLATFORM, refusal } from './api.ts'
import { coverAt, isDraft, isVideo } from './check.ts'

/**
 * Chunks are 5 to 64 MB, the last one up to 128 MB, and their number is the size divided by a chunk's, rounded down.
 * A small chunk keeps the last one small, and that is the one whose answer must not be lost.
 * https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide
 */
const CHUNK = 8 * 1024 * 1024
/** An upload's address is valid for an hour. */
const UPLOAD_LIFE = 55 * MINUTE
/** After this nothing can arrive there any more, not even what was under way when the hour ended. */
export const UPLOAD_DEAD = 65 * MINUTE

const Started = z.object({ publish_id: z.string().min(1), upload_url: z.url() })

/** A video on its way, as progress keeps it. Without its last chunk nothing can be published. */
export interface Upload {
  publishId: string
  url: string
  /** UTC ms. */
  at: EpochMs
  chunk: number
  count: number
  /** Chunks that have arrived, of all but the last. */
  sent: number
  /** The last chunk was sent once, whatever became of it. */
  committed?: true
}

export const UPLOAD = 'upload'

/** How a video of `size` bytes is cut. */
export function chunksOf(size: number): { chunk: number; count: number } {
  const count = Math.floor(size / CHUNK)
  return count <= 1 ? { chunk: size, count: 1 } : { chunk: CHUNK, count }
}

/** The upload that a try goes on with: one whose end was sent may be live, so no age makes another of it. */
export const keptUpload = (io: Io<Credentials>, progress: Progress): Upload | undefined => {
  const kept = progress.get<Upload | null>(UPLOAD)
  return kept && (kept.committed || io.now - kept.at < UPLOAD_LIFE) ? kept : undefined
}

/** Announces a video and sends all of it but the last chunk; a later try goes on behind the last one that arrived. */
export async function uploadVideo(
  publication: Publication,
  item: MediaItem,
  io: Io<Credentials>,
  progress: Progress,
): Promise<void> {
  let upload = keptUpload(io, progress)
  if (!upload) {
    const { chunk, count } = chunksOf(item.size)
    const source = {
      source: 'FILE_UPLOAD',
      video_size: item.size,
      chunk_size: chunk,
      total_chunk_count: count,
    }
    const { data } = await ask(
      'prepare',
      isDraft(publication) ? '/v2/post/publish/inbox/video/init/' : '/v2/post/publish/video/init/',
      isDraft(publication)
        ? { source_info: source }
        : { post_info: videoInfo(publication), source_info: source },
      Started,
      io,
    )
    upload = { publishId: data.data.publish_id, url: data.data.upload_url, at: io.now, chunk, count, sent: 0 }
    await progress.keep(UPLOAD, upload)
  }
  while (upload.sent < upload.count - 1) {
    await sendChunk('prepare', upload, upload.sent, item, io, progress)
    upload = { ...upload, sent: upload.sent + 1 }
    await progress.keep(UPLOAD, upload)
  }
}

/** @throws PublishError `retry` with the upload forgotten, where its address is dead */
export async function sendChunk(
  phase: Phase,
  upload: Upload,
  index: number,
  item: MediaItem,
  io: Io<Credentials>,
  progress: Progress,
): Promise<void> {
  const from = index * upload.chunk
  const to = index === upload.count - 1 ? item.size : from + upload.chunk
  const bytes = await bytesOf(PLATFORM.name, item, { from, to })
  try {
    const { status } = await io.http.send({
      phase,
      name: 'send chunk',
      method: 'PUT',
      url: upload.url,
      headers: { 'content-range': `bytes ${from}-${to - 1}/${item.size}` },
      body: { bytes, type: item.type },
      refusal: uploadRefusal,
      secrets: [upload.url],
      signal: io.signal,
    })
    // 206 for every chunk but the last, 201 once all have arrived.
    if (phase === 'commit' && status !== 201) {
      throw new PublishError(
        PLATFORM.name,
        { do: 'check' },
        'TikTok took the end of the video, but did not say that it is whole',
        { code: String(status) },
      )
    }
  } catch (refused) {
    if (!(refused instanceof PublishError) || refused.code !== GONE) throw refused
    if (phase === 'commit' && upload.committed) {
      // Refused perhaps because an earlier try sent these very bytes. Only its status can tell, until the upload has aged.
      throw new PublishError(PLATFORM.name, { do: 'check' }, refused.message, { code: GONE, cause: refused })
    }
    await progress.keep(UPLOAD, null)
    throw refused
  }
}

const GONE = 'UPLOAD_GONE'
const uploadRefusal: ReadRefusal = (answer) => {
  const own = refusal(answer)
  if (own) return own
  // Its hour is over, or its chunks came in another order than it knows of.
  if (![403, 404, 410, 416].includes(answer.status)) return undefined
  return { code: GONE, next: { do: 'retry' }, message: 'TikTok no longer takes this upload' }
}

const disclosure = ({ options }: Publication) => ({
  brand_content_toggle: ticked(options.paidPartnership),
  brand_organic_toggle: ticked(options.ownBrand),
})

function videoInfo(publication: Publication): Record<string, unknown> {
  const { text, options } = publication
  return {
    title: text,
    privacy_level: options.privacy,
    disable_comment: !ticked(options.allowComments),
    disable_duet: !ticked(options.allowDuets),
    disable_stitch: !ticked(options.allowStitches),
    video_cover_timestamp_ms: coverAt(options.cover),
    ...disclosure(publication),
    is_aigc: ticked(options.aiGenerated),
  }
}

/** The one call that publishes photos, which TikTok fetches itself. @throws PublishError `edit` without a public address */
export function photosBody(publication: Publication): Record<string, unknown> {
  const { text, options, media } = publication
  const photos = media.filter((item) => !isVideo(item)).map((item) => item.publicUrl())
  if (photos.some((url) => url === undefined)) {
    throw new PublishError(
      PLATFORM.name,
      { do: 'edit' },
      'TikTok fetches photos itself, and this Crier has no public address: its operator sets PUBLIC_URL',
      { code: 'NO_PUBLIC_URL' },
    )
  }
  const draft = isDraft(publication)
  return {
    media_type: 'PHOTO',
    post_mode: draft ? 'MEDIA_UPLOAD' : 'DIRECT_POST',
    post_info: {
      ...(options.title ? { title: options.title } : {}),
      description: text,
      ...(draft
        ? {}
        : {
            privacy_level: options.privacy,
            disable_comment: !ticked(options.allowComments),
            ...disclosure(publication),
          }),
    },
    source_info: { source: 'PULL_FROM_URL', photo_images: photos, photo_cover_index: 0 },
  }
}
