import { atMost, type Findings, inTurns, rowsOf } from '../findings.ts'
import type { Ground } from '../ground.ts'
import { measured } from '../parts/machine.ts'

const BATCHES = '40'

/** (c) A batch of 200 claimed, begun and ended, with 1,000 and with a million finished deliveries beside it. */
export async function claim({ receiver, finished, database }: Ground): Promise<Findings> {
  const run = async (few: string, many: string) =>
    measured('claim.ts', [receiver, few, many, String(finished), BATCHES])
  const found = await inTurns(
    [
      ['SQLite', () => run('sqlite', 'sqlite')],
      ...(database ? ([['PostgreSQL', async () => run(await database(), await database())]] as const) : []),
    ],
    1,
  )
  const among = finished.toLocaleString('en')
  return {
    rows: [
      ...rowsOf('c', found, 'few', 'ms', ': a batch of 200 among 1,000 finished'),
      ...rowsOf('c', found, 'many', 'ms', `: among ${among}`),
      ...rowsOf('c', found, 'claimFew', 'ms', ': its claim alone among 1,000'),
      ...rowsOf('c', found, 'claimMany', 'ms', `: its claim alone among ${among}`),
      ...rowsOf('c', found, 'ratio', '×', `: ${among} to 1,000`),
    ],
    targets: [...found].flatMap(([name, [one]]) =>
      one ? atMost('c', `${name}: ${among} to 1,000 finished`, one.ratio ?? Number.NaN, 1.2) : [],
    ),
  }
}
