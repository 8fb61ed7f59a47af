import { Resvg } from '@resvg/resvg-js'
import fc from 'fast-check'
import { Parser } from 'htmlparser2'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { drawPreview, drawSvg } from '../../src/views/pictures/draw.ts'
import { previewSvg } from '../../src/views/pictures/preview-svg.ts'
import { fromLeftToRight } from '../../src/views/pictures/reading-order.ts'
import type { Scene } from '../../src/views/pictures/scene.ts'
import { wrap } from '../../src/views/pictures/wrap.ts'

const scene = (changes: Partial<Scene> = {}): Scene => ({
  label: 'Rehearsal',
  handle: '@acme',
  parts: [[{ text: 'We ship', marked: false }]],
  media: [],
  count: '7 of 280 characters',
  tooLong: false,
  when: 'Sat 21 Nov, 09:00',
  ...changes,
})

const plain = (text: string) => [{ text, fill: '#000000' }]
const linesOf = (text: string, width: number, most = 1_000) =>
  wrap(plain(text), { width, size: 16, most }).lines.map(({ runs }) => runs.map((run) => run.text).join(''))

/** What somebody might write to break out of a picture, between letters of every kind. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '</text><script>alert(1)</script>',
        '"><image xlink:href="file:///etc/passwd"/>',
        ']]>',
        '<!-- ',
        '&#0;',
        '&lol;',
        '<!DOCTYPE x [<!ENTITY lol "lol">]>',
        '\u0000',
        '\uFFFF',
        '\uD800',
        '\u202E',
        '\u2066',
        '{{',
        '\u0301'.repeat(50),
        '\t\r\n',
        'a'.repeat(300),
        'مرحبا (x) 12',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(' '))

/** Every element of an SVG, as a strict reader finds them. */
function elementsIn(svg: string): Set<string> {
  const names = new Set<string>()
  const parser = new Parser({ onopentag: (name) => names.add(name) }, { xmlMode: true })
  parser.end(svg)
  return names
}
const OURS = ['svg', 'rect', 'g', 'text', 'circle', 'path', 'clipPath', 'image', 'linearGradient', 'stop']

describe('the drawing', () => {
  test('no text breaks out of it, in whatever place it stands', () => {
    fc.assert(
      fc.property(
        hostile,
        hostile,
        fc.constantFrom('above', 'below', 'over'),
        fc.boolean(),
        (text, other, place, marked) => {
          const { svg } = previewSvg([
            scene({
              label: other,
              handle: text,
              title: other,
              when: text,
              count: other,
              linkCard: text,
              face: {
                accent: '#1185fe',
                text: place,
                single: { min: 0.5, max: 2 },
                several: 'mosaic',
                folds: 3,
              },
              parts: [
                [
                  { text, marked },
                  { text: other, marked: !marked },
                ],
                [{ text: other, marked }],
              ],
              media: [{ kind: 'video', ratio: 1, described: false, filename: text, length: other }],
            }),
          ])
          for (const name of elementsIn(svg)) expect(OURS).toContain(name)
          // resvg's own reader is strict: it throws where the XML is not well formed.
          expect(() => new Resvg(svg, { font: { loadSystemFonts: false } })).not.toThrow()
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)

  test('more posts than fit in a row stand in several', () => {
    const all = Array.from({ length: 5 }, () => scene())
    const { width, height } = previewSvg(all, 3)
    const one = previewSvg([scene()])
    expect(width).toBe(3 * 580 + 20)
    expect(height).toBe(2 * one.height)
  })

  test('what no font has is counted, and all else is drawn with no more fonts than it needs', () => {
    expect(previewSvg([scene()]).fonts.sort()).toEqual(['inter', 'interBold'])
    const all = previewSvg([
      scene({ parts: [[{ text: 'Привет 世界 안녕 مرحبا שלום 🎉 ꧁', marked: false }]] }),
    ])
    expect(all.undrawn).toBe(1)
    expect(all.fonts.sort()).toEqual([
      'arabic',
      'emoji',
      'hebrew',
      'inter',
      'interBold',
      'japanese',
      'korean',
    ])
  })
})

describe('lines', () => {
  test('break between words, and inside one only where it is longer than a line', () => {
    expect(linesOf('We ship on Friday', 80)).toEqual(['We ship ', 'on Friday'])
    expect(linesOf('aaaaaaaaaaaaaaaaaaaaaaaa', 70).length).toBeGreaterThan(2)
    expect(linesOf('one\n\ntwo', 500)).toEqual(['one', '', 'two'])
  })

  test('break between CJK characters, but never before what may not begin a line', () => {
    const lines = linesOf('こんにちは、世界！新しい製品を発表します。「引用」もあります。', 100)
    expect(lines.length).toBeGreaterThan(3)
    for (const line of lines) expect(line).not.toMatch(/^[、。！」]/)
    for (const line of lines) expect(line).not.toMatch(/「$/)
  })

  test('keep what was written, and fit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 60, max: 400 }),
        (text, width) => {
          const { lines, undrawn } = wrap(plain(text), { width, size: 16, most: 10_000 })
          const drawn = lines.map(({ runs }) => runs.map((run) => run.text).join('')).join('')
          const visible = (said: string) => said.replace(/\s/g, '')
          if (undrawn === 0) expect(visible(drawn)).toBe(visible(text))
          // A blank at the end of a line hangs over it.
          for (const line of lines) {
            const trailing = /\s*$/.exec(line.runs.map((run) => run.text).join(''))?.[0].length ?? 0
            if (line.runs.length > 1 || [...(line.runs[0]?.text ?? '')].length > 1) {
              expect(line.width).toBeLessThanOrEqual(width + trailing * 8 + 1)
            }
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('that are read from right to left are put in order, each word whole, brackets turned', () => {
    const [line] = wrap(plain('שלום (עולם) 12 abc!'), { width: 900, size: 16, most: 1 }).lines
    if (!line) throw new Error('There is a line')
    expect(line.rtl).toBe(true)
    expect(
      fromLeftToRight(line)
        .map(({ text }) => text)
        .join('|'),
    ).toMatch(/^!\|?abc\|? \|?12\|? \|?\(\|?עולם\|?\)\|? \|?שלום$/)
  })
})

describe('pictures', () => {
  test('have text in them, in every script that fonts are there for', async () => {
    const empty = scene({ parts: [[{ text: ' ', marked: false }]] })
    const inked = async (one: Scene) => {
      const { png } = await drawPreview([one])
      const { channels } = await sharp(png).greyscale().stats()
      return channels[0]?.mean ?? 0
    }
    const ground = await inked(empty)
    for (const said of [
      'We ship',
      'Привет',
      '世界',
      '안녕',
      'مرحبا',
      'שלום',
      '🎉',
      '👨‍👩‍👧',
      'x 🎉 世 م 1️⃣',
    ]) {
      const { png } = await drawPreview([scene({ parts: [[{ text: said, marked: false }]] })])
      const text = await sharp(png)
        .extract({ left: 50, top: 185, width: 300, height: 40 })
        .greyscale()
        .stats()
      expect(text.channels[0]?.min, said).toBeLessThan(120)
    }
    expect(ground).toBeGreaterThan(200)
  })

  test('links are in the colour of their platform', async () => {
    const face = {
      accent: '#ff0000',
      text: 'above',
      single: { min: 0.5, max: 2 },
      several: 'mosaic',
    } as const
    const red = async (marked: boolean) => {
      const { png } = await drawPreview([scene({ face, parts: [[{ text: '█████', marked }]] })])
      const [r = 0, g = 0, b = 0] = await sharp(png)
        .extract({ left: 60, top: 205, width: 1, height: 1 })
        .removeAlpha()
        .raw()
        .toBuffer()
      return [r, g, b]
    }
    expect(await red(true)).toEqual([255, 0, 0])
    expect(await red(false)).toEqual([15, 20, 25])
  })

  test('a drawing that can’t be read is an error, and the next one is drawn', async () => {
    await expect(drawSvg('<svg')).rejects.toThrow()
    const png = await drawSvg('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>', 1)
    expect(await sharp(png).metadata()).toMatchObject({ width: 20, height: 10, format: 'png' })
  })
})
