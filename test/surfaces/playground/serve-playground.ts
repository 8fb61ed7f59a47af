import { Registry } from 'prom-client'
import { createServer } from '../../../src/http/server.ts'
import { type Clock, standingClock } from '../../../src/kit/clock.ts'
import { newId } from '../../../src/kit/ids.ts'
import { silentLog } from '../../../src/kit/log.ts'
import {
  createPlayground,
  feedItemPath,
  type Playground,
} from '../../../src/surfaces/playground/playground.ts'
import type { Member, Role } from '../../../src/workspaces/workspace.ts'
import { smallDesk } from '../small-desk.ts'
import { memoryFeed, memoryTranscripts } from './memory-stores.ts'

const START = '2026-11-26T08:00:00Z'

export interface Served {
  url: string
  playground: Playground
  clock: Clock & { advance(ms: number): void }
  feed: ReturnType<typeof memoryFeed>
  transcripts: ReturnType<typeof memoryTranscripts>
  /** Publishes to the feed as the rehearsal platform does: over HTTP. */
  publish(item: {
    key: string
    text: string
    handle?: string
    dryRunOf?: string
    media?: { mediaId: string; alt: string }[]
    replyTo?: string
  }): Promise<string>
  images: Map<string, { bytes: Uint8Array; type: string }>
  /** Who is in the workspace: change one to see what the page makes of it. */
  people: Member[]
  close(): Promise<void>
}

const member = (id: string, name: string, role: Role, zone: string | null): Member => ({
  id,
  name,
  role,
  zone,
  locale: null,
  identities: [{ surface: 'playground', chat: 'local', externalId: `pg-${id}` }],
  createdAt: 0,
})

/** A whole playground on a free port: real server, real surface, a small desk, stores in memory. */
export async function servePlayground(
  options: {
    key?: string
    publicUrl?: string
    port?: number
    transcripts?: ReturnType<typeof memoryTranscripts>
    clock?: Served['clock']
  } = {},
): Promise<Served> {
  const clock = options.clock ?? standingClock(START)
  const transcripts = options.transcripts ?? memoryTranscripts()
  const feed = memoryFeed()
  const images = new Map<string, { bytes: Uint8Array; type: string }>()
  const people = [
    member('ada', 'Ada Lovelace', 'author', 'Europe/Berlin'),
    member('grace', 'Grace Hopper', 'approver', null),
    { ...member('sam', 'Sam (Slack only)', 'viewer', null), identities: [] },
  ]
  let playground: Playground | undefined
  const desk = smallDesk(clock, () => playground)
  playground = createPlayground({
    desk,
    log: silentLog,
    clock,
    transcripts,
    feed,
    members: async () => people,
    access: {
      ...(options.key ? { key: options.key } : {}),
      ...(options.publicUrl ? { publicUrl: options.publicUrl } : {}),
    },
    image: async (id) => {
      const found = images.get(id)
      return (
        found && {
          size: found.bytes.byteLength,
          type: found.type,
          open: async ({ from, to }) => new Blob([found.bytes.slice(from, to)]).stream(),
        }
      )
    },
    async keepImage(png) {
      const id = newId(clock.now())
      images.set(id, { bytes: png, type: 'image/png' })
      return id
    },
  })
  const page = playground
  await page.start()
  let url = ''
  const server = createServer({
    host: '127.0.0.1',
    port: options.port ?? 0,
    log: silentLog,
    clock,
    metrics: new Registry(),
    readiness: async () => ({ ok: true, playground: page.health() }),
    rehearsal: {
      clock,
      feedOf: async (token) => (token === 'feed' ? { workspaceId: 'w', feed } : undefined),
      address: (item) => url + feedItemPath(item),
      published: () => void page.feedChanged(),
    },
    routes: [page.routes],
  })
  url = (await server.start()).url
  return {
    url,
    playground: page,
    clock,
    feed,
    transcripts,
    images,
    people,
    async publish(item) {
      const response = await fetch(`${url}/rehearsal/items`, {
        method: 'POST',
        headers: { authorization: 'Bearer feed', 'content-type': 'application/json' },
        body: JSON.stringify({ handle: '@acme', ...item }),
      })
      return ((await response.json()) as { id: string }).id
    },
    async close() {
      await page.stop()
      await server.close(500)
    },
  }
}
