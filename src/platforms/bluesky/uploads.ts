import { z } from 'zod'
import type { Io, MediaItem, Progress, Publication } from '../contract/platform.ts'
import { type Credentials, signedIn, xrpc } from './session.ts'
import { processVideo, SENT_DIRECTLY, videoStep } from './video.ts'

const Uploaded = z.object({ blob: z.record(z.string(), z.unknown()) })

const blobStep = (mediaId: string): string => `blob:${mediaId}`

/** Sends bytes to the account's own server; what comes back is what a record names them by. @throws PublishError */
export async function uploadBlob(bytes: Uint8Array, type: string, io: Io<Credentials>): Promise<unknown> {
  const { data } = await io.http.send({
    ...signedIn(io, 'uploadBlob'),
    phase: 'prepare',
    url: xrpc(io.credentials.service, 'com.atproto.repo.uploadBlob'),
    body: { bytes, type },
    answer: Uploaded,
  })
  return data.blob
}

/** Uploads what an earlier try has not; a video is worked through before it is there. @throws PublishError */
export async function uploadMedia(
  { media }: Publication,
  io: Io<Credentials>,
  progress: Progress,
): Promise<void> {
  for (const item of media) {
    if (progress.get(blobStep(item.mediaId))) continue
    const processed = isVideo(item) ? await processVideo(item, io, progress) : undefined
    const blob = processed ?? (await uploadBlob(await item.bytes(), item.type, io))
    await progress.keep(blobStep(item.mediaId), blob)
  }
}

/** After the server has collected uploads that no record named: the next try makes them anew. */
export async function forgetUploads({ media }: Publication, progress: Progress): Promise<void> {
  for (const item of media) {
    await progress.keep(blobStep(item.mediaId), null)
    // The video service works through the same bytes once only, so it would name the upload that is gone again.
    if (isVideo(item)) await progress.keep(videoStep(item.mediaId), SENT_DIRECTLY)
  }
}

/** The images or the video of a record; undefined where there are none. */
export function mediaEmbed({ media }: Publication, progress: Progress): Record<string, unknown> | undefined {
  const [first] = media
  if (!first) return undefined
  if (isVideo(first)) {
    return {
      $type: 'app.bsky.embed.video',
      video: progress.get(blobStep(first.mediaId)),
      ...(first.alt === '' ? {} : { alt: first.alt }),
      ...shapeOf(first),
    }
  }
  const images = media.map((item) => ({
    alt: item.alt,
    image: progress.get(blobStep(item.mediaId)),
    ...shapeOf(item),
  }))
  return { $type: 'app.bsky.embed.images', images }
}

const isVideo = ({ type }: Pick<MediaItem, 'type'>): boolean => type.startsWith('video/')

const shapeOf = ({ width, height }: MediaItem): { aspectRatio?: { width: number; height: number } } =>
  width && height ? { aspectRatio: { width, height } } : {}
