/** What a process is like at one moment. */
export interface Sample {
  /** Seconds since the beginning. */
  at: number
  rssMb: number
  heapMb: number
  /** The slowest hundredth of the event loop's turns, in ms, since it was asked last. */
  loopMs: number
  overdue: number
  /** How long (ms) the oldest has been overdue. */
  overdueMs: number
}

/** More than this is growth: what an allocator keeps and gives back moves by less. */
const SHARE = 1.1
const MEGABYTES = 6

/**
 * Does memory grow? The median of the last fifth is compared with that of the second, since the first is the start.
 *
 * @returns both medians in MB; `grows` where the last is larger by a tenth and by 6 MB
 */
export function growthOf(values: readonly number[]): { second: number; last: number; grows: boolean } {
  const fifth = Math.floor(values.length / 5)
  const second = median(values.slice(fifth, 2 * fifth))
  const last = median(values.slice(4 * fifth))
  return { second, last, grows: last > second * SHARE && last - second > MEGABYTES }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** @param share in [0, 1] */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Reads one value of Prometheus' text format. */
export function metricIn(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return line === undefined ? Number.NaN : Number(line.slice(name.length + 1))
}
