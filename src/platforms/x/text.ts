import { createRequire } from 'node:module'
// twitter-text: X's own reading of a text; it alone counts and finds links as X does.
import type twitterText from 'twitter-text'
import type { Span } from '../../message/message.ts'
import { type Entity, spansWith } from '../contract/text.ts'

const load = createRequire(import.meta.url)
let loaded: typeof twitterText | undefined

/** Loaded when a text is first read: it takes 73 ms and 26 MB, which only those who post to X should pay. */
function twitter(): typeof twitterText {
  loaded ??= load('twitter-text') as typeof twitterText
  return loaded
}

/** The weighted length: an emoji or a CJK letter is 2, every link 23. https://docs.x.com/fundamentals/counting-characters */
export const weightedLength = (text: string): number => twitter().parseTweet(text).weightedLength

export const cashtagsOf = (text: string): string[] => [...new Set(twitter().extractCashtags(text))]

/** The links of a text, `example.com` among them, as they were written. */
export const linksOfPost = (text: string): string[] => twitter().extractUrls(text)

/** The text as X shows it: links, mentions, hashtags and cashtags lead somewhere. */
export const showPost = (text: string): Span[] =>
  spansWith(text, twitter().extractEntitiesWithIndices(text).map(entityOf), ({ value }) => value)

/** What `spansWith` needs, with the address where it leads as its value. */
function entityOf(found: ReturnType<typeof twitterText.extractEntitiesWithIndices>[number]): Entity {
  const [start, end] = found.indices
  if ('url' in found) {
    const value = /^https?:/i.test(found.url) ? found.url : `https://${found.url}`
    return { kind: 'link', start, end, value }
  }
  if ('hashtag' in found) {
    return {
      kind: 'hashtag',
      start,
      end,
      value: `https://x.com/hashtag/${encodeURIComponent(found.hashtag)}`,
    }
  }
  if ('cashtag' in found) {
    return {
      kind: 'hashtag',
      start,
      end,
      value: `https://x.com/search?q=${encodeURIComponent(`$${found.cashtag}`)}`,
    }
  }
  const list = 'listSlug' in found && found.listSlug ? found.listSlug : ''
  return { kind: 'mention', start, end, value: `https://x.com/${found.screenName}${list}` }
}

/** A post as X lists it: `&` and angle brackets written as HTML does, each link shortened, each file a link of its own. */
export interface ListedText {
  text: string
  links: readonly {
    expanded_url?: string | null | undefined
    media_key?: string | null | undefined
  }[]
}

/** Is what X lists the text that was sent? */
export function isSameText(sent: string, { text, links }: ListedText): boolean {
  const listed = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  if (wordsOf(sent) !== wordsOf(listed)) return false
  const there = links.flatMap(({ media_key, expanded_url }) =>
    media_key || !expanded_url || /\/(?:photo|video)\/\d+$/.test(expanded_url)
      ? []
      : [plainAddress(expanded_url)],
  )
  const here = linksOfPost(sent)
  // Where X names no addresses, its shortened ones tell at least that there are any.
  if (linksOfPost(listed).length < here.length) return false
  return here.every((link, index) => there[index] === undefined || there[index] === plainAddress(link))
}

/** A text without its links, on one line: X shortens them, and adds one for each file. */
const wordsOf = (text: string): string => {
  const links = twitter().extractUrlsWithIndices(text)
  const without = links.reduceRight(
    (rest, { indices: [start, end] }) => `${rest.slice(0, start)} ${rest.slice(end)}`,
    text.normalize('NFC'),
  )
  return without.replace(/\s+/g, ' ').trim()
}

function plainAddress(link: string): string {
  const url = /^https?:/i.test(link) ? link : `https://${link}`
  if (!URL.canParse(url)) return link
  const { host, pathname, search } = new URL(url)
  return `${host.replace(/^www\./, '')}${pathname.replace(/\/$/, '')}${search}`
}
