import { createHash } from 'node:crypto'
// uuid: an id by name (RFC 9562, version 5), so that the same conversion of the same file is found again.
import { v5 } from 'uuid'
import { UserError } from '../kit/user-error.ts'
import { convert } from '../library/convert-image.ts'
import type { FitPlan } from '../library/fit-image.ts'
import type { Media, Shelf } from '../library/media.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/**
 * A kept picture as a platform takes it: converted once, and kept under its own SHA-256 and an id that follows from the
 * picture and the plan. So every attempt at a delivery sends the same bytes, on any machine, under one link.
 *
 * @throws UserError where it can't be read as a picture, or can't be made light enough; BlobError where its bytes can't be had
 */
export async function fittedMedia(
  { shelf, clock }: Pick<Workbench, 'clock'> & { shelf: Shelf },
  stores: Pick<WorkspaceStores, 'media'>,
  media: Media,
  plan: FitPlan,
  filename: string,
): Promise<Media> {
  const id = fittedId(media.id, plan)
  const known = await stores.media.get(id)
  if (known) return known
  const bytes = await shelf.get(media.sha256)
  const made = await convert(bytes, plan).catch((cause: unknown) => {
    throw new UserError(`"${media.filename}" can't be converted`, {
      wayOut: 'Attach it as JPEG or PNG.',
      cause,
    })
  })
  const sha256 = createHash('sha256').update(made.bytes).digest('hex')
  await shelf.put(sha256, made.bytes, made.type)
  const fitted: Media = {
    id,
    sha256,
    type: made.type,
    size: made.bytes.byteLength,
    width: made.width,
    height: made.height,
    duration: null,
    videoCodec: null,
    audioCodec: null,
    filename,
    createdAt: clock.now(),
  }
  try {
    await stores.media.add(fitted)
    return fitted
  } catch (error) {
    // Another machine was faster: its bytes are the ones that count.
    const other = await stores.media.get(id)
    if (other) return other
    throw error
  }
}

const fittedId = (mediaId: string, { type, width, height, fit, maxBytes }: FitPlan): string =>
  v5(`${type} ${width}x${height} ${fit} ${maxBytes}`, mediaId)
