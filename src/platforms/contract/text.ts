// linkify-it: finds links as people write them, with Unicode and balanced brackets; kept up by markdown-it.
import { LinkifyIt } from 'linkify-it'
// tlds: IANA's list of top-level domains, so that `hello.world` is a link and `hello.there` is none.
import tlds from 'tlds' with { type: 'json' }
import type { Span } from '../../message/message.ts'

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** How many characters a reader sees: 👨‍👩‍👧 is one. */
export function graphemes(text: string): number {
  let count = 0
  for (const _ of segmenter.segment(text)) count += 1
  return count
}

export const utf8Bytes = (text: string): number => Buffer.byteLength(text)

/** Words as far as they are the same however a platform gives their spaces and accents back. */
export const oneLine = (words: string | null | undefined): string =>
  (words ?? '').normalize('NFC').replace(/\s+/g, ' ').trim()

const THREAD_BREAK = /^[ \t]*---[ \t]*\r?$/m

/** The parts of a thread: what stands between lines that are nothing but `---`. The text as it is where there is no such line. */
export function threadParts(text: string): string[] {
  if (!THREAD_BREAK.test(text)) return [text]
  const parts = text
    .split(THREAD_BREAK)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return parts.length === 0 ? [''] : parts
}

/** A part of a text, by UTF-16 offsets as strings have them; `end` is exclusive. */
export interface Entity {
  kind: 'link' | 'mention' | 'hashtag'
  start: number
  end: number
  /** The link's full address; the mention without its `@`; the tag without its `#`. */
  value: string
}

export interface TextReading {
  /** Does `example.com` count as a link, or only what starts with `https://`? */
  bareLinks: boolean
  /** Who can be mentioned: its first group is the name without the `@`. Has the flags `g` and `u`. */
  mention?: RegExp
  hashtag?: RegExp
}

/** What begins a mention or a hashtag may not follow a letter, a digit or what belongs to an address. */
const BEFORE = String.raw`(?<![\p{L}\p{N}\p{M}_/@#&.\-])`

/** `@handle.bsky.social`: a domain name. */
export const DOMAIN_MENTION = new RegExp(
  String.raw`${BEFORE}@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(?![\p{L}\p{N}_])`,
  'giu',
)
/** `@user` and `@user@server.example`. */
export const SERVER_MENTION = new RegExp(
  String.raw`${BEFORE}@([a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?(?:@[\p{L}\p{N}.-]+[\p{L}\p{N}]+)?)`,
  'giu',
)
/** `#` and letters, marks, digits and underscores, of which one is no digit. */
export const HASHTAG = new RegExp(
  String.raw`${BEFORE}[#＃]([\p{L}\p{M}\p{N}_]*[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*)`,
  'gu',
)

const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false, tlds })
  .add('ftp:', null)
  .add('mailto:', null)
  .add('//', null)
const linkifyWithScheme = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: false })
  .add('ftp:', null)
  .add('mailto:', null)
  .add('//', null)

/** Links, mentions and hashtags in their order; none overlaps another, and a link wins over what is inside it. */
export function entitiesOf(text: string, reading: TextReading): Entity[] {
  const found: Entity[] = linksOf(text, reading.bareLinks)
  const add = (kind: Entity['kind'], pattern: RegExp | undefined): void => {
    if (!pattern) return
    for (const match of text.matchAll(pattern)) {
      const [whole, value = ''] = match
      const entity: Entity = { kind, start: match.index, end: match.index + whole.length, value }
      if (!found.some((other) => entity.start < other.end && other.start < entity.end)) found.push(entity)
    }
  }
  add('mention', reading.mention)
  add('hashtag', reading.hashtag)
  return found.sort((a, b) => a.start - b.start)
}

/** The links of a text, with their full addresses. A mention such as `@acme.example` is none. */
export function linksOf(text: string, bareLinks: boolean): Entity[] {
  const finder = bareLinks ? linkify : linkifyWithScheme
  return (finder.match(text) ?? [])
    .filter((match) => match.schema !== '' || !/[@#]$/.test(text.slice(0, match.index)))
    .map((match) => ({
      kind: 'link',
      start: match.index,
      end: match.lastIndex,
      // linkify-it reads a bare domain as http; every browser would try https first.
      value: match.schema === '' ? match.url.replace(/^http:/, 'https:') : match.url,
    }))
}

/** Replaces each entity's words by what `as` makes of it, for counting; undefined leaves it. */
export function withEntities(
  text: string,
  entities: readonly Entity[],
  as: (entity: Entity) => string | undefined,
): string {
  let rest = 0
  let result = ''
  for (const entity of entities) {
    result += text.slice(rest, entity.start) + (as(entity) ?? text.slice(entity.start, entity.end))
    rest = entity.end
  }
  return result + text.slice(rest)
}

/** The text as spans: entities that `href` knows an address for become links that show what was written. */
export function spansWith(
  text: string,
  entities: readonly Entity[],
  href: (entity: Entity) => string | undefined,
): Span[] {
  const spans: Span[] = []
  let rest = 0
  const plain = (until: number): void => {
    if (until > rest) spans.push({ type: 'plain', text: text.slice(rest, until) })
  }
  for (const entity of entities) {
    const address = href(entity)
    if (address === undefined) continue
    plain(entity.start)
    spans.push({ type: 'link', text: text.slice(entity.start, entity.end), href: address })
    rest = entity.end
  }
  plain(text.length)
  return spans
}
