import { loginEndsSoon } from '../../app/login-news.ts'
import { DAY, HOUR } from '../../kit/clock.ts'
import { defineJob } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** So long before its end (ms) somebody is asked to sign in again: a weekend and a holiday fit in between. */
const AHEAD = 7 * DAY

/** Tells who connected an account, once, that its login ends soon and can't be renewed without them. */
export default defineJob({
  name: 'warn-expiring',
  every: HOUR,

  async run({ bench, stopping }) {
    const now = bench.clock.now()
    for await (const { id, settings } of teamsOf(bench)) {
      const connected = await bench.stores.workspace(id).accounts.list({ states: ['connected'] })
      for (const account of connected) {
        if (stopping.aborted) return
        const { expiresAt } = account
        if (expiresAt === null || expiresAt <= now || expiresAt - now > AHEAD) continue
        await bench.stores.transaction(id, (stores) =>
          loginEndsSoon(bench, stores, account, expiresAt, settings.zone),
        )
      }
    }
  },
})
