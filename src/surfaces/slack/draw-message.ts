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
import { plainText, plainTime } from '../../message/plain-text.ts'
import { cutPoint, escapeSlack, shorten, shortenEscaped, tidy } from './slack-text.ts'

// The limits, and where each is written. "types": the doc comments of @slack/types.

/** types, `chat.postMessage`. */
export const MESSAGE_BLOCKS = 50
/** types, views: modals and home tabs. */
export const VIEW_BLOCKS = 100
/** Slack advises 4,000 and cuts at 40,000: https://docs.slack.dev/reference/methods/chat.postMessage */
export const FALLBACK_TEXT = 4000
/**
 * All blocks of a message together. Undocumented: about 13,200 characters are refused as `msg_blocks_too_long`, and
 * with rich text 11,341 were: https://github.com/slackapi/bolt-js/issues/2509 and /2867.
 */
export const BLOCKS_TEXT = 10_000
/** types, text object. Rich text names no limit of its own; a block of it is kept to the same. */
export const BLOCK_TEXT = 3000
/** types, header. */
export const HEADER_TEXT = 150
/** types, actions. */
export const ACTIONS = 25
/** types, button. */
export const BUTTON_TEXT = 75
export const BUTTON_VALUE = 2000
/** types, image: https://docs.slack.dev/reference/block-kit/blocks/image-block */
export const ALT_TEXT = 2000
export const IMAGE_TITLE = 2000
/** types, selects and option objects. */
export const OPTIONS = 100
export const OPTION_TEXT = 75
export const OPTION_VALUE = 150
export const PLACEHOLDER = 150
/** types, confirmation dialog. */
export const CONFIRM = { title: 100, text: 300, confirm: 30, deny: 30 }
/** https://docs.slack.dev/reference/block-kit: block_id, action_id, callback_id. */
export const ID = 255

export interface DrawOptions {
  /** The Slack file that holds a picture; undefined draws its alternative text instead. */
  picture?: (image: ImageSource) => string | undefined
  /** The Slack id of a member who is to be mentioned; undefined draws the name. */
  mention?: (memberId: string) => string | undefined
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
  const cap = shareOf(pieces, options.budget ?? BLOCKS_TEXT)
  const blocks = pieces.flatMap((piece) => ('blocks' in piece ? piece.blocks : flow(piece, cap)))
  return { text: fallback(message), blocks: fitBlocks(blocks, options.maxBlocks ?? MESSAGE_BLOCKS) }
}

/** The message as the escaped text that notifications show. */
export const fallback = (message: Message): string =>
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

/** What a block costs of the budget beside its text: nobody knows how Slack counts, so this errs on the dear side. */
const OVERHEAD = 20

function pieceOf(block: Block, drawing: Drawing): Piece[] {
  switch (block.type) {
    case 'heading':
      return heading(tidy(block.text))
    case 'text':
      return flowing('text', spans(block.spans, drawing))
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
          [run(`${index > 0 ? '\n' : ''}${tidy(label)}: `, { bold: true }), ...spans(value, drawing)].filter(
            present,
          ),
        ),
      )
    case 'list': {
      const items = block.items.map((item) => spans(item, drawing)).filter((item) => item.length > 0)
      return items.length > 0 ? [{ shape: 'list', ordered: block.ordered === true, items }] : []
    }
    case 'image':
      return [image(block, drawing)]
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

type Style = { bold?: boolean; italic?: boolean; code?: boolean }

const run = (text: string, style?: Style): RichTextElement =>
  style ? { type: 'text', text: tidy(text), style } : { type: 'text', text: tidy(text) }

const present = (element: RichTextElement): boolean => element.type !== 'text' || element.text !== ''

const spans = (all: readonly Span[], drawing: Drawing): RichTextElement[] =>
  all.map((span) => spanElement(span, drawing)).filter(present)

function spanElement(span: Span, drawing: Drawing): RichTextElement {
  switch (span.type) {
    case 'plain':
      return run(span.text)
    case 'bold':
      return run(span.text, { bold: true })
    case 'italic':
      return run(span.text, { italic: true })
    case 'code':
      return run(span.text, { code: true })
    case 'link':
      return linkElement(span)
    case 'member': {
      const id = drawing.mention?.(span.id)
      return id === undefined ? run(span.name) : { type: 'user', user_id: id }
    }
    case 'time':
      return {
        type: 'date',
        timestamp: Math.floor(span.at / 1000),
        format: DATE_FORMAT,
        fallback: plainTime(span.at, span.zone),
      }
    default:
      throw new TypeError(`No such span: ${JSON.stringify(span satisfies never)}`)
  }
}

/** In each reader's own zone and clock: https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
const DATE_FORMAT = '{date_long_pretty} at {time}'

/** Longer addresses are refused: https://docs.slack.dev/reference/block-kit/block-elements/button-element */
const URL_TEXT = 3000

/** The address, if it is one that a chat may make clickable. */
function safeUrl(href: string): string | undefined {
  if (!URL.canParse(href) || href.length > URL_TEXT) return undefined
  const url = new URL(href)
  return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined
}

function linkElement({ text, href }: { text: string; href: string }): RichTextElement {
  const url = safeUrl(href)
  if (url === undefined) return run(text === href ? text : `${text} (${href})`)
  return { type: 'link', url, ...(tidy(text) ? { text: tidy(text) } : {}) }
}

function note(all: readonly Span[], drawing: Drawing): Piece[] {
  const runs = spans(all, drawing)
  if (runs.length === 0) return []
  const words = tidy(
    all.map((span) => ('text' in span ? span.text : 'name' in span ? span.name : '')).join(''),
  )
  if (words.trim() === '' && !runs.some(({ type }) => type !== 'text')) return []
  const simple = all.every(({ type }) => type === 'plain' || (type === 'member' && !drawing.mention))
  const element: ContextBlock['elements'][number] = simple
    ? { type: 'plain_text', text: words, emoji: false }
    : { type: 'mrkdwn', text: all.map((span) => markup(span, drawing)).join(''), verbatim: true }
  if (element.text.length > BLOCK_TEXT) return [{ shape: 'text', runs }]
  return [{ blocks: [{ type: 'context', elements: [element] }], cost: element.text.length + OVERHEAD }]
}

/** Only for what Slack cannot draw as rich text. Used with `verbatim`, so that Slack looks for no names and links itself. */
function markup(span: Span, drawing: Drawing): string {
  switch (span.type) {
    case 'plain':
      return literal(span.text)
    case 'bold':
      return styled('*', span.text)
    case 'italic':
      return styled('_', span.text)
    case 'code':
      return styled('`', span.text)
    case 'link': {
      const url = safeUrl(span.href)
      if (url === undefined)
        return literal(span.text === span.href ? span.text : `${span.text} (${span.href})`)
      return `<${escapeSlack(url).replaceAll('|', '%7C')}|${literal(span.text).replaceAll('|', '¦').replaceAll('\n', ' ') || 'link'}>`
    }
    case 'member': {
      const id = drawing.mention?.(span.id)
      return id === undefined ? literal(span.name) : `<@${id}>`
    }
    case 'time':
      return `<!date^${Math.floor(span.at / 1000)}^${DATE_FORMAT}|${escapeSlack(plainTime(span.at, span.zone)).replaceAll('|', ' ')}>`
    default:
      throw new TypeError(`No such span: ${JSON.stringify(span satisfies never)}`)
  }
}

/** An invisible space behind each sign that Slack could take for the start of a style. */
const literal = (text: string): string => escapeSlack(tidy(text)).replace(/[*_~`]/g, '$&\u200b')

const styled = (sign: string, text: string): string =>
  tidy(text).trim() === '' || tidy(text).includes('\n')
    ? literal(text)
    : `${sign}${literal(text).trim()}${sign}`

function image(block: Extract<Block, { type: 'image' }>, drawing: Drawing): Piece {
  const id = drawing.picture?.(block.image)
  const alt = tidy(block.alt).trim() || 'A picture without a description'
  const title = tidy(block.title ?? '').trim()
  const words = `[Picture${title ? ` “${title}”` : ''}: ${alt}]`
  if (id === undefined) {
    const element = plainElement(words, BLOCK_TEXT)
    return { blocks: [{ type: 'context', elements: [element] }], cost: element.text.length + OVERHEAD }
  }
  return {
    blocks: [
      {
        type: 'image',
        slack_file: { id },
        alt_text: shorten(alt, ALT_TEXT),
        ...(title ? { title: plainElement(title, IMAGE_TITLE) } : {}),
      },
    ],
    cost: Math.min(words.length, ALT_TEXT) + OVERHEAD,
  }
}

const actions = (elements: ActionsBlock['elements']): Piece => ({
  blocks: [{ type: 'actions', elements }],
  cost: OVERHEAD * (elements.length + 1),
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

/** However little room is left, a text is not shortened to nothing. */
const LEAST_SHARE = 80

const lengthOf = (element: RichTextElement): number => {
  switch (element.type) {
    case 'text':
      return element.text.length
    case 'link':
      return Math.max(element.text?.length ?? 0, element.url.length)
    case 'date':
      return (element.fallback?.length ?? 0) + DATE_FORMAT.length
    default:
      return OVERHEAD
  }
}

const lengthOfRuns = (runs: readonly RichTextElement[]): number =>
  runs.reduce((sum, element) => sum + lengthOf(element), 0)

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

/** The first `cap` characters, and how many are left out. */
function shortened(runs: RichTextElement[], cap: number): RichTextElement[] {
  const whole = lengthOfRuns(runs)
  if (whole <= cap) return runs
  const kept: RichTextElement[] = []
  let left = cap
  for (const element of runs) {
    if (lengthOf(element) <= left) {
      kept.push(element)
      left -= lengthOf(element)
      continue
    }
    if (element.type === 'text' && left > 0) {
      const cut = cutPoint(element.text, left)
      if (cut > 0) kept.push({ ...element, text: element.text.slice(0, cut) })
      left -= cut
    }
    break
  }
  const missing = whole - lengthOfRuns(kept)
  return [
    ...kept,
    { type: 'text', text: `… (${missing.toLocaleString('en')} more characters)`, style: { italic: true } },
  ]
}

/** A long text in parts of `BLOCK_TEXT` characters, each its own block. */
function parts(runs: readonly RichTextElement[]): RichTextElement[][] {
  const all: RichTextElement[][] = []
  let part: RichTextElement[] = []
  let room = BLOCK_TEXT
  const turn = () => {
    if (part.length > 0) all.push(part)
    part = []
    room = BLOCK_TEXT
  }
  for (const element of runs) {
    let rest = element
    while (rest.type === 'text' && rest.text.length > room) {
      const cut = breakPoint(rest.text, room)
      if (cut > 0) part.push({ ...rest, text: rest.text.slice(0, cut) })
      rest = { ...rest, text: rest.text.slice(cut) }
      turn()
    }
    if (lengthOf(rest) > room) turn()
    part.push(rest)
    room -= lengthOf(rest)
  }
  turn()
  return all
}

/** Behind the last line break or space in the last quarter before `max`, else anywhere between two signs. */
export function breakPoint(text: string, max: number): number {
  if (text.length <= max) return text.length
  const tail = text.slice(Math.floor(max * 0.75), max)
  const at = Math.max(tail.lastIndexOf('\n'), tail.lastIndexOf(' '))
  return at >= 0 ? Math.floor(max * 0.75) + at + 1 : cutPoint(text, max)
}

/** At most `max` blocks: what can be pressed stays, and a note says how many of the others are left out. */
export function fitBlocks(blocks: KnownBlock[], max: number): KnownBlock[] {
  if (blocks.length <= max) return blocks
  const pressed = blocks.filter(({ type }) => type === 'actions').length
  const room = { actions: Math.min(pressed, Math.floor(max / 2)), others: 0 }
  room.others = max - 1 - room.actions
  const kept = blocks.filter(({ type }) => (type === 'actions' ? room.actions-- > 0 : room.others-- > 0))
  const missing = blocks.length - kept.length
  const tail = kept.findLastIndex(({ type }) => type !== 'actions') + 1
  return kept.toSpliced(
    tail,
    0,
    aside(`… and ${missing} more ${missing === 1 ? 'part' : 'parts'}, which do not fit here`),
  )
}
