import { createCipheriv, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type EpochMs, HOUR } from '../../kit/clock.ts'
import type { Part } from '../contract/http-body.ts'
import type { Io, MediaItem, Progress } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { type Credentials, PLATFORM, profileUrl, signedIn } from './api.ts'

/** https://developers.snap.com/api/marketing-api/Public-Profile-API/ProfileAssetManagement */
const PART = 32_000_000
const MOST_PARTS = 35
/** A media object lives 24 hours. */
const MEDIA_LIFE = 23 * HOUR

const Created = z.object({
  media_id: z.string().min(1),
  add_path: z.string().min(1),
  finalize_path: z.string().min(1),
})

/** A media object at Snapchat, as progress keeps it; the key is Snapchat's own to know, and the file is about to be public. */
export interface Kept {
  id: string
  key: string
  iv: string
  add: string
  finalize: string
  /** UTC ms. */
  at: EpochMs
  /** Parts that have arrived. */
  sent: number
  ready: boolean
}

export const MEDIA_STEP = 'media'

/** AES-256-CBC with PKCS#7, as Snapchat wants files. */
export function encrypt(bytes: Uint8Array, key: string, iv: string): Buffer {
  const cipher = createCipheriv('aes-256-cbc', Buffer.from(key, 'base64'), Buffer.from(iv, 'base64'))
  return Buffer.concat([cipher.update(bytes), cipher.final()])
}

/** Sends a file, encrypted, in parts; a later try goes on behind the last part that arrived. */
export async function uploadMedia(item: MediaItem, io: Io<Credentials>, progress: Progress): Promise<void> {
  let kept = progress.get<Kept | null>(MEDIA_STEP)
  if (!kept || io.now - kept.at >= MEDIA_LIFE) {
    kept = await createMedia(item, io)
    await progress.keep(MEDIA_STEP, kept)
  }
  if (kept.ready) return
  const encrypted = encrypt(await item.bytes(), kept.key, kept.iv)
  const parts = Math.ceil(encrypted.byteLength / PART)
  if (parts > MOST_PARTS) {
    throw new PublishError(PLATFORM.name, { do: 'edit' }, `${item.filename} is too large for Snapchat`, {
      code: 'TOO_LARGE',
    })
  }
  while (kept.sent < parts) {
    const from = kept.sent * PART
    await post('add part', kept.add, io, [
      { name: 'action', value: 'ADD' },
      { name: 'part_number', value: String(kept.sent + 1) },
      {
        name: 'file',
        bytes: encrypted.subarray(from, from + PART),
        type: 'application/octet-stream',
        filename: `part-${kept.sent + 1}`,
      },
    ])
    kept = { ...kept, sent: kept.sent + 1 }
    await progress.keep(MEDIA_STEP, kept)
  }
  await post('finalize media', kept.finalize, io, [{ name: 'action', value: 'FINALIZE' }])
  await progress.keep(MEDIA_STEP, { ...kept, ready: true } satisfies Kept)
}

async function createMedia(item: MediaItem, io: Io<Credentials>): Promise<Kept> {
  const key = randomBytes(32).toString('base64')
  const iv = randomBytes(16).toString('base64')
  const { data } = await io.http.send({
    ...signedIn(io, 'create media'),
    phase: 'prepare',
    url: profileUrl(io, 'media'),
    body: { json: { type: item.type.startsWith('video/') ? 'VIDEO' : 'IMAGE', name: item.mediaId, key, iv } },
    answer: Created,
    secrets: [key, iv],
  })
  const [add, finalize] = [ownAddress(data.add_path, io), ownAddress(data.finalize_path, io)]
  return { id: data.media_id, key, iv, add, finalize, at: io.now, sent: 0, ready: false }
}

/** The login goes along, so what Snapchat names as a path must not lead anywhere else. */
function ownAddress(path: string, { apiUrl }: Io<Credentials>): string {
  const url = URL.canParse(path, apiUrl) ? new URL(path, apiUrl) : undefined
  if (url?.origin === new URL(apiUrl).origin) return url.href
  throw new PublishError(PLATFORM.name, { do: 'retry' }, 'Snapchat named a foreign address to upload to', {
    code: 'FOREIGN_PATH',
  })
}

async function post(name: string, url: string, io: Io<Credentials>, parts: readonly Part[]): Promise<void> {
  await io.http.send({
    ...signedIn(io, name),
    phase: 'prepare',
    url,
    body: { multipart: parts },
    answer: z.object({ request_status: z.string() }),
  })
}
