import { SECOND } from '../../kit/clock.ts'
import { defineJob } from '../job.ts'
import { MOST_SKEW, rescueAbandoned } from '../rescue.ts'

/** Looks for leases that nobody renewed. */
export default defineJob({
  name: 'rescue-abandoned',
  every: 5 * SECOND,
  async run({ bench }) {
    await rescueAbandoned(bench, bench.clock.now() - MOST_SKEW)
  },
})
