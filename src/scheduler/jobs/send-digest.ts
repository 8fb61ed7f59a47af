import { digestTime } from '../../analytics/digest.ts'
import { sayInChannels } from '../../app/say-in-channels.ts'
import { digestFacts } from '../../app/week-facts.ts'
import { dateOf } from '../../calendar/week.ts'
import { DAY, MINUTE } from '../../kit/clock.ts'
import { digestView } from '../../views/digest.ts'
import { defineJob } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** A digest that could not be sent at its hour is sent within this time (ms); after that the next one tells the week. */
const STILL_NEWS = DAY

/** Sends each team its digest, Mondays at nine in its zone. The mark makes it once, on any number of machines, after any restart. */
export default defineJob({
  name: 'send-digest',
  every: MINUTE,

  async run({ bench }) {
    const now = bench.clock.now()
    for await (const { id, settings, createdAt } of teamsOf(bench)) {
      const at = digestTime(now, settings.zone)
      if (!settings.digest || createdAt >= at || now - at > STILL_NEWS) continue
      const sending = bench.stores.transaction(id, async (stores) => {
        if (!(await stores.marks.setOnce(`digest ${dateOf(at, settings.zone)}`, now))) return
        const digest = digestView(
          await digestFacts(stores, at, settings.zone),
          bench.platforms,
          settings.locale,
        )
        await sayInChannels(stores, digest, now, { rather: 'digest' })
      })
      // One team's trouble must not keep the others from their digest.
      await sending.catch((error: unknown) =>
        bench.log.error({ workspace: id, err: error }, 'A digest could not be written'),
      )
    }
  },
})
