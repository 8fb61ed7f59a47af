import { z } from 'zod'
import { container } from '../contract/container.ts'
import { GraphId, graphGet, graphPost } from '../contract/graph.ts'
import { isUnknownToGraph, QUOTA_WAIT } from '../contract/graph-refusal.ts'
import type { Call } from '../contract/http.ts'
import type { FormValue } from '../contract/http-body.ts'
import type { Io, MediaItem, Progress, Publication } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { threadParts } from '../contract/text.ts'
import { isVideo } from './check.ts'
import { base, type Credentials, PLATFORM } from './connect.ts'

const Config = z.object({ quota_total: z.number() })
const Quota = z.object({
  data: z.array(
    z.object({
      quota_usage: z.number().optional(),
      config: Config.optional(),
      reply_quota_usage: z.number().optional(),
      reply_config: Config.optional(),
    }),
  ),
})
const Status = z.object({ status: z.string(), error_message: z.string().nullish() })

export const containerStep = (part: number): string => `container:${part}`
const childStep = (index: number): string => `child:${index}`

/** The first post of a publication, with all its media. */
export async function firstContainer(
  { text, media, options }: Publication,
  io: Io<Credentials>,
  progress: Progress,
): Promise<void> {
  const common = { text: threadParts(text)[0] || undefined, reply_control: options.replyControl || undefined }
  const [only] = media
  const form: Record<string, FormValue> = { ...common, media_type: 'TEXT' }
  if (only && media.length === 1) Object.assign(form, sourceOf(only))
  if (media.length > 1) {
    const children: string[] = []
    for (const [index, item] of media.entries()) {
      const child = { ...sourceOf(item), is_carousel_item: true }
      children.push(await containerOf(childStep(index), child, item.filename, io, progress))
    }
    Object.assign(form, { media_type: 'CAROUSEL', children: children.join(',') })
  }
  await containerOf(containerStep(0), form, only ? only.filename : 'the text', io, progress)
}

/** A further post of a thread: a text that answers the one before it. */
export const replyContainer = (
  text: string,
  part: number,
  replyTo: string,
  io: Io<Credentials>,
  progress: Progress,
): Promise<string> =>
  containerOf(
    containerStep(part),
    { media_type: 'TEXT', text, reply_to_id: replyTo },
    'the text',
    io,
    progress,
  )

/**
 * The id of the container of `step`, made where there is none yet, once Threads has worked it through. Never with
 * `auto_publish_text`, which would publish at once and leave nothing to ask about.
 */
const containerOf = (
  step: string,
  form: Record<string, FormValue>,
  what: string,
  io: Io<Credentials>,
  progress: Progress,
): Promise<string> =>
  container(
    step,
    {
      platform: PLATFORM,
      what,
      async make() {
        const { data } = await io.http.send({
          ...graphPost(`${base(io)}/${io.credentials.userId}/threads`, io.credentials.token, form, GraphId),
          phase: 'prepare',
          name: 'create container',
          signal: io.signal,
        })
        return data.id
      },
      async status(id) {
        const { data } = await io.http.send({ ...statusCall(id, io), phase: 'prepare' })
        const words = data.error_message ?? undefined
        return { state: data.status, words, code: words ?? data.status }
      },
    },
    io,
    progress,
  )

function sourceOf(item: MediaItem): Record<string, FormValue> {
  const url = item.publicUrl()
  if (url === undefined) {
    const message = `Threads fetches ${item.filename} itself, and this Crier has no public address: its operator sets PUBLIC_URL`
    throw failure('edit', message, 'NO_PUBLIC_URL')
  }
  return {
    alt_text: item.alt || undefined,
    ...(isVideo(item) ? { media_type: 'VIDEO', video_url: url } : { media_type: 'IMAGE', image_url: url }),
  }
}

/** @throws PublishError `retry` where the account has published as much as it may in a day */
export async function mustHaveQuota(replies: number, io: Io<Credentials>): Promise<void> {
  const answer = await io.http.find({
    ...graphGet(
      `${base(io)}/${io.credentials.userId}/threads_publishing_limit`,
      io.credentials.token,
      { fields: 'quota_usage,config,reply_quota_usage,reply_config' },
      Quota,
    ),
    phase: 'prepare',
    name: 'read quota',
    absent: isUnknownToGraph,
    signal: io.signal,
  })
  const [quota] = answer?.data.data ?? []
  const has = (wanted: number, used = 0, total = Number.POSITIVE_INFINITY): boolean => used + wanted <= total
  const posts = has(1, quota?.quota_usage, quota?.config?.quota_total)
  const answers = has(replies, quota?.reply_quota_usage, quota?.reply_config?.quota_total)
  if (posts && answers) return
  const words = posts ? `${quota?.reply_config?.quota_total} replies` : `${quota?.config?.quota_total} posts`
  throw new PublishError(
    PLATFORM.name,
    { do: 'retry', after: io.now + QUOTA_WAIT },
    `Threads lets this account publish ${words} in 24 hours, and this would be more`,
    { code: 'QUOTA' },
  )
}

export const statusCall = (id: string, io: Io<Credentials>): Omit<Call<z.infer<typeof Status>>, 'phase'> => ({
  ...graphGet(`${base(io)}/${id}`, io.credentials.token, { fields: 'id,status,error_message' }, Status),
  name: 'read container',
  signal: io.signal,
})

/** What was made of the media and the parts is of no use any more. */
export async function forget({ media }: Publication, part: number, progress: Progress): Promise<void> {
  await progress.keep(containerStep(part), null)
  if (part > 0) return
  for (const index of media.keys()) await progress.keep(childStep(index), null)
}

export const failure = (next: 'retry' | 'edit', message: string, code: string): PublishError =>
  new PublishError(PLATFORM.name, { do: next }, message, { code })
