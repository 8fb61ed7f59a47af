import { hookTables } from './hook-tables.ts'
import { postTables } from './post-tables.ts'
import { processTables } from './process-tables.ts'
import type { Kit } from './sqlite-kit.ts'
import { talkTables } from './talk-tables.ts'
import { teamTables } from './team-tables.ts'

/**
 * Every table, once for both dialects. `workspace_id` is in every table but those of the processes, and leads every index
 * that people wait for; the few that lead otherwise serve the workers, who cross workspaces. Nothing cascades: a rebuilt
 * table would empty others.
 */
export function tables(kit: Kit) {
  const { workspaceId, ...team } = teamTables(kit)
  return {
    ...team,
    ...postTables(kit, { workspaceId, ...team }),
    ...talkTables(kit, { workspaceId, ...team }),
    ...hookTables(kit, { workspaceId, ...team }),
    ...processTables(kit),
  }
}

export type Tables = ReturnType<typeof tables>
