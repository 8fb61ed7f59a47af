import { announce, hasChannels, postOfSubject } from '../../app/announce.ts'
import { askAbout } from '../../app/post-outcome.ts'
import type { WorkspaceStores } from '../../app/stores.ts'
import type { Workbench } from '../../app/workbench.ts'
import { type Delivery, isAsked } from '../../deliveries/delivery.ts'
import { DAY, MINUTE, SECOND } from '../../kit/clock.ts'
import { laneOf, type Refused } from '../../outbox/outbox.ts'
import type { Post } from '../../posts/post.ts'
import type { Chat, WorkspaceId } from '../../workspaces/workspace.ts'
import { defineJob } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** What was refused is not shown again sooner than this (ms). */
const PATIENCE = 10 * MINUTE
/** What nobody has to decide about is forgotten after this (ms). */
const FORGOTTEN_AFTER = 7 * DAY

/**
 * Shows again what a chat refused (a channel that was archived, a token that was revoked), since nobody else would: that
 * people were asked stands in the marks. A card is drawn anew, a question is asked anew if its delivery still waits for
 * its answer. The rest was news.
 *
 * Everything of a channel comes again once it takes messages, or is another one. Whether it does is told by any message
 * that goes through; where nobody says anything, what has waited longest is tried every ten minutes.
 */
export default defineJob({
  name: 'show-again',
  every: 15 * SECOND,

  async run({ bench, stopping }) {
    for await (const { id } of teamsOf(bench)) {
      if (stopping.aborted) return
      const stores = bench.stores.workspace(id)
      const refused = await stores.outbox.refused()
      if (refused.length === 0) continue
      const chats = await stores.workspace.chats()
      for (const lane of Map.groupBy(refused, ({ entry }) => laneOf(entry)).values()) {
        const chat = chats.find((one) => one.id === lane[0]?.entry.chatId)
        if (chat) await lookAfter(bench, id, chat, lane)
        else await stores.outbox.madeUpFor(idsOf(lane))
      }
    }
  },
})

const idsOf = (refused: readonly Refused[]): string[] => refused.map(({ entry }) => entry.id)

/** @param lane what one channel refused, oldest first */
async function lookAfter(
  bench: Workbench,
  id: WorkspaceId,
  chat: Chat,
  lane: readonly Refused[],
): Promise<void> {
  const now = bench.clock.now()
  const stores = bench.stores.workspace(id)
  const channel = lane[0]?.entry.channel ?? null
  const inUse = channel === null || Object.values(chat.channels).includes(channel)
  const over = lane.filter(({ at, taken }) => !inUse || (taken !== 'nothing' && at <= now - PATIENCE))
  if (over.length > 0) await makeUpFor(bench, id, chat, over)
  const open = lane.filter(({ taken }) => inUse && taken === 'nothing')
  const [oldest] = open
  if (!oldest) return
  const waiting: { post: Post; refused: Refused[] }[] = []
  const unneeded: Refused[] = []
  for (const [postId, refused] of byPost(open)) {
    const post = postId && (await stores.posts.get(postId))
    if (post && (await waits(stores, post))) waiting.push({ post, refused })
    else unneeded.push(...refused)
  }
  // The oldest stays: by it the alert knows that it is still the same trouble. A card is to be true again in the end.
  const forgotten = unneeded.filter(
    (one) => one.at <= now - FORGOTTEN_AFTER || (one !== oldest && one.entry.kind !== 'card'),
  )
  await stores.outbox.madeUpFor(idsOf(forgotten))
  const [first] = waiting
  if (!first || open.some(({ at }) => at > now - PATIENCE)) return
  await bench.stores.transaction(id, async (inside) => {
    // Of several processes one has the say.
    if (!(await inside.outbox.triedFor(oldest.entry.id, oldest.at, now))) return
    await inside.outbox.madeUpFor(idsOf(first.refused.filter((one) => one !== oldest)))
    await show(inside, bench, chat, first.post, first.refused)
  })
}

async function makeUpFor(
  bench: Workbench,
  id: WorkspaceId,
  chat: Chat,
  refused: readonly Refused[],
): Promise<void> {
  await bench.stores.transaction(id, async (inside) => {
    // Of several processes one has the say.
    const mine = new Set(await inside.outbox.madeUpFor(idsOf(refused)))
    const missing = refused.filter(({ entry, taken }) => mine.has(entry.id) && taken !== 'the like')
    for (const [postId, ofPost] of byPost(missing)) {
      const post = postId && (await inside.posts.get(postId))
      if (post) await show(inside, bench, chat, post, ofPost)
    }
  })
}

const byPost = (refused: readonly Refused[]): Map<string | undefined, Refused[]> =>
  Map.groupBy(refused, ({ entry }) => postOfSubject(entry.subject))

async function show(
  stores: WorkspaceStores,
  bench: Workbench,
  chat: Chat,
  post: Post,
  refused: readonly Refused[],
): Promise<void> {
  // What could not be said in private stands in the channels.
  if (hasChannels(chat) && refused.every(({ entry }) => entry.channel === null)) return
  const asked = await askedOf(stores, post)
  for (const delivery of asked) await askAbout(stores, bench, post, delivery, chat)
  if (asked.length === 0 && refused.some(({ entry }) => entry.kind === 'card'))
    await announce(stores, bench, post, { chatId: chat.id })
}

/** Does anybody have to decide something about it? */
const waits = async (stores: WorkspaceStores, post: Post): Promise<boolean> =>
  post.state === 'in_review' || (await askedOf(stores, post)).length > 0

const askedOf = async ({ deliveries }: WorkspaceStores, { id, revision }: Post): Promise<Delivery[]> =>
  (await deliveries.ofPosts([id])).filter((one) => one.revision === revision && isAsked(one))
