import type { Workbench } from '../app/workbench.ts'
import type { Elsewhere } from '../outbox/outbox.ts'
import type { SurfaceName } from '../workspaces/workspace.ts'
import { MOST_SKEW } from './rescue.ts'
import { createStandstill } from './standstill.ts'

/**
 * Finds messages for a surface that no process has: each sends to its own ones only. It knows no other process: where
 * something is due and nothing is taken between several looks of its own, on the whole surface, nobody takes it. That
 * counts as a try, each half minute, so that such messages are told of like any that fail. They are kept until somebody has
 * the surface: only who sends knows what is too old to be said.
 */
export interface AbsentSurfaces {
  look(): Promise<void>
}

/** @param own the surfaces of this process */
export function createAbsentSurfaces(
  { stores, clock, log }: Pick<Workbench, 'stores' | 'clock' | 'log'>,
  own: () => readonly SurfaceName[],
): AbsentSurfaces {
  const { outboxQueue } = stores
  const lookAgain = createStandstill<SurfaceName, Elsewhere[]>(clock, standsStill)
  return {
    look: () =>
      lookAgain(
        // What another machine, whose clock is behind, is yet to try does not stand still.
        async (now) => Map.groupBy(await outboxQueue.elsewhere(own(), now - MOST_SKEW), (one) => one.surface),
        async (surface, entries) => {
          log.warn({ surface, channels: entries.length }, 'Messages wait for a surface that no process has')
          await outboxQueue.untaken(entries, `${surface} is not running`)
        },
      ),
  }
}

/** Was nothing begun, and nothing that waited before taken or counted? What came in meanwhile says nothing. */
function standsStill(before: readonly Elsewhere[], now: readonly Elsewhere[]): boolean {
  const tries = new Map(now.map(({ sequence, attempts }) => [sequence, attempts]))
  return (
    now.every(({ state }) => state === 'waiting') &&
    before.every(({ sequence, attempts }) => tries.get(sequence) === attempts)
  )
}
