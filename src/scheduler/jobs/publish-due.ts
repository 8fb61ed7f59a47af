import { announce, tell } from '../../app/announce.ts'
import { askAbout, rollUp } from '../../app/post-outcome.ts'
import type { WorkspaceStores } from '../../app/stores.ts'
import { type Delivered, deliver } from '../../deliveries/deliver.ts'
import type { Claimed } from '../../deliveries/delivery-store.ts'
import { MINUTE, SECOND } from '../../kit/clock.ts'
import { shortCode } from '../../kit/ids.ts'
import { bold, button, buttons, message, text } from '../../message/message.ts'
import { accountName } from '../../views/post-card.ts'
import type { Workspace } from '../../workspaces/workspace.ts'
import { noteOutcome, paceOf } from '../breaker.ts'
import { defineJob, type Tools } from '../job.ts'
import { openOutlet } from '../outlet.ts'

/** A worker that says nothing for this long has died; it renews at a third of it. */
const LEASE = 90 * SECOND
/** At most this many are claimed by one statement. */
const BATCH = 50

/** Claims what is due and publishes it, each delivery on its own. */
export default defineJob({
  name: 'publish-due',
  every: SECOND,
  wokenBy: 'deliveries',

  async run(tools) {
    const { bench, stopping } = tools
    while (!stopping.aborted) {
      const limit = Math.min(BATCH, tools.room())
      if (limit <= 0) return
      const now = bench.clock.now()
      const claimed = await bench.stores.queue.claimDue({
        now,
        leaseUntil: now + LEASE,
        worker: bench.worker,
        limit,
      })
      for (const one of claimed) tools.follow(publishOne(one, tools))
      if (claimed.length < limit) break
    }
    const next = await bench.stores.queue.nextDueAt()
    if (next !== undefined) tools.wakeAt(next)
  },
})

async function publishOne({ workspaceId, delivery }: Claimed, tools: Tools): Promise<void> {
  const { bench } = tools
  const workspace = await bench.stores.directory.get(workspaceId)
  if (!workspace) throw new Error(`A delivery of the unknown workspace ${workspaceId} was claimed`)
  const stores = bench.stores.workspace(workspaceId)
  await begin(tools, workspace, delivery.postId)

  const delivered = await deliver(delivery, {
    queue: bench.stores.queue,
    clock: bench.clock,
    worker: bench.worker,
    random: tools.random,
    lease: LEASE,
    lateAfter: workspace.settings.lateMinutes * MINUTE,
    signal: NEVER,
    open: (one, signal) => openOutlet(bench, workspaceId, stores, one, signal),
    pace: (one) => paceOf(stores, bench.platforms.get(one.platform), one.accountId, bench.clock.now()),
    onFault: (error, one) =>
      bench.log.error(
        { id: shortCode(8), delivery: one.id, platform: one.platform, err: error },
        'A delivery failed in a way nobody classified',
      ),
  })
  tools.meters.verdicts.inc({ platform: delivery.platform, move: delivered.move })
  if (delivered.move === 'lost') return
  if (delivered.move === 'publish')
    tools.meters.lateness.observe(Math.max(0, bench.clock.now() - delivery.scheduledFor) / SECOND)
  await afterwards(tools, workspace, delivery.id, delivered)
}

/** A stop lets what is in flight end by itself: a commit that was sent is worth waiting for. */
const NEVER = new AbortController().signal

/** The post is going out from its first claim on. */
async function begin({ bench }: Tools, workspace: Workspace, postId: string): Promise<void> {
  await bench.stores.transaction(workspace.id, async (stores) => {
    const started = await stores.posts.move(postId, 'start', { at: bench.clock.now() })
    if (started) await announce(stores, bench, started)
  })
}

async function afterwards(
  tools: Tools,
  workspace: Workspace,
  deliveryId: string,
  delivered: Exclude<Delivered, { move: 'lost' }>,
): Promise<void> {
  const { bench } = tools
  const failure = 'failure' in delivered ? delivered.failure : undefined
  await bench.stores.transaction(workspace.id, async (stores) => {
    const delivery = await stores.deliveries.get(deliveryId)
    const post = delivery && (await stores.posts.get(delivery.postId))
    if (!delivery || !post) return
    const account = await stores.accounts.get(delivery.accountId)
    if (account && (failure || delivered.move === 'publish'))
      await noteOutcome(stores, account, failure, bench.clock.now())
    if (delivered.move === 'park' && account?.state === 'connected')
      await loginDied(tools, stores, account.id)
    if (delivered.move === 'tooLate' || delivered.move === 'park')
      await askAbout(stores, bench, post, delivery)
    else await rollUp(stores, bench, post)
  })
}

/** The account's other deliveries are parked when they come due; the one who connected it gets the way back. */
async function loginDied({ bench }: Tools, stores: WorkspaceStores, accountId: string): Promise<void> {
  const account = await stores.accounts.change(accountId, { state: 'reconnect' })
  const said = message(
    text(
      bold(accountName(account, bench.platforms)),
      ' must be connected again: the platform no longer takes its login. Posts for it are parked, and go on once it is.',
    ),
    buttons(button('Reconnect', `connect ${account.platform}`, { style: 'primary' })),
  )
  await tell(stores, await stores.workspace.chats(), account.connectedBy, said, bench.clock.now())
}
