import { SECOND } from '../../kit/clock.ts'
import type { Http } from '../contract/http.ts'
import { PublishError } from '../contract/publish-error.ts'

/** What a page says of itself, for the card below a post. */
export interface LinkCard {
  uri: string
  title: string
  description: string
  image?: { bytes: Uint8Array; type: string }
}

const PATIENCE = 8 * SECOND
const LARGEST_PAGE = 3_000_000
/** https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/external.json */
const LARGEST_IMAGE = 1_000_000
const LONGEST = 300

/**
 * Reads the page behind a link. A card is an ornament: a page that can't be read has none, and the post goes out without.
 *
 * @throws PublishError only where the work was interrupted
 */
export async function readLinkCard(
  uri: string,
  { http, signal }: { http: Http; signal: AbortSignal },
): Promise<LinkCard | undefined> {
  const read = async (url: string, accept: string, maxBytes: number) => {
    try {
      const answer = await http.send({
        phase: 'prepare',
        name: 'read linked page',
        url,
        headers: { accept },
        signal,
        timeout: PATIENCE,
        maxBytes,
      })
      return { type: answer.header('content-type')?.toLowerCase() ?? '', bytes: answer.bytes }
    } catch (failed) {
      if (failed instanceof PublishError && !signal.aborted) return undefined
      throw failed
    }
  }

  const page = await read(uri, 'text/html', LARGEST_PAGE)
  if (!page?.type.startsWith('text/html')) return undefined
  const head = await headOf(decoded(page))
  const title = head.get('og:title') ?? head.get('title')
  if (title === undefined) return undefined
  const description = head.get('og:description') ?? head.get('description') ?? ''
  const card: LinkCard = { uri, title: shortened(title), description: shortened(description) }

  const picture = head.get('og:image')
  if (picture === undefined || !URL.canParse(picture, uri)) return card
  const image = await read(new URL(picture, uri).href, 'image/*', LARGEST_IMAGE)
  const type = /^image\/(?:png|jpeg|webp|gif)/.exec(image?.type ?? '')?.[0]
  return image && type ? { ...card, image: { bytes: image.bytes, type } } : card
}

function decoded({ type, bytes }: { type: string; bytes: Uint8Array }): string {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 2_000))
  const charset =
    /charset=["']?([\w-]+)/i.exec(type)?.[1] ?? /<meta[^>]+charset=["']?([\w-]+)/i.exec(start)?.[1]
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(bytes)
  } catch (unknown) {
    // A page may name a character set that does not exist.
    if (unknown instanceof RangeError) return new TextDecoder().decode(bytes)
    throw unknown
  }
}

/** What a page's head says: `<meta property|name content>` by name, and its title. The first of several counts. */
async function headOf(html: string): Promise<Map<string, string>> {
  // htmlparser2: reads pages as browsers do, entities and broken tags included, without building a tree. Loaded by the
  // first page, because it takes 16 MB.
  const { Parser } = await import('htmlparser2')
  const said = new Map<string, string>()
  const keep = (name: string, text: string | undefined): void => {
    const words = text?.replace(/\s+/g, ' ').trim()
    if (words && !said.has(name)) said.set(name, words)
  }
  let title: string | undefined
  const parser = new Parser({
    onopentag(tag, { property, name, content }) {
      if (tag === 'title') title ??= ''
      if (tag === 'meta') keep((property ?? name ?? '').toLowerCase(), content)
    },
    ontext(text) {
      if (title !== undefined && !said.has('title')) title += text
    },
    onclosetag(tag) {
      if (tag === 'title') keep('title', title)
    },
  })
  parser.end(html)
  return said
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)
