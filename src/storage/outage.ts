import { isAway } from '../kit/database-away.ts'
import type { Log } from '../kit/log.ts'

/** Says once that the database went away and once that it is back, whatever number of callers meet it. */
export interface Outage {
  /** Runs `work`, and notes how it went. */
  watch<T>(work: () => Promise<T>): Promise<T>
}

export function createOutage(log: Log): Outage {
  let away = false
  return {
    async watch(work) {
      try {
        const result = await work()
        if (away) log.warn('The database answers again')
        away = false
        return result
      } catch (error) {
        if (isAway(error) && !away) {
          away = true
          const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined
          log.error({ why }, 'The database does not answer: nothing goes out until it does')
        }
        throw error
      }
    },
  }
}
