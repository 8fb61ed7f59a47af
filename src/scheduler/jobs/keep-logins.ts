import type { Account } from '../../accounts/account.ts'
import { isRenewable } from '../../accounts/login-end.ts'
import { SealError } from '../../accounts/seal.ts'
import { ioFor, platformByName } from '../../app/connect-accounts.ts'
import { loginDied } from '../../app/login-news.ts'
import { DAY, HOUR, SECOND } from '../../kit/clock.ts'
import { PublishError } from '../../platforms/contract/publish-error.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { defineJob, type Tools } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** A login that ends within this time (ms) is renewed even where its access still holds: that may prolong it. */
const AHEAD = 14 * DAY
const PATIENCE = 20 * SECOND

/**
 * Renews logins that nobody has used for a while: many end when they are not (Instagram and Threads after 60 days,
 * Pinterest after 60, TikTok after 180). A dead one is noticed here, days before a post would meet it.
 */
export default defineJob({
  name: 'keep-logins',
  every: 12 * HOUR,

  async run(tools) {
    const { bench, stopping } = tools
    for await (const { id } of teamsOf(bench)) {
      const connected = await bench.stores.workspace(id).accounts.list({ states: ['connected'] })
      for (const account of connected) {
        if (stopping.aborted) return
        if (!account.dryRun && bench.platforms.get(account.platform)?.refresh) await keep(tools, id, account)
      }
    }
  },
})

async function keep({ bench }: Tools, workspaceId: WorkspaceId, account: Account): Promise<void> {
  const stores = bench.stores.workspace(workspaceId)
  const platform = platformByName(bench, account.platform)
  const open = (stale?: number) =>
    ioFor(bench, workspaceId, stores, platform, account, AbortSignal.timeout(PATIENCE), stale)
  const near = account.expiresAt !== null && account.expiresAt - bench.clock.now() < AHEAD
  try {
    const { credentials, credentialsVersion } = await open()
    if (near && isRenewable(platform, credentials)) await open(credentialsVersion)
  } catch (error) {
    if (!(error instanceof PublishError)) throw error
    bench.log.info(
      { platform: platform.name, account: account.id, verdict: error.next.do },
      'A login could not be renewed',
    )
    // Another CRIER_SECRET_KEY opens none of them: the operator's to put right, and no login is dead for it.
    if (error.next.do !== 'reconnect' || error.cause instanceof SealError) return
    await bench.stores.transaction(workspaceId, (within) => loginDied(bench, within, account.id))
  }
}
