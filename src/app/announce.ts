import { newId } from '../kit/ids.ts'
import type { Message } from '../message/message.ts'
import type { Post } from '../posts/post.ts'
import { postCard } from '../views/post-card.ts'
import type { Chat, Member, SurfaceName } from '../workspaces/workspace.ts'
import { sheetOf } from './sheets.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/** What is said about a post besides its card. */
export interface News {
  /** In the card's thread. */
  thread?: Message
  /** In the results channel, where that is another one than the card's. */
  results?: Message
  /** To one member, in private. */
  tell?: { memberId: string; message: Message }
}

const postSubject = (post: Pick<Post, 'id'>): string => `post:${post.id}`

/**
 * Brings the post's card up to date in every review channel and says the news, through the outbox: in the transaction of
 * what happened, sent afterwards. A post that has never been submitted has no card.
 */
export async function announce(
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'platforms' | 'clock' | 'publicAddress'>,
  post: Post,
  news: News = {},
): Promise<void> {
  const chats = await stores.workspace.chats()
  const subject = postSubject(post)
  const at = bench.clock.now()
  const add = (chat: Chat, channel: string, kind: 'card' | 'reply' | 'message', said: Message) =>
    stores.outbox.add({
      id: newId(at),
      chatId: chat.id,
      channel,
      memberId: null,
      subject: kind === 'message' ? null : subject,
      kind,
      message: said,
      createdAt: at,
    })

  if (post.round > 0 && chats.some(({ channels }) => channels.review ?? channels.results)) {
    const card = postCard(await sheetOf(stores, bench, post))
    for (const chat of chats) {
      const { review, results } = chat.channels
      if (review) await add(chat, review, 'card', card)
      if (review && news.thread) await add(chat, review, 'reply', news.thread)
      if (results && results !== review && news.results) await add(chat, results, 'message', news.results)
    }
  }
  if (news.tell) await tell(stores, chats, news.tell.memberId, news.tell.message, at)
}

/** Sends a member a direct message on the surface they are likeliest to see. */
export async function tell(
  stores: WorkspaceStores,
  chats: readonly Chat[],
  memberId: string,
  said: Message,
  at: number,
): Promise<void> {
  const member = await stores.workspace.member(memberId)
  const chat = member && chatOf(member, chats)
  if (!chat) return
  await stores.outbox.add({
    id: newId(at),
    chatId: chat.id,
    channel: null,
    memberId,
    subject: null,
    kind: 'message',
    message: said,
    createdAt: at,
  })
}

/** Where people look first. The terminal and the API have nobody to tell. */
const TOLD_ON: readonly SurfaceName[] = ['slack', 'discord', 'playground']

function chatOf(member: Member, chats: readonly Chat[]): Chat | undefined {
  for (const surface of TOLD_ON) {
    for (const identity of member.identities) {
      if (identity.surface !== surface) continue
      const chat = chats.find((one) => one.surface === surface && one.externalId === identity.chat)
      if (chat) return chat
    }
  }
  return undefined
}
