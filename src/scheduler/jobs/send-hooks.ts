import { setTimeout as wait } from 'node:timers/promises'
import { HOOK_LEASE, sendCall } from '../../app/hooks-send.ts'
import { SECOND } from '../../kit/clock.ts'
import { defineJob } from '../job.ts'

/** Calls under way at a time, in this process and of one hook. */
const MOST = 50
const MOST_OF_ONE = 5

/** Tells hooks what happened: each on its own, so that a receiver that hangs holds up nobody else. */
export default defineJob({
  name: 'send-hooks',
  every: SECOND,
  wokenBy: 'outbox',

  async run({ bench, random, stopping }) {
    const underWay = new Set<Promise<unknown>>()
    while (!stopping.aborted) {
      const now = bench.clock.now()
      const claimed = await bench.stores.hookQueue.claim({
        now,
        leaseUntil: now + HOOK_LEASE,
        limit: MOST - underWay.size,
        perHook: MOST_OF_ONE,
      })
      for (const one of claimed) {
        const work: Promise<unknown> = sendCall(bench, one, random())
          .catch((error: unknown) =>
            bench.log.error(
              { hook: one.hook.id, call: one.call.id, err: error },
              'A webhook ended in an error that is ours; its lease will end and it is sent again',
            ),
          )
          .finally(() => underWay.delete(work))
        underWay.add(work)
      }
      if (underWay.size === 0) return
      // Others may have come meanwhile, and must not wait for the slowest.
      if (claimed.length === 0 || underWay.size >= MOST)
        await Promise.race([...underWay, wait(SECOND, undefined, { ref: false })])
    }
    await Promise.all(underWay)
  },
})
