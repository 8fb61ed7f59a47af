import { createHash } from 'node:crypto'
// uuid: an id by name (RFC 9562, version 5), so that the same conversion of the same file is found again.
import { v5 } from 'uuid'
import { UserError } from '../kit/user-error.ts'
import { BlobError } from '../library/blob-error.ts'
import { convert } from '../library/convert-image.ts'
import type { FitPlan } from '../library/fit-image.ts'
import { hasBytes } from '../library/has-bytes.ts'
import type { Media, Shelf, Taken } from '../library/media.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/**
 * A kept picture as a platform takes it: converted once, and kept under its own SHA-256 and an id that follows from the
 * picture and the plan. So every attempt at a delivery sends the same bytes, on any machine, under one link. Where its bytes
 * were lost it is made again: the picture that somebody attached is all that has to be kept.
 *
 * @throws UserError where it can't be read as a picture, or can't be made light enough; BlobError where the bytes of the
 *   picture can't be had, or those of what is made of it are being removed just now
 */
export async function fittedMedia(
  { shelf, clock, log }: Pick<Workbench, 'clock' | 'log'> & { shelf: Shelf },
  stores: Pick<WorkspaceStores, 'media'>,
  media: Media,
  plan: FitPlan,
  filename: string,
): Promise<Media> {
  const id = fittedId(media.id, plan)
  const now = clock.now()
  const known = stays(await stores.media.take({ id, originalId: media.id }, now))
  if (known && (await hasBytes(shelf, known))) return known
  if (known) log.warn({ media: id }, 'A converted picture was lost; it is made again')

  const bytes = await shelf.get(media.sha256)
  const made = await convert(bytes, plan).catch((cause: unknown) => {
    throw new UserError(`"${media.filename}" can't be converted`, {
      wayOut: 'Attach it as JPEG or PNG.',
      cause,
    })
  })
  const sha256 = createHash('sha256').update(made.bytes).digest('hex')
  const facts = { sha256, size: made.bytes.byteLength, width: made.width, height: made.height }
  // Others may be kept under the same hash, and be on their way out.
  stays(await stores.media.take({ sha256 }, now))
  await shelf.put(sha256, made.bytes, made.type)
  if (known) {
    // Another version of the converter makes other bytes. Where another machine was faster, its bytes are the ones that count.
    if (sha256 === known.sha256 || (await stores.media.remade(id, known, facts)))
      return { ...known, ...facts }
    return (await stores.media.get(id)) ?? known
  }
  const fitted: Media = {
    id,
    ...facts,
    type: made.type,
    duration: null,
    videoCodec: null,
    audioCodec: null,
    filename,
    createdAt: now,
  }
  try {
    await stores.media.add(fitted, media.id)
    return fitted
  } catch (error) {
    // Another machine was faster: its bytes are the ones that count.
    const other = await stores.media.get(id)
    if (other) return other
    throw error
  }
}

/** @throws BlobError where bytes under its hash can't be relied on just now */
function stays(taken: Taken): Media | undefined {
  if (taken !== 'leaving') return taken
  throw new BlobError('away', 'it is being cleared away just now')
}

const fittedId = (mediaId: string, { type, width, height, fit, maxBytes }: FitPlan): string =>
  v5(`${type} ${width}x${height} ${fit} ${maxBytes}`, mediaId)
