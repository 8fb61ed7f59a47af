import { announce, tell } from '../app/announce.ts'
import { askAbout, rollUp } from '../app/post-outcome.ts'
import type { WorkspaceStores } from '../app/stores.ts'
import type { Workbench } from '../app/workbench.ts'
import type { AfterFailure } from '../deliveries/after-failure.ts'
import { ASKED, type Delivery } from '../deliveries/delivery.ts'
import type { Claimed } from '../deliveries/delivery-store.ts'
import type { DeliveryMove } from '../deliveries/moves.ts'
import { bold, button, buttons, message, text } from '../message/message.ts'
import { accountName } from '../views/post-card.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import type { Breaker } from './breaker.ts'
import { rememberReads } from './remember-reads.ts'

/** A delivery whose move is on the disk, and of which people have not been told yet. */
export interface Ended {
  workspaceId: WorkspaceId
  deliveryId: string
  postId: string
  move: DeliveryMove
  failure?: AfterFailure | undefined
}

/** Posts go out from their first claim on: one transaction for all that one statement claimed in a workspace. */
export async function beginPosts(bench: Workbench, claimed: readonly Claimed[]): Promise<void> {
  const byWorkspace = Map.groupBy(claimed, ({ workspaceId }) => workspaceId)
  for (const [workspaceId, group] of byWorkspace) {
    const posts = [...new Set(group.map(({ delivery }) => delivery.postId))]
    try {
      await start(bench, workspaceId, posts, true)
    } catch (error) {
      bench.log.error({ err: error }, 'The cards of what goes out could not be brought up to date')
      // What people are shown of it must not keep it from going out.
      await start(bench, workspaceId, posts, false)
    }
  }
}

async function start(
  bench: Workbench,
  workspaceId: WorkspaceId,
  postIds: readonly string[],
  said: boolean,
): Promise<void> {
  await bench.stores.transaction(workspaceId, async (inside) => {
    const stores = rememberReads(inside)
    for (const id of postIds) {
      const started = await stores.posts.move(id, 'start', { at: bench.clock.now() })
      if (started && said) await announce(stores, bench, started)
    }
  })
}

/** What follows the ends of deliveries of one workspace: breakers, the posts' own ends, what people are told. One transaction. */
export async function tellOf(bench: Workbench, breaker: Breaker, ended: readonly Ended[]): Promise<void> {
  const [first] = ended
  if (!first) return
  await bench.stores.transaction(first.workspaceId, async (inside) => {
    const stores = rememberReads(inside)
    const posts = new Set<string>()
    for (const { deliveryId, postId, move, failure } of ended) {
      const delivery = await stores.deliveries.get(deliveryId)
      if (!delivery) continue
      const account = await stores.accounts.get(delivery.accountId)
      if (account && (failure || move === 'publish')) await breaker.note(stores, account, deliveryId, failure)
      if (move === 'park' && account?.state === 'connected') await loginDied(bench, stores, account.id)
      if (!isAsked(delivery)) posts.add(postId)
      else if (await askOnce(stores, bench, delivery)) posts.delete(postId)
    }
    for (const id of posts) {
      const post = await stores.posts.get(id)
      if (post) await rollUp(stores, bench, post)
    }
  })
}

/** Does it stand still until a person says a word? */
export const isAsked = ({ state, problem }: Delivery): boolean =>
  state === 'late' || state === 'parked' || (state === 'unsure' && problem?.code === ASKED)

/** Asks the people about a delivery that waits for them, unless they were asked about this very standstill. */
export async function askOnce(
  stores: WorkspaceStores,
  bench: Workbench,
  delivery: Delivery,
): Promise<boolean> {
  const post = await stores.posts.get(delivery.postId)
  const key = `asked ${delivery.id} ${delivery.attempts} ${delivery.updatedAt}`
  if (!post || !(await stores.marks.setOnce(key, bench.clock.now()))) return false
  await askAbout(stores, bench, post, delivery)
  return true
}

/** The account's other deliveries are parked when they come due; the one who connected it gets the way back. */
async function loginDied(bench: Workbench, stores: WorkspaceStores, accountId: string): Promise<void> {
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
