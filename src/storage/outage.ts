import { type Away, awayOf } from '../kit/database-away.ts'
import type { Log } from '../kit/log.ts'

/** Says once that the database takes nothing and once that it does again, whatever number of callers meet it. */
export interface Outage {
  /** Runs `work`, and notes how it went. */
  watch<T>(work: () => Promise<T>): Promise<T>
}

const BEGINS: Record<Away, string> = {
  silent: 'The database does not answer: nothing goes out until it does',
  full: 'The disk of the database is full: nothing goes out until there is room',
  readonly: 'The database can only be read: nothing goes out until it can be written',
}

/** Between two looks at a disk (ms). */
const LOOK_EVERY = 5_000

/**
 * @param writable is there room to write? Asked before a full disk is said to be over: reads go well all the while, and
 *   so do writes that happen to find room
 */
export function createOutage(log: Log, writable: () => Promise<boolean>): Outage {
  let away: Away | undefined
  let lookedAt = Number.NEGATIVE_INFINITY

  const over = (): void => {
    away = undefined
    log.warn('The database answers again')
  }

  const wentWell = async (): Promise<void> => {
    if (away === 'silent') return over()
    const now = performance.now()
    if (now - lookedAt < LOOK_EVERY) return
    lookedAt = now
    if (await writable()) over()
  }

  return {
    async watch(work) {
      try {
        const result = await work()
        if (away !== undefined)
          wentWell().catch((error: unknown) => log.debug({ err: error }, 'The disk could not be looked at'))
        return result
      } catch (error) {
        const found = awayOf(error)
        if (found && away === undefined) {
          away = found.away
          lookedAt = performance.now()
          log.error({ why: found.cause instanceof Error ? found.cause.message : undefined }, BEGINS[away])
        }
        throw error
      }
    },
  }
}
