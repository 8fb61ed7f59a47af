import type { Face } from '../../platforms/contract/platform.ts'
import { EMOJI_SCALE, FAMILIES, type FontName, widthOf } from './fonts.ts'
import { fromLeftToRight } from './reading-order.ts'
import type { Scene, SceneMedia, SceneText } from './scene.ts'
import { type Ink, type Line, type Wrapped, wrap } from './wrap.ts'
import { xml } from './xml.ts'

/** All in px of the drawing; the picture is this times its zoom. */
const WIDTH = 600
const MARGIN = 20
const PADDING = 18
const AVATAR = 44
const TEXT = { size: 16, line: 23 }
const CARD = WIDTH - 2 * MARGIN
/** A text of which more is hidden says how much. */
const MOST_LINES = 40
const MOST_PARTS = 6
const SCREEN = { width: 360, height: 640 }

const PAPER = '#eef1f5'
const LIGHT = { card: '#ffffff', edge: '#d5dbe3', text: '#0f1419', quiet: '#5b6875' }
const DARK = { card: '#101214', edge: '#101214', text: '#ffffff', quiet: '#c9ced6' }
const ALARM = '#c4320a'

const PLAIN: Face = { accent: '#3457d5', text: 'above', single: { min: 1 / 2, max: 3 }, several: 'mosaic' }

/** A part of a drawing: its elements, drawn from y = 0, and how high they are. */
interface Piece {
  svg: string
  height: number
}

export interface Drawing {
  svg: string
  width: number
  height: number
  /** What the picture is set in, so that no other font has to be loaded. */
  fonts: FontName[]
  /** How many characters no font here can draw. */
  undrawn: number
}

/** What was met while drawing. */
interface Met {
  fonts: Set<FontName>
  undrawn: number
  /** Numbers clip paths. */
  clips: number
}

/** Draws posts as their readers will see them, one beside the other (at most `columns` in a row). */
export function previewSvg(scenes: readonly Scene[], columns = 1): Drawing {
  const met: Met = { fonts: new Set(['inter', 'interBold']), undrawn: 0, clips: 0 }
  const cells = scenes.map((scene) => post(scene, met))
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    cells.slice(row * columns, (row + 1) * columns),
  )
  let y = 0
  let drawn = ''
  for (const row of rows) {
    row.forEach((cell, column) => {
      drawn += moved(cell.svg, column * (WIDTH - MARGIN), y)
    })
    y += Math.max(...row.map((cell) => cell.height))
  }
  const width = Math.min(columns, scenes.length) * (WIDTH - MARGIN) + MARGIN
  const height = Math.ceil(y)
  return {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="${width}" height="${height}" fill="${PAPER}"/>${drawn}</svg>`,
    width,
    height,
    fonts: [...met.fonts],
    undrawn: met.undrawn,
  }
}

/** A platform's name and count, and under them the post on its card. */
function post(scene: Scene, met: Met): Piece {
  const face = scene.face ?? PLAIN
  const head = header(scene, face, met)
  const body =
    face.text === 'over' ? screen(scene, face, met) : card(stack(inside(scene, face, met), 0), LIGHT)
  const top = MARGIN + head.height + 10
  return {
    svg: moved(head.svg, MARGIN, MARGIN) + moved(body.svg, MARGIN, top),
    height: top + body.height + MARGIN,
  }
}

function header({ label, count, tooLong }: Scene, face: Face, met: Met): Piece {
  const mark = face.text === 'over' ? '#0f1419' : face.accent
  return {
    svg:
      `<circle cx="7" cy="11" r="7" fill="${xml(mark)}"/>` +
      words(label, { x: 22, y: 17, size: 16, fill: LIGHT.text, bold: true, width: CARD / 2 }, met) +
      words(
        count,
        {
          x: CARD,
          y: 17,
          size: 14,
          fill: tooLong ? ALARM : LIGHT.quiet,
          bold: tooLong,
          width: CARD / 2,
          end: true,
        },
        met,
      ),
    height: 22,
  }
}

function card({ svg, height }: Piece, { card, edge }: typeof LIGHT): Piece {
  const whole = height + 2 * PADDING
  return {
    svg: `<rect width="${CARD}" height="${whole}" rx="16" fill="${card}" stroke="${edge}"/>${moved(svg, PADDING, PADDING)}`,
    height: whole,
  }
}

const INNER = CARD - 2 * PADDING

function inside(scene: Scene, face: Face, met: Met): Piece[] {
  if (face.text === 'below') {
    const [first = []] = scene.parts
    return [
      author(scene, face, INNER, met),
      space(12),
      media(scene.media, face, INNER, met),
      ...(scene.media.length > 0 ? [space(12)] : []),
      title(scene, INNER, met),
      said(first, face, INNER, met),
    ]
  }
  return scene.parts.slice(0, MOST_PARTS).flatMap((part, index): Piece[] => {
    const last = index === Math.min(scene.parts.length, MOST_PARTS) - 1
    const below = [
      index === 0 ? title(scene, INNER, met) : space(0),
      said(part, face, INNER, met),
      ...(index === 0 && scene.media.length > 0 ? [space(12), media(scene.media, face, INNER, met)] : []),
      ...(index === 0 && scene.linkCard ? [space(12), linkCard(scene.linkCard, INNER, met)] : []),
      icons(),
    ]
    const more = scene.parts.length - MOST_PARTS
    return [
      author(
        scene,
        face,
        INNER,
        met,
        scene.parts.length > 1 ? `${index + 1}/${scene.parts.length}` : undefined,
      ),
      space(12),
      ...below,
      ...(last ? [] : [rule(INNER)]),
      ...(last && more > 0 ? [rule(INNER), quietLine(`… and ${more} more in the thread`, INNER, met)] : []),
    ]
  })
}

function author(scene: Scene, face: Face, width: number, met: Met, place?: string): Piece {
  const x = AVATAR + 12
  const placeWidth = place ? 60 : 0
  return {
    svg:
      avatar(scene.handle, face, met) +
      words(
        scene.handle,
        { x, y: 18, size: 16, fill: LIGHT.text, bold: true, width: width - x - placeWidth },
        met,
      ) +
      words(scene.when, { x, y: 38, size: 14, fill: LIGHT.quiet, width: width - x - placeWidth }, met) +
      (place
        ? words(place, { x: width, y: 18, size: 14, fill: LIGHT.quiet, width: placeWidth, end: true }, met)
        : ''),
    height: AVATAR,
  }
}

/** A disc in a colour of the handle's own, with its initials. */
function avatar(handle: string, face: Face, met: Met): string {
  const hue = [...handle].reduce((sum, sign) => (sum * 31 + (sign.codePointAt(0) ?? 0)) % 360, 7)
  const shape =
    face.avatar === 'square'
      ? `<rect width="${AVATAR}" height="${AVATAR}" rx="8" fill="hsl(${hue}, 55%, 42%)"/>`
      : `<circle cx="${AVATAR / 2}" cy="${AVATAR / 2}" r="${AVATAR / 2}" fill="hsl(${hue}, 55%, 42%)"/>`
  const said = initials(handle)
  const [line] = wrap([{ text: said, fill: '#ffffff', bold: true }], {
    width: AVATAR,
    size: 17,
    most: 1,
  }).lines
  return (
    shape + (line ? lineSvg(line, { x: (AVATAR - line.width) / 2, y: 28, size: 17, width: AVATAR }, met) : '')
  )
}

/** `AK` of "Acme Kettles", `A` of "@acme.example". */
function initials(handle: string): string {
  const name = handle.replace(/^@/, '')
  const parts = name.includes(' ') ? name.split(/\s+/) : [name]
  return parts
    .slice(0, 2)
    .map((part) => [...part][0] ?? '')
    .join('')
    .toLocaleUpperCase('en')
}

function title({ title: said }: Scene, width: number, met: Met): Piece {
  if (!said) return space(0)
  const wrapped = wrap([{ text: said, fill: LIGHT.text, bold: true }], { width, size: 18, most: 3 })
  const piece = lines(wrapped, { size: 18, line: 25, width }, met)
  return { svg: piece.svg, height: piece.height + 6 }
}

function said(part: readonly SceneText[], face: Face, width: number, met: Met): Piece {
  if (part.every(({ text }) => text.trim() === '')) return space(0)
  const wrapped = wrap(inksOf(part, face.accent, LIGHT.text), { ...TEXT, width, most: MOST_LINES })
  if (face.folds === undefined || wrapped.lines.length <= face.folds) {
    const body = lines(wrapped, { ...TEXT, width }, met)
    return wrapped.hidden > 0
      ? stack([body, quietLine(`… ${wrapped.hidden} more lines`, width, met)], 4)
      : body
  }
  const shown = lines(
    { ...wrapped, lines: withoutBlankEnd(wrapped.lines.slice(0, face.folds)) },
    { ...TEXT, width },
    met,
  )
  const rest = wrapped.lines.length - face.folds + wrapped.hidden
  return stack(
    [shown, quietLine(`… more (${rest} ${rest === 1 ? 'line' : 'lines'} behind a tap)`, width, met)],
    2,
  )
}

const withoutBlankEnd = (all: readonly Line[]): Line[] =>
  all.slice(0, all.findLastIndex(({ runs }) => runs.some(({ text }) => text.trim() !== '')) + 1)

const inksOf = (part: readonly SceneText[], accent: string, text: string): Ink[] =>
  part.map((piece) => ({
    text: piece.text,
    fill: piece.marked ? accent : text,
    isolated: piece.marked,
  }))

/** What stands under most posts, so that the picture reads as one: outlines without numbers. */
function icons(): Piece {
  const stroke = `fill="none" stroke="${LIGHT.quiet}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"`
  const icon = (x: number, path: string): string =>
    `<path transform="translate(${x} 14)" d="${path}" ${stroke}/>`
  return {
    svg:
      icon(0, 'M2 8a7 6.5 0 1 1 4 6l-4 2 1-4a6 6 0 0 1-1-4z') +
      icon(70, 'M3 6h10l-3-3M15 12H5l3 3') +
      icon(140, 'M9 16C-3 8 4 1 9 6c5-5 12 2 0 10z'),
    height: 32,
  }
}

function linkCard(address: string, width: number, met: Met): Piece {
  const host = URL.canParse(address) ? new URL(address).host.replace(/^www\./, '') : address
  const height = 64
  return {
    svg:
      `<rect width="${width}" height="${height}" rx="10" fill="#f6f8fa" stroke="${LIGHT.edge}"/>` +
      words(host, { x: 16, y: 27, size: 14, fill: LIGHT.text, bold: true, width: width - 32 }, met) +
      words(
        'Title and picture come from the page itself',
        { x: 16, y: 48, size: 14, fill: LIGHT.quiet, width: width - 32 },
        met,
      ),
    height,
  }
}

/** TikTok, Snapchat, a story: the picture fills the screen and the words lie on it. */
function screen(scene: Scene, face: Face, met: Met): Piece {
  const { width, height } = SCREEN
  const left = (CARD - width) / 2
  const clip = `screen${met.clips++}`
  const [first] = scene.media
  const inner = width - 2 * PADDING
  const [part = []] = scene.parts
  const wrapped = wrap(inksOf(part, face.accent, DARK.text), { size: 15, width: inner, most: MOST_LINES })
  const shown = Math.min(wrapped.lines.length, face.folds ?? 6)
  const rest = wrapped.lines.length - shown + wrapped.hidden
  const text = stack(
    [
      {
        svg: words(scene.handle, { x: 0, y: 16, size: 16, fill: DARK.text, bold: true, width: inner }, met),
        height: 24,
      },
      lines({ ...wrapped, lines: wrapped.lines.slice(0, shown) }, { size: 15, line: 21, width: inner }, met),
      ...(rest > 0 ? [quietLine('… more', inner, met, DARK.quiet)] : []),
    ],
    2,
  )
  return {
    svg: moved(
      `<clipPath id="${clip}"><rect width="${width}" height="${height}" rx="22"/></clipPath><linearGradient id="${clip}shade" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-opacity="0"/><stop offset="1" stop-opacity="0.75"/></linearGradient><g clip-path="url(#${clip})"><rect width="${width}" height="${height}" fill="#16181c"/>` +
        (first ? frame(first, { x: 0, y: 0, width, height }, met, { whole: true }) : '') +
        `<rect y="${height / 2}" width="${width}" height="${height / 2}" fill="url(#${clip}shade)"/>` +
        (scene.media.length > 1 ? pageMarks(scene.media.length, width, 14, '#ffffff') : '') +
        `</g>${moved(text.svg, PADDING, height - PADDING - text.height)}`,
      left,
      0,
    ),
    height,
  }
}

interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Media as the platform lays them out. */
function media(all: readonly SceneMedia[], face: Face, width: number, met: Met): Piece {
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
function frame(
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

function pageMarks(count: number, width: number, y: number, fill: string): string {
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

const quietLine = (text: string, width: number, met: Met, fill: string = LIGHT.quiet): Piece => ({
  svg: words(text, { x: 0, y: 16, size: 14, fill, width }, met),
  height: 22,
})

const rule = (width: number): Piece => ({
  svg: `<path d="M0 12H${width}" stroke="${LIGHT.edge}"/>`,
  height: 28,
})

const space = (height: number): Piece => ({ svg: '', height })

function stack(pieces: readonly Piece[], gap: number): Piece {
  let y = 0
  let svg = ''
  for (const piece of pieces.filter(({ height }) => height > 0)) {
    svg += moved(piece.svg, 0, y)
    y += piece.height + gap
  }
  return { svg, height: Math.max(0, y - gap) }
}

function lines(
  { lines: all, undrawn }: Wrapped,
  { size, line, width }: { size: number; line: number; width: number },
  met: Met,
): Piece {
  met.undrawn += undrawn
  return {
    svg: all.map((one, index) => lineSvg(one, { x: 0, y: index * line + size, size, width }, met)).join(''),
    height: all.length * line,
  }
}

/** One line that has to fit: what does not is cut with an ellipsis. */
function words(
  text: string,
  place: { x: number; y: number; size: number; fill: string; width: number; bold?: boolean; end?: boolean },
  met: Met,
): string {
  const { size, fill, width, bold = false } = place
  const flat = text.replace(/\s+/g, ' ')
  let shown = flat
  let wrapped = wrap([{ text: shown, fill, bold }], { width: Number.POSITIVE_INFINITY, size, most: 1 })
  while ((wrapped.lines[0]?.width ?? 0) > width && shown.length > 1) {
    shown = shown.slice(0, Math.max(1, Math.floor(shown.length * 0.9)))
    wrapped = wrap([{ text: `${shown.trimEnd()}…`, fill, bold }], {
      width: Number.POSITIVE_INFINITY,
      size,
      most: 1,
    })
  }
  const [line] = wrapped.lines
  if (!line) return ''
  return lineSvg({ ...line, rtl: false }, { ...place, x: place.end ? place.x - line.width : place.x }, met)
}

/**
 * Each run is an element of its own at a place of its own: resvg loses whole lines in which fonts are mixed, and knows
 * only left to right.
 */
function lineSvg(
  line: Line,
  { x, y, size, width }: { x: number; y: number; size: number; width: number },
  met: Met,
): string {
  let at = line.rtl ? x + width - line.width : x
  return fromLeftToRight(line)
    .map(({ text, fill, bold, font }) => {
      const face = font === 'inter' && bold ? 'interBold' : font
      met.fonts.add(face)
      const left = at
      at += widthOf(text, face, size)
      if (text.trim() === '') return ''
      const scaled = font === 'emoji' ? size * EMOJI_SCALE : size
      return `<text xml:space="preserve" x="${left.toFixed(2)}" y="${y}" font-size="${scaled}" font-family="${FAMILIES[font].family}" fill="${xml(fill)}"${bold ? ' font-weight="700"' : ''}>${xml(text)}</text>`
    })
    .join('')
}

const moved = (svg: string, x: number, y: number): string =>
  svg === '' ? '' : `<g transform="translate(${x} ${y})">${svg}</g>`

const clamp = (ratio: number, { min, max }: { min: number; max: number }): number =>
  Math.min(max, Math.max(min, ratio))
