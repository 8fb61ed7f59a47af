import type { FitPlan } from './fit-image.ts'
import { picture } from './pixels.ts'

/** A picture as a plan wants it. */
export interface Converted {
  bytes: Uint8Array
  type: FitPlan['type']
  width: number
  height: number
}

/** How large a picture is in previews (px, its longer side), and how well it looks there. */
const SMALL = { side: 900, quality: 80 }

/** A small JPEG of a picture for previews, in the frame of its plan where it has one; of what plays, the first frame. @throws Error */
export async function thumbnail(bytes: Uint8Array, plan?: FitPlan): Promise<Uint8Array> {
  const upright = (await picture(bytes)).autoOrient()
  const scale = plan ? Math.min(1, SMALL.side / Math.max(plan.width, plan.height)) : 1
  const sized = plan
    ? upright.resize(
        Math.max(1, Math.round(plan.width * scale)),
        Math.max(1, Math.round(plan.height * scale)),
        {
          fit: plan.fit === 'crop' ? 'cover' : 'contain',
          background: '#ffffff',
        },
      )
    : upright.resize(SMALL.side, SMALL.side, { fit: 'inside', withoutEnlargement: true })
  return sized.flatten({ background: '#ffffff' }).jpeg({ quality: SMALL.quality }).toBuffer()
}

/** Tried in turn until the bytes fit; below the last, the sides shrink. */
const QUALITIES = [88, 80, 72, 64]
const SHRINK = 0.8
/** No side becomes shorter than this (pixels): what is still too heavy then never fits. */
const SMALLEST = 32

/**
 * Makes a picture fit: upright, in its frame (with white edges, or cut about its middle), as its type, within its bytes.
 * The same bytes and plan make the same bytes.
 *
 * @throws Error where it can't be read, or can't be made light enough
 */
export async function convert(bytes: Uint8Array, plan: FitPlan): Promise<Converted> {
  let { width, height } = plan
  while (Math.min(width, height) >= SMALLEST || (width === plan.width && height === plan.height)) {
    for (const quality of QUALITIES) {
      const made = await draw(bytes, { ...plan, width, height }, quality)
      if (made.byteLength <= plan.maxBytes) return { bytes: made, type: plan.type, width, height }
      if (plan.type === 'image/png') break
    }
    width = Math.floor(width * SHRINK)
    height = Math.floor(height * SHRINK)
  }
  throw new Error(`It can't be made lighter than ${plan.maxBytes} bytes`)
}

async function draw(
  bytes: Uint8Array,
  { type, width, height, fit }: FitPlan,
  quality: number,
): Promise<Uint8Array> {
  const fitted = (await picture(bytes))
    .autoOrient()
    // Colours are turned into sRGB, since platforms drop profiles.
    .toColourspace('srgb')
    .resize(width, height, {
      fit: fit === 'crop' ? 'cover' : 'contain',
      background: '#ffffff',
    })
  switch (type) {
    case 'image/jpeg':
      return fitted.flatten({ background: '#ffffff' }).jpeg({ quality, mozjpeg: true }).toBuffer()
    case 'image/png':
      return fitted.png({ compressionLevel: 9 }).toBuffer()
    case 'image/webp':
      return fitted.webp({ quality }).toBuffer()
    default:
      return type satisfies never
  }
}
