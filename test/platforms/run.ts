import { afterEach } from 'vitest'
import type { Io, Platform, Progress, Publication, Published } from '../../src/platforms/contract/platform.ts'
import { type Received, type Reply, startServer } from './fault-server.ts'
import { memoryProgress, NOW, stageFor } from './stage.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A platform that talks to `world` over real HTTP on loopback; all is stopped after the test. */
export async function standing(
  platform: Platform,
  world: { reply(request: Received): Reply },
  options: {
    credentials: Record<string, unknown> | ((url: string) => Record<string, unknown>)
    account?: Partial<Io<unknown>['account']>
    client?: { id: string; secret: string }
    now?: number
  },
) {
  const server = await startServer((request) => world.reply(request))
  cleanUps.push(server.stop)
  const { credentials } = options
  const { io, lines, interrupt, close } = stageFor(platform, {
    apiUrl: server.url,
    credentials: platform.credentials.parse(
      typeof credentials === 'function' ? credentials(server.url) : credentials,
    ),
    ...(options.account ? { account: options.account } : {}),
    ...(options.client ? { client: options.client } : {}),
  })
  cleanUps.push(close)
  io.now = options.now ?? NOW
  const progress = memoryProgress()
  return {
    io,
    lines,
    interrupt,
    server,
    progress,
    /** Requests as `POST /path`, in their order. */
    calls: () => server.received.map(({ method, path }) => `${method} ${path}`),
    prepare: async (post: Publication, kept: Progress = progress) => platform.prepare?.(post, io, kept),
    commit: (post: Publication, part = 0, kept: Progress = progress) => platform.commit(post, io, kept, part),
    /** As behind an attempt of which nobody knows what became. */
    commitAgain: (post: Publication, part = 0) => platform.commit(post, io, progress, part, true),
    async publish(post: Publication): Promise<Published> {
      await platform.prepare?.(post, io, progress)
      return platform.commit(post, io, progress, 0)
    },
    find: (post: Publication, part = 0, committedAt = NOW) =>
      platform.look.find?.(post, io, progress, part, committedAt),
  }
}

/** The findings of a draft, as `error: …` and `warning: …`. */
export const findingsOf = (
  platform: Platform,
  draft: Partial<Parameters<Platform['check']>[0]>,
  facts: Record<string, unknown> = {},
): string[] =>
  platform
    .check({ text: '', media: [], options: {}, ...draft }, facts)
    .map(({ severity, message }) => `${severity}: ${message}`)
