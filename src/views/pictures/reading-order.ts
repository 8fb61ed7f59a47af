// bidi-js: the Unicode Bidirectional Algorithm (UAX #9), which says what stands where in a line that is read both ways.
import bidiFactory from 'bidi-js'
import type { Line, Run } from './wrap.ts'

// Its types describe the ES module; Node is given the CommonJS one, whose default is the function itself.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)()
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const READ_LEFTWARDS =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\u202B\u202E\u2067]/u
/** Only letters and marks of one script may be shaped together; what stands between them has a place of its own. */
const SHAPED = /^[\p{L}\p{M}]/u

/** U+2068 and U+2069: what is between them reads in its own direction. */
const ISOLATE = ['\u2068', '\u2069'] as const

interface Placed extends Run {
  level: number
}

/** A line's runs from left to right, each of which is read one way as a whole. */
export function fromLeftToRight({ runs, rtl }: Line): Run[] {
  if (!rtl && !runs.some(({ text }) => READ_LEFTWARDS.test(text))) return [...runs]
  const whole = runs
    .map(({ text, isolated }) => (isolated ? `${ISOLATE[0]}${text}${ISOLATE[1]}` : text))
    .join('')
  const { levels } = bidi.getEmbeddingLevels(whole, rtl ? 'rtl' : 'ltr')
  const placed: Placed[] = []
  let at = 0
  for (const run of runs) {
    if (run.isolated) at += 1
    for (const { segment } of graphemes.segment(run.text)) {
      const level = levels[at] ?? 0
      at += segment.length
      const last = placed.at(-1)
      const joins =
        last !== undefined &&
        last.level === level &&
        last.font === run.font &&
        last.fill === run.fill &&
        last.bold === run.bold &&
        (level % 2 === 0 || (SHAPED.test(segment) && SHAPED.test(last.text)))
      if (joins) last.text += segment
      else placed.push({ ...run, text: mirrored(segment, level), level })
    }
    if (run.isolated) at += 1
  }
  return inVisualOrder(placed)
}

const mirrored = (segment: string, level: number): string =>
  level % 2 === 0 ? segment : (bidi.getMirroredCharacter(segment) ?? segment)

/** Rule L2: from the highest level to the lowest odd one, whatever is at that level or above is turned around. */
function inVisualOrder(placed: Placed[]): Placed[] {
  const order = [...placed]
  for (let level = Math.max(0, ...placed.map((one) => one.level)); level > 0; level--) {
    let from = 0
    while (from < order.length) {
      if ((order[from]?.level ?? 0) < level) {
        from += 1
        continue
      }
      let to = from
      while ((order[to]?.level ?? 0) >= level && to < order.length) to += 1
      order.splice(from, to - from, ...order.slice(from, to).reverse())
      from = to
    }
  }
  return order
}
