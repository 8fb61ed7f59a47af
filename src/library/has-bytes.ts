import { BlobError } from './blob-error.ts'
import type { Media, Shelf } from './media.ts'

/**
 * Are they there? By their last byte: they appear whole or not at all.
 *
 * @throws BlobError where the storage can't be asked now
 */
export async function hasBytes(
  shelf: Shelf,
  { sha256, size }: Pick<Media, 'sha256' | 'size'>,
): Promise<boolean> {
  try {
    const last = await shelf.get(sha256, { from: Math.max(0, size - 1), to: size })
    return last.byteLength === Math.min(1, size)
  } catch (error) {
    if (error instanceof BlobError && error.why === 'missing') return false
    throw error
  }
}
