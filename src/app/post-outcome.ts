import type { Account } from '../accounts/account.ts'
import { mayBeLive, publishedParts } from '../deliveries/bookkeeping.ts'
import type { Delivery } from '../deliveries/delivery.ts'
import { endEvent, endOf } from '../deliveries/outcome.ts'
import {
  bold,
  button,
  buttons,
  link,
  list,
  type Message,
  message,
  type Span,
  text,
} from '../message/message.ts'
import type { Post } from '../posts/post.ts'
import { accountName, postCard, standingOf } from '../views/post-card.ts'
import { deliveryWords, hostOf } from '../views/words.ts'
import type { Chat } from '../workspaces/workspace.ts'
import { announce, announceAll, hasChannels, type News } from './announce.ts'
import { tellHooksOfDeliveries, tellHooksOfPost } from './hooks-tell.ts'
import { sheetOf } from './sheets.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/**
 * After anything happened to one of a post's deliveries: where they all have an end, the post gets its own, and the
 * channel, the thread and the author are told. Safe to call again: the move is guarded, and cards replace one another.
 */
export async function rollUp(
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'platforms' | 'clock' | 'publicAddress'>,
  post: Post,
  { by }: { by?: string } = {},
): Promise<Post> {
  const at = bench.clock.now()
  const deliveries = await stores.deliveries.ofPosts([post.id])
  await tellHooksOfDeliveries(stores, deliveries, at)
  const end =
    post.state === 'publishing'
      ? endOf(deliveries.filter((one) => one.revision === post.revision))
      : undefined
  const ended = end ? await stores.posts.move(post.id, end, { at }) : undefined
  if (!ended) {
    const now = (await stores.posts.get(post.id)) ?? post
    await announce(
      stores,
      bench,
      now,
      by === undefined ? {} : { thread: message(text(`${by} has decided.`)) },
    )
    return now
  }
  await stores.events.append(endEvent(ended))
  await tellEnd(stores, bench, ended, deliveries)
  return ended
}

const plain = (words: string): Span => ({ type: 'plain', text: words })

/** The channel, the thread and the author hear what became of a post. */
const tellEnd = (
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'platforms' | 'clock'>,
  ended: Post,
  deliveries: readonly Delivery[],
): Promise<void> => tellEnds(stores, bench, [{ ended, deliveries }])

/** The same for many posts, in one write. */
export async function tellEnds(
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'platforms' | 'clock'>,
  all: readonly { ended: Post; deliveries: readonly Delivery[] }[],
): Promise<void> {
  for (const { ended } of all) await tellHooksOfPost(stores, ended, endHook(ended), ended.updatedAt)
  if (all.length === 0 || (await stores.workspace.chats()).length === 0) return
  const accounts = await stores.accounts.list()
  await announceAll(
    stores,
    bench,
    all.map(({ ended, deliveries }) => {
      const said = resultMessage(ended, deliveries, accounts, bench)
      const tell = { memberId: ended.authorId, message: said }
      return { post: ended, news: { thread: said, results: said, tell } }
    }),
  )
}

const endHook = ({ state }: Post) =>
  state === 'failed' || state === 'partly_published' ? (`post.${state}` as const) : 'post.published'

/** What became of a post, with links, and the buttons for what did not work. */
function resultMessage(
  post: Post,
  deliveries: readonly Delivery[],
  accounts: readonly Account[],
  { platforms }: Pick<Workbench, 'platforms'>,
): Message {
  const words = {
    published: '✅ is live',
    partly_published: '⚠️ is only partly live',
    failed: '❌ did not go out',
  } as const
  const failed = deliveries.some((one) => one.state === 'failed')
  const isLive = ({ state, progress }: Delivery) =>
    state === 'published' || publishedParts(progress).length > 0
  const nobodyKnows = post.state === 'partly_published' && !deliveries.some(isLive)
  const became = nobodyKnows ? '⚠️ may be live' : words[post.state as keyof typeof words]
  const said = message(
    text(bold(`#${post.number}`), ` ${became ?? post.state}`),
    list(
      deliveries
        .filter((one) => one.state !== 'cancelled' || mayBeLive(one.progress))
        .map((delivery): Span[] => {
          const account = accounts.find((one) => one.id === delivery.accountId)
          const name = account ? accountName(account, platforms) : delivery.platform
          const { url, note } = delivery.published ?? {}
          const besides = note ? [plain(` — ${note}`)] : []
          if (url) return [bold(name), plain(': '), link(url, hostOf(url)), ...besides]
          const why = delivery.problem ? `: ${delivery.problem.message}` : ''
          return [bold(name), plain(` ${deliveryWords(delivery)}${why}`), ...besides]
        }),
    ),
    failed &&
      buttons(
        button('Retry', `retry ${post.number}`, { style: 'primary' }),
        post.state === 'failed' && button('Edit', `edit ${post.number}`),
        button('Show', `show ${post.number}`),
      ),
  )
  return { ...said, standing: standingOf(post) }
}

/**
 * What a person must decide or mend before a delivery can go on: said in the thread, in the results channel and to the author.
 *
 * @param again only in this chat, which did not take it before
 */
export async function askAbout(
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'platforms' | 'clock' | 'publicAddress'>,
  post: Post,
  delivery: Delivery,
  again?: Chat,
): Promise<void> {
  await tellHooksOfDeliveries(stores, [delivery], bench.clock.now())
  const card = postCard(await sheetOf(stores, bench, post))
  const actions = card.blocks.find((block) => block.type === 'buttons')
  const account = await stores.accounts.get(delivery.accountId)
  const name = account ? accountName(account, bench.platforms) : delivery.platform
  const said = message(
    text(
      bold(`#${post.number} to ${name}`),
      ` ${deliveryWords(delivery)}.${delivery.problem ? ` ${delivery.problem.message}.` : ''}`,
    ),
    actions,
  )
  const news: News = {
    thread: said,
    results: said,
    // Whom the channel tells is not told again in private.
    ...(again && hasChannels(again) ? {} : { tell: { memberId: post.authorId, message: said } }),
    ...(again && { chatId: again.id }),
  }
  await announce(stores, bench, post, news)
}
