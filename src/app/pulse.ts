import type { EpochMs } from '../kit/clock.ts'
import type { Workbench } from './workbench.ts'

/** What a process knows of itself and no database holds: for the people who ask how it is. */
export interface Pulse {
  /** UTC ms of the scheduler's last beat; undefined where this process does not publish. */
  tickedAt: EpochMs | undefined
  /** Platforms that are left alone, and until when (UTC ms). */
  platformsLeftAlone(): ReadonlyMap<string, EpochMs>
  /** When somebody last said something to this process (UTC ms). */
  askedAt: EpochMs | undefined
}

const pulses = new WeakMap<Workbench['stores'], Pulse>()

export function pulseOf({ stores }: Pick<Workbench, 'stores'>): Pulse {
  const known = pulses.get(stores)
  if (known) return known
  const made: Pulse = {
    tickedAt: undefined,
    platformsLeftAlone: () => new Map(),
    askedAt: undefined,
  }
  pulses.set(stores, made)
  return made
}
