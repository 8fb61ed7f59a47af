import { z } from 'zod'
import { SECOND } from '../../kit/clock.ts'
import type { Call } from '../contract/http.ts'
import { bytesOf } from '../contract/media.ts'
import type { Io, MediaItem, Progress } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { untilDone, type Working } from '../contract/working.ts'

const PLATFORM = { name: 'x', label: 'X' }

const Processing = z.object({
  state: z.string().optional(),
  check_after_secs: z.number().optional(),
})
const Session = z.object({
  data: z.object({ id: z.string().min(1), expires_after_secs: z.number().optional() }),
})
const Worked = z.object({ data: z.object({ id: z.string(), processing_info: Processing.optional() }) })

/** How far a file is: kept after each step, so that the next attempt goes on from there. */
export interface Upload {
  id: string
  /** UTC ms at which the platform forgets it. */
  endsAt: number
  /** How many segments are there. */
  segments: number
  finalized: boolean
  ready: boolean
  described: boolean
}

/** https://docs.x.com/x-api/media/quickstart/media-upload-chunked */
const SEGMENT = 4_000_000
const LIFETIME = 86_400
/** A file that would be forgotten before the post goes out is uploaded anew. */
const MARGIN = 60 * SECOND

export const uploadStep = (mediaId: string): string => `media:${mediaId}`

/** Uploads one file and describes it: initialize, append, finalize, status, metadata. */
export async function uploadMedia(
  item: MediaItem,
  io: Io<{ accessToken: string }>,
  progress: Progress,
): Promise<void> {
  const step = uploadStep(item.mediaId)
  const kept = progress.get<Upload>(step)
  const goesOn = kept ? kept.endsAt > io.now + MARGIN : false
  if (goesOn && kept?.ready && kept.described) return
  const upload: Upload = goesOn && kept ? { ...kept } : await begin(item, io)
  const keep = (): Promise<void> => progress.keep(step, upload)
  await keep()

  const call = <Name extends string>(name: Name) => ({
    phase: 'prepare' as const,
    name,
    token: io.credentials.accessToken,
    signal: io.signal,
    // An upload that X has forgotten, or with which it can't go on where we left it, is begun again by the next attempt.
    absent: ({ status }: { status: number }) => goesOn && status === 400,
  })
  const gone = async (): Promise<never> => {
    await progress.keep(step, null)
    throw new PublishError('x', { do: 'retry' }, `X no longer has ${item.filename}`, { code: '404' })
  }

  if (!upload.finalized) {
    for (let from = upload.segments * SEGMENT; from < item.size; from += SEGMENT) {
      const bytes = await bytesOf('x', item, { from, to: from + SEGMENT })
      const appended = await io.http.find({
        ...call('append media'),
        url: `${io.apiUrl}/2/media/upload/${upload.id}/append`,
        body: {
          multipart: [
            { name: 'segment_index', value: String(upload.segments) },
            {
              name: 'media',
              bytes,
              type: item.type,
              filename: item.filename,
            },
          ],
        },
      })
      if (!appended) return gone()
      upload.segments += 1
      await keep()
    }
    const finalized = await io.http.find({
      ...call('finalize media'),
      method: 'POST',
      url: `${io.apiUrl}/2/media/upload/${upload.id}/finalize`,
      answer: Worked,
    })
    if (!finalized) return gone()
    upload.finalized = true
    upload.ready = 'done' in progressOf(finalized.data, item)
    await keep()
  }
  if (!upload.ready) {
    await untilDone(async () => stateOf(item, upload, call('media status'), io, gone), {
      platform: PLATFORM,
      what: item.filename,
      signal: io.signal,
    })
    upload.ready = true
    await keep()
  }
  if (!upload.described) {
    if (item.alt !== '' && item.type.startsWith('image/')) {
      await io.http.send({
        ...call('describe media'),
        url: `${io.apiUrl}/2/media/metadata`,
        body: { json: { id: upload.id, metadata: { alt_text: { text: item.alt } } } },
      })
    }
    upload.described = true
    await keep()
  }
}

async function begin(item: MediaItem, io: Io<{ accessToken: string }>): Promise<Upload> {
  const { data } = await io.http.send({
    phase: 'prepare',
    name: 'initialize media',
    token: io.credentials.accessToken,
    url: `${io.apiUrl}/2/media/upload/initialize`,
    body: { json: { media_type: item.type, media_category: categoryOf(item), total_bytes: item.size } },
    answer: Session,
    signal: io.signal,
  })
  const { id, expires_after_secs: lifetime = LIFETIME } = data.data
  const endsAt = io.now + lifetime * SECOND
  return { id, endsAt, segments: 0, finalized: false, ready: false, described: false }
}

async function stateOf(
  item: MediaItem,
  { id }: Upload,
  call: Pick<Call<unknown>, 'phase' | 'name' | 'token' | 'signal'>,
  io: Io<{ accessToken: string }>,
  gone: () => Promise<never>,
): Promise<Working<true>> {
  const answer = await io.http.find({
    ...call,
    url: `${io.apiUrl}/2/media/upload`,
    query: { media_id: id, command: 'STATUS' },
    answer: Worked,
  })
  return answer ? progressOf(answer.data, item) : gone()
}

/** @throws PublishError `edit` where the file could not be processed */
function progressOf(
  { data: { processing_info: info } }: z.infer<typeof Worked>,
  { filename }: MediaItem,
): Working<true> {
  if (!info || info.state === 'succeeded') return { done: true }
  if (info.state === 'failed') {
    throw new PublishError('x', { do: 'edit' }, `X can't make anything of ${filename}`, {
      code: 'MEDIA_FAILED',
    })
  }
  return { wait: (info.check_after_secs ?? 1) * SECOND }
}

function categoryOf({ type }: MediaItem): 'tweet_image' | 'tweet_gif' | 'tweet_video' {
  if (type === 'image/gif') return 'tweet_gif'
  return type.startsWith('video/') ? 'tweet_video' : 'tweet_image'
}
