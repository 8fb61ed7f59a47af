import { SEALED } from '../accounts/credentials.ts'
import { announce, announceAll } from '../app/announce.ts'
import { tellHooksOfDeliveries } from '../app/hooks-tell.ts'
import { loginDied } from '../app/login-news.ts'
import { askAbout, tellEnds } from '../app/post-outcome.ts'
import type { WorkspaceStores } from '../app/stores.ts'
import type { Workbench } from '../app/workbench.ts'
import type { AfterFailure } from '../deliveries/after-failure.ts'
import { type Delivery, isAsked } from '../deliveries/delivery.ts'
import type { Claimed } from '../deliveries/delivery-store.ts'
import type { DeliveryMove } from '../deliveries/moves.ts'
import { endEvent, endOf, ofNewest } from '../deliveries/outcome.ts'
import type { Post } from '../posts/post.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import type { Breaker } from './breaker.ts'
import { NOT_CONNECTED } from './outlet.ts'
import { rememberReads } from './remember-reads.ts'

/** A delivery whose move is on the disk, and of which people have not been told yet. */
export interface Ended {
  workspaceId: WorkspaceId
  deliveryId: string
  postId: string
  accountId: string
  move: DeliveryMove
  failure?: AfterFailure | undefined
}

/** Posts by id, as they stand since they go out: nobody can edit them any more. */
export type Going = Map<string, Post>

/** Posts go out from their first claim on: one transaction for all that one statement claimed in a workspace. */
export async function beginPosts(
  bench: Workbench,
  workspaceId: WorkspaceId,
  claimed: readonly Claimed[],
): Promise<Going> {
  const posts = [...new Set(claimed.map(({ delivery }) => delivery.postId))]
  try {
    return await start(bench, workspaceId, posts, true)
  } catch (error) {
    bench.log.error({ err: error }, 'The cards of what goes out could not be brought up to date')
    // What people are shown of it must not keep it from going out.
    return start(bench, workspaceId, posts, false)
  }
}

const goingOf = (started: readonly Post[]): Going => new Map(started.map((post) => [post.id, post]))

async function start(
  bench: Workbench,
  workspaceId: WorkspaceId,
  postIds: readonly string[],
  said: boolean,
): Promise<Going> {
  const chats = await bench.stores.workspace(workspaceId).workspace.chats()
  if (chats.length === 0) {
    const { posts } = bench.stores.workspace(workspaceId, 'relaxed')
    return goingOf(await posts.moveMany(postIds, 'start', bench.clock.now()))
  }
  return bench.stores.transaction(
    workspaceId,
    async (inside) => {
      const stores = rememberReads(inside, { chats })
      const started = await stores.posts.moveMany(postIds, 'start', bench.clock.now())
      if (said)
        await announceAll(
          stores,
          bench,
          started.map((post) => ({ post })),
        )
      return goingOf(started)
      // It falls with the claims before it, and stands with the attempts after it.
    },
    'relaxed',
  )
}

/** What follows the ends of deliveries of one workspace: breakers, the posts' own ends, what people are told. One transaction. */
export async function tellOf(bench: Workbench, breaker: Breaker, ended: readonly Ended[]): Promise<void> {
  const [first] = ended
  if (!first) return
  const outside = bench.stores.workspace(first.workspaceId)
  const postIds = [...new Set(ended.map(({ postId }) => postId))]
  const [accounts, chats, hooks] = await Promise.all([
    outside.accounts.list(),
    outside.workspace.chats(),
    outside.hooks.list(),
  ])
  if (chats.length === 0 && hooks.length === 0 && ended.every(({ move }) => move === 'publish')) {
    // Nobody listens, and nobody is asked anything: that they have ended is all there is to write.
    const accountOf = new Map(accounts.map((account) => [account.id, account]))
    for (const { accountId, deliveryId } of ended) {
      const account = accountOf.get(accountId)
      if (account) await breaker.note(outside, account, deliveryId, undefined)
    }
    await outside.posts.rollUp(postIds, bench.clock.now())
    return
  }
  await bench.stores.transaction(first.workspaceId, async (inside) => {
    const stores = rememberReads(inside, { accounts, chats, hooks })
    // Their own ends are on the disk: of two processes that end a post's deliveries, the later sees both.
    let deliveries = await stores.deliveries.ofPosts(postIds)
    if (deliveries.some(({ state }) => state === 'failed')) {
      // Nobody tries one of them again between this look and the post's end.
      await stores.workspace.hold()
      deliveries = await stores.deliveries.ofPosts(postIds)
    }
    await tellHooksOfDeliveries(stores, deliveries, bench.clock.now())
    const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]))
    const told = new Set<string>()
    for (const { deliveryId, postId, move, failure } of ended) {
      const delivery = byId.get(deliveryId)
      if (!delivery) continue
      const account = await stores.accounts.get(delivery.accountId)
      if (account && (failure || move === 'publish')) await breaker.note(stores, account, deliveryId, failure)
      const why = failure?.problem.code
      // Where it goes on already, somebody has connected the account again meanwhile.
      if (
        move === 'park' &&
        delivery.state === 'parked' &&
        account?.state === 'connected' &&
        why !== SEALED
      ) {
        if (why === NOT_CONNECTED) {
          // Connected again between the look at it and this: what that let go was not parked yet.
          await stores.deliveries.move(
            deliveryId,
            'unpark',
            { at: bench.clock.now(), problem: null },
            delivery,
          )
          continue
        }
        await loginDied(bench, stores, account.id)
      }
      if (isAsked(delivery) && (await askOnce(stores, bench, delivery))) told.add(postId)
    }
    const byPost = Map.groupBy(deliveries, ({ postId }) => postId)
    await endPosts(stores, bench, byPost, told)
  })
}

/** Posts whose deliveries have all ended get their own end, many in one statement; of the others the card is brought up to date. */
async function endPosts(
  stores: WorkspaceStores,
  bench: Workbench,
  byPost: ReadonlyMap<string, readonly Delivery[]>,
  told: ReadonlySet<string>,
): Promise<void> {
  const ends = Map.groupBy(byPost, ([, deliveries]) => endOf(ofNewest(deliveries)))
  const ended: Post[] = []
  for (const [end, posts] of ends) {
    if (end === undefined) continue
    const ids = posts.map(([id]) => id)
    ended.push(...(await stores.posts.moveMany(ids, end, bench.clock.now())))
  }
  await stores.events.appendMany(ended.map(endEvent))
  await tellEnds(
    stores,
    bench,
    ended.map((post) => ({ ended: post, deliveries: byPost.get(post.id) ?? [] })),
  )
  const done = new Set(ended.map(({ id }) => id))
  const hasChats = (await stores.workspace.chats()).length > 0
  for (const id of byPost.keys()) {
    if (done.has(id) || told.has(id) || !hasChats) continue
    const post = await stores.posts.get(id)
    if (post) await announce(stores, bench, post)
  }
}

/** The mark that people were asked about this very standstill of a delivery. */
export const askedMark = ({ id, attempts, updatedAt }: Delivery): string =>
  `asked ${id} ${attempts} ${updatedAt}`

/** Asks the people about a delivery that waits for them, unless they were asked about this very standstill. */
export async function askOnce(
  stores: WorkspaceStores,
  bench: Workbench,
  delivery: Delivery,
): Promise<boolean> {
  const post = await stores.posts.get(delivery.postId)
  if (!post || !(await stores.marks.setOnce(askedMark(delivery), bench.clock.now()))) return false
  await askAbout(stores, bench, post, delivery)
  return true
}
