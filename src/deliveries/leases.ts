import type { Clock, EpochMs } from '../kit/clock.ts'
import type { Delivery } from './delivery.ts'
import type { DeliveryQueue } from './delivery-store.ts'

/** A delivery, and the name that this very claim of it was made under. Another claim by the same process has another one. */
export type Held = Delivery & { worker: string }

export const isHeld = (delivery: Delivery): delivery is Held => delivery.worker !== null

export class LeaseLost extends Error {
  override name = 'LeaseLost'
}

/** One claim of one delivery, as long as the work on it lasts. */
export interface Lease {
  /** Aborted once the lease is lost. */
  readonly signal: AbortSignal
  /** Is enough of it left for a request to be written before it ends? */
  holds(): boolean
  letGo(): void
}

/** The leases that this process holds. */
export interface Leases {
  hold(delivery: Held): Lease
}

export interface LeasesNeeds {
  queue: Pick<DeliveryQueue, 'renewLease'>
  clock: Clock
  /** How long a lease lasts (ms); it is renewed at a third of that. */
  lease: number
  /** A renewal that failed, for the log. */
  onFault(error: unknown, delivery: Delivery): void
}

/** How often the leases are looked through, by the length of one. */
const LOOKS = 18

/**
 * Renews leases while the work goes on; aborts the work where somebody else has it, or where the database could not be
 * asked until it ended. One timer for all of them, since thousands may be held at once.
 */
export function createLeases({ queue, clock, lease, onFault }: LeasesNeeds): Leases {
  const held = new Set<HeldLease>()
  let timer: NodeJS.Timeout | undefined

  class HeldLease implements Lease {
    readonly delivery: Held
    readonly #lost = new AbortController()
    #until: EpochMs
    #renewAt: EpochMs

    constructor(delivery: Held) {
      this.delivery = delivery
      const now = clock.now()
      this.#until = delivery.leaseUntil ?? now + lease
      this.#renewAt = now + lease / 3
    }

    get signal(): AbortSignal {
      return this.#lost.signal
    }

    holds(): boolean {
      return !this.signal.aborted && clock.now() < this.#until - lease / 3
    }

    letGo(): void {
      held.delete(this)
      if (held.size > 0) return
      clearInterval(timer)
      timer = undefined
    }

    renewIfDue(): void {
      const now = clock.now()
      if (now < this.#renewAt) return
      this.#renewAt = now + lease / 3
      const next = now + lease
      const { id, worker } = this.delivery
      queue.renewLease(id, worker, next).then(
        (mine) => {
          if (mine) this.#until = next
          else this.#lost.abort(new LeaseLost())
        },
        (error: unknown) => {
          onFault(error, this.delivery)
          if (clock.now() >= this.#until) this.#lost.abort(error)
        },
      )
    }
  }

  return {
    hold(delivery) {
      const one = new HeldLease(delivery)
      held.add(one)
      timer ??= setInterval(() => {
        for (const each of held) each.renewIfDue()
      }, lease / LOOKS).unref()
      return one
    },
  }
}
