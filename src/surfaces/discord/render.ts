import type {
  APIActionRowComponent,
  APIButtonComponentWithCustomId,
  APIComponentInContainer,
  APIMediaGalleryItem,
  APIMessageTopLevelComponent,
  APIStringSelectComponent,
  RawFile,
} from 'discord.js'
import type { Button, ImageSource, Message } from '../../message/message.ts'
import { plainText } from '../../message/plain-text.ts'
import { carries, lineToId, ownId } from './custom-id.ts'
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

/** All text of a message in Components v2 together. Common knowledge; OpenAPI bounds one text alone by the same 4,000. */
export const TEXT_IN_ALL = 4000
/** Components of a message, those inside others counted: discord-api-docs, "Components reference". */
export const COMPONENTS = 40
/** discord-api-docs, "Component reference": buttons in a row; OpenAPI: `label`. */
export const BUTTONS_IN_ROW = 5
export const BUTTON_LABEL = 80
/** OpenAPI, StringSelectComponentForMessageRequest and StringSelectOptionForRequest. */
export const SELECT_OPTIONS = 25
export const OPTION_LABEL = 100
export const PLACEHOLDER = 150
/** OpenAPI, MediaGalleryComponentForMessageRequest and MediaGalleryItemRequest. */
export const GALLERY_ITEMS = 10
export const PICTURE_DESCRIPTION = 1024
/** OpenAPI, `attachments`; discord-api-docs, "Uploading files". */
export const FILES = 10
export const FILE_BYTES = 10 * 1024 * 1024
export const REQUEST_BYTES = 24 * 1024 * 1024
/** OpenAPI, IncomingWebhookInteractionRequest: `content`, used only where components were refused. */
export const CONTENT = 2000

/** Discord's own numbers (discord-api-types), so that drawing a message needs none of its library's code. */
const ROW = 1
const BUTTON = 2
const SELECT = 3
const TEXT = 10
const GALLERY = 12
const FILE = 13
const SEPARATOR = 14
const CONTAINER = 17
const COMPONENTS_V2 = 1 << 15
const STYLES = { primary: 1, secondary: 2, danger: 4 } as const

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

export interface Picture {
  bytes: Uint8Array
  /** MIME type. */
  type: string
}

/**
 * Draws a message for Discord in Components v2, which keep the blocks' order and put buttons where they belong. What
 * Discord's limits do not let through is shortened with a visible sign, and the whole is attached as a text file.
 */
export function renderMessage(message: Message, options: RenderOptions = {}): DiscordMessage {
  const album = collectPictures(message, options.pictures ?? new Map())
  const parts = fitted(toParts(message, album, options))
  const drawn = drawTexts(parts.kept)
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
      ? content || '\\-'
      : `${cutToFit(words, CONTENT - SHORTENED.length - 2, escapeKeepingLinks)}${CUT}\n${SHORTENED}`,
    allowed_mentions: { parse: [] },
    files: fits
      ? []
      : [{ name: COMPLETE, data: Buffer.from(words), contentType: 'text/plain; charset=utf-8' }],
  }
}

const SHORTENED = `-# Shortened to fit. Everything is in the attached ${COMPLETE}.`

/** What stands in a message: each knows how many components it costs. */
type Part =
  | { kind: 'text'; length: number; draw(max: number): Drawn }
  | { kind: 'divider' }
  | { kind: 'gallery'; items: APIMediaGalleryItem[] }
  | { kind: 'buttons'; buttons: Button[] }
  | { kind: 'select'; placeholder: string; options: Choice[] }

interface Choice {
  label: string
  line: string
  confirm?: boolean
  description?: string
}

type TextPart = Extract<Part, { kind: 'text' }>
type Control = Extract<Part, { kind: 'buttons' | 'select' }>

/** A card has a frame of its own; a single sentence needs none. */
const isCard = (message: Message): boolean =>
  message.blocks.some(({ type }) => type === 'heading' || type === 'facts' || type === 'quote')

function toParts(message: Message, album: Album, options: RenderOptions): Part[] {
  const mentions = options.mentions ?? new Map()
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

function selects(placeholder: string, options: Choice[]): Control[] {
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

const asChoice = ({ label, line, confirm }: Button): Choice => ({
  label,
  line,
  confirm: confirm !== undefined,
  ...(line.startsWith(ownId()) ? {} : { description: line }),
})

/** Beside the parts stand their container, the sign that something was shortened, and the file with everything. */
const ROOM = COMPONENTS - 3

const cost = (part: Part): number =>
  part.kind === 'buttons'
    ? part.buttons.length + Math.ceil(part.buttons.length / BUTTONS_IN_ROW)
    : part.kind === 'select'
      ? 2
      : 1

const costOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + cost(part), 0)

/** Makes parts fit into the number of components: rows become menus, then all menus one, then texts grow together. */
function fitted(parts: Part[]): { kept: Part[]; left: boolean } {
  let kept = parts
  const widest = () =>
    kept
      .filter((part) => part.kind === 'buttons' && part.buttons.length > 1)
      .sort((a, b) => cost(b) - cost(a))[0]
  for (let row = widest(); costOf(kept) > ROOM && row; row = widest()) {
    const wide = row
    kept = kept.flatMap((part) =>
      part === wide && part.kind === 'buttons' ? selects('What to do…', part.buttons.map(asChoice)) : [part],
    )
  }
  if (costOf(kept) > ROOM) {
    const choices = kept.flatMap((part) =>
      part.kind === 'buttons' ? part.buttons.map(asChoice) : part.kind === 'select' ? part.options : [],
    )
    kept = [
      ...kept.filter(({ kind }) => kind !== 'buttons' && kind !== 'select'),
      ...selects('What to do…', choices),
    ]
  }
  if (costOf(kept) > ROOM) kept = grownTogether(kept.filter(({ kind }) => kind !== 'divider'))
  if (costOf(kept) <= ROOM) return { kept, left: false }

  const isControl = ({ kind }: Part) => kind === 'select' || kind === 'buttons'
  const controls = kept.filter(isControl).slice(0, MOST_MENUS)
  const others = kept.filter((part) => !isControl(part)).slice(0, ROOM - costOf(controls))
  return { kept: [...others, ...controls], left: true }
}

/** Eight menus offer two hundred choices; who needs more needs words. */
const MOST_MENUS = 8

/** Neighbouring texts as one. A quote runs to its text's end, so it closes what it is in. */
function grownTogether(parts: readonly Part[]): Part[] {
  const together: Part[] = []
  for (const part of parts) {
    const last = together.at(-1)
    if (
      part.kind !== 'text' ||
      last?.kind !== 'text' ||
      last.draw(Number.MAX_SAFE_INTEGER).text.includes('>>> ')
    ) {
      together.push(part)
      continue
    }
    together[together.length - 1] = {
      kind: 'text',
      length: last.length + 1 + part.length,
      draw: (max) => {
        const half = Math.floor((max - 1) / 2)
        const first = last.draw(Math.max(half, max - 1 - part.length))
        const second = part.draw(max - 1 - first.text.length)
        return { text: `${first.text}\n${second.text}`, cut: first.cut || second.cut }
      },
    }
  }
  return together
}

/** Deals the room out: short texts stay whole, the long ones share what is left. */
function drawTexts(parts: readonly Part[]): { texts: Map<Part, string>; cut: boolean } {
  const texts = parts.filter((part): part is TextPart => part.kind === 'text')
  const room = TEXT_IN_ALL - SHORTENED.length
  let share = Number.MAX_SAFE_INTEGER
  if (texts.reduce((sum, { length }) => sum + length, 0) > room) {
    let left = room
    const byLength = [...texts].sort((a, b) => a.length - b.length)
    share = 0
    for (const [index, { length }] of byLength.entries()) {
      share = Math.floor(left / (byLength.length - index))
      if (length > share) break
      left -= length
    }
  }
  const drawn = texts.map((part) => [part, part.draw(Math.max(share, 1))] as const)
  return {
    texts: new Map(drawn.map(([part, { text }]) => [part, text])),
    cut: drawn.some(([, { cut }]) => cut),
  }
}

function drawPart(
  part: Exclude<Part, TextPart>,
  ids: Copies,
  chat: string | undefined,
): APIComponentInContainer[] {
  switch (part.kind) {
    case 'divider':
      return [{ type: SEPARATOR, divider: true, spacing: 1 }]
    case 'gallery':
      return [{ type: GALLERY, items: part.items }]
    case 'buttons':
      return rowsOf(part.buttons).map((row) => ({
        type: ROW,
        components: row.map((one) => drawButton(one, ids, chat)),
      }))
    case 'select':
      return [drawSelect(part, ids, chat)]
    default:
      return part satisfies never
  }
}

const rowsOf = (buttons: readonly Button[]): Button[][] =>
  Array.from({ length: Math.ceil(buttons.length / BUTTONS_IN_ROW) }, (_, row) =>
    buttons.slice(row * BUTTONS_IN_ROW, (row + 1) * BUTTONS_IN_ROW),
  )

function drawButton(
  { label, line, style, confirm }: Button,
  ids: Copies,
  chat: string | undefined,
): APIButtonComponentWithCustomId {
  return {
    type: BUTTON,
    style: STYLES[style ?? 'secondary'],
    label: labelOf(label, line, BUTTON_LABEL),
    custom_id: lineToId(line, { copy: ids.next(line), confirm: confirm !== undefined, chat }),
  }
}

function drawSelect(
  { placeholder, options }: Extract<Part, { kind: 'select' }>,
  ids: Copies,
  chat: string | undefined,
): APIActionRowComponent<APIStringSelectComponent> {
  const values = new Copies()
  return {
    type: ROW,
    components: [
      {
        type: SELECT,
        custom_id: ownId('select', String(ids.next(ownId('select')))),
        placeholder: labelOf(placeholder, 'Choose…', PLACEHOLDER),
        options: options.map(({ label, line, confirm = false, description }) => ({
          label: labelOf(label, line, OPTION_LABEL),
          value: lineToId(line, { copy: values.next(line), confirm, chat }),
          ...(description &&
            description !== label && { description: labelOf(description, line, OPTION_LABEL) }),
        })),
      },
    ],
  }
}

const labelOf = (label: string, otherwise: string, max: number): string =>
  shortened(onOneLine(label) || onOneLine(otherwise) || CUT, max)

/** How often something was drawn already: ids must differ within a message. */
class Copies {
  readonly #seen = new Map<string, number>()
  next(line: string): number {
    const copy = this.#seen.get(line) ?? 0
    this.#seen.set(line, copy + 1)
    return copy
  }
}

interface Album {
  files: { file: RawFile; description?: string }[]
  /** The file's name by its source, or why the picture is not there. */
  names: Map<ImageSource, { name: string } | { missing: string }>
  cut: boolean
}

function collectPictures(message: Message, pictures: ReadonlyMap<string, Picture>): Album {
  const album: Album = { files: [], names: new Map(), cut: false }
  let bytesInAll = 0
  for (const block of message.blocks) {
    if (block.type !== 'image') continue
    const picture =
      'png' in block.image ? { bytes: block.image.png, type: 'image/png' } : pictures.get(block.image.mediaId)
    const missing = !picture
      ? 'is no longer kept'
      : picture.bytes.length > FILE_BYTES || bytesInAll + picture.bytes.length > REQUEST_BYTES
        ? 'is too large to be shown here'
        : album.files.length >= FILES - 1
          ? 'does not fit into this message'
          : undefined
    if (!picture || missing) {
      album.names.set(block.image, { missing: missing ?? '' })
      continue
    }
    bytesInAll += picture.bytes.length
    const name = fileName(block.image, picture.type, album.files.length)
    const alt = onOneLine(block.alt)
    if (alt.length > PICTURE_DESCRIPTION) album.cut = true
    album.names.set(block.image, { name })
    album.files.push({
      file: { name, data: Buffer.from(picture.bytes), contentType: picture.type },
      ...(alt !== '' && { description: shortened(alt, PICTURE_DESCRIPTION) }),
    })
  }
  return album
}

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

/** Discord rewrites other characters, and an attachment is found by its exact name. */
function fileName(image: ImageSource, type: string, index: number): string {
  const ending =
    type
      .split('/')[1]
      ?.replace(/[^a-z0-9]/g, '')
      .replace('jpeg', 'jpg') || 'bin'
  const given = 'png' in image ? image.name : image.mediaId
  const stem = given
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .slice(0, 60)
  return `${index + 1}-${stem || 'picture'}.${ending}`
}
