/**
 * What belongs to one series stands together, where its first one would, once there are more than `most` of it: a series
 * that runs every few minutes must not hide all else. Anything else is a group of its own.
 *
 * @param all in the order in which it is shown
 * @param seriesOf what belongs together; null for what is of no series
 */
export function foldSeries<One>(
  all: readonly One[],
  seriesOf: (one: One) => string | null,
  most: number,
): One[][] {
  const groups: One[][] = []
  const ofSeries = Map.groupBy(all, seriesOf)
  const folded = new Set<string>()
  for (const one of all) {
    const series = seriesOf(one)
    const same = series === null ? [one] : (ofSeries.get(series) ?? [one])
    if (series === null || same.length <= most) groups.push([one])
    else if (!folded.has(series)) {
      folded.add(series)
      groups.push(same)
    }
  }
  return groups
}

/** The first `most` groups, and how many things are in those that are left out. */
export function firstGroups<One>(
  groups: readonly One[][],
  most: number,
): { shown: readonly One[][]; left: number } {
  return {
    shown: groups.slice(0, most),
    left: groups.slice(most).reduce((sum, group) => sum + group.length, 0),
  }
}
