import type { Span } from '../../message/message.ts'

/** Put where something was left out for want of room. */
export const CUT = '…'

/** Discord identities of members who may be shown as a pill (never pinged: see `allowed_mentions`). */
export type Mentions = ReadonlyMap<string, string>

export interface Drawn {
  text: string
  /** Was anything left out? */
  cut: boolean
}

/**
 * Somebody's words, so that Discord shows exactly them: no mark-up, no mention, no emoji code, no masked link, no block.
 * Every ASCII punctuation mark may be escaped: https://github.com/discord/discord-api-docs, "Message formatting".
 */
export const escapeMarkdown = (said: string, opensLine = true): string =>
  atLineStarts(escapeMarks(cleaned(said)), opensLine)

/** The same, with whole web addresses kept as links to exactly what they say (`<https://…>` also stops previews). */
export function escapeKeepingLinks(said: string, opensLine = true): string {
  const text = cleaned(said)
  let out = ''
  let from = 0
  for (const match of text.matchAll(WEB_ADDRESS)) {
    const address = withoutTail(match[0])
    if (!URL.canParse(address)) continue
    out += `${escapeMarks(text.slice(from, match.index))}<${address}>`
    from = match.index + address.length
  }
  return atLineStarts(out + escapeMarks(text.slice(from)), opensLine)
}

/**
 * Spans as markdown of at most `max` characters; what does not fit ends in `…`. A time is the reader's own
 * (`<t:seconds:F>`), a member is a name.
 */
export function drawSpans(spans: readonly Span[], max: number, mentions: Mentions): Drawn {
  const whole = spans.reduce((out, span) => appended(out, span, mentions), '')
  if (whole.length <= max) return { text: whole, cut: false }

  let text = ''
  for (const span of spans) {
    const next = appended(text, span, mentions)
    if (next.length <= max - CUT.length) {
      text = next
      continue
    }
    if (span.type === 'plain' || span.type === 'bold' || span.type === 'italic' || span.type === 'code') {
      const before = text
      const beginning = (part: string) =>
        appended(before, { ...span, text: part }, mentions).slice(before.length)
      text += cutToFit(span.text, max - CUT.length - text.length, beginning)
    }
    break
  }
  return { text: text + CUT, cut: true }
}

/**
 * The longest beginning of `said` whose drawing fits into `max` characters. Never ends inside a character that people
 * see as one, nor inside a web address, which would become a link to somewhere else.
 */
export function cutToFit(said: string, max: number, draw: (part: string) => string): string {
  if (max <= 0) return ''
  let fits = 0
  // Drawing hardly ever shortens, so what lies far beyond cannot fit: 63,000 characters are not drawn sixteen times.
  let tooLong = Math.min(said.length, 2 * max + 64) + 1
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1
    if (draw(said.slice(0, middle)).length <= max) fits = middle
    else tooLong = middle
  }
  let end = wholeCharacters(said, fits)
  let drawn = draw(said.slice(0, end))
  while (drawn.length > max && end > 0) {
    end = wholeCharacters(said, end - 1)
    drawn = draw(said.slice(0, end))
  }
  return drawn
}

/** Plain words (a label, a description) of at most `max` characters, with a visible sign where they were cut. */
export function shortened(said: string, max: number): string {
  const text = cleaned(said)
  return text.length <= max ? text : text.slice(0, wholeCharacters(text, max - CUT.length)) + CUT
}

/** On one line: for a heading, a label, a title. */
export const onOneLine = (said: string): string => cleaned(said).replace(/\s+/gu, ' ').trim()

/** As JSON and Discord can carry it: no lone surrogates, no control characters, unclosed text directions closed. */
export function cleaned(said: string): string {
  const text = said
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what Discord refuses
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
  return /[\u202a-\u202e\u2066-\u2069]/.test(text) ? text.split('\n').map(closeDirections).join('\n') : text
}

function drawSpan(span: Span, mentions: Mentions, opensLine: boolean): string {
  switch (span.type) {
    case 'plain':
      return escapeKeepingLinks(span.text, opensLine)
    case 'bold':
      return wrapped(span.text, '**')
    case 'italic':
      return wrapped(span.text, '*')
    case 'code':
      return codeOf(span.text)
    case 'link':
      return linkOf(span.text, span.href)
    case 'member': {
      const identity = mentions.get(span.id)
      return identity !== undefined && /^\d+$/.test(identity)
        ? `<@${identity}>`
        : escapeMarkdown(span.name, opensLine)
    }
    case 'time': {
      const seconds = Math.floor(span.at / 1000)
      return Math.abs(seconds) <= LAST_SECOND ? `<t:${seconds}:F>` : escapeMarkdown(String(span.at))
    }
    default:
      throw new TypeError(`No such span: ${JSON.stringify(span satisfies never)}`)
  }
}

/** The last second that a JavaScript clock, and so every client, can show. */
const LAST_SECOND = 8_640_000_000_000

const MARKS = /[\\*_~|`<[\]@]/g
const escapeMarks = (text: string): string => text.replace(MARKS, '\\$&')

/** At the start of a line stand headings, quotes and lists. Two spans may make a number and its dot together. */
function atLineStarts(text: string, opensLine: boolean): string {
  const from = opensLine ? 0 : text.indexOf('\n')
  if (from < 0) return text
  const lines = text.slice(from)
  return (
    text.slice(0, from) +
    lines.replace(/^([^\S\n]*)([-+#>])/gm, '$1\\$2').replace(/^([^\S\n]*\d*)([.)])/gm, '$1\\$2')
  )
}

/** Addresses that hold none of the marks which could be taken for mark-up in any of Discord's parsers. */
const WEB_ADDRESS = /https?:\/\/[^\s<>\\`*|[\]{}"^]{1,2000}/giu

/** Without the punctuation that belongs to the sentence around it. */
function withoutTail(address: string): string {
  const bare = address.replace(/[.,:;!?'’”]+$/u, '')
  return bare.endsWith(')') && !bare.includes('(') ? withoutTail(bare.slice(0, -1)) : bare
}

/** Mark-up around each line apart, so that it cannot reach over a line's end; blanks stay outside, as Discord wants. */
const wrapped = (said: string, mark: string): string =>
  escapeMarkdown(said)
    .split('\n')
    .map((line) => {
      const words = line.trim()
      return words === '' ? line : line.replace(words, () => mark + words + mark)
    })
    .join('\n')

function codeOf(said: string): string {
  const text = onOneLine(said)
  if (text === '') return ''
  // A backtick would end the code, and a backslash cannot protect it there.
  return text.includes('`') || text.endsWith('\\') ? escapeMarkdown(text) : `\`${text}\``
}

function linkOf(said: string, href: string): string {
  const label = onOneLine(said)
  const address = safeAddress(href)
  if (address === undefined) {
    return label === onOneLine(href)
      ? escapeMarkdown(label)
      : escapeMarkdown(label === '' ? href : `${label} (${href})`)
  }
  if (label === '' || label === onOneLine(href)) return `<${address}>`
  // A label that names another address than the one it opens is spelled out (Discord refuses to mask it anyway).
  if (looksLikeAnother(label, address)) return `${escapeMarkdown(label)} (<${address}>)`
  return `[${escapeMarkdown(label)}](<${address}>)`
}

function safeAddress(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined
  const url = new URL(href)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  return url.href.replace(
    /[()<>\\*_~`|[\]\s]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  )
}

function looksLikeAnother(label: string, address: string): boolean {
  if (label.includes('://')) return true
  const named = /(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/u.exec(label)?.[0]?.toLowerCase()
  return named !== undefined && named !== new URL(address).hostname.replace(/^www\./, '')
}

/** What was drawn, and a span behind it. Two marks that meet (`**a***b*`) would be read as one. */
function appended(out: string, span: Span, mentions: Mentions): string {
  const line = out.slice(out.lastIndexOf('\n') + 1)
  const drawn = drawSpan(span, mentions, /^[\s\d]*$/.test(line))
  return out.endsWith('*') && drawn.startsWith('*') ? `${out}\u200b${drawn}` : out + drawn
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function wholeCharacters(text: string, index: number): number {
  if (index >= text.length) return text.length
  if (index <= 0) return 0
  // Only the neighbourhood counts: segmenting 60,000 characters for one boundary would take milliseconds.
  const from = Math.max(0, index - 64)
  const at = graphemes.segment(text.slice(from, index + 64)).containing(index - from)
  const end = from + (at?.index ?? index - from)
  const broken = /https?:\/\/\S*$/iu.exec(text.slice(Math.max(0, end - 2100), end))
  return broken && /\S/u.test(text.charAt(end)) ? end - broken[0].length : end
}

const OPENS: Record<string, string> = {
  '\u202a': '\u202c',
  '\u202b': '\u202c',
  '\u202d': '\u202c',
  '\u202e': '\u202c',
  '\u2066': '\u2069',
  '\u2067': '\u2069',
  '\u2068': '\u2069',
}

/** Text that was turned around (U+202E and its kin) ends with its own line's words, not with ours behind it. */
function closeDirections(line: string): string {
  const open: string[] = []
  let out = ''
  for (const character of line) {
    const closer = OPENS[character]
    if (closer !== undefined) open.push(closer)
    else if (character === '\u202c' || character === '\u2069') {
      if (open.at(-1) !== character) continue
      open.pop()
    }
    out += character
  }
  return out + open.reverse().join('')
}
