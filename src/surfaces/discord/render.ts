import type { APIComponentInContainer, APIMessageTopLevelComponent, RawFile } from 'discord.js'
import type { Message } from '../../message/message.ts'
import { plainText } from '../../message/plain-text.ts'
import { Copies, drawPart } from './controls.ts'
import { drawTexts, fitted } from './fit.ts'
import { CUT, cutToFit, escapeKeepingLinks, type Mentions } from './markdown.ts'
import { CONTENT } from './message-limits.ts'
import { toParts } from './parts.ts'
import { collectPictures, type Picture } from './pictures.ts'

/** Discord's own numbers (discord-api-types), so that drawing a message needs none of its library's code. */
const TEXT = 10
const FILE = 13
const CONTAINER = 17
const COMPONENTS_V2 = 1 << 15

/** The whole message in words, attached where Discord's limits leave something out. */
const COMPLETE = 'complete.txt'

/** What is sent: a JSON body and the files that it speaks of. */
export interface DiscordMessage {
  body: {
    flags: number
    components: APIMessageTopLevelComponent[]
    allowed_mentions: { parse: [] }
    attachments?: { id: string; filename: string; description?: string }[]
  }
  files: RawFile[]
}

export interface RenderOptions {
  /** The bytes of kept media, by media id; what is absent is said to be missing. */
  pictures?: ReadonlyMap<string, Picture>
  mentions?: Mentions
  /** The guild that a direct message is about: its buttons carry it. */
  chat?: string
}

/**
 * Draws a message for Discord in Components v2, which keep the blocks' order and put buttons where they belong. What
 * Discord's limits do not let through is shortened with a visible sign, and the whole is attached as a text file.
 */
export function renderMessage(message: Message, options: RenderOptions = {}): DiscordMessage {
  const album = collectPictures(message, options.pictures ?? new Map())
  const parts = fitted(toParts(message, album, options.mentions ?? new Map()))
  const drawn = drawTexts(parts.kept, SHORTENED.length)
  const complete = drawn.cut || parts.left || album.cut

  const ids = new Copies()
  const inside = parts.kept.flatMap((part): APIComponentInContainer[] => {
    if (part.kind !== 'text') return drawPart(part, ids, options.chat)
    const content = drawn.texts.get(part) ?? ''
    return content.trim() === '' ? [] : [{ type: TEXT, content }]
  })
  if (inside.length === 0) inside.push({ type: TEXT, content: '-# (nothing to show)' })

  const files = [...album.files]
  if (complete) {
    inside.push({ type: TEXT, content: SHORTENED }, { type: FILE, file: { url: `attachment://${COMPLETE}` } })
    files.push({
      file: {
        name: COMPLETE,
        data: Buffer.from(plainText(message)),
        contentType: 'text/plain; charset=utf-8',
      },
    })
  }

  return {
    body: {
      flags: COMPONENTS_V2,
      components: isCard(message) ? [{ type: CONTAINER, components: inside }] : inside,
      allowed_mentions: { parse: [] },
      ...(files.length > 0 && {
        attachments: files.map(({ file, description }, index) => ({
          id: String(index),
          filename: file.name,
          ...(description !== undefined && { description }),
        })),
      }),
    },
    files: files.map(({ file }) => file),
  }
}

/** The same in a plain message's words, for when Discord refuses the drawing: never nothing. */
export function renderAsWords(message: Message): {
  content: string
  allowed_mentions: { parse: [] }
  files: RawFile[]
} {
  const words = plainText(message)
  const content = escapeKeepingLinks(words)
  const fits = content.length <= CONTENT
  return {
    content: fits
      ? content.trim() === ''
        ? '\\-'
        : content
      : `${cutToFit(words, CONTENT - SHORTENED.length - 2, escapeKeepingLinks)}${CUT}\n${SHORTENED}`,
    allowed_mentions: { parse: [] },
    files: fits
      ? []
      : [{ name: COMPLETE, data: Buffer.from(words), contentType: 'text/plain; charset=utf-8' }],
  }
}

const SHORTENED = `-# Shortened to fit. Everything is in the attached ${COMPLETE}.`

/** A card has a frame of its own; a single sentence needs none. */
const isCard = (message: Message): boolean =>
  message.blocks.some(({ type }) => type === 'heading' || type === 'facts' || type === 'quote')
