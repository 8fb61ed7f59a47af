import { createHash } from 'node:crypto'
// file-type: tells a file's type by its content, where a name or a header could lie.
import { fileTypeFromBuffer } from 'file-type'
// image-size: width and height from the first bytes, without decoding the picture.
import { imageSize } from 'image-size'
import { newId } from '../kit/ids.ts'
import { UserError } from '../kit/user-error.ts'
import type { Media } from '../library/media.ts'
import type { AttachedMedia } from '../posts/post.ts'
import type { Actor } from './actor.ts'
import type { IncomingFile } from './surface.ts'

/** The largest file that is kept (bytes). Platforms' own limits are checked beside the post. */
const LARGEST = 512 * 1024 * 1024
const KEPT = /^(image|video|audio)\/|^application\/pdf$/
/** A text longer than a chat's field comes as a file of this kind, and is words, not media. */
const WORDS = /\.(txt|md)$/i

/** What came with a line: media, kept at once, and words that were too long to type. */
export interface Attached {
  media: AttachedMedia[]
  text: string | undefined
}

/** Fetches, inspects and keeps what came with a line. @throws UserError for what can't be published anywhere */
export async function attach(actor: Actor, files: readonly IncomingFile[]): Promise<Attached> {
  const attached: Attached = { media: [], text: undefined }
  for (const file of files) {
    const bytes = await file.bytes()
    if (bytes.byteLength > LARGEST)
      throw new UserError(`"${file.name}" is larger than 512 MB`, {
        wayOut: 'Make it smaller, or link to it.',
        field: 'files',
      })
    if (WORDS.test(file.name)) {
      attached.text = new TextDecoder('utf-8', { fatal: false }).decode(bytes).replace(/^\uFEFF/, '')
      continue
    }
    const kept = await keep(actor, file.name, bytes)
    attached.media.push({ mediaId: kept.id, alt: file.alt ?? '' })
  }
  return attached
}

async function keep({ bench, stores }: Actor, filename: string, bytes: Uint8Array): Promise<Media> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const known = await stores.media.bySha256(sha256)
  if (known) return known
  const type = (await fileTypeFromBuffer(bytes))?.mime ?? 'application/octet-stream'
  if (!KEPT.test(type)) {
    throw new UserError(`"${filename}" is neither a picture, a video, a sound nor a PDF`, {
      wayOut: 'Attach one of those.',
      field: 'files',
    })
  }
  await bench.blobs.put(sha256, bytes)
  const at = bench.clock.now()
  const media: Media = {
    id: newId(at),
    sha256,
    type,
    size: bytes.byteLength,
    ...sizeOf(type, bytes, filename),
    duration: null,
    filename,
    createdAt: at,
  }
  await stores.media.add(media)
  return media
}

function sizeOf(
  type: string,
  bytes: Uint8Array,
  filename: string,
): { width: number | null; height: number | null } {
  if (!type.startsWith('image/')) return { width: null, height: null }
  try {
    const { width, height } = imageSize(bytes)
    return { width, height }
  } catch (cause) {
    throw new UserError(`"${filename}" can't be read as a picture`, {
      wayOut: 'Save it again as JPEG or PNG.',
      field: 'files',
      cause,
    })
  }
}
