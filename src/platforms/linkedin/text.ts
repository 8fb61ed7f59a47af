import type { Span } from '../../message/message.ts'
import { type Entity, entitiesOf, HASHTAG, oneLine, spansWith, withEntities } from '../contract/text.ts'

/** A mention as LinkedIn writes it, which people type so too: `@[Acme](urn:li:organization:1)`. */
const MENTION = /@\[([^\]\n]+)\]\((urn:li:(?:organization|person):[\w-]+)\)/gu

/** https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format: all of these are reserved. */
const RESERVED = /[\\|{}@[\]()<>#*_~]/g

const escaped = (words: string): string => words.replace(RESERVED, '\\$&')

/** A text as `commentary`: everything that is reserved is escaped, but real mentions and hashtags. One bare bracket would cut the post. */
export function littleText(text: string): string {
  let result = ''
  let rest = 0
  for (const match of text.matchAll(MENTION)) {
    result += withoutMentions(text.slice(rest, match.index)) + match[0]
    rest = match.index + match[0].length
  }
  return result + withoutMentions(text.slice(rest))
}

function withoutMentions(text: string): string {
  const tags = tagsOf(text)
  let rest = 0
  let result = ''
  for (const { start, end, value } of tags) {
    result += `${escaped(text.slice(rest, start))}{hashtag|\\#|${escaped(value)}}`
    rest = end
  }
  return result + escaped(text.slice(rest))
}

/** Hashtags that are not part of a link. */
const tagsOf = (text: string): Entity[] =>
  entitiesOf(text, { bareLinks: true, hashtag: HASHTAG }).filter(({ kind }) => kind === 'hashtag')

/** What people wrote, from `commentary` as LinkedIn gives it back: the inverse of `littleText`, and of what LinkedIn makes of it. */
export const plainText = (commentary: string): string =>
  commentary
    .replace(/\{hashtag\|(?:\\#|#|＃)\|((?:\\.|[^}])*)\}/gu, '#$1')
    .replace(/\\([\\|{}@[\]()<>#*_~])/g, '$1')

/** Are these the same words, however their spaces came back? */
export const isSameText = (sent: string, commentary: string): boolean =>
  oneLine(plainText(commentary)) === oneLine(sent) || oneLine(commentary) === oneLine(sent)

/** The text as LinkedIn shows it. */
export const showPost = (text: string): Span[] =>
  spansWith(text, mentionsAnd(text), ({ kind, value }) =>
    kind === 'hashtag'
      ? `https://www.linkedin.com/feed/hashtag/?keywords=${encodeURIComponent(value)}`
      : value,
  )

function mentionsAnd(text: string): Entity[] {
  const mentions: Entity[] = [...text.matchAll(MENTION)].map((match) => ({
    kind: 'mention',
    start: match.index,
    end: match.index + match[0].length,
    value: addressOf(match[2] ?? ''),
  }))
  // What is inside a mention is neither link nor hashtag.
  const blank = withEntities(text, mentions, ({ start, end }) => ' '.repeat(end - start))
  return [...mentions, ...entitiesOf(blank, { bareLinks: true, hashtag: HASHTAG })].sort(
    (a, b) => a.start - b.start,
  )
}

const addressOf = (urn: string): string => {
  const id = urn.split(':').at(-1) ?? ''
  return urn.includes(':organization:')
    ? `https://www.linkedin.com/company/${id}`
    : `https://www.linkedin.com/in/${id}`
}
