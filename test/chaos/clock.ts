import type { Clock, EpochMs } from '../../src/kit/clock.ts'

/** How time runs in a run: all its processes are told the same, so that their clocks agree but for the skew they are given. */
export interface Pace {
  /** The machine's clock (UTC ms) at which the run's clock showed `start`. */
  since: EpochMs
  start: EpochMs
  /** Milliseconds of the run's clock for each of the machine's. */
  speed: number
}

/** The machine's clock, made faster: a lease of 90 s ends after 9 s at speed 10, and everything else stays in proportion. */
export const fastClock = ({ since, start, speed }: Pace, skew = 0): Clock => ({
  now: () => Math.round(start + (Date.now() - since) * speed + skew),
})

/** As it is handed to a process in its environment. */
export const paceInWords = (pace: Pace): string => JSON.stringify(pace)

export const paceOf = (words: string | undefined): Pace => {
  if (words === undefined) throw new Error('CHAOS_PACE is not set: this file is started by test/chaos/run.ts')
  return JSON.parse(words) as Pace
}
