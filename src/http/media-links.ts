import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Routes } from '../app/routes.ts'
import type { Clock, EpochMs } from '../kit/clock.ts'
import { SECOND } from '../kit/clock.ts'
import type { Log } from '../kit/log.ts'
import { type ServedFile, serveBytes } from '../kit/serve-bytes.ts'
import { BlobError } from '../library/blob-error.ts'
import { refusal } from './refusal.ts'

/** What a signed link opens, and until when (UTC ms, in whole seconds). */
interface MediaClaim {
  workspaceId: string
  mediaId: string
  expiresAt: EpochMs
}

export interface MediaLinks {
  /** The path of a link that opens one file until `expiresAt`: `/media/<signed>`. Put PUBLIC_URL before it. */
  sign(claim: MediaClaim): string
  /** What a signed part says; undefined where it was changed or its time is over. */
  verify(signed: string): MediaClaim | undefined
}

/** @param key at least 32 secret bytes, used for nothing else */
export function createMediaLinks(key: Uint8Array, clock: Clock): MediaLinks {
  const seal = (said: string) => createHmac('sha256', key).update(`crier media link\n${said}`).digest()
  return {
    sign({ workspaceId, mediaId, expiresAt }) {
      const said = `${workspaceId}.${mediaId}.${Math.floor(expiresAt / SECOND).toString(36)}`
      return `/media/${said}.${seal(said).toString('base64url')}`
    },
    verify(signed) {
      const [workspaceId = '', mediaId = '', expires = '', mark = '', ...more] = signed.split('.')
      const found = Buffer.from(mark, 'base64url')
      const expected = seal(`${workspaceId}.${mediaId}.${expires}`)
      if (more.length > 0 || found.length !== expected.length || !timingSafeEqual(found, expected))
        return undefined
      const expiresAt = Number.parseInt(expires, 36) * SECOND
      return expiresAt > clock.now() ? { workspaceId, mediaId, expiresAt } : undefined
    },
  }
}

/** A file by a claim that was verified; undefined where there is none any more. */
export type OpenMedia = (claim: MediaClaim) => Promise<ServedFile | undefined>

/** `/media/<signed>`: for platforms that fetch media themselves. Whoever has the link may look, so links expire. */
export function mediaRoutes(options: { links: MediaLinks; open: OpenMedia; clock: Clock; log: Log }): Routes {
  return {
    path: '/media',
    async handle(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
      const claim = options.links.verify(new URL(request.url).pathname.slice('/media/'.length))
      if (!claim) return refusal(403, 'This link is over, or it was changed: ask for a new one.')
      const file = await options.open(claim)
      if (!file) return refusal(404, 'This file is gone.')
      try {
        return await serveBytes(request, file, (claim.expiresAt - options.clock.now()) / SECOND)
      } catch (error) {
        if (!(error instanceof BlobError)) throw error
        options.log.error({ err: error, media: claim.mediaId }, 'Media could not be served')
        if (error.why === 'missing') return refusal(404, 'This file is gone.')
        // Platforms that fetch come back after a 503.
        const busy = refusal(503, 'Media can’t be read just now.')
        busy.headers.set('retry-after', '30')
        return busy
      }
    },
  }
}
