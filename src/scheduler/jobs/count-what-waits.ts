import { SECOND } from '../../kit/clock.ts'
import { defineJob } from '../job.ts'

/** Keeps the numbers for Prometheus that only the database knows. */
export default defineJob({
  name: 'count-what-waits',
  every: 15 * SECOND,

  async run({ bench, meters, breaker }) {
    const now = bench.clock.now()
    const { count, oldest } = await bench.stores.queue.overdue(now)
    meters.overdue.set(count)
    meters.oldestOverdue.set(oldest === undefined ? 0 : (now - oldest) / SECOND)
    meters.outboxDepth.set(await bench.stores.outboxQueue.depth())
    const leftAlone = breaker.leftAlone()
    for (const platform of bench.platforms.keys())
      meters.breaker.set({ platform }, leftAlone.has(platform) ? 1 : 0)
  },
})
