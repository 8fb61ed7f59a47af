import type { Face } from '../../platforms/contract/platform.ts'
import { widthOf } from './fonts.ts'
import { ALARM, LIGHT, type Met, moved, type Piece, space, words } from './piece.ts'
import type { SceneMedia } from './scene.ts'
import { xml } from './xml.ts'

interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Media as the platform lays them out. */
export function media(all: readonly SceneMedia[], face: Face, width: number, met: Met): Piece {
  const [first] = all
  if (!first) return space(0)
  if (first.kind === 'file') return fileRow(first, width, met)
  if (all.length === 1 || face.several === 'pages') {
    const ratio = clamp(first.ratio, face.single)
    const high = Math.min(width / ratio, 620)
    const box = { x: 0, y: 0, width: Math.min(width, high * ratio), height: high }
    const marks = all.length > 1
    return {
      svg:
        frame(first, box, met, {}) +
        (marks ? pageMarks(all.length, box.width, box.height + 12, face.accent) : ''),
      height: high + (marks ? 20 : 0),
    }
  }
  if (face.several === 'strip') return strip(all, face, width, met)
  return mosaic(all, width, met)
}

/** One beside the other, running out of sight. */
function strip(all: readonly SceneMedia[], face: Face, width: number, met: Met): Piece {
  const height = 300
  const clip = `strip${met.clips++}`
  let x = 0
  let svg = ''
  for (const one of all) {
    if (x >= width) break
    const wide = height * clamp(one.ratio, face.single)
    svg += frame(one, { x, y: 0, width: wide, height }, met, {})
    x += wide + 6
  }
  return {
    svg: `<clipPath id="${clip}"><rect width="${width}" height="${height}"/></clipPath><g clip-path="url(#${clip})">${svg}</g>`,
    height,
  }
}

/** Parts of one frame of 16:9: two halves, one half and two quarters, four quarters, and how many more. */
function mosaic(all: readonly SceneMedia[], width: number, met: Met): Piece {
  const height = Math.round((width * 9) / 16)
  const slit = 3
  const half = (width - slit) / 2
  const low = (height - slit) / 2
  const right = half + slit
  const under = low + slit
  const boxes: Box[] =
    all.length === 2
      ? [
          { x: 0, y: 0, width: half, height },
          { x: right, y: 0, width: half, height },
        ]
      : all.length === 3
        ? [
            { x: 0, y: 0, width: half, height },
            { x: right, y: 0, width: half, height: low },
            { x: right, y: under, width: half, height: low },
          ]
        : [
            { x: 0, y: 0, width: half, height: low },
            { x: right, y: 0, width: half, height: low },
            { x: 0, y: under, width: half, height: low },
            { x: right, y: under, width: half, height: low },
          ]
  const clip = `mosaic${met.clips++}`
  const drawn = boxes.map((box, index) => {
    const one = all[index]
    return one ? frame(one, box, met, { square: true }) : ''
  })
  const more = all.length - boxes.length
  const last = boxes.at(-1)
  const cover =
    more > 0 && last
      ? `<rect x="${last.x}" y="${last.y}" width="${last.width}" height="${last.height}" fill="#000000" fill-opacity="0.5"/>` +
        words(
          `+${more}`,
          {
            x: last.x + last.width / 2 - 18,
            y: last.y + last.height / 2 + 10,
            size: 28,
            fill: '#ffffff',
            bold: true,
            width: 80,
          },
          met,
        )
      : ''
  return {
    svg: `<clipPath id="${clip}"><rect width="${width}" height="${height}" rx="14"/></clipPath><g clip-path="url(#${clip})">${drawn.join('')}${cover}</g>`,
    height,
  }
}

/** One of the media in its box: cropped about its middle, with a badge that tells whether it is described. */
export function frame(
  one: SceneMedia,
  box: Box,
  met: Met,
  { square, whole }: { square?: boolean; whole?: boolean },
): string {
  const clip = `frame${met.clips++}`
  const { width, height } = box
  const fill = one.jpeg
    ? `<image width="${width}" height="${height}" preserveAspectRatio="xMidYMid slice" xlink:href="data:image/jpeg;base64,${Buffer.from(one.jpeg).toString('base64')}"/>`
    : `<rect width="${width}" height="${height}" fill="#20262e"/>${play(width, height)}`
  const name = one.jpeg
    ? ''
    : words(
        [one.filename, one.length].filter(Boolean).join(' · '),
        { x: 14, y: 28, size: 14, fill: '#ffffff', width: width - 28 },
        met,
      )
  return moved(
    `<clipPath id="${clip}"><rect width="${width}" height="${height}" rx="${square || whole ? 0 : 14}"/></clipPath><g clip-path="url(#${clip})">${fill}${name}${one.kind === 'image' && !whole ? badge(one.described, height, met) : ''}</g>`,
    box.x,
    box.y,
  )
}

const play = (width: number, height: number): string =>
  `<g transform="translate(${width / 2} ${height / 2})"><circle r="30" fill="#ffffff" fill-opacity="0.92"/><path d="M-9 -13L15 0L-9 13z" fill="#20262e"/></g>`

function badge(described: boolean, height: number, met: Met): string {
  const said = described ? 'ALT' : 'no alt text'
  const width = widthOf(said, 'interBold', 12) + 14
  return moved(
    `<rect width="${width}" height="22" rx="5" fill="${described ? '#000000' : ALARM}" fill-opacity="${described ? 0.72 : 0.92}"/>${words(said, { x: 7, y: 15.5, size: 12, fill: '#ffffff', bold: true, width }, met)}`,
    10,
    height - 32,
  )
}

export function pageMarks(count: number, width: number, y: number, fill: string): string {
  const shown = Math.min(count, 10)
  const start = width / 2 - ((shown - 1) * 12) / 2
  return Array.from(
    { length: shown },
    (_, index) =>
      `<circle cx="${start + index * 12}" cy="${y}" r="3.5" fill="${index === 0 ? xml(fill) : '#b6bfc9'}"/>`,
  ).join('')
}

function fileRow({ filename, length }: SceneMedia, width: number, met: Met): Piece {
  return {
    svg: `<rect width="${width}" height="56" rx="10" fill="#f6f8fa" stroke="${LIGHT.edge}"/>${words(
      [filename, length].filter(Boolean).join(' · '),
      { x: 16, y: 34, size: 15, fill: LIGHT.text, bold: true, width: width - 32 },
      met,
    )}`,
    height: 56,
  }
}

const clamp = (ratio: number, { min, max }: { min: number; max: number }): number =>
  Math.min(max, Math.max(min, ratio))
