import type { EpochMs } from '../kit/clock.ts'
import { clockWords } from '../kit/clock-words.ts'
import type { Block, ImageSource, Message, Span } from './message.ts'

export interface PlainTextOptions {
  /** IANA zone in which every time is shown; where absent, each time is shown in the zone it carries. */
  zone?: string
  /** BCP 47, for the words of a date. `en-GB` where absent. */
  locale?: string
}

/**
 * A message as words: what a notification, a screen reader, a terminal and a log of a conversation get.
 * Facts read `Label: value`, quotes stand behind `> `, a button reads `[Approve] approve 42 @9f3c`.
 * Control characters that somebody wrote are left out, so that a terminal can't be steered by a post.
 */
export function plainText(message: Message, options: PlainTextOptions = {}): string {
  return message.blocks
    .map((block, index) => ({ lines: plainBlock(block, options), apart: index > 0 && standsApart(block) }))
    .filter(({ lines }) => lines !== '')
    .map(({ lines, apart }) => (apart ? `\n${lines}` : lines))
    .join('\n')
}

/** One block as lines, for surfaces that draw most of a message themselves. */
export function plainBlock(block: Block, options: PlainTextOptions = {}): string {
  switch (block.type) {
    case 'heading':
      return clean(block.text)
    case 'text':
    case 'note':
      return plainSpans(block.spans, options)
    case 'quote':
      return [...(block.caption ? [asLabel(clean(block.caption))] : []), quoted(clean(block.text))].join('\n')
    case 'facts':
      return block.facts
        .map(({ label, value }) => `${clean(label)}: ${hanging(plainSpans(value, options), '  ')}`)
        .join('\n')
    case 'list':
      return block.items
        .map((item, index) => {
          const bullet = block.ordered ? `${index + 1}. ` : '- '
          return `${bullet}${hanging(plainSpans(item, options), ' '.repeat(bullet.length))}`
        })
        .join('\n')
    case 'image':
      return `[${[pictureWord(block.image), clean(block.title ?? '')].filter(Boolean).join(' ')}: ${clean(block.alt)}]`
    case 'divider':
      return '---'
    case 'buttons':
      return block.buttons.map(({ label, line }) => `[${clean(label)}] ${clean(line)}`).join('\n')
    case 'select':
      return [
        asLabel(clean(block.placeholder)),
        ...block.options.map(({ label, line }) => `[${clean(label)}] ${clean(line)}`),
      ].join('\n')
    default:
      throw new TypeError(`No such block: ${JSON.stringify(block satisfies never)}`)
  }
}

/** Spans as words: a link keeps its address, a time is shown in `options.zone`. */
export const plainSpans = (spans: readonly Span[], options: PlainTextOptions = {}): string =>
  spans.map((span) => plainSpan(span, options)).join('')

/** An instant (UTC ms) in a zone, for people: `Fri 27 Nov 2026, 09:00 (Berlin time)`. */
export function plainTime(at: EpochMs, zone: string, locale = 'en-GB'): string {
  const wall = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  const day = wall.toLocaleString(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
  return `${day.replace(/^(\p{L}+\.?), /u, '$1 ')}, ${clockWords(wall.toPlainTime().with({ second: 0 }), locale)} (${zoneWords(zone)})`
}

function plainSpan(span: Span, { zone, locale }: PlainTextOptions): string {
  switch (span.type) {
    case 'plain':
    case 'bold':
    case 'italic':
      return clean(span.text)
    case 'code':
      return `\`${clean(span.text)}\``
    case 'link':
      return span.text === span.href ? clean(span.href) : `${clean(span.text)} (${clean(span.href)})`
    case 'member':
      return clean(span.name)
    case 'time':
      return plainTime(span.at, zone ?? span.zone, locale)
    default:
      throw new TypeError(`No such span: ${JSON.stringify(span satisfies never)}`)
  }
}

const standsApart = (block: Block): boolean => block.type === 'heading'

const zoneWords = (zone: string): string =>
  zone.includes('/') && !zone.startsWith('Etc/')
    ? `${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')} time`
    : zone.replace('Etc/', '')

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n')

/** Later lines of a value stand under its first, so that they cannot pass for a fact or an item of their own. */
const hanging = (text: string, indent: string): string => text.replaceAll('\n', `\n${indent}`)

const asLabel = (text: string): string => (/[:.!?…]$/u.test(text) ? text : `${text}:`)

const pictureWord = (image: ImageSource): string => ('png' in image ? 'Picture' : 'Image')

const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what a terminal would obey
  text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
