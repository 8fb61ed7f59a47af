import { z } from 'zod'
import { SECOND } from '../../kit/clock.ts'
import type { Part } from '../contract/http-body.ts'
import { bytesOf } from '../contract/media.ts'
import type { Io, MediaItem, Progress } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { untilDone, type Working } from '../contract/working.ts'

const PLATFORM = { name: 'pinterest', label: 'Pinterest' }

/** A video of which all bytes are there; `ready` once a Pin may name it. */
export interface Upload {
  id: string
  ready: boolean
}

const Registered = z.object({
  media_id: z.string().min(1),
  upload_url: z.url({ protocol: /^https?$/ }),
  upload_parameters: z.record(z.string(), z.string()).default({}),
})
const Media = z.object({ status: z.enum(['registered', 'processing', 'succeeded', 'failed']) })

const WAIT = SECOND

export const uploadStep = (mediaId: string): string => `media:${mediaId}`

/** Registers a video, sends it where Pinterest says, and waits until it is worked through. */
export async function uploadVideo(
  item: MediaItem,
  io: Io<{ accessToken: string }>,
  progress: Progress,
): Promise<void> {
  const step = uploadStep(item.mediaId)
  const kept = progress.get<Upload | null>(step) ?? undefined
  if (kept?.ready) return
  // Half an upload can't be gone on with: until all of it is there, nothing is kept.
  const upload = kept ?? { id: await send(item, io), ready: false }
  await progress.keep(step, upload)
  await untilDone(() => stateOf(item, upload.id, io, progress), {
    platform: PLATFORM,
    what: item.filename,
    signal: io.signal,
  })
  await progress.keep(step, { ...upload, ready: true })
}

async function send(item: MediaItem, io: Io<{ accessToken: string }>): Promise<string> {
  const { data } = await io.http.send({
    phase: 'prepare',
    name: 'register media',
    url: `${io.apiUrl}/media`,
    token: io.credentials.accessToken,
    body: { json: { media_type: 'video' } },
    answer: Registered,
    signal: io.signal,
  })
  const parameters: Part[] = Object.entries(data.upload_parameters).map(([name, value]) => ({ name, value }))
  await io.http.send({
    phase: 'prepare',
    name: 'upload bytes',
    url: data.upload_url,
    // It is a bucket and not Pinterest itself: what is signed there is in its parameters, which come before the file.
    secrets: Object.values(data.upload_parameters).filter((value) => value.length > 15),
    body: {
      multipart: [
        ...parameters,
        { name: 'file', bytes: await bytesOf('pinterest', item), type: item.type, filename: item.filename },
      ],
    },
    // A signature that has ended is no end of the login: the next attempt is given another.
    refusal: () => ({ next: { do: 'retry' } }),
    signal: io.signal,
  })
  return data.media_id
}

async function stateOf(
  { mediaId, filename }: MediaItem,
  id: string,
  io: Io<{ accessToken: string }>,
  progress: Progress,
): Promise<Working<true>> {
  const found = await io.http.find({
    phase: 'prepare',
    name: 'read media',
    url: `${io.apiUrl}/media/${encodeURIComponent(id)}`,
    token: io.credentials.accessToken,
    answer: Media,
    signal: io.signal,
  })
  const status = found?.data.status
  if (status === 'succeeded') return { done: true }
  if (status === 'processing' || status === 'registered') return { wait: WAIT }
  await progress.keep(uploadStep(mediaId), null)
  throw status === 'failed'
    ? new PublishError('pinterest', { do: 'edit' }, `Pinterest can't make anything of ${filename}`, {
        code: status,
      })
    : new PublishError('pinterest', { do: 'retry' }, `Pinterest no longer has ${filename}`, { code: '404' })
}
