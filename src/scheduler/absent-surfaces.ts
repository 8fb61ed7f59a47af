import type { Workbench } from '../app/workbench.ts'
import type { EpochMs } from '../kit/clock.ts'
import type { Elsewhere } from '../outbox/outbox.ts'
import type { SurfaceName } from '../workspaces/workspace.ts'
import { LOOKS, RENEWED_EVERY } from './dead-senders.ts'
import { MOST_SKEW } from './rescue.ts'

/**
 * Finds messages for a surface that no process has: each sends to its own ones only. It knows no other process: where
 * something is due and nothing is taken between several looks of its own, on the whole surface, nobody takes it. That
 * counts as a try, each half minute, so that such messages are told of like any that fail, and given up in the end.
 */
export interface AbsentSurfaces {
  look(): Promise<void>
}

/**
 * @param own the surfaces of this process
 * @param most tries after which a message is given up
 */
export function createAbsentSurfaces(
  { stores, clock, log }: Pick<Workbench, 'stores' | 'clock' | 'log'>,
  own: () => readonly SurfaceName[],
  most: number,
): AbsentSurfaces {
  const { outboxQueue } = stores
  let seen = new Map<SurfaceName, { entries: Elsewhere[]; looks: number }>()
  let looked: EpochMs | undefined
  return {
    async look() {
      const now = clock.now()
      if (looked !== undefined && now >= looked && now - looked < RENEWED_EVERY) return
      looked = now
      const still: typeof seen = new Map()
      // What another machine, whose clock is behind, is yet to try does not stand still.
      const found = await outboxQueue.elsewhere(own(), now - MOST_SKEW)
      for (const [surface, entries] of Map.groupBy(found, (one) => one.surface)) {
        const before = seen.get(surface)
        const looks = before && standsStill(before.entries, entries) ? before.looks + 1 : 1
        if (looks <= LOOKS) {
          still.set(surface, { entries, looks })
          continue
        }
        log.warn({ surface, channels: entries.length }, 'Messages wait for a surface that no process has')
        await outboxQueue.untaken(entries, `${surface} is not running`, most)
      }
      seen = still
    },
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
