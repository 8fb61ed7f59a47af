import { type Clock, type EpochMs, HOUR, SECOND } from './clock.ts'
import type { Log } from './log.ts'
import { within } from './patience.ts'

/**
 * What was taken once and is not taken again: events that a chat sends anew because it missed our answer, or sends to two
 * of our processes; presses and lines; the states of installations.
 *
 * An id counts as seen from before its work begins. What people say is therefore done at most once: a process that dies
 * in between leaves them without an answer, and they say it again, where a machine's repeat could do it twice.
 */
export interface Seen {
  /** True for exactly one caller of all that share it. @throws where the database could not say */
  firstTime(id: string): Promise<boolean>
}

/** What the database remembers for it. */
export interface SeenStore {
  /** True for the first who adds this id. It may be forgotten from `until` (UTC ms) on. */
  add(id: string, until: EpochMs): Promise<boolean>
  /** Forgets what may be forgotten at `now` (UTC ms). */
  forget(now: EpochMs): Promise<void>
}

/**
 * How long (ms) an id is known. Slack sends an event anew for some minutes, and each hour for a day where an app asks
 * for that: https://docs.slack.dev/apis/events-api#retries. Discord's interactions live a quarter of an hour.
 */
const REMEMBERED = 25 * HOUR

/** Shared by all processes of one database, and known after a restart. */
export const seenIn = (store: SeenStore, clock: Clock): Seen => ({
  firstTime: (id) => store.add(id, clock.now() + REMEMBERED),
})

/** What somebody waits for does not wait longer (ms) for a database that is slow. */
const PATIENCE = SECOND

/**
 * For what its sender sends once and a person waits for, a command or a press: where nobody can say in time whether it was
 * seen it is taken, and what it asks for says itself that the database is away. Never throws.
 */
export const seenOrTaken = (seen: Seen, log: Log): Seen => ({
  async firstTime(id) {
    try {
      return (await within(PATIENCE, seen.firstTime(id))) ?? true
    } catch (error) {
      log.warn({ err: error }, 'Whether something was taken before could not be looked up')
      return true
    }
  },
})

const MOST_IN_MEMORY = 20_000

/** For one process, as long as it runs. The oldest ids are forgotten first. */
export function seenInMemory(most = MOST_IN_MEMORY): Seen {
  const ids = new Set<string>()
  return {
    async firstTime(id) {
      if (ids.has(id)) return false
      ids.add(id)
      if (ids.size > most) for (const oldest of ids.values().take(1)) ids.delete(oldest)
      return true
    },
  }
}
