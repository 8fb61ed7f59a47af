import type { z } from 'zod'
import type { Clock, EpochMs } from '../kit/clock.ts'
import { SealError, type Sealer } from './seal.ts'

/**
 * Short-lived sealed texts that Crier hands out and takes back: the ticket of a link, the state of a sign-in. What they
 * hold can't be read, changed, used for another purpose or used too late; that each is used once is for marks to say.
 */
export interface Passes {
  /** @param lives milliseconds. The text is made of letters, digits, `-`, `_` and `.` */
  issue(purpose: string, holds: unknown, lives: number): string
  open<Holds>(purpose: string, pass: string, shape: z.ZodType<Holds>): Opened<Holds>
}

export type Opened<Holds> = { holds: Holds; endsAt: EpochMs } | 'expired' | 'unknown'

export function createPasses(sealer: Sealer, clock: Clock): Passes {
  return {
    issue: (purpose, holds, lives) =>
      sealer.seal(JSON.stringify([clock.now() + lives, holds]), boundTo(purpose)),

    open(purpose, pass, shape) {
      let plain: string
      try {
        plain = sealer.open(pass, boundTo(purpose))
      } catch (error) {
        if (error instanceof SealError) return 'unknown'
        throw error
      }
      const [endsAt, holds] = JSON.parse(plain) as [EpochMs, unknown]
      if (clock.now() >= endsAt) return 'expired'
      const read = shape.safeParse(holds)
      return read.success ? { holds: read.data, endsAt } : 'unknown'
    },
  }
}

const boundTo = (purpose: string): string => `pass:${purpose}`
