import { atLeast, type Findings, inTurns, ratios, rowOf, rowsOf } from '../findings.ts'
import type { Ground } from '../ground.ts'
import { measured, median } from '../parts/machine.ts'

const PROCESSES = [1, 2, 4]
const TEAMS = [1, 20]

/** (f) The burst on one PostgreSQL by several processes, of one team and of twenty. */
export async function several({ receiver, many, runs, database }: Ground): Promise<Findings> {
  if (!database) return { rows: [], targets: [] }
  const count = String(Math.ceil(many / 2))
  const nameOf = (processes: number, teams: number) =>
    `${processes} process${processes === 1 ? '' : 'es'}, ${teams} team${teams === 1 ? '' : 's'}`
  const contestants = TEAMS.flatMap((teams) =>
    PROCESSES.map(
      (processes) =>
        [
          nameOf(processes, teams),
          async () =>
            measured('several.ts', [receiver, count, await database(), String(processes), String(teams)]),
        ] as const,
    ),
  )
  const found = await inTurns(contestants, Math.min(runs, 2))
  const four = TEAMS.map((teams) => ratios(found, nameOf(4, teams), [nameOf(1, teams)]))
  return {
    rows: [
      ...rowsOf('f', found, 'perSecond', '/s'),
      ...TEAMS.flatMap((teams, place) => {
        const values = four[place] ?? []
        return values.length > 0 ? rowOf('f', `4 : 1 process, ${teams} team(s)`, '×', values) : []
      }),
    ],
    targets: TEAMS.map((teams, place) =>
      atLeast('f', `4 : 1 process, ${teams} team(s), where the cores allow`, median(four[place] ?? []), 1.5),
    ),
  }
}
