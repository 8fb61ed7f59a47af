import { readFile } from 'node:fs/promises'
// file-type: tells a file's type by its content, where a name or a header could lie.
import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type'
import { UserError } from '../kit/user-error.ts'
import { withoutMetadata } from './clean-image.ts'
import { filmFacts } from './film-facts.ts'
import type { Content, Media } from './media.ts'
import { MOST_PIXELS, picture } from './pixels.ts'

/** What a file is, by its bytes, and the bytes as they are kept: upright, and without a word about their maker. */
export interface Inspected
  extends Pick<Media, 'type' | 'width' | 'height' | 'duration' | 'videoCodec' | 'audioCodec'> {
  content: Content
}

/** What has no codec that a platform could refuse. */
const STILL = { videoCodec: null, audioCodec: null }

const KEPT = /^(image|video|audio)\/|^application\/pdf$/

/**
 * Looks into a file that somebody attached.
 *
 * @throws UserError for what can't be published anywhere, or can't be read
 */
export async function inspect(filename: string, content: Content): Promise<Inspected> {
  const found =
    content instanceof Uint8Array ? await fileTypeFromBuffer(content) : await fileTypeFromFile(content.path)
  const type = found?.mime ?? 'application/octet-stream'
  if (!KEPT.test(type)) {
    throw new UserError(`"${filename}" is neither a picture, a video, a sound nor a PDF`, {
      wayOut: 'Attach one of those.',
      field: 'files',
    })
  }
  if (type.startsWith('image/'))
    return inspectImage(
      filename,
      type,
      content instanceof Uint8Array ? content : await readFile(content.path),
    )
  if (type === 'application/pdf')
    return { content, type, width: null, height: null, duration: null, ...STILL }
  return inspectFilm(filename, type, content)
}

async function inspectFilm(filename: string, type: string, content: Content): Promise<Inspected> {
  try {
    return { content, type, ...(await filmFacts(content)) }
  } catch (cause) {
    const film = type.startsWith('video/')
    throw new UserError(`"${filename}" can't be read as a ${film ? 'video' : 'sound'}`, {
      wayOut: `Export it again as ${film ? 'MP4' : 'MP3'}.`,
      field: 'files',
      cause,
    })
  }
}

async function inspectImage(filename: string, type: string, bytes: Uint8Array): Promise<Inspected> {
  try {
    const { width, height, orientation = 1, delay, pages = 1, loop } = await (await picture(bytes)).metadata()
    if (width * height > MOST_PIXELS) throw new RangeError(`${width} × ${height} pixels`)
    // A header can be whole where the picture is not: only drawing it tells.
    await (await picture(bytes)).resize(32, 32, { fit: 'inside' }).raw().toBuffer()
    const plays = pages > 1 && (delay !== undefined || loop !== undefined)
    const duration = plays ? (delay ?? []).reduce((sum, one) => sum + one, 0) : null
    const clean = orientation === 1 ? withoutMetadata(type, bytes) : undefined
    if (clean || plays) return { content: clean ?? bytes, type, width, height, duration, ...STILL }
    return { ...(await upright(type, bytes)), type, duration, ...STILL }
  } catch (cause) {
    throw new UserError(`"${filename}" can't be read as a picture`, {
      wayOut: 'Save it again as JPEG or PNG, with at most 100 megapixels.',
      field: 'files',
      cause,
    })
  }
}

/** Drawn anew, the way its camera meant it. The colour profile stays, all else that is no pixel goes. */
async function upright(
  type: string,
  bytes: Uint8Array,
): Promise<{ content: Uint8Array; width: number; height: number }> {
  const turned = (await picture(bytes)).autoOrient().keepIccProfile()
  const { data, info } = await (type === 'image/jpeg'
    ? turned.jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    : turned
  ).toBuffer({ resolveWithObject: true })
  return { content: data, width: info.width, height: info.height }
}
