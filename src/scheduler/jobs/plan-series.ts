import { planNext } from '../../app/plan-series.ts'
import { SECOND } from '../../kit/clock.ts'
import { defineJob } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** Keeps one post ahead of every running series. */
export default defineJob({
  name: 'plan-series',
  every: 15 * SECOND,

  async run({ bench, stopping }) {
    for await (const workspace of teamsOf(bench)) {
      for (const series of await bench.stores.workspace(workspace.id).series.running()) {
        if (stopping.aborted) return
        // One team's trouble must not keep the others' posts from being planned.
        await planNext(bench, workspace, series).catch((error: unknown) =>
          bench.log.error(
            { series: series.id, err: error },
            'The next post of a series could not be planned',
          ),
        )
      }
    }
  },
})
