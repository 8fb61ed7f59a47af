import { type Clock, type EpochMs, SECOND } from '../kit/clock.ts'

/** How often a process looks whether something moves (ms). */
export const LOOKED_EVERY = 5 * SECOND
/** So many looks at which something has stood still say that nobody moves it: 20 to 25 s. */
export const LOOKS = 5

/** What there is at one look, by key. */
type Found<Key, Seen> = Iterable<readonly [Key, Seen]>

/**
 * Finds what stands still between several looks of one's own. It compares no clocks, which may be a minute apart.
 *
 * @param isSame whether what stands under one key did not move between two looks
 * @returns looks, unless the last look was just now, and does `then` with each that has stood still
 */
export function createStandstill<Key, Seen>(
  clock: Clock,
  isSame: (before: Seen, now: Seen) => boolean,
): (
  find: (now: EpochMs) => Promise<Found<Key, Seen>>,
  then: (key: Key, one: Seen, now: EpochMs) => Promise<void>,
) => Promise<void> {
  let seen = new Map<Key, { one: Seen; looks: number }>()
  let looked: EpochMs | undefined
  return async (find, then) => {
    const now = clock.now()
    if (looked !== undefined && now >= looked && now - looked < LOOKED_EVERY) return
    looked = now
    const still: typeof seen = new Map()
    for (const [key, one] of await find(now)) {
      const before = seen.get(key)
      const looks = before && isSame(before.one, one) ? before.looks + 1 : 1
      if (looks <= LOOKS) still.set(key, { one, looks })
      else await then(key, one, now)
    }
    seen = still
  }
}
