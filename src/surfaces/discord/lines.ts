import type { APIMessage, GatewayMessageCreateDispatchData } from 'discord.js'
import type { FrontDesk, Speaker } from '../../app/surface.ts'
import type { Log } from '../../kit/log.ts'
import type { Seen } from '../../kit/seen.ts'
import { UserError } from '../../kit/user-error.ts'
import { type Message, message, text } from '../../message/message.ts'
import type { Drawing } from './drawing.ts'
import { incomingFile, wordsIn } from './files.ts'
import type { KeptForms } from './kept-forms.ts'
import { cannotWriteDirectly, readyForm, sentDirectly, whichServer } from './sayings.ts'
import { loggable } from './send-error.ts'
import type { Sender } from './sender.ts'
import type { Speakers } from './speakers.ts'

/** Longer than this, a line does not fit where the person is asked to type it again. */
const QUOTED_LINE = 200

/** Reads what people type to Crier: a direct message, or a message that begins with its mention. */
export interface Lines {
  /** Never throws. */
  read(said: GatewayMessageCreateDispatchData, self: string): Promise<void>
}

export function createLines({
  desk,
  drawing,
  forms,
  log,
  seen,
  sender,
  speakers,
}: {
  desk: FrontDesk
  drawing: Drawing
  forms: KeptForms
  log: Log
  seen: Seen
  sender: Sender
  speakers: Speakers
}): Lines {
  async function answer(said: GatewayMessageCreateDispatchData, typed: string): Promise<void> {
    const direct = !said.guild_id
    const here = { channel: said.channel_id, message: said.id }
    const speaker = await speakers.ofMessage(said)
    if (!speaker) return sender.replyTo(here, await drawing.draw(whichServer(), { chat: '' }))

    const { line, files } = await withTextFile(typed, said)
    const answered = await desk.ask(speaker, {
      line,
      files,
      channel: said.channel_id,
      direct: !('guild_id' in said && said.guild_id),
    })
    const shown: Message =
      answered.type === 'form'
        ? readyForm(await forms.open(said.author.id, answered.form, { files }))
        : answered.message
    const forAll = answered.type === 'message' && answered.audience === 'channel'
    if (direct || forAll) {
      const { externalId: chat, name } = speaker.chat
      return sender.replyTo(here, await drawing.draw(shown, { chat, name, direct }))
    }
    await alone(speaker, shown, said, line)
  }

  /** In a channel nothing can be shown to one person alone, so what is for them goes to them. */
  async function alone(speaker: Speaker, shown: Message, said: APIMessage, line: string): Promise<void> {
    const chat = speaker.chat.externalId
    const here = { channel: said.channel_id, message: said.id }
    try {
      await sender.tell({ chat, person: speaker.person.externalId }, shown, { key: `answer ${said.id}` })
    } catch (error) {
      log.info({ err: loggable(error) }, 'a member takes no direct messages')
      return sender.replyTo(
        here,
        await drawing.draw(cannotWriteDirectly(line.slice(0, QUOTED_LINE)), { chat }),
      )
    }
    await sender.replyTo(here, await drawing.draw(sentDirectly(), { chat }))
  }

  return {
    async read(said, self) {
      const typed = lineIn(said, self)
      if (typed === undefined) return
      try {
        if (!(await seen.firstTime(`discord message ${said.id}`))) return
        await answer(said, typed)
      } catch (error) {
        if (!(error instanceof UserError))
          return log.error({ err: loggable(error) }, 'a typed line went unanswered')
        const words = message(text(error.message, error.wayOut ? ` ${error.wayOut}` : ''))
        await sender
          .replyTo(
            { channel: said.channel_id, message: said.id },
            await drawing.draw(words, { chat: said.guild_id ?? '' }),
          )
          .catch((failed: unknown) => log.error({ err: loggable(failed) }, 'a typed line went unanswered'))
      }
    },
  }
}

/** The line that somebody typed to Crier; undefined for everything else that is said in a server. */
function lineIn(
  { author, content, guild_id: guild, webhook_id: webhook }: GatewayMessageCreateDispatchData,
  self: string,
): string | undefined {
  if (author.bot || webhook !== undefined || author.id === self) return undefined
  const mention = new RegExp(`^\\s*<@!?${self}>\\s*`)
  if (mention.test(content)) return content.replace(mention, '').trim()
  return guild ? undefined : content.trim()
}

/**
 * A line that ends in a colon takes its text from an attached .txt file, and a message without words is its file: that
 * is what Discord makes of a text longer than it lets people type.
 */
async function withTextFile(typed: string, said: APIMessage) {
  const files = said.attachments.map(incomingFile)
  const words = files.find(({ isText }) => isText)
  if (!words || !(typed === '' || typed.endsWith(':'))) return { line: typed, files }
  const line = typed === '' ? (await wordsIn(words)).trim() : `${typed} ${await wordsIn(words)}`
  return { line, files: files.filter((file) => file !== words) }
}
