import { createHash } from 'node:crypto'
import { newId } from '../kit/ids.ts'
import { UserError } from '../kit/user-error.ts'
import { inspect } from '../library/inspect.ts'
import type { Media } from '../library/media.ts'
import { type Received, receive } from '../library/receive.ts'
import type { AttachedMedia } from '../posts/post.ts'
import type { Actor } from './actor.ts'
import { keepBytes } from './media-bytes.ts'
import { describe } from './post-form.ts'
import type { IncomingFile } from './surface.ts'
import { mustFitMedia } from './within-plan.ts'

/** The largest file that is kept (bytes). Platforms' own limits are checked beside the post. */
export const LARGEST_FILE = 512 * 1024 * 1024
/** A text longer than a chat's field comes as a file of this kind, and is words, not media. */
const WORDS = /\.(txt|md)$/i

/** What came with a line: media, kept at once, and words that were too long to type. */
export interface Attached {
  media: AttachedMedia[]
  text: string | undefined
}

/** Fetches, inspects and keeps what came with a line. @throws UserError for what can't be published anywhere */
async function attach(actor: Actor, files: readonly IncomingFile[]): Promise<Attached> {
  const attached: Attached = { media: [], text: undefined }
  for (const file of files) {
    if (WORDS.test(file.name)) {
      const bytes = await file.bytes()
      attached.text = new TextDecoder('utf-8', { fatal: false }).decode(bytes).replace(/^\uFEFF/, '')
      continue
    }
    const kept = await takeIn(actor, file.name, file.open ? await file.open() : [await file.bytes()])
    attached.media.push({ mediaId: kept.id, alt: file.alt ?? '' })
  }
  return attached
}

/** What a person says of a post's media, besides the files that came along. */
export interface MediaWords {
  /** Links, a line each. */
  media?: string | undefined
  /** Alt text, a line per picture; a line that begins with a link adds what is behind it, described by the rest. */
  alt?: string | undefined
}

/**
 * The media of a post once what was said of them is done: those it had, the files that came along, and what is behind links.
 *
 * @throws UserError for what can't be published anywhere, and for links that can't be read
 */
export async function attachSaid(
  actor: Actor,
  files: readonly IncomingFile[],
  { media, alt }: MediaWords,
  before: readonly AttachedMedia[] = [],
): Promise<Attached> {
  const { media: attached, text } = await attach(actor, files)
  const lines = alt?.split('\n').map((line) => line.trim())
  const described = describe([...before, ...attached], lines?.filter((line) => !LINK.test(line)).join('\n'))
  const links = [...(lines ?? []), ...(media ?? '').split(/\s+/)].filter((line) => LINK.test(line))
  if (links.length > MOST_LINKS)
    throw new UserError(`${links.length} links are more than a post can hold`, {
      wayOut: `Name ${MOST_LINKS} at most.`,
      field: 'media',
    })
  const linked: AttachedMedia[] = []
  for (const line of links) {
    const [link = '', ...words] = line.split(/\s+/)
    const { name, body } = await actor.bench.fetchFile(link)
    const kept = await takeIn(actor, name, body)
    linked.push({ mediaId: kept.id, alt: words.join(' ') })
  }
  return { media: [...described, ...linked], text }
}

/** Each is fetched while somebody waits. TikTok takes 35 pictures, more than any other. */
const MOST_LINKS = 35
const LINK = /^https?:\/\/\S/i

/** Takes a file in as it comes, so that a film is never in memory whole. */
const takeIn = (
  actor: Actor,
  filename: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Media> =>
  receive(
    source,
    {
      folder: actor.bench.incoming,
      largest: LARGEST_FILE,
      tooLarge: () =>
        new UserError(`"${filename}" is larger than 512 MB`, {
          wayOut: 'Make it smaller, or link to it.',
          field: 'files',
        }),
    },
    (received) => keep(actor, filename, received),
  )

async function keep(
  { bench, stores, workspace }: Actor,
  filename: string,
  received: Received,
): Promise<Media> {
  const { content, ...facts } = await inspect(filename, received.content)
  const changed = content instanceof Uint8Array && content !== received.content
  const sha256 = changed ? createHash('sha256').update(content).digest('hex') : received.sha256
  const size = changed ? content.byteLength : received.size
  const at = bench.clock.now()
  const known = await stores.media.take({ sha256 }, at)
  if (known === 'leaving')
    throw new UserError(`"${filename}" was here before, and is being cleared away just now`, {
      wayOut: 'Attach it again in half an hour.',
      field: 'files',
    })
  if (!known) await mustFitMedia(stores, bench, { filename, size })
  const media: Media = known ?? { id: newId(at), sha256, size, ...facts, filename, createdAt: at }
  // Before its bytes, so that none are kept of which no table knows: those would never be cleared away.
  if (!known) await stores.media.add(media)
  // What is known is kept again all the same: attaching a file anew is the way out where the storage lost it.
  await keepBytes(bench.blobs.of(workspace.id), { sha256, filename, type: facts.type }, content, bench.log)
  return media
}
