import { newId } from '../kit/ids.ts'
import type { Message } from '../message/message.ts'
import type { NewOutboxEntry, PostCard } from '../outbox/outbox.ts'
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
  /** Only in this chat: the others have it. */
  chatId?: string
}

const SUBJECT = 'post:'
const postSubject = (post: Pick<Post, 'id'>): string => `${SUBJECT}${post.id}`

/** Which post an entry of the outbox is about. */
export const postOfSubject = (subject: string | null): string | undefined =>
  subject?.startsWith(SUBJECT) ? subject.slice(SUBJECT.length) : undefined

/**
 * Brings the post's card up to date in every review channel and says the news, through the outbox: in the transaction of
 * what happened, sent afterwards. A post that has never been submitted has no card.
 */
export const announce = (
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'clock'>,
  post: Post,
  news: News = {},
): Promise<void> => announceAll(stores, bench, [{ post, news }])

/** The same for many posts, in one write. */
export async function announceAll(
  stores: WorkspaceStores,
  { clock }: Pick<Workbench, 'clock'>,
  all: readonly { post: Post; news?: News }[],
): Promise<void> {
  if (all.length === 0) return
  const chats = await stores.workspace.chats()
  const at = clock.now()
  const entries: NewOutboxEntry[] = []
  for (const { post, news = {} } of all) {
    const where = chats.filter(({ id }) => news.chatId === undefined || news.chatId === id)
    if (post.round > 0) for (const chat of where) entries.push(...entriesFor(chat, post, news, at))
    if (news.tell) entries.push(...(await entriesTo(stores, where, { ...news.tell, post }, at)))
  }
  await stores.outbox.add(...entries)
}

function entriesFor(chat: Chat, post: Post, { thread, results: said }: News, at: number): NewOutboxEntry[] {
  const { review, results } = chat.channels
  const entry = (
    channel: string,
    kind: NewOutboxEntry['kind'],
    message: NewOutboxEntry['message'],
  ): NewOutboxEntry => ({
    id: newId(at),
    chatId: chat.id,
    channel,
    memberId: null,
    subject: postSubject(post),
    kind,
    message,
    createdAt: at,
  })
  return [
    ...(review ? [entry(review, 'card', { type: 'post-card', postId: post.id })] : []),
    ...(review && thread ? [entry(review, 'reply', thread)] : []),
    ...(results && results !== review && said ? [entry(results, 'message', said)] : []),
  ]
}

/** Does it have a place where posts are talked of? */
export const hasChannels = ({ channels }: Chat): boolean => (channels.review ?? channels.results) !== null

/** The card as the post stands now; undefined where there is no such post any more. */
export async function drawCard(
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'platforms' | 'clock' | 'publicAddress'>,
  { postId }: PostCard,
): Promise<Message | undefined> {
  const post = await stores.posts.get(postId)
  return post && postCard(await sheetOf(stores, bench, post))
}

/** Sends a member a direct message on the surface they are likeliest to see. */
export async function tell(
  stores: WorkspaceStores,
  chats: readonly Chat[],
  memberId: string,
  said: Message,
  at: number,
): Promise<void> {
  await stores.outbox.add(...(await entriesTo(stores, chats, { memberId, message: said }, at)))
}

async function entriesTo(
  stores: WorkspaceStores,
  chats: readonly Chat[],
  { memberId, message, post }: { memberId: string; message: Message; post?: Post },
  at: number,
): Promise<NewOutboxEntry[]> {
  const member = await stores.workspace.member(memberId)
  const chat = member && chatOf(member, chats)
  if (!chat) return []
  return [
    {
      id: newId(at),
      chatId: chat.id,
      channel: null,
      memberId,
      subject: post ? postSubject(post) : null,
      kind: 'message',
      message,
      createdAt: at,
    },
  ]
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
