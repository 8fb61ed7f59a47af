import type { EpochMs } from '../kit/clock.ts'

/**
 * What Crier shows, in no chat's words: blocks of spans, drawn by each surface. Because a text is spans and never
 * mark-up, nothing a person wrote can ping everyone, break out of its block or become a link it is not.
 */
export interface Message {
  type: 'message'
  blocks: Block[]
  standing?: Standing
}

/**
 * How far a message that shows something which changes is up to date. Of two with the same line, the one of an earlier
 * instant is out of date: a surface that keeps messages takes its buttons away.
 */
export interface Standing {
  /** What one types to see it as it is now: `show 42`. */
  line: string
  /** When what it shows last changed (UTC ms). */
  at: EpochMs
}

export type Span =
  | { type: 'plain'; text: string }
  | { type: 'bold'; text: string }
  | { type: 'italic'; text: string }
  /** `once`: a secret that is read as it is said; what keeps messages keeps it without. */
  | { type: 'code'; text: string; once?: true }
  | { type: 'link'; text: string; href: string }
  /** A member by name. Surfaces draw the name, and mention the person only in a message that is sent to tell them. */
  | { type: 'member'; id: string; name: string }
  /** An instant (UTC ms): shown in each reader's own zone where the surface can, else in `zone`. */
  | { type: 'time'; at: EpochMs; zone: string }

export type Block =
  | { type: 'heading'; text: string }
  | { type: 'text'; spans: Span[] }
  /** What somebody wrote, as they wrote it: line breaks kept, nothing interpreted. */
  | { type: 'quote'; text: string; caption?: string }
  | { type: 'facts'; facts: { label: string; value: Span[] }[] }
  | { type: 'list'; items: Span[][]; ordered?: boolean }
  | { type: 'image'; image: ImageSource; alt: string; title?: string }
  | { type: 'divider' }
  /** An aside: smaller and quieter. */
  | { type: 'note'; spans: Span[] }
  | { type: 'buttons'; buttons: Button[] }
  | { type: 'select'; placeholder: string; options: { label: string; line: string }[] }

/** A picture by its bytes, or kept media by its id (surfaces ask the media store for the bytes or a signed link). */
export type ImageSource = { mediaId: string } | { png: Uint8Array; name: string }

/** A button types a line: `retry 42`. At most BUTTON_LINE characters, so that every chat can carry it. */
export interface Button {
  label: string
  line: string
  style?: 'primary' | 'danger'
  /** Asked before the line is sent, where the surface can ask. */
  confirm?: string
}

/** Discord's custom_id is the shortest carrier: 100 characters. */
export const BUTTON_LINE = 100

/** What may stand where text is expected: a string is plain text. */
export type Words = string | Span | readonly (string | Span)[]

export const spansOf = (words: Words): Span[] =>
  (Array.isArray(words) ? words : [words as string | Span]).map((word) =>
    typeof word === 'string' ? { type: 'plain', text: word } : word,
  )

/** A sentence of ours in which backticks stand around what one may type: those words become code. */
export const prose = (sentence: string): Span[] =>
  sentence
    .split(/(`[^`\n]+`)/)
    .filter((part) => part !== '')
    .map((part) =>
      /^`[^`]+`$/.test(part) ? { type: 'code', text: part.slice(1, -1) } : { type: 'plain', text: part },
    )

export const message = (...blocks: (Block | undefined | false)[]): Message => ({
  type: 'message',
  blocks: blocks.filter((block): block is Block => Boolean(block)),
})

export const heading = (text: string): Block => ({ type: 'heading', text })
export const text = (...words: (string | Span)[]): Block => ({ type: 'text', spans: spansOf(words) })
export const note = (...words: (string | Span)[]): Block => ({ type: 'note', spans: spansOf(words) })
export const quote = (said: string, caption?: string): Block =>
  caption === undefined ? { type: 'quote', text: said } : { type: 'quote', text: said, caption }
export const divider = (): Block => ({ type: 'divider' })
export const list = (items: readonly Words[], ordered = false): Block => ({
  type: 'list',
  items: items.map(spansOf),
  ordered,
})

/** Facts in order; an undefined value leaves its line out. */
export const facts = (pairs: Record<string, Words | undefined>): Block => ({
  type: 'facts',
  facts: Object.entries(pairs).flatMap(([label, value]) =>
    value === undefined ? [] : [{ label, value: spansOf(value) }],
  ),
})

export const buttons = (...all: (Button | undefined | false)[]): Block => ({
  type: 'buttons',
  buttons: all.filter((one): one is Button => Boolean(one)),
})

export function button(
  label: string,
  line: string,
  options: { style?: 'primary' | 'danger'; confirm?: string } = {},
): Button {
  if (line.length > BUTTON_LINE)
    throw new Error(`The button "${label}" types ${line.length} characters; ${BUTTON_LINE} fit`)
  return { label, line, ...options }
}

export const bold = (said: string): Span => ({ type: 'bold', text: said })
export const italic = (said: string): Span => ({ type: 'italic', text: said })
export const code = (said: string): Span => ({ type: 'code', text: said })
export const secretOnce = (said: string): Span => ({ type: 'code', text: said, once: true })
export const link = (href: string, said = href): Span => ({ type: 'link', text: said, href })
export const memberSpan = (member: { id: string; name: string }): Span => ({
  type: 'member',
  id: member.id,
  name: member.name,
})
export const time = (at: EpochMs, zone: string): Span => ({ type: 'time', at, zone })
