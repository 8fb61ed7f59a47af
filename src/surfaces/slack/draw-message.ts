import type {
  ActionsBlock,
  ContextBlock,
  KnownBlock,
  PlainTextElement,
  RichTextBlock,
  RichTextElement,
  RichTextSection,
  Button as SlackButton,
  StaticSelect,
} from '@slack/types'
import type { Block, Button, ImageSource, Message, Span } from '../../message/message.ts'
import { plainText } from '../../message/plain-text.ts'
import {
  ACTIONS,
  ALT_TEXT,
  BLOCKS_TEXT,
  BUTTON_TEXT,
  BUTTON_VALUE,
  CONFIRM,
  FALLBACK_TEXT,
  HEADER_TEXT,
  ID,
  IMAGE_TITLE,
  MESSAGE_BLOCKS,
  OPTION_TEXT,
  OPTION_VALUE,
  OPTIONS,
  OVERHEAD,
  PLACEHOLDER,
} from './limits.ts'
import {
  lengthOf,
  lengthOfRuns,
  type Mention,
  markup,
  parts,
  present,
  run,
  shortened,
  spanElements,
} from './rich-text.ts'
import { shorten, shortenEscaped, tidy } from './slack-text.ts'

export interface DrawOptions {
  /** The Slack file that holds a picture; undefined draws its alternative text instead. */
  picture?: (image: ImageSource) => string | undefined
  /** Absent where nobody is to be told by being named. */
  mention?: Mention
  /** The first word of the line that this message answers: a press on one of its buttons that repeats it turns the page. */
  origin?: string | undefined
  /** `MESSAGE_BLOCKS` where absent. */
  maxBlocks?: number
  /** Characters of all blocks together; `BLOCKS_TEXT` where absent. */
  budget?: number
}

export interface Drawn {
  /** Plain text for notifications and screen readers: escaped, never empty. */
  text: string
  blocks: KnownBlock[]
}

/** A button's `action_id`: what the listeners know it by, and the command that its message answered. */
export const LINE_ACTION = /^line:/

/**
 * A message as Block Kit. Texts are rich text, which has no mark-up to break out of; where Slack has only mark-up
 * (the quiet notes) it is escaped and `verbatim`. What does not fit is shortened and says so.
 */
export function drawMessage(message: Message, options: DrawOptions = {}): Drawn {
  const drawing = { ...options, next: 0 }
  const pieces = message.blocks.flatMap((block) => pieceOf(block, drawing))
  const budget = options.budget ?? BLOCKS_TEXT
  const cap = shareOf(pieces, budget)
  const blocks = pieces.flatMap((piece) => ('blocks' in piece ? piece.blocks : flow(piece, cap)))
  return {
    text: fallback(message),
    blocks: fitBlocks(blocks, options.maxBlocks ?? MESSAGE_BLOCKS, budget * SLACK),
  }
}

/** The message as the escaped text that notifications show. */
const fallback = (message: Message): string =>
  shortenEscaped(tidy(plainText(message)), FALLBACK_TEXT).trim() || 'Crier'

export const plainElement = (text: string, max: number): PlainTextElement => ({
  type: 'plain_text',
  text: shorten(tidy(text), max).trim() || '…',
  emoji: false,
})

type Drawing = DrawOptions & { next: number }

/** Either finished blocks, or a text that takes its share of the room that is left. */
type Piece = { blocks: KnownBlock[]; cost: number } | Flow
type Flow =
  | { shape: 'text' | 'quote'; runs: RichTextElement[] }
  | { shape: 'list'; ordered: boolean; items: RichTextElement[][] }

function pieceOf(block: Block, drawing: Drawing): Piece[] {
  switch (block.type) {
    case 'heading':
      return heading(tidy(block.text))
    case 'text':
      return flowing('text', spanElements(block.spans, drawing.mention))
    case 'quote': {
      const caption = block.caption ? [run(block.caption, { bold: true })] : []
      return [
        ...flowing('text', caption.filter(present)),
        ...flowing('quote', [run(block.text)].filter(present)),
      ]
    }
    case 'facts':
      return flowing(
        'text',
        block.facts.flatMap(({ label, value }, index) =>
          [
            run(`${index > 0 ? '\n' : ''}${tidy(label)}: `, { bold: true }),
            ...spanElements(value, drawing.mention),
          ].filter(present),
        ),
      )
    case 'list': {
      const items = block.items
        .map((item) => spanElements(item, drawing.mention))
        .filter((item) => item.length > 0)
      return items.length > 0 ? [{ shape: 'list', ordered: block.ordered === true, items }] : []
    }
    case 'image':
      return image(block, drawing)
    case 'divider':
      return [{ blocks: [{ type: 'divider' }], cost: OVERHEAD }]
    case 'note':
      return note(block.spans, drawing)
    case 'buttons':
      return chunks(
        block.buttons.map((button) => buttonElement(button, drawing)),
        ACTIONS,
      ).map(actions)
    case 'select':
      return chunks(distinct(block.options), OPTIONS).map((options, index) =>
        actions([select(block.placeholder, options, index, drawing)]),
      )
    default:
      throw new TypeError(`No such block: ${JSON.stringify(block satisfies never)}`)
  }
}

function heading(text: string): Piece[] {
  if (text.trim() === '') return []
  if (text.length > HEADER_TEXT) return flowing('text', [run(text, { bold: true })].filter(present))
  return [
    { blocks: [{ type: 'header', text: plainElement(text, HEADER_TEXT) }], cost: text.length + OVERHEAD },
  ]
}

const flowing = (shape: 'text' | 'quote', runs: RichTextElement[]): Piece[] =>
  runs.some((element) => lengthOf(element) > 0) ? [{ shape, runs }] : []

/** A longer aside is no aside: it is drawn as a text, which can be shortened. */
const ASIDE_TEXT = 600

function note(all: readonly Span[], drawing: Drawing): Piece[] {
  const runs = spanElements(all, drawing.mention)
  if (runs.length === 0) return []
  const words = tidy(
    all.map((span) => ('text' in span ? span.text : 'name' in span ? span.name : '')).join(''),
  )
  if (words.trim() === '' && !runs.some(({ type }) => type !== 'text')) return []
  const simple = all.every(({ type }) => type === 'plain' || (type === 'member' && !drawing.mention))
  const element: ContextBlock['elements'][number] = simple
    ? { type: 'plain_text', text: words, emoji: false }
    : { type: 'mrkdwn', text: all.map((span) => markup(span, drawing.mention)).join(''), verbatim: true }
  if (element.text.length > ASIDE_TEXT) return [{ shape: 'text', runs }]
  return [{ blocks: [{ type: 'context', elements: [element] }], cost: element.text.length + OVERHEAD }]
}

function image(block: Extract<Block, { type: 'image' }>, drawing: Drawing): Piece[] {
  const id = drawing.picture?.(block.image)
  const alt = tidy(block.alt).trim() || 'A picture without a description'
  const title = tidy(block.title ?? '').trim()
  const words = `[Picture${title ? ` “${title}”` : ''}: ${alt}]`
  if (id === undefined) {
    if (words.length > ASIDE_TEXT) return flowing('text', [run(words, { italic: true })])
    return [{ blocks: [aside(words)], cost: words.length + OVERHEAD }]
  }
  const picture: KnownBlock = {
    type: 'image',
    slack_file: { id },
    alt_text: shorten(alt, ALT_TEXT),
    ...(title ? { title: plainElement(title, IMAGE_TITLE) } : {}),
  }
  return [{ blocks: [picture], cost: title.length + OVERHEAD }]
}

const actions = (elements: ActionsBlock['elements']): Piece => ({
  blocks: [{ type: 'actions', elements }],
  cost: OVERHEAD * (elements.length + 1) + textOf(elements),
})

const actionId = (drawing: Drawing): string =>
  shorten(`line:${drawing.next++}:${tidy(drawing.origin ?? '')}`, ID)

function buttonElement({ label, line, style, confirm }: Button, drawing: Drawing): SlackButton {
  return {
    type: 'button',
    action_id: actionId(drawing),
    text: plainElement(label, BUTTON_TEXT),
    value: carried(line, BUTTON_VALUE),
    ...(style ? { style } : {}),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plainElement(label, CONFIRM.title),
            text: plainElement(confirm, CONFIRM.text),
            confirm: plainElement(label, CONFIRM.confirm),
            deny: plainElement('Back', CONFIRM.deny),
            ...(style ? { style } : {}),
          },
        }),
  }
}

function select(
  placeholder: string,
  options: readonly { label: string; line: string }[],
  index: number,
  drawing: Drawing,
): StaticSelect {
  return {
    type: 'static_select',
    action_id: actionId(drawing),
    placeholder: plainElement(index > 0 ? `${placeholder} (${index + 1})` : placeholder, PLACEHOLDER),
    options: options.map(({ label, line }) => ({
      text: plainElement(label, OPTION_TEXT),
      value: carried(line, OPTION_VALUE),
    })),
  }
}

/** @throws Error for a line that the element cannot carry: half a command must not be run. */
function carried(line: string, max: number): string {
  if (line.length > max) throw new Error(`A line of ${line.length} characters; ${max} fit`)
  return line
}

const distinct = <One extends { line: string }>(options: readonly One[]): One[] => [
  ...new Map(options.map((option) => [option.line, option])).values(),
]

const chunks = <One>(all: readonly One[], size: number): One[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  )

/** How long each text may be so that all together keep to the budget: short ones stay whole, long ones share the rest. */
function shareOf(pieces: readonly Piece[], budget: number): number {
  const lengths = pieces
    .flatMap((piece) => ('blocks' in piece ? [] : [lengthOfFlow(piece)]))
    .sort((a, b) => a - b)
  let left = budget - pieces.reduce((sum, piece) => sum + ('blocks' in piece ? piece.cost : OVERHEAD), 0)
  for (const [index, length] of lengths.entries()) {
    const share = Math.max(LEAST_SHARE, Math.floor(left / (lengths.length - index)))
    if (length > share) return share
    left -= length
  }
  return Number.POSITIVE_INFINITY
}

/** Signs of what was left out, and least shares, may exceed the budget by so much before whole blocks are left out. */
const SLACK = 1.1

/** However little room is left, a text is not shortened to nothing. */
const LEAST_SHARE = 80

const lengthOfFlow = (piece: Flow): number =>
  piece.shape === 'list'
    ? piece.items.reduce((sum, item) => sum + lengthOfRuns(item), 0)
    : lengthOfRuns(piece.runs)

function flow(piece: Flow, cap: number): KnownBlock[] {
  if (piece.shape === 'list') return listBlocks(piece, cap)
  return parts(shortened(piece.runs, cap)).map((elements) =>
    piece.shape === 'quote'
      ? rich([{ type: 'rich_text_quote', elements }])
      : rich([{ type: 'rich_text_section', elements }]),
  )
}

const rich = (elements: RichTextBlock['elements']): RichTextBlock => ({ type: 'rich_text', elements })

function listBlocks({ items, ordered }: Extract<Flow, { shape: 'list' }>, cap: number): KnownBlock[] {
  const kept: RichTextElement[][] = []
  let left = cap
  for (const item of items) {
    if (left <= 0) break
    kept.push(shortened(item, Math.max(left, LEAST_SHARE)))
    left -= lengthOfRuns(item)
  }
  const unseen = items.length - kept.length
  const list = rich([
    {
      type: 'rich_text_list',
      style: ordered ? 'ordered' : 'bullet',
      elements: kept.map((elements): RichTextSection => ({ type: 'rich_text_section', elements })),
    },
  ])
  return unseen === 0 ? [list] : [list, aside(`… and ${unseen} more`)]
}

const aside = (text: string): KnownBlock => ({
  type: 'context',
  elements: [{ type: 'plain_text', text, emoji: false }],
})

/** At most `max` blocks and `text` characters: what can be pressed stays longest, and a note counts what is left out. */
function fitBlocks(blocks: KnownBlock[], max: number, text: number): KnownBlock[] {
  const kept = blocks.map((block) => ({ block, size: textOf(block) }))
  let size = kept.reduce((sum, one) => sum + one.size, 0)
  while (kept.length > max - (kept.length < blocks.length ? 1 : 0) || size > text) {
    const quiet = kept.findLastIndex(({ block }) => block.type !== 'actions')
    const pressed = kept.length - kept.filter(({ block }) => block.type !== 'actions').length
    const last = quiet >= 0 && pressed <= max / 2 ? quiet : kept.length - 1
    size -= kept.splice(last, 1)[0]?.size ?? 0
  }
  const missing = blocks.length - kept.length
  const all = kept.map(({ block }) => block)
  if (missing === 0) return all
  const tail = all.findLastIndex(({ type }) => type !== 'actions') + 1
  return all.toSpliced(
    tail,
    0,
    aside(`… and ${missing} more ${missing === 1 ? 'part' : 'parts'}, which do not fit here`),
  )
}

/** Characters that people read in a block. */
function textOf(node: unknown): number {
  if (Array.isArray(node)) return node.reduce((sum: number, one) => sum + textOf(one), 0)
  if (node === null || typeof node !== 'object') return 0
  if ('text' in node && typeof node.text === 'string') return node.text.length
  return textOf(Object.values(node))
}
