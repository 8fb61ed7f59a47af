import { DOMAIN_MENTION, type Entity, entitiesOf, graphemes, utf8Bytes } from '../contract/text.ts'

/** A part of a post's text that is more than words, by UTF-8 bytes. https://docs.bsky.app/docs/advanced-guides/post-richtext */
export interface Facet {
  index: { byteStart: number; byteEnd: number }
  features: [{ $type: string; uri?: string; did?: string; tag?: string }]
}

/** A tag begins a word, holds no space and is not all digits or punctuation; what ends it as punctuation is not its own. */
const TAG = /(?<=^|\s)[#＃]((?!\ufe0f)[^\s]*[^\d\s\p{P}][^\s]*?)(?=\p{P}*(?:\s|$))/gu
/** https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/richtext/facet.json */
const LONGEST_TAG = 64

/**
 * Links, mentions and tags of a post. Servers detect none of them, so this one reading makes both what is published and
 * what is shown before. It is Bluesky's own reading, but that what ends a sentence or stands in quotes or brackets is no
 * part of a link. (Bluesky's, in @atproto/api, takes 66 MB and a third of a second to load.)
 */
export const entitiesOfPost = (text: string): Entity[] =>
  entitiesOf(text, { bareLinks: true, mention: DOMAIN_MENTION, hashtag: TAG }).filter(
    ({ kind, value }) => kind !== 'hashtag' || graphemes(value) <= LONGEST_TAG,
  )

/** @param resolve a handle's DID, or undefined: who can't be found is not a mention */
export async function facetsOf(
  text: string,
  resolve: (handle: string) => Promise<string | undefined>,
): Promise<Facet[]> {
  const facets: Facet[] = []
  for (const entity of entitiesOfPost(text)) {
    const feature = await featureOf(entity, resolve)
    if (!feature) continue
    const byteStart = utf8Bytes(text.slice(0, entity.start))
    const byteEnd = byteStart + utf8Bytes(text.slice(entity.start, entity.end))
    facets.push({ index: { byteStart, byteEnd }, features: [feature] })
  }
  return facets
}

async function featureOf(
  { kind, value }: Entity,
  resolve: (handle: string) => Promise<string | undefined>,
): Promise<Facet['features'][0] | undefined> {
  switch (kind) {
    case 'link':
      return { $type: 'app.bsky.richtext.facet#link', uri: asciiAddress(value) }
    case 'hashtag':
      return { $type: 'app.bsky.richtext.facet#tag', tag: value }
    case 'mention': {
      const did = await resolve(value.toLowerCase())
      return did === undefined ? undefined : { $type: 'app.bsky.richtext.facet#mention', did }
    }
    default:
      return kind satisfies never
  }
}

/** Addresses are ASCII there; one that is already is left as it was written. */
const asciiAddress = (address: string): string =>
  /^[\x21-\x7e]+$/.test(address) || !URL.canParse(address) ? address : new URL(address).href
