import type { EpochMs } from '../kit/clock.ts'

/**
 * Forms that people have in front of them, where the chat itself can't carry what they hold: shared by all processes, and
 * there after a restart. What was typed may be secret, so it comes sealed.
 */
export interface OpenFormStore {
  /** It may be forgotten from `until` (UTC ms) on. */
  put(id: string, sealed: string, until: EpochMs): Promise<void>
  get(id: string): Promise<string | undefined>
  remove(id: string): Promise<void>
  /** Forgets what may be forgotten at `now` (UTC ms). */
  forget(now: EpochMs): Promise<void>
}
