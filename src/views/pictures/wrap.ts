import { type FontName, fontFor, widthOf } from './fonts.ts'

/** A piece of text in one colour. */
export interface Ink {
  text: string
  fill: string
  bold?: boolean
  /** Does it read in its own direction, whatever stands around it? Links and mentions do. */
  isolated?: boolean
}

/** What stands in one line in one font and one colour. */
export interface Run extends Ink {
  font: FontName
}

export interface Line {
  runs: Run[]
  width: number
  rtl: boolean
}

export interface Wrapped {
  lines: Line[]
  /** Lines that were left out. */
  hidden: number
  /** How many characters no font here can draw; a box stands for each. */
  undrawn: number
}

/** Stands for what no font can draw. */
const BOX = '□'

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Scripts that are broken between any two characters. */
const ANYWHERE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー、。「」『』（）！？]/u
/** May not begin a line, and may not end one (JIS X 4051, the plain cases). */
const NOT_FIRST = /^[、。，．・：；？！）」』】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?;:)\]}…%]/u
const NOT_LAST = /[（「『【〔〈《([{]$/u
const RTL = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u

interface Glyph {
  text: string
  ink: Ink
  font: FontName
}

interface Word {
  glyphs: Glyph[]
  width: number
  blank: boolean
}

/**
 * Breaks text into lines of at most `width` px: between words, between CJK characters (but not before what may not begin
 * a line), and inside a word only where it is longer than a line.
 */
export function wrap(
  inks: readonly Ink[],
  { width, size, most }: { width: number; size: number; most: number },
): Wrapped {
  const paragraphs = paragraphsOf(inks)
  const lines = paragraphs.glyphs.flatMap((glyphs) => linesOf(wordsOf(glyphs, size), width, size))
  return {
    lines: lines.slice(0, most),
    hidden: Math.max(0, lines.length - most),
    undrawn: paragraphs.undrawn,
  }
}

function paragraphsOf(inks: readonly Ink[]): { glyphs: Glyph[][]; undrawn: number } {
  const paragraphs: Glyph[][] = [[]]
  let undrawn = 0
  for (const ink of inks) {
    for (const { segment } of graphemes.segment(ink.text)) {
      if (/^\r?\n$|^\r$/.test(segment)) {
        paragraphs.push([])
        continue
      }
      const text = segment === '\t' ? ' ' : segment
      const font = fontFor(text)
      if (!font) undrawn += 1
      paragraphs.at(-1)?.push(font ? { text, ink, font } : { text: BOX, ink, font: 'inter' })
    }
  }
  return { glyphs: paragraphs, undrawn }
}

function wordsOf(glyphs: readonly Glyph[], size: number): Word[] {
  const words: Glyph[][] = []
  let before: Glyph | undefined
  for (const glyph of glyphs) {
    if (!before || mayBreak(before.text, glyph.text)) words.push([])
    words.at(-1)?.push(glyph)
    before = glyph
  }
  return words.map((word) => ({
    glyphs: word,
    width: widthOfGlyphs(word, size),
    blank: word.every((glyph) => glyph.text.trim() === ''),
  }))
}

function mayBreak(before: string, next: string): boolean {
  const blank = [before, next].map((one) => one.trim() === '')
  if (blank[0] !== blank[1]) return true
  if (blank[0]) return false
  if (NOT_FIRST.test(next) || NOT_LAST.test(before)) return false
  return ANYWHERE.test(before) || ANYWHERE.test(next) || before === '-'
}

function linesOf(words: readonly Word[], width: number, size: number): Line[] {
  const lines: Glyph[][] = [[]]
  let used = 0
  for (const word of words.flatMap((one) => (one.width > width ? pieces(one, width, size) : [one]))) {
    const line = lines.at(-1) ?? []
    if (used + word.width <= width || line.length === 0) {
      line.push(...word.glyphs)
      used += word.width
    } else if (word.blank) {
      // A blank at a line's end hangs, as it does everywhere.
    } else {
      lines.push([...word.glyphs])
      used = word.width
    }
  }
  const rtl = RTL.test(
    words.flatMap((word) => word.glyphs).find(({ text }) => /\p{L}/u.test(text))?.text ?? '',
  )
  return lines.map((line) => ({ runs: runsOf(line), width: widthOfGlyphs(line, size), rtl }))
}

/** A word that is longer than a line, in parts that are not. */
function pieces(word: Word, width: number, size: number): Word[] {
  const parts: Glyph[][] = [[]]
  for (const glyph of word.glyphs) {
    const last = parts.at(-1) ?? []
    if (last.length > 0 && widthOfGlyphs([...last, glyph], size) > width) parts.push([glyph])
    else last.push(glyph)
  }
  return parts.map((glyphs) => ({ glyphs, width: widthOfGlyphs(glyphs, size), blank: word.blank }))
}

function runsOf(glyphs: readonly Glyph[]): Run[] {
  const runs: Run[] = []
  for (const { text, ink, font } of glyphs) {
    const last = runs.at(-1)
    if (
      last &&
      last.font === font &&
      last.fill === ink.fill &&
      last.bold === ink.bold &&
      last.isolated === ink.isolated
    )
      last.text += text
    else runs.push({ ...ink, text, font })
  }
  return runs
}

const widthOfGlyphs = (glyphs: readonly Glyph[], size: number): number =>
  runsOf(glyphs).reduce(
    (sum, { text, font, bold }) => sum + widthOf(text, font === 'inter' && bold ? 'interBold' : font, size),
    0,
  )
