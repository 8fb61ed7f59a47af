import { type Delivery, isAsked } from '../deliveries/delivery.ts'
import type { Option } from '../message/form.ts'
import type { PostState } from '../posts/post.ts'
import { accountName } from '../views/post-card.ts'
import { deliveryWords, excerpt, postStateWords } from '../views/words.ts'
import type { Actor } from './actor.ts'
import type { WorkspaceStores } from './stores.ts'

/** Where something can still be done with a post. */
const OPEN: readonly PostState[] = [
  'draft',
  'in_review',
  'scheduled',
  'publishing',
  'partly_published',
  'failed',
]
/** Where a delivery may wait for a person's word. */
const ASKING: readonly Delivery['state'][] = ['unsure', 'late', 'parked']
/** Nobody reads further. */
const MOST = 200

/**
 * Posts that something can be done with, the newest first.
 *
 * @param length of the text that is shown of each
 */
export async function postChoices(
  stores: WorkspaceStores,
  length: number,
  states: readonly PostState[] = OPEN,
): Promise<Option[]> {
  const posts = await stores.posts.list({ states, limit: MOST })
  return posts
    .sort((a, b) => b.number - a.number)
    .map(({ number, state, content }) => ({
      label: `#${number} ${postStateWords[state]}: ${excerpt(content.text, length)}`,
      value: String(number),
    }))
}

/** Deliveries that wait for a word, called by their post and their place in it, as `settle` calls them. */
export async function deliveryChoices({ stores, bench }: Pick<Actor, 'stores' | 'bench'>): Promise<Option[]> {
  const asking = (await stores.deliveries.list({ states: ASKING, limit: MOST })).filter(isAsked)
  if (asking.length === 0) return []
  const accounts = new Map((await stores.accounts.list()).map((account) => [account.id, account]))
  const ofPosts = Map.groupBy(
    await stores.deliveries.ofPosts([...new Set(asking.map(({ postId }) => postId))]),
    ({ postId }) => postId,
  )
  const choices: Option[] = []
  for (const [postId, deliveries] of ofPosts) {
    const post = await stores.posts.get(postId)
    for (const [index, delivery] of deliveries.entries()) {
      if (!post || !isAsked(delivery)) continue
      const account = accounts.get(delivery.accountId)
      const name = account ? accountName(account, bench.platforms) : delivery.platform
      const value = `${post.number}.${index + 1}`
      choices.push({ label: `${value} ${name} ${deliveryWords(delivery)}`, value })
    }
  }
  return choices
}
