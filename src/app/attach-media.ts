import { createHash } from 'node:crypto'
import { newId } from '../kit/ids.ts'
import { UserError } from '../kit/user-error.ts'
import { inspect } from '../library/inspect.ts'
import type { Media } from '../library/media.ts'
import { type Received, receive } from '../library/receive.ts'
import type { AttachedMedia } from '../posts/post.ts'
import type { Actor } from './actor.ts'
import { postText } from './args.ts'
import { keepBytes } from './media-bytes.ts'
import { describe } from './post-form.ts'
import type { IncomingFile } from './surface.ts'
import { mustFitMedia } from './within-plan.ts'

/** The largest file that is kept (bytes). Platforms' own limits are checked beside the post. */
export const LARGEST_FILE = 512 * 1024 * 1024
/** A text longer than a chat's field comes as a file of this kind, and is words, not media. */
const WORDS = /\.(txt|md)$/i

/** What a post is made of, once its files are taken in. */
export interface Attached {
  media: AttachedMedia[]
  /** What was typed, or what a file of words says; undefined where there is neither. */
  text: string | undefined
}

/** What a person says of a post's words and media, besides the files that came along. */
export interface SaidContent {
  text?: string | undefined
  /** Links, a line each. */
  media?: string | undefined
  /** Alt text, a line per picture; a line that begins with a link adds what is behind it, described by the rest. */
  alt?: string | undefined
}

/**
 * The words and media of a post once what was said of them is done: the media it had, the files that came along, and
 * what is behind links.
 *
 * @throws UserError for what can't be published anywhere, for links that can't be read, and for more than one text
 */
export async function attachSaid(
  actor: Actor,
  files: readonly IncomingFile[],
  said: SaidContent,
  before: { text: string; media: readonly AttachedMedia[] } = { text: '', media: [] },
): Promise<Attached> {
  const words = files.filter(({ name }) => WORDS.test(name))
  // Before anything is taken in: what is refused leaves no media behind.
  const text = await oneText(words, said.text, before.text)
  const attached: AttachedMedia[] = []
  for (const file of files) {
    if (words.includes(file)) continue
    const kept = await takeIn(actor, file.name, file.open ? await file.open() : [await file.bytes()])
    attached.push({ mediaId: kept.id, alt: file.alt ?? '' })
  }
  const lines = said.alt?.split('\n').map((line) => line.trim())
  const described = describe(
    [...before.media, ...attached],
    lines?.filter((line) => !LINK.test(line)).join('\n'),
  )
  const links = [...(lines ?? []), ...(said.media ?? '').split(/\s+/)].filter((line) => LINK.test(line))
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

/**
 * What was typed, or the words of the file that came instead.
 *
 * @param before the text that a form of this post had in it: sent back unchanged, it was not typed
 * @throws UserError where one of two texts would be lost
 */
async function oneText(
  [file, another]: readonly IncomingFile[],
  typed: string | undefined,
  before: string,
): Promise<string | undefined> {
  if (!file) return typed
  if (another)
    throw new UserError(`${file.name} and ${another.name} are two texts, and a post has one`, {
      wayOut: 'Attach one of them.',
      field: 'files',
    })
  const words = postText.safeParse(
    new TextDecoder('utf-8', { fatal: false }).decode(await file.bytes()).replace(/^\uFEFF/, ''),
  )
  if (!words.success)
    throw new UserError(`${file.name}: ${words.error.issues[0]?.message}`, { field: 'files' })
  const kept = ['', before, words.data].map(inLines)
  if (typed !== undefined && !kept.includes(inLines(typed)))
    throw new UserError(`Either write the text or attach ${file.name}, not both`, {
      wayOut: 'Nothing was changed; send it again with one of them.',
      field: 'text',
    })
  return words.data
}

/** As it comes back from a form's field. */
const inLines = (text: string): string => text.replace(/\r\n?/g, '\n').trim()

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
