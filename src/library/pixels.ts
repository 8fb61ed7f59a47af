import type { Sharp, SharpOptions } from 'sharp'

/** The largest picture that is decoded, in pixels: a file of kilobytes can unfold to gigabytes. */
export const MOST_PIXELS = 100_000_000

let tuned = false

/**
 * A picture to work on. The library brings 20 MB of code, so it is loaded by the first who needs it; and it keeps no
 * decoded pictures, since ours are seldom worked on twice.
 */
export async function picture(bytes: Uint8Array, options: SharpOptions = {}): Promise<Sharp> {
  // sharp: decodes, scales and encodes pictures by libvips, streaming, several times faster than anything in JavaScript.
  const { default: sharp } = await import('sharp')
  if (!tuned) {
    sharp.cache(false)
    sharp.concurrency(1)
    tuned = true
  }
  return sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error', ...options })
}
