import { HOME } from '../../app/home.ts'
import { sayInChannels } from '../../app/say-in-channels.ts'
import { dateOf } from '../../calendar/week.ts'
import { MINUTE } from '../../kit/clock.ts'
import { alertMessage } from '../../views/alert.ts'
import { defineJob } from '../job.ts'

/**
 * Says in the channel of whoever runs Crier that its disk is nearly full, once a day, while there is still room to write
 * that down; once there is none, `/readyz` and the log say so.
 */
export default defineJob({
  name: 'warn-of-disk',
  every: MINUTE,

  async run({ bench }) {
    const { ok, sentence } = await bench.stores.check()
    const home = ok ? undefined : await bench.stores.directory.get(HOME)
    if (!home) return
    const now = bench.clock.now()
    const mark = `disk ${dateOf(now, home.settings.zone)}`
    if ((await bench.stores.workspace(home.id).marks.get(mark)) !== undefined) return
    await bench.stores.transaction(home.id, async (stores) => {
      if (!(await stores.marks.setOnce(mark, now))) return
      const words = `⚠️ ${sentence}. Once it can't be written, nothing goes out.`
      await sayInChannels(stores, alertMessage(words), now)
    })
  },
})
