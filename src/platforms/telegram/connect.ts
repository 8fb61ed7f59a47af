import { z } from 'zod'
import { UserError } from '../../kit/user-error.ts'
import type { ConnectIo } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'

const Bot = z.object({ id: z.number(), username: z.string().optional() })
const Chat = z.object({
  id: z.number(),
  type: z.enum(['private', 'group', 'supergroup', 'channel']),
  title: z.string().optional(),
  username: z.string().optional(),
})
const Member = z.object({
  status: z.string(),
  can_post_messages: z.boolean().optional(),
  can_send_messages: z.boolean().optional(),
})

interface Channel {
  id: string
  title: string
  username: string | undefined
  kind: 'group' | 'supergroup' | 'channel'
}

/** Tries a bot's token and its right to post in a channel. @throws UserError on `token` or `channel` */
export async function findChannel(token: string, typed: string, io: ConnectIo): Promise<Channel> {
  if (!/^\d+:[\w-]+$/.test(token)) {
    throw new UserError('This is not a bot token.', {
      field: 'token',
      wayOut: 'It is a number, a colon and some 35 letters; @BotFather shows it after /token.',
    })
  }
  const bot = await ask('getMe', {}, Bot, token, io, (refused) => {
    return new UserError('Telegram does not know this bot token.', {
      field: 'token',
      wayOut: 'Copy it again from @BotFather, or make a new one there with /revoke.',
      cause: refused,
    })
  })
  const name = bot.username ? `@${bot.username}` : 'The bot'
  const chatId = channelTyped(typed)
  const notFound = (refused?: PublishError): UserError =>
    new UserError(`${name} can’t see a channel called ${typed}.`, {
      field: 'channel',
      wayOut: 'Check the name, and add the bot to the channel as an administrator first.',
      cause: refused,
    })
  const chat = await ask('getChat', { chat_id: chatId }, Chat, token, io, notFound)
  if (chat.type === 'private') {
    throw new UserError('This is a person, not a channel.', {
      field: 'channel',
      wayOut: 'Name a channel or a group of which the bot is an administrator.',
    })
  }
  const member = await ask(
    'getChatMember',
    { chat_id: chat.id, user_id: bot.id },
    Member,
    token,
    io,
    notFound,
  )
  if (!mayPost(member, chat.type)) {
    throw new UserError(`${name} may not post in ${chat.title ?? typed}.`, {
      field: 'channel',
      wayOut: 'In the channel, under Administrators, add the bot and allow it to post messages.',
    })
  }
  return {
    id: String(chat.id),
    title: chat.title ?? typed,
    username: chat.username,
    kind: chat.type,
  }
}

/** https://core.telegram.org/bots/api#chatmember: in a channel only administrators write; in a group every member may. */
function mayPost(member: z.infer<typeof Member>, kind: Channel['kind']): boolean {
  if (member.status === 'creator') return true
  if (member.status === 'administrator') return kind !== 'channel' || member.can_post_messages === true
  if (kind === 'channel') return false
  return member.status === 'member' || (member.status === 'restricted' && member.can_send_messages === true)
}

/** A channel as people write it: `@acme`, `acme`, `https://t.me/acme`, `-1001234567890`. @throws UserError */
function channelTyped(typed: string): string {
  if (/^-?\d+$/.test(typed)) return typed
  const name = /^(?:https?:\/\/)?(?:t\.me\/|telegram\.me\/|@)?([a-z]\w{3,31})\/?$/i.exec(typed)?.[1]
  if (name !== undefined) return `@${name}`
  throw new UserError(`“${typed}” is not the name of a channel.`, {
    field: 'channel',
    wayOut: 'Write it like @acme; a channel without a name has a number, which begins with -100.',
  })
}

async function ask<Result>(
  method: string,
  json: Record<string, unknown>,
  result: z.ZodType<Result>,
  token: string,
  io: ConnectIo,
  inWords: (refused: PublishError) => UserError,
): Promise<Result> {
  try {
    const { data } = await io.http.send({
      phase: 'connect',
      name: method,
      url: `${io.apiUrl}/bot${token}/${method}`,
      secrets: [token],
      body: { json },
      answer: z.object({ ok: z.literal(true), result }),
      signal: io.signal,
    })
    return data.result
  } catch (refused) {
    if (!(refused instanceof PublishError) || refused.next.do === 'retry') throw refused
    throw inWords(refused)
  }
}
