import type { Workbench } from '../app/workbench.ts'
import type { Workspace } from '../workspaces/workspace.ts'

/** A job goes on for this long (ms) before others have their turn. */
const TURN = 5

/**
 * Every team, one after the other. SQLite answers without leaving the turn of the event loop, so that a job over
 * hundreds of teams would hold everything else up for as long as it takes: in between the others are let in.
 */
export async function* teamsOf({ stores }: Pick<Workbench, 'stores'>): AsyncGenerator<Workspace, void> {
  let since = performance.now()
  for (const team of await stores.directory.all()) {
    if (performance.now() - since > TURN) {
      await new Promise((othersHadTheirs) => setImmediate(othersHadTheirs))
      since = performance.now()
    }
    yield team
  }
}
