import { EMOJI_SCALE, FAMILIES, type FontName, widthOf } from './fonts.ts'
import { fromLeftToRight } from './reading-order.ts'
import { type Line, type Wrapped, wrap } from './wrap.ts'
import { xml } from './xml.ts'

export const LIGHT = { card: '#ffffff', edge: '#d5dbe3', text: '#0f1419', quiet: '#5b6875' }
export const DARK = { card: '#101214', edge: '#101214', text: '#ffffff', quiet: '#c9ced6' }
export const ALARM = '#c4320a'

/** A part of a drawing: its elements, drawn from y = 0, and how high they are. */
export interface Piece {
  svg: string
  height: number
}

/** What was met while drawing. */
export interface Met {
  fonts: Set<FontName>
  undrawn: number
  /** Numbers clip paths. */
  clips: number
}

export const quietLine = (text: string, width: number, met: Met, fill: string = LIGHT.quiet): Piece => ({
  svg: words(text, { x: 0, y: 16, size: 14, fill, width }, met),
  height: 22,
})

export const rule = (width: number): Piece => ({
  svg: `<path d="M0 12H${width}" stroke="${LIGHT.edge}"/>`,
  height: 28,
})

export const space = (height: number): Piece => ({ svg: '', height })

export function stack(pieces: readonly Piece[], gap: number): Piece {
  let y = 0
  let svg = ''
  for (const piece of pieces.filter(({ height }) => height > 0)) {
    svg += moved(piece.svg, 0, y)
    y += piece.height + gap
  }
  return { svg, height: Math.max(0, y - gap) }
}

export function lines(
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
export function words(
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
export function lineSvg(
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

export const moved = (svg: string, x: number, y: number): string =>
  svg === '' ? '' : `<g transform="translate(${x} ${y})">${svg}</g>`
