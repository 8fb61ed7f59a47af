import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/kit/user-error.ts'
import { inspect } from '../../src/library/inspect.ts'
import type { Content } from '../../src/library/media.ts'
import { film, gif, photo } from './files.ts'

function inMemory(content: Content): Uint8Array {
  if (content instanceof Uint8Array) return content
  throw new Error('It is in a file')
}

describe('pictures', () => {
  test.each(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const)(
    '%s, by its content and not by its name',
    async (format) => {
      const bytes = await sharp({ create: { width: 120, height: 80, channels: 3, background: '#0a7' } })
        .toFormat(format)
        .toBuffer()
      const seen = await inspect('holiday.docx', bytes)
      expect(seen).toMatchObject({ type: `image/${format}`, width: 120, height: 80, duration: null })
    },
  )

  test('one that was held upright is kept upright, and nothing tells where it was taken', async () => {
    const bytes = await sharp(await photo(120, 80))
      .withExif({ IFD0: { Make: 'Secret Camera' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { Make: 'Secret Camera' } })
      .jpeg()
      .toBuffer()
    expect(bytes.includes('Secret Camera')).toBe(true)
    const { content, ...facts } = await inspect('a.jpg', bytes)
    const kept = inMemory(content)
    expect(facts).toMatchObject({ type: 'image/jpeg', width: 80, height: 120 })
    const { exif, orientation } = await sharp(kept).metadata()
    expect({ exif, orientation }).toEqual({ exif: undefined, orientation: undefined })
    // The upper left corner of what the camera saw lying is the upper right one now.
    const corner = await sharp(kept).extract({ left: 70, top: 2, width: 4, height: 4 }).raw().toBuffer()
    expect(corner[0]).toBeGreaterThan(200)
  })

  test.each(['jpeg', 'png', 'webp'] as const)('%s loses its metadata and not one pixel', async (format) => {
    const bytes = await sharp(await photo(120, 80))
      .withExif({ IFD0: { Make: 'Secret Camera' } })
      .withIccProfile('p3')
      .toFormat(format)
      .toBuffer()
    expect(bytes.includes('Secret Camera')).toBe(true)
    const kept = inMemory((await inspect(`a.${format}`, bytes)).content)
    expect(Buffer.from(kept).includes('Secret Camera')).toBe(false)
    expect((await sharp(kept).metadata()).icc).toBeDefined()
    expect(await sharp(kept).raw().toBuffer()).toEqual(await sharp(bytes).raw().toBuffer())
  })

  test('one that plays has a duration', async () => {
    expect(await inspect('wave.gif', await gif([100, 200, 300]))).toMatchObject({
      type: 'image/gif',
      width: 40,
      height: 30,
      duration: 600,
    })
  })

  test('what is broken is said to be', async () => {
    const whole = await photo(400, 400)
    for (const bytes of [whole.subarray(0, whole.length / 2), whole.subarray(0, 30)]) {
      await expect(inspect('half.jpg', bytes)).rejects.toThrow('"half.jpg" can\'t be read as a picture')
    }
  })

  test('one that unfolds to gigabytes is refused by its header', async () => {
    const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
      .png()
      .toBuffer()
    small.writeUInt32BE(60_000, 16)
    small.writeUInt32BE(60_000, 20)
    small.writeUInt32BE(crc32(small.subarray(12, 29)), 29)
    await expect(inspect('bomb.png', small)).rejects.toThrow(UserError)
  })
})

describe('what is in a file', () => {
  test('a film is looked into where it lies; a picture is kept as from memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crier-inspect-'))
    try {
      const onDisk = async (name: string, bytes: Uint8Array) => {
        await writeFile(join(folder, name), bytes)
        return { path: join(folder, name), size: bytes.byteLength }
      }
      const clip = await onDisk('clip', await film({ width: 320, height: 568, seconds: 3.5 }))
      expect(await inspect('clip.mp4', clip)).toEqual({
        content: clip,
        type: 'video/mp4',
        width: 320,
        height: 568,
        duration: 3_500,
        videoCodec: 'avc',
        audioCodec: null,
      })
      const bytes = await photo(120, 80)
      expect(await inspect('a.jpg', await onDisk('picture', bytes))).toEqual(await inspect('a.jpg', bytes))
      const page = await onDisk('page', Buffer.from('%PDF-1.7\n'))
      expect(await inspect('a.pdf', page)).toMatchObject({ type: 'application/pdf', content: page })
      const words = await onDisk('words', Buffer.from('words'))
      await expect(inspect('a.bin', words)).rejects.toThrow('neither a picture')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('films and sounds', () => {
  test('size and duration', async () => {
    expect(await inspect('clip.bin', await film({ width: 320, height: 568, seconds: 3.5 }))).toMatchObject({
      type: 'video/mp4',
      width: 320,
      height: 568,
      duration: 3_500,
    })
  })

  test('the codec, by its name in the file', async () => {
    const clip = await film({ width: 320, height: 240, seconds: 1, codec: 'vp9' })
    expect(await inspect('clip.mp4', clip)).toMatchObject({
      type: 'video/mp4',
      videoCodec: 'vp9',
      audioCodec: null,
    })
  })

  test('a sound has a duration and no size', async () => {
    const rate = 8_000
    const head = Buffer.alloc(44)
    head.write('RIFF', 0)
    head.writeUInt32LE(36 + rate * 2, 4)
    head.write('WAVEfmt ', 8)
    head.writeUInt32LE(16, 16)
    head.writeUInt16LE(1, 20)
    head.writeUInt16LE(1, 22)
    head.writeUInt32LE(rate, 24)
    head.writeUInt32LE(rate * 2, 28)
    head.writeUInt16LE(2, 32)
    head.writeUInt16LE(16, 34)
    head.write('data', 36)
    head.writeUInt32LE(rate * 2, 40)
    const seen = await inspect('a.wav', Buffer.concat([head, Buffer.alloc(rate * 2)]))
    expect(seen).toMatchObject({ width: null, height: null, duration: 1_000 })
    expect(seen.type).toMatch(/^audio\//)
  })

  test('what is broken is said to be', async () => {
    const bytes = (await film({ width: 320, height: 240, seconds: 1 })).subarray(0, 40)
    await expect(inspect('clip.mp4', bytes)).rejects.toThrow('"clip.mp4" can\'t be read as a video')
  })
})

test('what is no media is refused in words', async () => {
  await expect(inspect('run.exe', Buffer.from('MZ\u0090\0 nothing to see'))).rejects.toThrow(
    '"run.exe" is neither a picture, a video, a sound nor a PDF',
  )
})
