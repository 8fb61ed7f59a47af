/**
 * Which of the words somebody meant: the one that begins with what was typed, where only one does, or else the one that
 * is mistyped the least. Undefined where none is near.
 */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const begun = words.filter((word) => word.startsWith(typed))
  if (begun.length === 1) return begun[0]
  const [near] = words
    .map((word) => ({ word, distance: distance(typed, word) }))
    .sort((a, b) => a.distance - b.distance)
  return near && near.distance <= Math.max(2, typed.length / 3) ? near.word : undefined
}

/** How many letters lie between two words (Levenshtein): command names are short, so the plain table is enough. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      )
    }
    row = next
  }
  return row.at(-1) ?? 0
}
