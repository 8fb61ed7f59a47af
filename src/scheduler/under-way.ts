import type { Pulse } from '../app/pulse.ts'
import { type Clock, SECOND } from '../kit/clock.ts'
import type { Log } from '../kit/log.ts'

/** What a process has taken on and not finished: deliveries, and what is to be told of those that have ended. */
export interface UnderWay {
  /** How many more deliveries are taken on. */
  room(): number
  /** Are so many deliveries going out that what may wait should? */
  busy(): boolean
  /** A delivery. Its place is free once `work` has ended. */
  follow(work: Promise<void>): void
  /** What follows the end of a delivery: it takes no place from those that are due. */
  tellLater(work: Promise<void>): void
  /** Nothing at all? */
  isEmpty(): boolean
  /** Resolves when all that is under way now has ended. */
  ended(): Promise<unknown>
}

/** Deliveries that one process publishes at a time. */
const MOST_IN_FLIGHT = 1024
/** Deliveries that have ended and are not told of yet: where telling can't keep up, publishing waits for it. */
const MOST_UNTOLD = 4 * MOST_IN_FLIGHT
/** Where there was no room, more is claimed once this part of it is taken. */
const REFILL_AT = 0.75
/**
 * While people talk to it, so few that their words are heard in between: of 100 commands a second beside a burst the
 * slowest hundredth waited 45 to 58 ms on SQLite and 61 to 80 ms on PostgreSQL with 24 of them, 124 to 209 and 110 to
 * 2,809 ms with 50.
 */
const MOST_BESIDE_TALK = 24
/** How long (ms) after a word there may be another. */
const TALK_LASTS = 2 * SECOND
/** From so many on, what people are told waits a little: it is one message to many, and a post is due now. */
const BUSY = 50

export function createUnderWay({
  pulse,
  clock,
  log,
  onBurst,
  onRoom,
}: {
  pulse: Pick<Pulse, 'askedAt'>
  clock: Clock
  log: Log
  /** Hears when a burst begins and when it ends. */
  onBurst(lasts: boolean): void
  /** Hears of new room where somebody has found none. */
  onRoom(): void
}): UnderWay {
  const inFlight = new Set<Promise<void>>()
  const telling = new Set<Promise<void>>()
  let full = false
  let bursts = false

  const isTalkedTo = (): boolean => pulse.askedAt !== undefined && clock.now() - pulse.askedAt < TALK_LASTS
  const most = (): number => (isTalkedTo() ? MOST_BESIDE_TALK : MOST_IN_FLIGHT)
  /** People wait for the same database as what is told of deliveries: beside them that takes places, too. */
  const taken = (): number => inFlight.size + (isTalkedTo() ? telling.size : 0)

  const noteBurst = (): void => {
    const lasts = bursts ? inFlight.size > 0 : inFlight.size >= BUSY
    if (lasts !== bursts) onBurst(lasts)
    bursts = lasts
  }
  const noteRoom = (): void => {
    if (!full || taken() > most() * REFILL_AT || telling.size > MOST_UNTOLD * REFILL_AT) return
    full = false
    onRoom()
  }

  /** @param failed what is said where the work fails */
  function keep(among: Set<Promise<void>>, work: Promise<void>, failed: string): void {
    const kept = work
      .catch((error: unknown) => log.error({ err: error }, failed))
      .finally(() => {
        among.delete(kept)
        noteBurst()
        noteRoom()
      })
    among.add(kept)
    noteBurst()
  }

  return {
    room() {
      const room = Math.min(most() - taken(), MOST_UNTOLD - telling.size)
      full = room <= 0
      return room
    },
    busy: () => inFlight.size >= BUSY,
    follow: (work) =>
      keep(
        inFlight,
        work,
        'A delivery ended in an error that is ours; its lease will end and it is looked into',
      ),
    tellLater: (work) =>
      keep(
        telling,
        work,
        'What became of a delivery could not be told; its post is looked after in a moment',
      ),
    isEmpty: () => inFlight.size + telling.size === 0,
    ended: () => Promise.all([...inFlight, ...telling]),
  }
}
