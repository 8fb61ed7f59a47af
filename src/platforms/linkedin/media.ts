import { z } from 'zod'
import { SECOND } from '../../kit/clock.ts'
import { bytesOf } from '../contract/media.ts'
import type { Io, MediaItem, Progress } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { untilDone, type Working } from '../contract/working.ts'
import { type Credentials, encodedUrn, PLATFORM, signedIn } from './call.ts'

type Kind = 'images' | 'documents' | 'videos'

/** How far a file is. A video's pieces are kept one by one, each with the tag it was given. */
export interface Upload {
  urn: string
  ready: boolean
  /** Of a video, until it is whole. */
  pieces?: { url: string; from: number; to: number }[]
  tags?: string[]
  token?: string
  /** UTC ms at which the pieces' addresses end. */
  endsAt?: number
}

const Begun = z.object({
  value: z.object({
    uploadUrl: z.string().optional(),
    image: z.string().optional(),
    document: z.string().optional(),
    video: z.string().optional(),
    uploadToken: z.string().optional(),
    uploadUrlsExpireAt: z.number().optional(),
    uploadInstructions: z
      .array(z.object({ uploadUrl: z.string(), firstByte: z.number(), lastByte: z.number() }))
      .optional(),
  }),
})
const Asset = z.object({ status: z.string().optional() })

const WAIT = SECOND

export const uploadStep = (mediaId: string): string => `media:${mediaId}`
export const kindOf = ({ type }: Pick<MediaItem, 'type'>): Kind => {
  if (type.startsWith('image/')) return 'images'
  return type.startsWith('video/') ? 'videos' : 'documents'
}

/** Uploads one file and waits until posts may name it. */
export async function uploadMedia(item: MediaItem, io: Io<Credentials>, progress: Progress): Promise<void> {
  const step = uploadStep(item.mediaId)
  const kind = kindOf(item)
  const kept = progress.get<Upload | null>(step) ?? undefined
  if (kept?.ready) return
  const ended = kept?.pieces !== undefined && (kept.endsAt ?? 0) <= io.now
  let upload = kept && !ended ? kept : undefined
  if (kind === 'videos') upload = await uploadVideo(item, upload, io, progress)
  else upload ??= await uploadWhole(item, kind, io, progress)

  const { urn } = upload
  await untilDone(() => stateOf(item, kind, urn, io, progress), {
    platform: PLATFORM,
    what: item.filename,
    signal: io.signal,
  })
  await progress.keep(step, { urn, ready: true } satisfies Upload)
}

/** Images and documents go in one request, which can be begun anew as often as need be. */
async function uploadWhole(
  item: MediaItem,
  kind: 'images' | 'documents',
  io: Io<Credentials>,
  progress: Progress,
): Promise<Upload> {
  const { uploadUrl, image, document } = await begin(kind, { owner: io.credentials.author }, io)
  const urn = image ?? document
  if (uploadUrl === undefined || urn === undefined) throw noAddress()
  await put(uploadUrl, await bytesOf('linkedin', item), item.type, io)
  const upload: Upload = { urn, ready: false }
  await progress.keep(uploadStep(item.mediaId), upload)
  return upload
}

async function uploadVideo(
  item: MediaItem,
  kept: Upload | undefined,
  io: Io<Credentials>,
  progress: Progress,
): Promise<Upload> {
  const step = uploadStep(item.mediaId)
  if (kept && !kept.pieces) return kept
  let upload = kept ?? (await beginVideo(item, io))
  await progress.keep(step, upload)
  const { pieces = [], token = '' } = upload
  for (const { url, from, to } of pieces.slice(upload.tags?.length ?? 0)) {
    const piece = await bytesOf('linkedin', item, { from, to: to + 1 })
    const tag = await put(url, piece, 'application/octet-stream', io)
    if (tag === undefined) throw noAddress()
    upload = { ...upload, tags: [...(upload.tags ?? []), tag] }
    await progress.keep(step, upload)
  }
  await io.http.send({
    ...signedIn(io, 'finalize video'),
    phase: 'prepare',
    url: `${io.apiUrl}/rest/videos?action=finalizeUpload`,
    body: {
      json: {
        finalizeUploadRequest: { video: upload.urn, uploadToken: token, uploadedPartIds: upload.tags ?? [] },
      },
    },
  })
  upload = { urn: upload.urn, ready: false }
  await progress.keep(step, upload)
  return upload
}

async function beginVideo(item: MediaItem, io: Io<Credentials>): Promise<Upload> {
  const request = {
    owner: io.credentials.author,
    fileSizeBytes: item.size,
    uploadCaptions: false,
    uploadThumbnail: false,
  }
  const { video, uploadToken, uploadInstructions, uploadUrlsExpireAt } = await begin('videos', request, io)
  if (video === undefined || !uploadInstructions?.length) throw noAddress()
  return {
    urn: video,
    ready: false,
    pieces: uploadInstructions.map(({ uploadUrl, firstByte, lastByte }) => ({
      url: uploadUrl,
      from: firstByte,
      to: lastByte,
    })),
    tags: [],
    token: uploadToken ?? '',
    // Where LinkedIn does not say, the addresses are used at once or not at all.
    endsAt: uploadUrlsExpireAt ?? io.now + 1,
  }
}

async function begin(
  kind: Kind,
  request: Record<string, unknown>,
  io: Io<Credentials>,
): Promise<z.infer<typeof Begun>['value']> {
  const { data } = await io.http.send({
    ...signedIn(io, `begin ${kind}`),
    phase: 'prepare',
    url: `${io.apiUrl}/rest/${kind}?action=initializeUpload`,
    body: { json: { initializeUploadRequest: request } },
    answer: Begun,
  })
  return data.value
}

/** Returns the tag that the piece was given, where there is one. */
async function put(
  address: string,
  bytes: Uint8Array,
  type: string,
  io: Io<Credentials>,
): Promise<string | undefined> {
  if (!URL.canParse(address)) throw noAddress()
  const { header } = await io.http.send({
    phase: 'prepare',
    name: 'upload bytes',
    method: 'PUT',
    url: address,
    secrets: [address],
    // The token goes to LinkedIn alone.
    ...(isOwn(new URL(address), io.apiUrl) ? { token: io.credentials.accessToken } : {}),
    body: { bytes, type },
    signal: io.signal,
  })
  return header('etag')
}

const isOwn = ({ protocol, hostname, origin }: URL, apiUrl: string): boolean =>
  origin === new URL(apiUrl).origin || (protocol === 'https:' && /(^|\.)linkedin\.com$/.test(hostname))

async function stateOf(
  { mediaId, filename }: MediaItem,
  kind: Kind,
  urn: string,
  io: Io<Credentials>,
  progress: Progress,
): Promise<Working<true>> {
  const found = await io.http.find({
    ...signedIn(io, `read ${kind}`),
    phase: 'prepare',
    url: `${io.apiUrl}/rest/${kind}/${encodedUrn(urn)}`,
    answer: Asset,
  })
  const status = found?.data.status
  if (status === 'AVAILABLE') return { done: true }
  if (status === 'PROCESSING_FAILED') {
    await progress.keep(uploadStep(mediaId), null)
    throw new PublishError('linkedin', { do: 'edit' }, `LinkedIn can't make anything of ${filename}`, {
      code: status,
    })
  }
  return { wait: WAIT }
}

const noAddress = (): PublishError =>
  new PublishError('linkedin', { do: 'retry' }, 'LinkedIn did not say where the file goes', {
    code: 'NO_ADDRESS',
  })
