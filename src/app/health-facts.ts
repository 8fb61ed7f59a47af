import type { Account } from '../accounts/account.ts'
import type { DeliveryState } from '../deliveries/delivery.ts'
import { DAY, type EpochMs, SECOND } from '../kit/clock.ts'
import type { HealthFacts } from '../views/health.ts'
import { pulseOf } from './pulse.ts'
import { refusedChannels } from './refused-channels.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/** More overdue deliveries than this are not counted out. */
const MOST = 500
/** What is due for a shorter time (ms) is on its way. */
const ON_ITS_WAY = 5 * SECOND

/** How Crier does for one workspace, now. */
export async function healthFacts(bench: Workbench, stores: WorkspaceStores): Promise<HealthFacts> {
  const now = bench.clock.now()
  const pulse = pulseOf(bench)
  const { settings } = await stores.workspace.get()
  const waiting = await stores.deliveries.list({ states: ['scheduled'], limit: MOST })
  const asked = await stores.deliveries.list({ states: ['unsure', 'late', 'parked'], limit: MOST })
  const ends = await stores.deliveries.countEnds(now - DAY)
  const overdue = waiting.filter((one) => one.dueAt <= now - ON_ITS_WAY)
  const of = (state: DeliveryState): number => asked.filter((one) => one.state === state).length
  const accounts = await stores.accounts.list()
  const awaited = new Set(waiting.map(({ accountId }) => accountId))
  return {
    now,
    tickAge: pulse.tickedAt === undefined ? undefined : now - pulse.tickedAt,
    pausedAt: settings.pausedAt,
    overdue: overdue.length,
    oldestOverdue: overdue.reduce((age, one) => Math.max(age, now - one.dueAt), 0),
    unsure: of('unsure'),
    late: of('late'),
    parked: of('parked'),
    lastDay: [...Map.groupBy(ends, (one) => one.platform)].map(([platform, counts]) => ({
      platform: bench.platforms.get(platform)?.label ?? platform,
      published: counts.find((one) => one.state === 'published')?.deliveries ?? 0,
      failed: counts.find((one) => one.state === 'failed')?.deliveries ?? 0,
    })),
    leftAlone: leftAlone(bench, accounts, now),
    toReconnect: accounts
      .filter(({ id, state }) => state === 'reconnect' || (state === 'disconnected' && awaited.has(id)))
      .map((one) => named(bench, one)),
    refused: await refusedChannels(stores),
    outbox: await bench.stores.outboxQueue.depth(),
    databaseWell: (await bench.stores.check()).ok,
    zone: settings.zone,
  }
}

const named = ({ platforms }: Pick<Workbench, 'platforms'>, account: Account): string =>
  `${account.handle} on ${platforms.get(account.platform)?.label ?? account.platform}`

function leftAlone(bench: Workbench, accounts: readonly Account[], now: EpochMs): HealthFacts['leftAlone'] {
  const used = new Set(accounts.map(({ platform }) => platform))
  return [
    ...[...pulseOf(bench).platformsLeftAlone()].flatMap(([name, until]) =>
      used.has(name) ? [{ name: bench.platforms.get(name)?.label ?? name, until }] : [],
    ),
    ...accounts.flatMap((account) =>
      account.leftAloneUntil !== null && account.leftAloneUntil > now
        ? [{ name: named(bench, account), until: account.leftAloneUntil }]
        : [],
    ),
  ]
}
