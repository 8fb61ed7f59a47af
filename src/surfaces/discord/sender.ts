import { createHash } from 'node:crypto'
import type { APIChannel, APIMessage, RawFile, REST } from 'discord.js'
import { ComponentType, Routes } from 'discord-api-types/v10'
import type { Place, Surface } from '../../app/surface.ts'
import type { Log } from '../../kit/log.ts'
import type { Message } from '../../message/message.ts'
import { plainBlock } from '../../message/plain-text.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Drawing } from './drawing.ts'
import { onOneLine, shortened } from './markdown.ts'
import { type DiscordMessage, renderAsWords } from './render.ts'
import { type Doing, isCode, loggable, toSendError } from './send-error.ts'

/** OpenAPI, MessageCreateRequest: `nonce`. */
const NONCE = 25
/** OpenAPI, CreateTextThreadWithMessageRequest: `name`. */
const THREAD_NAME = 100
/** Minutes without a word after which Discord folds a thread away (it opens again by itself): a week, the most. */
const THREAD_OPEN_FOR = 10080
const KEPT = 5000

export type Sender = Pick<Surface, 'send' | 'update' | 'tell'> & {
  /** Answers a typed message where it stands. */
  replyTo(to: { channel: string; message: string }, drawn: DiscordMessage): Promise<void>
}

/** Sends messages over REST. What Discord refuses becomes a SendError that says what to do. */
export function createSender({ drawing, rest, log }: { drawing: Drawing; rest: REST; log: Log }): Sender {
  const threads = new BoundedMap<string, string>(KEPT)
  const titles = new BoundedMap<string, string>(KEPT)
  const directChannels = new BoundedMap<string, string>(KEPT)

  async function post(
    channel: string,
    drawn: DiscordMessage,
    key: string,
    more: object = {},
  ): Promise<string> {
    const sent = await create(channel, { ...drawn.body, ...more }, drawn.files, key)
    return sent.id
  }

  const create = async (channel: string, body: object, files: RawFile[], key: string): Promise<APIMessage> =>
    (await rest.post(Routes.channelMessages(channel), {
      // With the same nonce Discord answers the message it has, so a try whose answer was lost is not sent twice.
      body: { ...body, nonce: nonceOf(key), enforce_nonce: true },
      files,
    })) as APIMessage

  /** A drawing that Discord refuses as malformed is our mistake; the words must arrive all the same. */
  async function postOrWords(
    channel: string,
    message: Message,
    drawn: DiscordMessage,
    key: string,
    more: object = {},
  ) {
    try {
      return await post(channel, drawn, key, more)
    } catch (error) {
      if (!isCode(error, 'invalidForm')) throw error
      log.error({ err: loggable(error) }, 'Discord refused a drawn message; its words are sent instead')
      const { files, ...body } = renderAsWords(message)
      return (await create(channel, { ...body, ...more }, files, `${key} in words`)).id
    }
  }

  async function sendInThread(
    to: Place,
    message: Message,
    drawn: DiscordMessage,
    key: string,
    card: string,
  ): Promise<string> {
    // A thread started on a message has the message's own id.
    const known = threads.get(card) ?? card
    try {
      return await postOrWords(known, message, drawn, key)
    } catch (error) {
      if (!isCode(error, 'unknownChannel')) throw error
    }
    const thread = await startThread(to, card, await titleOf(to, card))
    return thread === undefined
      ? postOrWords(to.channel, message, drawn, key, {
          message_reference: { message_id: card, fail_if_not_exists: false },
        })
      : postOrWords(thread, message, drawn, key)
  }

  /** What a card is about: its heading, also where it was sent before a restart. */
  async function titleOf({ channel }: Place, card: string): Promise<string> {
    const known = titles.get(card)
    if (known !== undefined) return known
    try {
      const sent = (await rest.get(Routes.channelMessage(channel, card))) as APIMessage
      return headingIn(sent) || WITHOUT_TITLE
    } catch (error) {
      log.debug({ err: loggable(error) }, 'a card could not be read for the name of its thread')
      return WITHOUT_TITLE
    }
  }

  /** Undefined where a channel has no threads (a direct message, a voice channel): then replies stand in the channel. */
  async function startThread(to: Place, card: string, name: string): Promise<string | undefined> {
    try {
      const thread = (await rest.post(Routes.threads(to.channel, card), {
        body: { name, auto_archive_duration: THREAD_OPEN_FOR },
      })) as APIChannel
      threads.set(card, thread.id)
      return thread.id
    } catch (error) {
      if (isCode(error, 'threadExists')) return card
      if (isCode(error, 'wrongChannelType')) return undefined
      throw toSendError(error, 'start a thread', { channel: to.channel })
    }
  }

  async function directChannel(person: string): Promise<string> {
    const known = directChannels.get(person)
    if (known !== undefined) return known
    const channel = (await rest.post(Routes.userChannels(), { body: { recipient_id: person } })) as APIChannel
    directChannels.set(person, channel.id)
    return channel.id
  }

  const told = async <Result>(
    doing: Doing,
    about: { channel?: string; files?: boolean },
    act: () => Promise<Result>,
  ) => {
    try {
      return await act()
    } catch (error) {
      throw toSendError(error, doing, about)
    }
  }

  return {
    async send(to, message, { key, thread }) {
      const drawn = await drawing.draw(message, { chat: to.chat })
      return told('send', { channel: to.channel, files: drawn.files.length > 0 }, async () => {
        if (thread !== undefined) return sendInThread(to, message, drawn, key, thread)
        const id = await postOrWords(to.channel, message, drawn, key)
        titles.set(id, titleIn(message))
        return id
      })
    },

    async update(to, remoteId, message) {
      const { body, files } = await drawing.draw(message, { chat: to.chat })
      await told('update', { channel: to.channel, files: files.length > 0 }, async () => {
        const path = (channel: string) => Routes.channelMessage(channel, remoteId)
        // Pictures that the new drawing does not name are taken off.
        const change = { body: { ...body, attachments: body.attachments ?? [] }, files }
        await rest.patch(path(to.channel), change)
      })
    },

    async tell({ chat, person }, message, { key }) {
      const drawn = await drawing.draw(message, { chat, direct: true })
      await told('tell', {}, async () => postOrWords(await directChannel(person), message, drawn, key))
    },

    async replyTo({ channel, message }, drawn) {
      await told('send', { channel }, () =>
        post(channel, drawn, `reply ${message}`, {
          allowed_mentions: { parse: [], replied_user: false },
          message_reference: { message_id: message, fail_if_not_exists: false },
        }),
      )
    },
  }
}

const nonceOf = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, NONCE)

const WITHOUT_TITLE = 'What followed'

function titleIn({ blocks }: Message): string {
  const heading = blocks.find(({ type }) => type === 'heading')
  return shortened(onOneLine(heading ? plainBlock(heading) : '') || WITHOUT_TITLE, THREAD_NAME)
}

/** The heading as `renderMessage` drew it, without its marks. */
function headingIn({ components = [] }: APIMessage): string {
  const inside = components.flatMap((one) => (one.type === ComponentType.Container ? one.components : [one]))
  const drawn = inside.find((one) => one.type === ComponentType.TextDisplay)?.content ?? ''
  const [line = ''] = drawn.split('\n')
  return shortened(onOneLine(line.replace(/^### /, '').replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')), THREAD_NAME)
}
