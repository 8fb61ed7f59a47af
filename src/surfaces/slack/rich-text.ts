import type { RichTextElement } from '@slack/types'
import type { Span } from '../../message/message.ts'
import { plainTime } from '../../message/plain-text.ts'
import { BLOCK_TEXT, DATE_FORMAT, LINK_TEXT, OVERHEAD, URL_TEXT } from './limits.ts'
import { cutPoint, escapeSlack, shorten, tidy } from './slack-text.ts'

/** The Slack id of a member who is to be mentioned; undefined draws the name. */
export type Mention = (memberId: string) => string | undefined

type Style = { bold?: boolean; italic?: boolean; code?: boolean }

export const run = (text: string, style?: Style): RichTextElement =>
  style ? { type: 'text', text: tidy(text), style } : { type: 'text', text: tidy(text) }

export const present = (element: RichTextElement): boolean => element.type !== 'text' || element.text !== ''

export const spanElements = (all: readonly Span[], mention: Mention | undefined): RichTextElement[] =>
  all.map((span) => spanElement(span, mention)).filter(present)

function spanElement(span: Span, mention: Mention | undefined): RichTextElement {
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
      const id = mention?.(span.id)
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

/** The address, if it is one that a chat may make clickable. */
function safeUrl(href: string): string | undefined {
  if (!URL.canParse(href) || href.length > URL_TEXT) return undefined
  const url = new URL(href)
  return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined
}

function linkElement({ text, href }: { text: string; href: string }): RichTextElement {
  const url = safeUrl(href)
  if (url === undefined) return run(text === href ? text : `${text} (${href})`)
  const words = shorten(tidy(text), LINK_TEXT)
  return { type: 'link', url, ...(words ? { text: words } : {}) }
}

/** Only for what Slack cannot draw as rich text. Used with `verbatim`, so that Slack looks for no names and links itself. */
export function markup(span: Span, mention: Mention | undefined): string {
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
      const id = mention?.(span.id)
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

export const lengthOf = (element: RichTextElement): number => {
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

export const lengthOfRuns = (runs: readonly RichTextElement[]): number =>
  runs.reduce((sum, element) => sum + lengthOf(element), 0)

/** The first `cap` characters, and how many are left out. */
export function shortened(runs: RichTextElement[], cap: number): RichTextElement[] {
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
export function parts(runs: readonly RichTextElement[]): RichTextElement[][] {
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
function breakPoint(text: string, max: number): number {
  if (text.length <= max) return text.length
  const tail = text.slice(Math.floor(max * 0.75), max)
  const at = Math.max(tail.lastIndexOf('\n'), tail.lastIndexOf(' '))
  return at >= 0 ? Math.floor(max * 0.75) + at + 1 : cutPoint(text, max)
}
