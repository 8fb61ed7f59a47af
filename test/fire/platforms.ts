import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { type Clock, HOUR, SECOND } from '../../src/kit/clock.ts'
import { definePlatform, type Look, type Platform } from '../../src/platforms/contract/platform.ts'

/** The three kinds of platforms there are: one that takes a key, one whose list can be read, one that tells nothing. */
export const KINDS = ['keyed', 'listed', 'silent'] as const
export type Kind = (typeof KINDS)[number]

/** What goes wrong with one request. */
export type Fault =
  | 'none'
  /** The connection dies: before it counts, or after. */
  | 'lostBefore'
  | 'lostAfter'
  /** Half an answer. */
  | 'cut'
  | 'busyBefore'
  | 'busyAfter'
  | 'tooMany'
  | 'refused'
  | 'loggedOut'

/** The platform's list shows a post this much later (ms). */
const LAG = 45 * SECOND
const Answer = z.object({ id: z.string() })

const lookOf: Record<Kind, Look<{ token: string }>> = {
  keyed: { says: 'it takes the same key again', repeatableFor: HOUR, trustAfter: 0 },
  listed: {
    says: 'its list is read',
    repeatableFor: 0,
    trustAfter: 60 * SECOND,
    async find(publication, io) {
      const found = await io.http.find({
        phase: 'look',
        name: 'find',
        url: `${io.apiUrl}/listed?key=${publication.key}`,
        answer: Answer,
        signal: io.signal,
      })
      return found ? { remoteId: found.data.id, url: null } : 'absent'
    },
  },
  silent: { says: 'it has nothing to look at', repeatableFor: 0, trustAfter: 0 },
}

export const firePlatform = (kind: Kind): Platform =>
  definePlatform<{ token: string }>({
    name: kind,
    label: kind,
    text: { limit: () => 500, count: (text) => text.length, unit: 'characters' },
    media: { images: { max: 0, types: [], maxBytes: 0 } },
    postTypes: ['text'],
    setUp: { operator: 'Nothing' },
    // One of them has a cap, far away, so that both ways of beginning an attempt are under fire.
    ...(kind === 'listed' && {
      rates: { account: [{ posts: 1_000, per: HOUR }], source: 'https://example.com' },
    }),
    connect: [
      {
        by: 'form',
        label: 'Token',
        fields: [],
        open: async () => {
          throw new Error('Accounts are made by hand here')
        },
      },
    ],
    credentials: z.object({ token: z.string() }),
    check: () => [],
    show: (text) => [{ type: 'plain', text }],
    async prepare(publication, io, progress) {
      if (progress.get('uploaded')) return
      await io.http.send({
        phase: 'prepare',
        name: 'upload',
        url: `${io.apiUrl}/${kind}/upload`,
        body: { json: { key: publication.key } },
        signal: io.signal,
      })
      await progress.keep('uploaded', true)
    },
    async commit(publication, io) {
      const { data } = await io.http.send({
        phase: 'commit',
        name: 'publish',
        url: `${io.apiUrl}/${kind}/publish`,
        body: { json: { key: publication.key, text: publication.text } },
        answer: Answer,
        signal: io.signal,
      })
      return { remoteId: data.id, url: null }
    },
    look: lookOf[kind],
  })

export interface PlatformServer {
  url: string
  /** How often each key was really published. */
  effects: Map<string, number>
  /** What goes wrong with the next requests, one after the other; nothing once it is used up. */
  faults: Fault[]
  /** Keeps the answer to the next upload until it is called; resolves once that upload has come. */
  holdUpload(): { came: Promise<void>; letGo(): void }
  stop(): Promise<void>
}

/** A real HTTP server that is all three platforms, and fails on purpose. */
export async function startPlatforms(clock: Clock): Promise<PlatformServer> {
  const effects = new Map<string, number>()
  const firstAt = new Map<string, number>()
  const faults: Fault[] = []
  let held: { came(): void; gone: Promise<void> } | undefined
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const say = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    if (held && pathname.endsWith('/upload')) {
      const { came, gone } = held
      held = undefined
      came()
      await gone
    }
    const fault = faults.shift() ?? 'none'
    const takeEffect = (): string => {
      if (request.method === 'GET') {
        const key = searchParams.get('key') ?? ''
        const at = firstAt.get(key)
        return at !== undefined && at + LAG <= clock.now() ? `id-${key}` : ''
      }
      const { key } = JSON.parse(Buffer.concat(chunks).toString()) as { key: string }
      if (pathname.endsWith('/publish') && !(pathname.startsWith('/keyed') && effects.has(key))) {
        effects.set(key, (effects.get(key) ?? 0) + 1)
        if (!firstAt.has(key)) firstAt.set(key, clock.now())
      }
      return `id-${key}`
    }
    switch (fault) {
      case 'lostBefore':
        return void response.socket?.destroy()
      case 'lostAfter':
        takeEffect()
        return void response.socket?.destroy()
      case 'cut':
        takeEffect()
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
        response.write('{"id":', () => response.socket?.destroy())
        return
      case 'busyBefore':
        return void say(503, {})
      case 'busyAfter':
        takeEffect()
        return void say(503, {})
      case 'tooMany':
        return void say(429, {}, { 'retry-after': '5' })
      case 'refused':
        return void say(422, {})
      case 'loggedOut':
        return void say(401, {})
      case 'none': {
        const id = takeEffect()
        return void (id === '' ? say(404, {}) : say(200, { id }))
      }
      default:
        return fault satisfies never
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    faults,
    holdUpload() {
      const came = Promise.withResolvers<void>()
      const gone = Promise.withResolvers<void>()
      held = { came: came.resolve, gone: gone.promise }
      return { came: came.promise, letGo: gone.resolve }
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
