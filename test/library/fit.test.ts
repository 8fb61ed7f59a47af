import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { convert } from '../../src/library/convert-image.ts'
import { fitDraft } from '../../src/library/fit-draft.ts'
import { planFit } from '../../src/library/fit-image.ts'
import type { Draft, MediaRules } from '../../src/platforms/contract/platform.ts'
import { loadPlatforms } from '../../src/platforms/contract/register.ts'
import { gif, photo } from './files.ts'

type Item = Draft['media'][number]

const item = (changes: Partial<Item> = {}): Item => ({
  mediaId: 'one',
  type: 'image/png',
  size: 400_000,
  width: 1200,
  height: 1000,
  duration: null,
  alt: 'A kettle',
  filename: 'kettle.png',
  ...changes,
})

const JPEG_ONLY: MediaRules['images'] = {
  max: 10,
  types: ['image/jpeg'],
  maxBytes: 8_000_000,
  aspect: { min: 0.8, max: 1.91 },
}

describe('what is planned', () => {
  test.each<[string, Partial<Item>, Partial<MediaRules['images']>, 'pad' | 'crop', unknown]>([
    ['what fits stays', { type: 'image/jpeg' }, {}, 'pad', undefined],
    ['another type', {}, {}, 'pad', ['becomes JPEG']],
    [
      'too wide, with edges',
      { type: 'image/jpeg', width: 3000, height: 1000 },
      {},
      'pad',
      ['gets white edges: 3000 × 1000 becomes 3000 × 1571'],
    ],
    [
      'too wide, cropped',
      { type: 'image/jpeg', width: 3000, height: 1000 },
      {},
      'crop',
      ['is cropped: 3000 × 1000 becomes 1910 × 1000'],
    ],
    [
      'too tall, with edges',
      { type: 'image/jpeg', width: 900, height: 1600 },
      {},
      'pad',
      ['gets white edges: 900 × 1600 becomes 1280 × 1600'],
    ],
    [
      'too tall, cropped',
      { type: 'image/jpeg', width: 900, height: 1600 },
      {},
      'crop',
      ['is cropped: 900 × 1600 becomes 900 × 1125'],
    ],
    ['too heavy', { type: 'image/jpeg', size: 9_000_000 }, {}, 'pad', ['is made lighter, to at most 8 MB']],
    [
      'too many pixels',
      { type: 'image/jpeg', width: 8000, height: 5000 },
      { maxPixels: 36_152_319 },
      'pad',
      ['is scaled down to 7605 × 4753'],
    ],
    [
      'sides too long together',
      { type: 'image/jpeg', width: 9000, height: 6000 },
      { maxSides: 10_000 },
      'pad',
      ['is scaled down to 6000 × 4000'],
    ],
    [
      'what plays and is not taken',
      { type: 'image/gif', duration: 900 },
      {},
      'pad',
      ['no longer moves', 'becomes JPEG'],
    ],
    [
      'what plays and is taken',
      { type: 'image/gif', duration: 900, size: 9e7 },
      { types: ['image/*'] },
      'pad',
      undefined,
    ],
    ['a video', { type: 'video/mp4', size: 9e9 }, {}, 'pad', undefined],
    ['nothing that can be made', {}, { types: ['image/heic'] }, 'pad', undefined],
  ])('%s', (_name, changes, rules, fit, says) => {
    expect(planFit(item(changes), { ...JPEG_ONLY, ...rules }, fit)?.says).toEqual(says)
  })

  test('every platform takes what comes out, or says in words why it does not', async () => {
    const odd: Item[] = [
      item({ width: 6000, height: 500, size: 30_000_000 }),
      item({ type: 'image/webp', width: 400, height: 4000 }),
      item({ type: 'image/tiff', width: 9000, height: 9000, size: 90_000_000 }),
      item({ type: 'image/avif' }),
    ]
    for (const platform of (await loadPlatforms()).values()) {
      for (const one of odd) {
        const { draft, fitted } = fitDraft(platform, { text: 'Kettles', media: [one], options: {} }, {})
        if (platform.media.images.max === 0) continue
        const about = platform
          .check(draft, {})
          .filter(({ severity, message }) => severity === 'error' && message.includes(one.filename))
        expect(about, `${platform.name}: ${fitted[0]?.says}`).toEqual([])
      }
    }
  })
})

describe('what is made', () => {
  test('JPEG, white where it was clear, in its frame, and the same bytes each time', async () => {
    const clear = await sharp({
      create: { width: 300, height: 100, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0.5 } },
    })
      .png()
      .toBuffer()
    const plan = planFit(item({ width: 300, height: 100 }), JPEG_ONLY, 'pad')?.plan
    if (!plan) throw new Error('There is a plan')
    const made = await convert(clear, plan)
    const { format, width, height } = await sharp(made.bytes).metadata()
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: 300, height: 158 })
    const at = async (left: number, top: number) => [
      ...(await sharp(made.bytes).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()),
    ]
    expect((await at(150, 4)).every((value) => value > 250)).toBe(true)
    const [red = 0, green = 0] = await at(150, 79)
    expect(red - green).toBeGreaterThan(60)
    expect((await convert(clear, plan)).bytes).toEqual(made.bytes)
  })

  test('cropping keeps the middle', async () => {
    const bytes = await photo(900, 300)
    const plan = planFit(item({ type: 'image/jpeg', width: 900, height: 300 }), JPEG_ONLY, 'crop')?.plan
    if (!plan) throw new Error('There is a plan')
    const made = await convert(bytes, plan)
    expect([made.width, made.height]).toEqual([573, 300])
    const [red = 0, green = 0] = await sharp(made.bytes)
      .extract({ left: 286, top: 150, width: 1, height: 1 })
      .raw()
      .toBuffer()
    expect(red - green).toBeGreaterThan(100)
  })

  test('what is too heavy ends below the limit, whatever it takes', async () => {
    const bytes = await photo(1600, 1200, 'png')
    for (const maxBytes of [400_000, 60_000]) {
      const rules = { max: 1, types: ['image/*'], maxBytes }
      const plan = planFit(item({ width: 1600, height: 1200, size: bytes.byteLength }), rules, 'pad')?.plan
      if (!plan) throw new Error('There is a plan')
      const made = await convert(bytes, plan)
      expect(made.bytes.byteLength).toBeLessThanOrEqual(maxBytes)
      expect(await sharp(made.bytes).metadata()).toMatchObject({
        width: made.width,
        height: made.height,
        format: 'jpeg',
      })
    }
  })

  test('of what plays, the first frame', async () => {
    const plan = planFit(
      item({ type: 'image/gif', width: 40, height: 30, duration: 300 }),
      JPEG_ONLY,
      'pad',
    )?.plan
    if (!plan) throw new Error('There is a plan')
    const made = await convert(await gif([100, 200]), plan)
    expect([made.width, made.height]).toEqual([40, 30])
  })
})
