import type { FrontDesk, Speaker } from '../../app/surface.ts'
import type { Message } from '../../message/message.ts'
import { spansIn } from '../../message/spans-in.ts'
import { BoundedMap } from './bounded-map.ts'
import type { Picture } from './pictures.ts'
import { type DiscordMessage, renderMessage } from './render.ts'

/** Draws messages with what only the front desk knows: pictures' bytes, and who a member is here. */
export interface Drawing {
  /**
   * @param to the server the message belongs to
   * @param direct is it a direct message? Then members are shown as Discord's own pills and buttons carry the server
   */
  draw(message: Message, to: { chat: string; name?: string; direct?: boolean }): Promise<DiscordMessage>
  /** What a button asks before its line is said, as far as it was drawn since the start. */
  question(line: string): string | undefined
}

const QUESTIONS = 2000

export function createDrawing(desk: FrontDesk): Drawing {
  const questions = new BoundedMap<string, string>(QUESTIONS)

  async function picturesIn(
    message: Message,
    from: Pick<Speaker, 'surface' | 'chat'>,
  ): Promise<Map<string, Picture>> {
    const ids = message.blocks.flatMap((block) =>
      block.type === 'image' && 'mediaId' in block.image ? [block.image.mediaId] : [],
    )
    const found = await Promise.all(
      [...new Set(ids)].map(async (id) => [id, await desk.image(from, id)] as const),
    )
    return new Map(found.flatMap(([id, picture]) => (picture ? [[id, picture] as const] : [])))
  }

  async function mentionsIn(message: Message, chat: string): Promise<Map<string, string>> {
    const ids = spansIn(message).flatMap((span) => (span.type === 'member' ? [span.id] : []))
    const found = await Promise.all(
      [...new Set(ids)].map(async (id) => [id, await desk.identity('discord', chat, id)] as const),
    )
    return new Map(
      found.flatMap(([id, identity]) => (identity === undefined ? [] : [[id, identity] as const])),
    )
  }

  return {
    async draw(message, { chat, name = chat, direct = false }) {
      for (const block of message.blocks) {
        if (block.type !== 'buttons') continue
        for (const { line, confirm } of block.buttons) if (confirm !== undefined) questions.set(line, confirm)
      }
      const [pictures, mentions] = await Promise.all([
        picturesIn(message, { surface: 'discord', chat: { externalId: chat, name } }),
        direct ? mentionsIn(message, chat) : new Map<string, string>(),
      ])
      return renderMessage(message, { pictures, mentions, ...(direct && { chat }) })
    },
    question: (line) => questions.get(line),
  }
}
