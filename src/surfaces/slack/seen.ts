/**
 * What was taken once and is not taken again: events that Slack sends anew because it missed our answer, and the states
 * of installations. With several processes behind one address it must be shared: the database can stand behind it.
 */
export interface Seen {
  /** True for exactly one caller. */
  firstTime(id: string): Promise<boolean>
}

/** Slack sends an event again within an hour at most: https://docs.slack.dev/apis/events-api#retries */
const REMEMBERED = 20_000

/** For one process. The oldest ids are forgotten first. */
export function seenInMemory(most = REMEMBERED): Seen {
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
