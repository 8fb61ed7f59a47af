import type { Draft, MediaRules } from '../platforms/contract/platform.ts'

type Item = Draft['media'][number]

/** What becomes of a picture whose shape a platform does not take. A person's choice: the option `fit`. */
export type Fit = 'pad' | 'crop'

/** How one picture is made to fit one platform. Plain data: the same plan makes the same bytes. */
export interface FitPlan {
  type: 'image/jpeg' | 'image/png' | 'image/webp'
  /** The frame, in pixels of the result. */
  width: number
  height: number
  fit: Fit
  maxBytes: number
}

export interface Fitted {
  plan: FitPlan
  /** What is known of the picture once it is made to fit; `size` is what it has at most. */
  item: Item
  /** Its name with the ending of its type. */
  filename: string
  /** What is done to it: `becomes JPEG`, `gets white edges: 3000 × 1000 becomes 3000 × 1571`. */
  says: string[]
}

/** The kinds that Crier can make, the most widely taken first. */
const MADE = ['image/jpeg', 'image/png', 'image/webp'] as const

/**
 * What has to be done to a picture before a platform takes it; undefined where nothing has, or nothing can be: what is no
 * picture, and one that plays and would be taken if it were smaller. Pure.
 */
export function planFit(item: Item, rules: MediaRules['images'], fit: Fit): Fitted | undefined {
  const { width, height } = item
  if (!item.type.startsWith('image/') || !width || !height || rules.max === 0) return undefined
  const taken = takes(rules.types, item.type)
  const plays = item.duration !== null
  if (taken && plays) return undefined
  const heavy = item.size > rules.maxBytes
  const framed = frameOf(width, height, rules, fit)
  if (taken && !heavy && framed.width === width && framed.height === height) return undefined
  const type = typeFor(item.type, rules.types, heavy)
  if (!type) return undefined

  const says: string[] = []
  if (plays) says.push('no longer moves')
  if (type !== item.type) says.push(`becomes ${kindOf(type)}`)
  if (framed.reshaped) {
    const how = fit === 'crop' ? 'is cropped' : 'gets white edges'
    says.push(`${how}: ${width} × ${height} becomes ${framed.width} × ${framed.height}`)
  } else if (framed.width !== width) says.push(`is scaled down to ${framed.width} × ${framed.height}`)
  if (heavy) says.push(`is made lighter, to at most ${megabytes(rules.maxBytes)}`)
  return {
    plan: { type, width: framed.width, height: framed.height, fit, maxBytes: rules.maxBytes },
    item: {
      ...item,
      type,
      width: framed.width,
      height: framed.height,
      duration: null,
      size: Math.min(item.size, rules.maxBytes),
    },
    filename: type === item.type ? item.filename : named(item.filename, type),
    says,
  }
}

/** A picture that is too heavy becomes a JPEG where it may: other kinds shrink by their sides alone. */
function typeFor(type: string, types: readonly string[], heavy: boolean): FitPlan['type'] | undefined {
  const made = MADE.filter((one) => takes(types, one))
  const same = made.find((one) => one === type)
  return same && !heavy ? same : made[0]
}

function frameOf(
  width: number,
  height: number,
  { aspect, maxSides, maxPixels }: MediaRules['images'],
  fit: Fit,
): { width: number; height: number; reshaped: boolean } {
  let frame = { width, height }
  const ratio = width / height
  if (aspect && ratio < aspect.min) {
    frame =
      fit === 'crop'
        ? { width, height: Math.floor(width / aspect.min) }
        : { width: Math.ceil(height * aspect.min), height }
  } else if (aspect && ratio > aspect.max) {
    frame =
      fit === 'crop'
        ? { width: Math.floor(height * aspect.max), height }
        : { width, height: Math.ceil(width / aspect.max) }
  }
  const reshaped = frame.width !== width || frame.height !== height
  const scale = Math.min(
    1,
    (maxSides ?? Number.POSITIVE_INFINITY) / (frame.width + frame.height),
    Math.sqrt((maxPixels ?? Number.POSITIVE_INFINITY) / (frame.width * frame.height)),
  )
  if (scale === 1) return { ...frame, reshaped }
  return {
    width: Math.max(1, Math.floor(frame.width * scale)),
    height: Math.max(1, Math.floor(frame.height * scale)),
    reshaped,
  }
}

/** `image/*` stands for every image. */
const takes = (types: readonly string[], type: string): boolean =>
  types.includes(type) || types.includes('image/*')

const kindOf = (type: FitPlan['type']): string =>
  ({ 'image/jpeg': 'JPEG', 'image/png': 'PNG', 'image/webp': 'WebP' })[type]

const ENDING = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' } as const
const named = (filename: string, type: FitPlan['type']): string =>
  `${filename.replace(/\.[a-z0-9]{1,5}$/i, '')}.${ENDING[type]}`

const megabytes = (bytes: number): string =>
  `${(Math.floor(bytes / 100_000) / 10).toLocaleString('en-US')} MB`
