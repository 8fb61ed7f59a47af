/** A line that parts a thread: what stands behind it is a post of its own. */
export const THREAD_MARK = '\n---\n'

/**
 * Cuts a text into parts that fit, at the end of a paragraph, else of a sentence, else of a word. Nothing is lost: the
 * parts, with blanks between them, are the text.
 *
 * @param fits does this much text fit into one post?
 * @returns undefined where a single word does not fit
 */
export function splitIntoThread(text: string, fits: (part: string) => boolean): string[] | undefined {
  const parts: string[] = []
  let rest = text.trim()
  while (rest !== '') {
    if (fits(rest)) return [...parts, rest]
    const cut = lastCut(rest, PARAGRAPH, fits) ?? lastCut(rest, SENTENCE, fits) ?? lastCut(rest, WORD, fits)
    if (cut === undefined) return undefined
    parts.push(rest.slice(0, cut).trimEnd())
    rest = rest.slice(cut).trimStart()
  }
  return parts
}

const PARAGRAPH = /\n\s*\n/g
const SENTENCE = /(?<=[.!?…。！？])\s+|\n/g
const WORD = /\s+/g
/** A part shorter than this share of what would fit looks like an accident: the next smaller unit is tried instead. */
const LEAST_FILLED = 0.4

/** The last place at which the beginning of `text` still fits, if that beginning is worth a post. */
function lastCut(text: string, gap: RegExp, fits: (part: string) => boolean): number | undefined {
  const cuts = [...text.matchAll(gap)].map((match) => match.index).filter((at) => at > 0)
  // What fits is a beginning, so the cuts can be halved rather than walked.
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >> 1
    const cut = cuts[middle] ?? 0
    if (fits(text.slice(0, cut).trimEnd())) low = middle + 1
    else high = middle
  }
  const cut = cuts[low - 1]
  if (cut === undefined) return undefined
  if (gap === WORD) return cut
  const words = lastCut(text, WORD, fits) ?? cut
  return cut >= words * LEAST_FILLED ? cut : undefined
}
