import { atMost, type Findings, inTurns, rowsOf } from '../findings.ts'
import type { Ground } from '../ground.ts'
import { measured, median } from '../parts/machine.ts'

/** (d) Commands at 100 a second, over the API and as Slack's signed requests, while a burst goes out. */
export async function acknowledgement({ receiver, many, runs, database }: Ground): Promise<Findings> {
  const run = (url: string, cards: 'yes' | 'no') =>
    measured('asking.ts', [receiver, String(many), url, cards])
  const found = await inTurns(
    [
      ['SQLite', () => run('sqlite', 'no')],
      ...(database ? ([['PostgreSQL', async () => run(await database(), 'no')]] as const) : []),
    ],
    runs,
  )
  return {
    rows: [
      ...rowsOf('d', found, 'p50', 'ms', ': command to acknowledgement, p50'),
      ...rowsOf('d', found, 'p99', 'ms', ': p99'),
      ...rowsOf('d', found, 'apiP99', 'ms', ': p99 over the API (its whole answer)'),
      ...rowsOf('d', found, 'slackP99', 'ms', ': p99 over Slack'),
      ...rowsOf('d', found, 'workP99', 'ms', ': p99 on a processor of its own'),
      ...rowsOf('d', found, 'failed', '', ': commands that failed'),
      ...rowsOf('d', found, 'perSecond', '/s', ': posts meanwhile'),
    ],
    targets: [...found].flatMap(([name, ones]) =>
      ones.length > 0
        ? atMost('d', `${name}: p99 (ms)`, median(ones.map(({ p99 = Number.NaN }) => p99)), 250)
        : [],
    ),
  }
}
