import type { Log } from '../kit/log.ts'
import { UserError } from '../kit/user-error.ts'
import { BlobError } from '../library/blob-error.ts'
import type { Content, Media, Shelf } from '../library/media.ts'

type Named = Pick<Media, 'sha256' | 'filename'>

/** The bytes of kept media, for a person who waits for them. @throws UserError where they can't be had */
export async function mediaBytes(shelf: Shelf, media: Named, log: Log): Promise<Uint8Array> {
  try {
    return await shelf.get(media.sha256)
  } catch (error) {
    throw told(error, `"${media.filename}" can't be read`, log)
  }
}

/** Keeps what somebody attached. @throws UserError where it can't be kept */
export async function keepBytes(
  shelf: Shelf,
  media: Named & Pick<Media, 'type'>,
  content: Content,
  log: Log,
): Promise<void> {
  try {
    await shelf.put(media.sha256, content, media.type)
  } catch (error) {
    throw told(error, `"${media.filename}" can't be kept`, log)
  }
}

function told(error: unknown, what: string, log: Log): unknown {
  if (!(error instanceof BlobError)) return error
  log.error({ err: error }, 'The media storage failed')
  return new UserError(`${what}: ${error.message}`, {
    wayOut:
      error.why === 'missing'
        ? 'Attach it again.'
        : 'Try again in a minute; if it stays so, tell the operator: `crier doctor` says more.',
    cause: error,
  })
}
