import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Routes } from '../app/routes.ts'
import { type Clock, type EpochMs, HOUR } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import { parseJson } from '../kit/parse-json.ts'
import type { FeedItem, FeedStore } from '../playground/feed.ts'
import { refusal } from './refusal.ts'

export interface RehearsalOptions {
  clock: Clock
  /** Whose feed a bearer token opens; undefined for a token that opens none. */
  feedOf(token: string): Promise<{ workspaceId: string; feed: FeedStore } | undefined>
  /** Where people see an item: an absolute address. */
  address(item: FeedItem): string
  /** Told after an item went in, so that an open page shows it at once. */
  published?(workspaceId: string, item: FeedItem): void
}

/** Longer than any platform's post, so that a dry run of any of them fits. */
const MAX_TEXT = 100_000

const Item = z.object({
  key: z.string().min(1).max(200),
  handle: z.string().min(1).max(200),
  text: z.string().max(MAX_TEXT),
  media: z
    .array(z.object({ mediaId: z.string().min(1).max(100), alt: z.string().max(5_000) }))
    .max(50)
    .default([]),
  replyTo: z.string().max(100).nullable().default(null),
  dryRunOf: z.string().max(50).nullable().default(null),
})

/** The server half of the `rehearsal` platform; the wire is written down in `src/platforms/rehearsal.ts`. */
export function rehearsalRoutes(options: RehearsalOptions): Routes {
  return {
    path: '/rehearsal',
    async handle(request) {
      const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
      const found = token === undefined ? undefined : await options.feedOf(token)
      if (!found) return refusal(401, 'The feed does not know this token: connect the account again.')

      const path = new URL(request.url).pathname.slice('/rehearsal'.length)
      if (path === '/items' && request.method === 'POST') return publish(request, found, options)
      const [, key] = /^\/items\/by-key\/([^/]+)$/.exec(path) ?? []
      if (key !== undefined && request.method === 'GET') {
        const item = await found.feed.byKey(decoded(key))
        return item
          ? Response.json({ id: item.id, url: options.address(item) })
          : refusal(404, 'The feed has no item under this key.')
      }
      const [, id] = /^\/items\/([^/]+)\/metrics$/.exec(path) ?? []
      if (id !== undefined && request.method === 'GET') {
        const item = (await found.feed.list(RECENT)).find((one) => one.id === decoded(id))
        return item ? Response.json(rehearsedMetrics(item, options.clock.now())) : refusal(404, GONE)
      }
      const [, gone] = /^\/items\/([^/]+)$/.exec(path) ?? []
      if (gone !== undefined && request.method === 'DELETE') {
        // Gone already is gone too.
        await found.feed.remove(decoded(gone))
        return new Response(null, { status: 204 })
      }
      return undefined
    },
  }
}

/** A path's part as it was meant; as it stands where it can't be read, which then finds nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    if (error instanceof URIError) return part
    throw error
  }
}

/** How far back an item's numbers are looked up. */
const RECENT = 1000
const GONE = 'The feed has no such item.'

async function publish(
  request: Request,
  { workspaceId, feed }: { workspaceId: string; feed: FeedStore },
  { clock, address, published }: RehearsalOptions,
): Promise<Response> {
  const parsed = Item.safeParse(parseJson(await request.text()))
  if (!parsed.success) {
    const [mistake] = parsed.error.issues
    return refusal(
      422,
      `The feed can't take this item: ${mistake?.path.join('.') ?? ''} ${mistake?.message ?? ''}`,
    )
  }
  const header = request.headers.get('idempotency-key')
  if (header !== null && header !== parsed.data.key) {
    return refusal(422, 'The Idempotency-Key is not the key in the item.')
  }
  const at = clock.now()
  const id = newId(at)
  const item = await feed.publish({ ...parsed.data, id, at })
  published?.(workspaceId, item)
  return Response.json({ id: item.id, url: address(item) }, { status: item.id === id ? 201 : 200 })
}

/**
 * Made-up numbers that behave like real ones: the same for the same item and time, growing fast while it is young and
 * levelling off within days. A rehearsal has no audience, but digests and charts need something to be rehearsed with.
 */
function rehearsedMetrics(item: FeedItem, now: EpochMs): Record<string, number> {
  const draw = createHash('sha256').update(item.id).digest()
  const reached = 1 - Math.exp(-Math.max(0, now - item.at) / (18 * HOUR))
  const views = Math.round((120 + 6 * draw.readUInt8(0)) * reached)
  const part = (byte: number, most: number) => Math.round((views * (1 + draw.readUInt8(byte)) * most) / 256)
  return { views, likes: part(1, 0.12), comments: part(2, 0.02), shares: part(3, 0.03) }
}
