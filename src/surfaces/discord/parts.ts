import type { APIMediaGalleryItem } from 'discord.js'
import type { Button, ImageSource, Message } from '../../message/message.ts'
import { carries, ownId } from './custom-id.ts'
import {
  CUT,
  cutToFit,
  type Drawn,
  drawSpans,
  escapeKeepingLinks,
  escapeMarkdown,
  type Mentions,
  onOneLine,
  shortened,
} from './markdown.ts'
import { GALLERY_ITEMS, PICTURE_DESCRIPTION, PLACEHOLDER, SELECT_OPTIONS } from './message-limits.ts'
import type { Album } from './pictures.ts'

/** What stands in a message: each knows how many components it costs. */
export type Part =
  | { kind: 'text'; length: number; draw(max: number): Drawn }
  | { kind: 'divider' }
  | { kind: 'gallery'; items: APIMediaGalleryItem[] }
  | { kind: 'buttons'; buttons: Button[] }
  | { kind: 'select'; placeholder: string; options: Choice[] }

export interface Choice {
  label: string
  line: string
  confirm?: boolean
  description?: string
}

export type TextPart = Extract<Part, { kind: 'text' }>
export type Control = Extract<Part, { kind: 'buttons' | 'select' }>

/** The blocks of a message as the parts of Discord's, in their order, before anything is made to fit. */
export function toParts(message: Message, album: Album, mentions: Mentions): Part[] {
  const parts: Part[] = []
  for (const block of message.blocks) {
    switch (block.type) {
      case 'heading':
        parts.push(
          wordsPart(onOneLine(block.text), (text) => (text === '' ? '' : `### ${escapeMarkdown(text)}`)),
        )
        break
      case 'text':
        parts.push(spansPart((max) => drawSpans(block.spans, max, mentions)))
        break
      case 'note':
        parts.push(
          spansPart((max) => {
            // Each line that is added costs its own mark: room for them is taken off first.
            const roomy = drawSpans(block.spans, max, mentions)
            const marks = 3 * roomy.text.split('\n').length
            const { text, cut } = drawSpans(block.spans, Math.max(CUT.length, max - marks), mentions)
            return { text: eachLine(text, '-# '), cut }
          }),
        )
        break
      case 'quote':
        if (block.caption)
          parts.push(wordsPart(onOneLine(block.caption), (text) => `-# ${escapeMarkdown(text)}`))
        // `>>>` quotes all that follows in its text: whatever somebody wrote, it cannot end the quote.
        parts.push(
          wordsPart(
            block.text,
            (text) => `>>> ${text.trim() === '' ? '*(empty)*' : escapeKeepingLinks(text)}`,
          ),
        )
        break
      case 'facts':
        parts.push(
          linesPart(
            block.facts.map(({ label, value }) => (max) => {
              const name = `**${escapeMarkdown(shortened(onOneLine(label), 100))}**: `
              const { text, cut } = drawSpans(value, Math.max(CUT.length, max - name.length), mentions)
              return { text: name + text, cut: cut || onOneLine(label).length > 100 }
            }),
          ),
        )
        break
      case 'list':
        parts.push(
          linesPart(
            block.items.map((item, index) => (max) => {
              const bullet = block.ordered ? `${index + 1}. ` : '- '
              const roomy = drawSpans(item, max, mentions)
              const indent = ' '.repeat(bullet.length)
              const marks = bullet.length + indent.length * (roomy.text.split('\n').length - 1)
              const { text, cut } = drawSpans(item, Math.max(CUT.length, max - marks), mentions)
              return { text: bullet + text.replaceAll('\n', `\n${indent}`), cut }
            }),
          ),
        )
        break
      case 'image':
        parts.push(...pictureParts(block, album, parts.at(-1)))
        break
      case 'divider':
        parts.push({ kind: 'divider' })
        break
      case 'buttons': {
        parts.push(...uncarried(block.buttons))
        const carried = block.buttons.filter(({ line }) => carries(line))
        if (carried.length > 0) parts.push({ kind: 'buttons', buttons: carried })
        break
      }
      case 'select': {
        parts.push(...uncarried(block.options))
        const choices = block.options.filter(({ line }) => carries(line))
        parts.push(...selects(block.placeholder, choices))
        break
      }
      default:
        throw new TypeError(`No such block: ${JSON.stringify(block satisfies never)}`)
    }
  }
  return parts.filter((part) => part.kind !== 'text' || part.length > 0)
}

const spansPart = (draw: (max: number) => Drawn): TextPart => ({
  kind: 'text',
  length: draw(Number.MAX_SAFE_INTEGER).text.length,
  draw,
})

const wordsPart = (said: string, draw: (part: string) => string): TextPart => {
  const whole = draw(said)
  return {
    kind: 'text',
    length: said === '' ? whole.length : Math.max(1, whole.length),
    draw: (max) =>
      whole.length <= max
        ? { text: whole, cut: false }
        : { text: cutToFit(said, max - CUT.length, draw) + CUT, cut: true },
  }
}

/** Lines of their own: each is shortened alone where all have little room, and the last ones are left out with a sign. */
const linesPart = (lines: ((max: number) => Drawn)[]): TextPart =>
  spansPart((max) => {
    const whole = lines.map((draw) => draw(Number.MAX_SAFE_INTEGER))
    const length = whole.reduce((sum, { text }) => sum + text.length + 1, -1)
    if (length <= max)
      return { text: whole.map(({ text }) => text).join('\n'), cut: whole.some(({ cut }) => cut) }

    const shown: string[] = []
    let left = max - MORE
    const each = Math.max(LEAST_LINE, Math.floor(left / lines.length) - 1)
    for (const draw of lines) {
      const { text } = draw(Math.min(each, left - 1))
      if (left - 1 < LEAST_LINE || text.length + 1 > left) break
      shown.push(text)
      left -= text.length + 1
    }
    const missing = lines.length - shown.length
    if (missing > 0) shown.push(`${CUT} and ${missing} more`)
    return { text: shown.join('\n'), cut: true }
  })

/** Room for "… and 1234567 more". */
const MORE = 24
const LEAST_LINE = 40

const eachLine = (text: string, mark: string): string =>
  text
    .split('\n')
    .map((line) => (line.trim() === '' ? line : mark + line))
    .join('\n')

/** Buttons whose line no id can carry are said in words: nothing is offered that would not work. */
const uncarried = (buttons: readonly { label: string; line: string }[]): Part[] =>
  buttons
    .filter(({ line }) => !carries(line))
    .map(({ label, line }) => wordsPart(`${label}: ${line}`, (text) => escapeMarkdown(onOneLine(text))))

/** Menus of at most as many options as Discord lists. */
export function selects(placeholder: string, options: Choice[]): Control[] {
  const chunks = Math.ceil(options.length / SELECT_OPTIONS)
  return Array.from({ length: chunks }, (_, index) => ({
    kind: 'select',
    placeholder:
      chunks > 1
        ? `${shortened(onOneLine(placeholder), PLACEHOLDER - 10)} (${index + 1}/${chunks})`
        : placeholder,
    options: options.slice(index * SELECT_OPTIONS, (index + 1) * SELECT_OPTIONS),
  }))
}

/** A button as an option of a menu, which says the line beside the label: rows of equal labels stay distinct. */
export const asChoice = ({ label, line, confirm }: Button): Choice => ({
  label,
  line,
  confirm: confirm !== undefined,
  ...(line.startsWith(ownId()) ? {} : { description: line }),
})

function pictureParts(
  block: { image: ImageSource; alt: string; title?: string },
  album: Album,
  before: Part | undefined,
): Part[] {
  const found = album.names.get(block.image)
  if (!found || 'missing' in found) {
    const why = found?.missing ?? 'is no longer kept'
    return [
      wordsPart(
        `The picture ${why}: ${onOneLine(block.alt) || 'without a description'}`,
        (text) => `-# ${escapeMarkdown(text)}`,
      ),
    ]
  }
  const alt = onOneLine(block.alt)
  const item: APIMediaGalleryItem = {
    media: { url: `attachment://${found.name}` },
    ...(alt !== '' && { description: shortened(alt, PICTURE_DESCRIPTION) }),
  }
  if (block.title) {
    return [
      wordsPart(onOneLine(block.title), (text) => `-# ${escapeMarkdown(text)}`),
      { kind: 'gallery', items: [item] },
    ]
  }
  if (before?.kind === 'gallery' && before.items.length < GALLERY_ITEMS) {
    before.items.push(item)
    return []
  }
  return [{ kind: 'gallery', items: [item] }]
}
