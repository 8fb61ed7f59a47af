import { z } from 'zod'
import { MINUTE, SECOND } from '../kit/clock.ts'
import type { FormValues } from '../message/form.ts'
import { checkLength, checkMedia, error } from './contract/media.ts'
import { FIT_OPTION } from './contract/options.ts'
import {
  type Connected,
  type ConnectIo,
  type Draft,
  definePlatform,
  type Finding,
  type Io,
  type MediaRules,
  type Published,
} from './contract/platform.ts'
import { checkPoll, POLL_FIELD, pollAnswers } from './contract/poll.ts'
import { PublishError } from './contract/publish-error.ts'
import type { ReadRefusal } from './contract/refusal.ts'
import { type Entity, entitiesOf, HASHTAG, spansWith } from './contract/text.ts'
import { afterSeconds } from './contract/wait.ts'
import { findChannel } from './telegram/connect.ts'
import { requestOf, textOf } from './telegram/message.ts'

const Credentials = z.object({ token: z.string().min(1), chatId: z.string().min(1) })
type Credentials = z.infer<typeof Credentials>

const Message = z.object({
  message_id: z.number().int(),
  chat: z.object({ id: z.number(), username: z.string().optional() }),
})
const Sent = z.object({
  ok: z.literal(true),
  result: z.union([Message.transform((one) => [one]), z.array(Message).min(1)]),
})
const Refused = z.object({
  description: z.string().optional(),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() })
    .optional(),
})

/** https://core.telegram.org/bots/api#sendmessage, in UTF-16 code units, which is the stricter way to count. */
const CHARACTERS = 4096
/** https://core.telegram.org/bots/api#sendphoto */
const CAPTION = 1024
const PHOTO_SIDES = 10_000
const PHOTO_RATIO = 20
const MEDIA: MediaRules = {
  images: {
    max: 10,
    types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
    maxBytes: 10_000_000,
    aspect: { min: 1 / PHOTO_RATIO, max: PHOTO_RATIO },
    maxSides: PHOTO_SIDES,
  },
  videos: { max: 10, types: ['video/mp4', 'video/quicktime'], maxBytes: 50_000_000 },
  documents: { max: 10, types: ['application/pdf'], maxBytes: 50_000_000 },
  together: 10,
}
/** https://core.telegram.org/bots/api#sendpoll */
const POLL = { min: 2, max: 12, characters: 100 }
const QUESTION = 300

const MENTION = /(?<![\p{L}\p{N}_/@.])@([a-z][a-z0-9_]{3,31})/giu

/** Nothing but a person's hand at the channel mends these: the bot was taken out, or its right to post. */
const NOT_ALLOWED =
  /chat not found|bot was kicked|not enough rights|have no rights|need administrator rights|CHAT_WRITE_FORBIDDEN/i

const refusal: ReadRefusal = ({ status, body, now }) => {
  const { description = '', parameters } = Refused.safeParse(body).data ?? {}
  const after = afterSeconds(parameters?.retry_after, now)
  if (status === 429 && after !== undefined) return { next: { do: 'retry', after } }
  // An address with a token that never was one is "Not Found".
  if (status === 401 || status === 404) return { next: { do: 'reconnect' } }
  if (status === 403 || (status === 400 && NOT_ALLOWED.test(description))) {
    return {
      next: { do: 'reconnect' },
      message: `The bot may not write in this chat any more (${description || `HTTP ${status}`}); make it an administrator again`,
    }
  }
  return undefined
}

/**
 * Publishes to channels and groups by a bot. The token is part of every address, so each call names it as a secret.
 * Nothing is sent as mark-up: what the team marked becomes entities, so nothing needs escaping and nothing breaks.
 */
export default definePlatform<Credentials>({
  name: 'telegram',
  label: 'Telegram',
  apiUrl: 'https://api.telegram.org',
  text: { limit: () => CHARACTERS, count: (text) => text.length, unit: 'characters' },
  media: MEDIA,
  postTypes: ['text', 'link', 'images', 'video', 'album', 'document', 'poll'],
  options: [
    FIT_OPTION,
    {
      kind: 'choice',
      name: 'formatting',
      label: 'Formatting',
      hint: '**bold**, __italic__, ~~struck~~, ||hidden||, `code` and [words](https://…)',
      required: false,
      options: [
        { label: 'The text as it is', value: 'plain' },
        { label: 'Marks become formatting', value: 'marks' },
      ],
    },
    {
      kind: 'choice',
      name: 'linkPreview',
      label: 'Link preview',
      required: false,
      options: [
        { label: 'Shown', value: 'shown' },
        { label: 'Hidden', value: 'hidden' },
      ],
    },
    {
      kind: 'choice',
      name: 'notification',
      label: 'Notification',
      required: false,
      options: [
        { label: 'With a sound', value: 'sound' },
        { label: 'Silent', value: 'silent' },
      ],
    },
    POLL_FIELD,
  ],
  rates: {
    account: [
      { posts: 1, per: SECOND },
      { posts: 20, per: MINUTE },
    ],
    source: 'https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this',
  },
  refusal,
  setUp: {
    operator:
      'Nothing: each team makes a bot with @BotFather and makes it an administrator of its channel. There is no review. Bots are not told how often a post was seen.',
    source: 'https://core.telegram.org/bots/features#botfather',
  },

  connect: [
    {
      by: 'form',
      label: 'Bot token',
      fields: [
        {
          kind: 'secret',
          name: 'token',
          label: 'Bot token',
          hint: 'From @BotFather on Telegram: /newbot, or /token for a bot that exists',
          required: true,
        },
        {
          kind: 'text',
          name: 'channel',
          label: 'Channel',
          hint: 'The bot has to be one of its administrators, with the right to post',
          placeholder: '@acme',
          required: true,
        },
      ],
      open: openChannel,
    },
  ],
  credentials: Credentials,

  check({ text, media, options }) {
    const answers = pollAnswers(options.poll)
    const said = textOf({ text, options }).text
    if (answers.length > 0) {
      return [
        ...checkLength('a poll on Telegram', said.length, QUESTION, 'characters'),
        ...checkPoll('Telegram', answers, POLL),
        ...(said.trim() === '' ? [error('A poll needs a text, which is its question')] : []),
        ...(media.length > 0
          ? [error('A poll on Telegram has no files; send them in a post of their own')]
          : []),
      ]
    }
    const [place, limit] =
      media.length > 0 ? (['a caption on Telegram', CAPTION] as const) : (['Telegram', CHARACTERS] as const)
    const findings: Finding[] = [
      ...checkLength(place, said.length, limit, 'characters'),
      ...checkMedia('Telegram', media, MEDIA),
      ...media.flatMap(checkPhoto),
    ]
    if (media.length > 1 && media.some(({ type }) => type === 'image/gif')) {
      findings.push(error('An animated image (GIF) goes alone on Telegram, not in an album'))
    }
    if (said.trim() === '' && media.length === 0)
      findings.push(error('A message on Telegram needs a text or a file'))
    return findings
  },

  face: () => ({ accent: '#2481cc', text: 'below', single: { min: 1 / 2, max: 3 }, several: 'mosaic' }),
  show: (text) =>
    spansWith(text, entitiesOf(text, { bareLinks: true, mention: MENTION, hashtag: HASHTAG }), hrefOf),

  async commit(publication, io, progress) {
    const moved = progress.get<string>(CHAT)
    const { method, body } = await requestOf(publication, moved ?? io.credentials.chatId)
    let movedTo: number | undefined
    try {
      const { data } = await io.http.send({
        phase: 'commit',
        name: method,
        ...methodOf(io, method),
        body,
        answer: Sent,
        refusal(answer) {
          movedTo = Refused.safeParse(answer.body).data?.parameters?.migrate_to_chat_id
          return movedTo === undefined ? refusal(answer) : { next: { do: 'retry' } }
        },
      })
      return published(data.result, io)
    } catch (refused) {
      // A group that grew into a supergroup has a new id, which the next try uses. Nothing was posted.
      if (movedTo !== undefined) await progress.keep(CHAT, String(movedTo))
      throw refused
    }
  },

  look: {
    says: 'a bot can’t read what it posted, so a person has to look in the channel',
    repeatableFor: 0,
    trustAfter: 0,
  },

  async remove({ facts, remoteId }, io) {
    const { chatId, messageIds } = Location.parse(facts ?? { messageIds: [Number(remoteId)] })
    for (const message_id of messageIds) {
      await io.http.find({
        phase: 'prepare',
        name: 'deleteMessage',
        ...methodOf(io, 'deleteMessage'),
        body: { json: { chat_id: chatId ?? io.credentials.chatId, message_id } },
        absent: ({ body }) =>
          /message to delete not found/i.test(Refused.safeParse(body).data?.description ?? ''),
      })
    }
  },
})

/** Where a post is: an album is several messages. */
const Location = z.object({ chatId: z.string().optional(), messageIds: z.array(z.number()) })
const CHAT = 'chat'

async function openChannel(values: FormValues, io: ConnectIo): Promise<Connected<Credentials>> {
  const typed = (name: string): string => (typeof values[name] === 'string' ? values[name].trim() : '')
  const token = typed('token')
  const { id, title, username, kind } = await findChannel(token, typed('channel'), io)
  return {
    externalId: id,
    handle: username ? `@${username}` : title,
    credentials: { token, chatId: id },
    facts: { kind, title, ...(username ? { username } : {}) },
  }
}

const methodOf = (io: Io<Credentials>, method: string) => ({
  url: `${io.apiUrl}/bot${io.credentials.token}/${method}`,
  secrets: [io.credentials.token],
  signal: io.signal,
})

function published(messages: z.infer<typeof Message>[], io: Io<Credentials>): Published {
  const [first] = messages
  if (!first) {
    throw new PublishError('telegram', { do: 'check' }, 'Telegram did not say which message it posted')
  }
  const { message_id, chat } = first
  const username = chat.username ?? io.account.facts.username
  const chatId = String(chat.id)
  // Channels without a name of their own have addresses that open for their members.
  const place = typeof username === 'string' ? username : /^-100(\d+)$/.exec(chatId)?.[1]
  const address = typeof username === 'string' ? place : `c/${place}`
  return {
    remoteId: String(message_id),
    url: place === undefined ? null : `https://t.me/${address}/${message_id}`,
    facts: { chatId, messageIds: messages.map((message) => message.message_id) },
  }
}

function checkPhoto({ type, width, height, filename }: Draft['media'][number]): Finding[] {
  if (!type.startsWith('image/') || type === 'image/gif' || !width || !height) return []
  const findings: Finding[] = []
  if (width + height > PHOTO_SIDES) {
    findings.push(
      error(
        `${filename} is ${width} by ${height}; on Telegram both together may be ${PHOTO_SIDES.toLocaleString('en-US')}`,
      ),
    )
  }
  if (Math.max(width / height, height / width) > PHOTO_RATIO) {
    findings.push(
      error(`${filename} is more than ${PHOTO_RATIO} times as long as wide, which Telegram does not take`),
    )
  }
  return findings
}

function hrefOf({ kind, value }: Entity): string | undefined {
  if (kind === 'link') return value
  return kind === 'mention' ? `https://t.me/${value}` : undefined
}
