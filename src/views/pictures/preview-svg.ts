import type { Face } from '../../platforms/contract/platform.ts'
import type { FontName } from './fonts.ts'
import { frame, media, pageMarks } from './media-svg.ts'
import {
  ALARM,
  DARK,
  LIGHT,
  lineSvg,
  lines,
  type Met,
  moved,
  type Piece,
  quietLine,
  rule,
  space,
  stack,
  words,
} from './piece.ts'
import type { Scene, SceneText } from './scene.ts'
import { type Ink, type Line, wrap } from './wrap.ts'
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

const PLAIN: Face = { accent: '#3457d5', text: 'above', single: { min: 1 / 2, max: 3 }, several: 'mosaic' }

export interface Drawing {
  svg: string
  width: number
  height: number
  /** What the picture is set in, so that no other font has to be loaded. */
  fonts: FontName[]
  /** How many characters no font here can draw. */
  undrawn: number
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
