import { atMost, type Findings, inTurns, rowsOf } from '../findings.ts'
import type { Ground } from '../ground.ts'
import { measured, median } from '../parts/machine.ts'

const MANY = '1000'
const WITHIN = '20000'

/** (b) How late the attempts of 1,000 deliveries at random times within 20 s begin. */
export async function lateness({ receiver, runs, database }: Ground): Promise<Findings> {
  const found = await inTurns(
    [
      ['SQLite', () => measured('lateness.ts', [receiver, MANY, 'sqlite', WITHIN])],
      ...(database
        ? ([
            ['PostgreSQL', async () => measured('lateness.ts', [receiver, MANY, await database(), WITHIN])],
          ] as const)
        : []),
    ],
    Math.min(runs, 2),
  )
  const p99 = (name: string): number => median((found.get(name) ?? []).map((one) => one.p99 ?? Number.NaN))
  return {
    rows: (['p50', 'p99', 'max'] as const).flatMap((what) =>
      rowsOf('b', found, what, 'ms', `: ${what} late`),
    ),
    targets: [
      atMost('b', 'p99 on SQLite (ms)', p99('SQLite'), 20),
      ...(database ? [atMost('b', 'p99 on PostgreSQL (ms)', p99('PostgreSQL'), 50)] : []),
    ],
  }
}
