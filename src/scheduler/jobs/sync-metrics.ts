import { MEASURE_FOR, measureIsDue } from '../../analytics/digest.ts'
import { ioFor, platformByName } from '../../app/connect-accounts.ts'
import type { Claimed } from '../../deliveries/delivery-store.ts'
import { MINUTE, SECOND } from '../../kit/clock.ts'
import { PublishError } from '../../platforms/contract/publish-error.ts'
import { defineJob, type Tools } from '../job.ts'

const BATCH = 200
const TIMEOUT = 30 * SECOND

/** Reads what platforms say of deliveries: often while they are young, seldom later. */
export default defineJob({
  name: 'sync-metrics',
  every: MINUTE,

  async run(tools) {
    const { bench } = tools
    const now = bench.clock.now()
    const live = await bench.stores.queue.toMeasure(now - MEASURE_FOR, BATCH)
    const due = live.filter(
      ({ delivery, measuredAt }) =>
        delivery.publishedAt !== null &&
        delivery.published?.remoteId &&
        measureIsDue(delivery.publishedAt, measuredAt, now),
    )
    const byAccount = Map.groupBy(due, (one) => `${one.workspaceId} ${one.delivery.accountId}`)
    for (const group of byAccount.values()) {
      if (tools.stopping.aborted) return
      await measure(tools, group)
    }
  },
})

async function measure({ bench }: Tools, group: readonly Claimed[]): Promise<void> {
  const [first] = group
  if (!first) return
  const stores = bench.stores.workspace(first.workspaceId)
  const account = await stores.accounts.get(first.delivery.accountId)
  if (account?.state !== 'connected' || account.dryRun) return
  const platform = platformByName(bench, account.platform)
  if (!platform.metrics) return
  const now = bench.clock.now()
  try {
    const open = (stale?: number) =>
      ioFor(bench, first.workspaceId, stores, platform, account, AbortSignal.timeout(TIMEOUT), stale)
    const remotes = group.flatMap(({ delivery }) => delivery.published ?? [])
    const { read } = platform.metrics
    const io = await open()
    const numbers = await read(remotes, io).catch(async (error: unknown) => {
      const ended = error instanceof PublishError && error.next.do === 'retry' && error.next.refresh
      if (!ended) throw error
      return read(remotes, await open(io.credentialsVersion))
    })
    for (const { delivery } of group) {
      // An empty row says that somebody looked: what is gone or silent is not asked for again at once.
      await stores.deliveries.addMetrics(
        delivery.id,
        now,
        numbers.get(delivery.published?.remoteId ?? '') ?? {},
      )
    }
  } catch (error) {
    if (!(error instanceof PublishError)) throw error
    bench.log.info(
      { platform: platform.name, account: account.id, verdict: error.next.do },
      'Metrics could not be read',
    )
  }
}
