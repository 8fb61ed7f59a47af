import { createHash } from 'node:crypto'
import type { Media, Shelf } from '../library/media.ts'

/**
 * Keeps a picture that Crier drew. It is nobody's media and counts for no plan, so no table knows of it: its id says all that
 * there is to know.
 *
 * @returns the id under which the page shows it
 */
export async function keepDrawn(shelf: Shelf, png: Uint8Array): Promise<string> {
  const sha256 = createHash('sha256').update(png).digest('hex')
  await shelf.put(sha256, png, 'image/png')
  return `drawn-${sha256}-${png.byteLength}`
}

/** The picture that an id of `keepDrawn` stands for; undefined for any other id. */
export function drawnPicture(id: string): Pick<Media, 'sha256' | 'size' | 'type' | 'filename'> | undefined {
  const [, sha256, size] = /^drawn-([0-9a-f]{64})-(\d{1,9})$/.exec(id) ?? []
  return sha256 === undefined
    ? undefined
    : { sha256, size: Number(size), type: 'image/png', filename: 'drawn.png' }
}
