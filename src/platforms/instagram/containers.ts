import { z } from 'zod'
import { SECOND } from '../../kit/clock.ts'
import { container } from '../contract/container.ts'
import { GRAPH_VERSION, GraphId, graphGet, graphPost } from '../contract/graph.ts'
import { isUnknownToGraph, QUOTA_WAIT } from '../contract/graph-refusal.ts'
import type { Call } from '../contract/http.ts'
import { listed, ticked } from '../contract/options.ts'
import type { Io, MediaItem, Progress, Publication } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { isVideo, kindOf, mayPush } from './check.ts'
import { base, type Credentials, hostOr, PLATFORM } from './connect.ts'

const Quota = z.object({
  data: z.array(
    z.object({
      quota_usage: z.number(),
      config: z.object({ quota_total: z.number() }).optional(),
    }),
  ),
})

const Container = GraphId.extend({ uri: z.string().optional() })

const Status = z.object({ status_code: z.string(), status: z.string().optional() })

export const CONTAINER = 'container'

export const childStep = (index: number): string => `child:${index}`

type Form = Record<string, string | number | boolean | undefined>

export function childForm(item: MediaItem): Form {
  return {
    is_carousel_item: true,
    ...(isVideo(item) ? { media_type: 'VIDEO' } : { alt_text: item.alt || undefined }),
  }
}

export function formOf(publication: Publication, item: MediaItem, children: readonly string[]): Form {
  const { text, options } = publication
  const collaborators = listed(options.collaborators)
  const common: Form = {
    caption: text || undefined,
    collaborators: collaborators.length > 0 ? JSON.stringify(collaborators) : undefined,
    is_ai_generated: ticked(options.aiGenerated) || undefined,
  }
  const kind = kindOf(publication)
  switch (kind) {
    case 'carousel':
      return { ...common, media_type: 'CAROUSEL', children: children.join(',') }
    case 'reel':
      return {
        ...common,
        media_type: 'REELS',
        share_to_feed: options.shareToFeed === undefined ? undefined : options.shareToFeed !== 'no',
        thumb_offset: options.cover ? Math.round(Number(options.cover) * SECOND) : undefined,
      }
    case 'story':
      return { media_type: 'STORIES', is_ai_generated: common.is_ai_generated }
    case 'image':
      return { ...common, alt_text: item.alt || undefined }
    default:
      return kind satisfies never
  }
}

/** The id of the container of `step`, made where there is none yet, once Instagram has worked it through. */
export const containerOf = (
  step: string,
  form: Form,
  item: MediaItem,
  io: Io<Credentials>,
  progress: Progress,
): Promise<string> =>
  container(
    step,
    {
      platform: PLATFORM,
      what: form.media_type === 'CAROUSEL' ? 'the carousel' : item.filename,
      make: () => makeContainer(form, item, io),
      async status(id) {
        const { data } = await io.http.send({ ...statusCall(id, io), phase: 'prepare' })
        return { state: data.status_code, words: data.status, code: data.status_code }
      },
    },
    io,
    progress,
  )

async function makeContainer(form: Form, item: MediaItem, io: Io<Credentials>): Promise<string> {
  const source = form.media_type === 'CAROUSEL' ? {} : sourceOf(form, item, io)
  const { data } = await io.http.send({
    ...graphPost(
      `${base(io)}/${io.credentials.userId}/media`,
      io.credentials.token,
      { ...form, ...source },
      Container,
    ),
    phase: 'prepare',
    name: 'create container',
    signal: io.signal,
  })
  if ('upload_type' in source) {
    const upload =
      data.uri ?? `${hostOr('https://rupload.facebook.com', io)}/ig-api-upload/${GRAPH_VERSION}/${data.id}`
    await io.http.send({
      phase: 'prepare',
      name: 'upload video',
      url: upload,
      headers: {
        authorization: `OAuth ${io.credentials.token}`,
        offset: '0',
        file_size: String(item.size),
      },
      body: { bytes: await item.bytes(), type: 'application/octet-stream' },
      signal: io.signal,
    })
  }
  return data.id
}

/** Where Instagram gets the file: a public address, or for reels and stories by Facebook's way in, an upload. */
function sourceOf(form: Form, item: MediaItem, io: Io<Credentials>): Form {
  const url = item.publicUrl()
  if (url !== undefined) return isVideo(item) ? { video_url: url } : { image_url: url }
  if (mayPush(io.credentials.via, item) && !form.is_carousel_item) return { upload_type: 'resumable' }
  throw notYet(
    'edit',
    `Instagram fetches ${item.filename} itself, and this Crier has no public address: its operator sets PUBLIC_URL`,
    'NO_PUBLIC_URL',
  )
}

/** @throws PublishError `retry` where the account has published as much as it may in a day */
export async function mustHaveQuota(io: Io<Credentials>): Promise<void> {
  const answer = await io.http.find({
    ...graphGet(
      `${base(io)}/${io.credentials.userId}/content_publishing_limit`,
      io.credentials.token,
      { fields: 'quota_usage,config' },
      Quota,
    ),
    phase: 'prepare',
    name: 'read quota',
    absent: isUnknownToGraph,
    signal: io.signal,
  })
  const [quota] = answer?.data.data ?? []
  const total = quota?.config?.quota_total
  if (!quota || total === undefined || quota.quota_usage < total) return
  throw new PublishError(
    PLATFORM.name,
    { do: 'retry', after: io.now + QUOTA_WAIT },
    `Instagram lets this account publish ${total} posts in 24 hours, and it has`,
    { code: '9/2207042' },
  )
}

export const statusCall = (id: string, io: Io<Credentials>): Omit<Call<z.infer<typeof Status>>, 'phase'> => ({
  ...graphGet(`${base(io)}/${id}`, io.credentials.token, { fields: 'status_code,status' }, Status),
  name: 'read container',
  signal: io.signal,
})

export async function forget({ media }: Publication, progress: Progress): Promise<void> {
  await progress.keep(CONTAINER, null)
  for (const index of media.keys()) await progress.keep(childStep(index), null)
}

export const notYet = (next: 'retry' | 'edit', message: string, code: string): PublishError =>
  new PublishError(PLATFORM.name, { do: next }, message, { code })
