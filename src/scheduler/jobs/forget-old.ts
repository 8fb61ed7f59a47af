import { HOOK_LOG } from '../../app/hooks.ts'
import { DAY, HOUR } from '../../kit/clock.ts'
import { forgetLeftovers } from '../../library/receive.ts'
import { defineJob } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** No file takes longer than this to come in. */
const LEFTOVERS_KEPT = DAY
const FORMS_KEPT = 7 * DAY
/** Longer than a delivery's state is told anew, so that what was told is known for as long. */
const HOOK_CALLS_KEPT = 8 * DAY

/** Forgets refused forms that nobody came back to, what webhooks were told, what can't come twice, files that never came in whole. */
export default defineJob({
  name: 'forget-old',
  every: HOUR,

  async run({ bench }) {
    const before = bench.clock.now() - FORMS_KEPT
    for await (const { id } of teamsOf(bench)) await bench.stores.workspace(id).keptForms.forgetOlder(before)
    await bench.stores.hookQueue.forget(bench.clock.now() - HOOK_CALLS_KEPT, HOOK_LOG)
    await bench.stores.seen.forget(bench.clock.now())
    await bench.stores.openForms.forget(bench.clock.now())
    await forgetLeftovers(bench.incoming, bench.clock.now() - LEFTOVERS_KEPT)
  },
})
