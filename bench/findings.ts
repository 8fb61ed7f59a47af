import { median } from './parts/machine.ts'

/** One number of one contestant, over several runs. */
export interface Row {
  part: string
  what: string
  unit: string
  median: number
  least: number
  most: number
  runs: number
}

/** What a figure should be, and whether it was. */
export interface Target {
  part: string
  what: string
  wanted: string
  found: number
  met: boolean
}

export interface Findings {
  rows: Row[]
  targets: Target[]
}

/** What one run of a contestant measured, by name; every contestant's runs stand in the order of the turns. */
export type Runs = Map<string, Record<string, number>[]>

/** Everybody once, then everybody again: so that what else the machine does falls on all alike. */
export async function inTurns(
  contestants: Iterable<readonly [string, () => Promise<Record<string, number>>]>,
  turns: number,
): Promise<Runs> {
  const all = [...contestants]
  const found: Runs = new Map(all.map(([name]) => [name, []]))
  for (let turn = 0; turn < turns; turn++)
    for (const [name, run] of all)
      try {
        found.get(name)?.push(await run())
        process.stderr.write('.')
      } catch (error) {
        process.stderr.write(
          `\n${name} failed: ${error instanceof Error ? error.message.slice(0, 500) : error}\n`,
        )
      }
  process.stderr.write('\n')
  return found
}

/** A row for each contestant that ran: its `field` of every run. */
export const rowsOf = (part: string, runs: Runs, field: string, unit: string, about = ''): Row[] =>
  [...runs].flatMap(([name, ones]) => {
    const values = ones.map((one) => one[field] ?? Number.NaN).filter((one) => !Number.isNaN(one))
    return values.length === 0 ? [] : rowOf(part, `${name}${about}`, unit, values)
  })

export const rowOf = (part: string, what: string, unit: string, values: readonly number[]): Row => ({
  part,
  what,
  unit,
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
  runs: values.length,
})

/** One contestant against the best of others, turn by turn: neighbours in time share the machine's moods. */
export function ratios(runs: Runs, one: string, others: readonly string[], field = 'perSecond'): number[] {
  return (runs.get(one) ?? []).flatMap((mine, turn) => {
    const theirs = others.map((name) => runs.get(name)?.[turn]?.[field] ?? 0)
    const best = Math.max(...theirs)
    return best > 0 ? [(mine[field] ?? Number.NaN) / best] : []
  })
}

export const atLeast = (part: string, what: string, found: number, wanted: number): Target => ({
  part,
  what,
  wanted: `at least ${wanted}`,
  found,
  met: found >= wanted,
})

export const atMost = (part: string, what: string, found: number, wanted: number): Target => ({
  part,
  what,
  wanted: `at most ${wanted}`,
  found,
  met: found <= wanted,
})
