import { z } from 'zod'
import { HOUR, instantOf, SECOND } from '../kit/clock.ts'
import { entitiesOfPost, type Facet, facetsOf } from './bluesky/facets.ts'
import { resolveHandle } from './bluesky/identity.ts'
import { readLinkCard } from './bluesky/link-card.ts'
import { endOfToken, postAddress, type RecordRef, recordKey } from './bluesky/record.ts'
import {
  Credentials,
  codeOf,
  ENTRYWAY,
  endSession,
  openSession,
  refreshSession,
  refusal,
  signedIn,
  xrpc,
} from './bluesky/session.ts'
import { forgetUploads, mediaEmbed, uploadBlob, uploadMedia } from './bluesky/uploads.ts'
import { checkLength, checkMedia, error } from './contract/media.ts'
import { inPart, publishedPart } from './contract/parts.ts'
import {
  definePlatform,
  type Finding,
  type Io,
  type MediaRules,
  type Metrics,
  type Progress,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import { type Entity, graphemes, spansWith, threadParts, utf8Bytes } from './contract/text.ts'

const Ref = z.object({ uri: z.string().startsWith('at://'), cid: z.string() })
const ReplyTarget = Ref.extend({
  value: z.object({ reply: z.object({ root: Ref }).optional().catch(undefined) }),
})
const Posts = z.object({
  posts: z.array(
    z.object({
      uri: z.string(),
      likeCount: z.number().optional(),
      repostCount: z.number().optional(),
      quoteCount: z.number().optional(),
      replyCount: z.number().optional(),
      bookmarkCount: z.number().optional(),
    }),
  ),
})

const POST = 'app.bsky.feed.post'
const GRAPHEMES = 300
const BYTES = 3000
/** images.json and video.json of https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/embed */
const MEDIA: MediaRules = {
  images: { max: 4, types: ['image/*'], maxBytes: 2_000_000 },
  videos: { max: 1, types: ['video/mp4'], maxBytes: 300_000_000 },
}
const MOST_URIS = 25

export default definePlatform<Credentials>({
  name: 'bluesky',
  label: 'Bluesky',
  apiUrl: ENTRYWAY,
  text: { limit: () => GRAPHEMES, count: countLongestPart, unit: 'graphemes' },
  media: MEDIA,
  postTypes: ['text', 'link', 'images', 'video', 'reply', 'thread'],
  options: [
    {
      kind: 'text',
      name: 'replyTo',
      label: 'Reply to',
      hint: 'The address of the post on Bluesky that this one answers',
      placeholder: 'https://bsky.app/profile/acme.bsky.social/post/3k…',
      required: false,
    },
  ],
  rates: {
    // 5,000 points an hour and 35,000 a day; a new record takes 3.
    account: [
      { posts: 1_666, per: HOUR },
      { posts: 11_666, per: 24 * HOUR },
    ],
    source: 'https://docs.bsky.app/docs/advanced-guides/rate-limits',
  },
  refusal,
  setUp: {
    operator:
      'Nothing: each person makes an app password in Bluesky’s own settings. Any server of the AT Protocol works.',
    source: 'https://bsky.app/settings/app-passwords',
  },

  connect: [
    {
      by: 'form',
      label: 'App password',
      fields: [
        {
          kind: 'text',
          name: 'identifier',
          label: 'Handle',
          placeholder: 'acme.bsky.social',
          required: true,
        },
        {
          kind: 'secret',
          name: 'password',
          label: 'App password',
          hint: 'Make one at bsky.app/settings/app-passwords; it is not the password you sign in with',
          required: true,
        },
        {
          kind: 'text',
          name: 'server',
          label: 'Server',
          hint: 'Only where the account is on a server of its own that can’t be found by its handle',
          placeholder: 'pds.example.com',
          required: false,
        },
      ],
      open: (values, io) =>
        openSession(said(values.identifier), said(values.password), said(values.server), io),
    },
  ],
  credentials: Credentials,
  expiresAt: ({ accessJwt }) => endOfToken(accessJwt),

  refresh: refreshSession,
  revoke: endSession,

  check({ text, media, options }) {
    const parts = threadParts(text)
    const findings: Finding[] = [
      ...parts.flatMap((part, index) => inPart(checkPart(part), index, parts.length)),
      ...checkMedia('Bluesky', media, MEDIA),
    ]
    if (text.trim() === '' && media.length === 0)
      findings.push(error('A post on Bluesky needs a text, an image or a video'))
    if (options.replyTo && !postAddress(options.replyTo)) {
      findings.push(error('“Reply to” is not the address of a post on Bluesky'))
    }
    return findings
  },

  face: () => ({ accent: '#1185fe', text: 'above', single: { min: 1 / 2, max: 3 }, several: 'mosaic' }),
  show: (text) => spansWith(text, entitiesOfPost(text), hrefOf),

  parts: ({ text }) => threadParts(text).length,

  async prepare(publication, io, progress) {
    await uploadMedia(publication, io, progress)
    if (!progress.get(FACETS)) {
      const resolve = (handle: string) => resolveHandle(handle, io.credentials.service, asking(io))
      const facets: Facet[][] = []
      for (const part of threadParts(publication.text)) facets.push(await facetsOf(part, resolve))
      await progress.keep(FACETS, facets)
    }
    // Null only where an earlier attempt has let go of it: `false` says that there is none.
    if (publication.media.length === 0 && progress.get(CARD) == null) {
      await progress.keep(CARD, (await cardOf(publication, io)) ?? false)
    }
    if (publication.options.replyTo && !progress.get(REPLY)) {
      await progress.keep(REPLY, await replyRefs(publication.options.replyTo, io))
    }
  },

  async commit(publication, io, progress, part) {
    try {
      const { data } = await io.http.send({
        ...signedIn(io, 'putRecord'),
        phase: 'commit',
        url: xrpc(io.credentials.service, 'com.atproto.repo.putRecord'),
        body: {
          json: {
            repo: io.credentials.did,
            collection: POST,
            rkey: partKey(publication, part),
            record: recordOf(publication, progress, part),
          },
        },
        answer: Ref,
      })
      return published(data, io)
    } catch (refused) {
      if (!(refused instanceof PublishError) || refused.code !== 'BlobNotFound') throw refused
      // The server collects uploads that no record names. They are uploaded again by the next try.
      await forgetUploads(publication, progress)
      await progress.keep(CARD, null)
      throw new PublishError('bluesky', { do: 'retry' }, 'Bluesky no longer has the uploaded files', {
        code: refused.code,
      })
    }
  },

  look: {
    says: 'reads the record by the key that was chosen for it; writing it again makes no second post',
    repeatableFor: Number.POSITIVE_INFINITY,
    trustAfter: 2 * SECOND,
    async find(publication, io, _progress, part) {
      const found = await io.http.find({
        ...signedIn(io, 'getRecord'),
        phase: 'look',
        url: xrpc(io.credentials.service, 'com.atproto.repo.getRecord'),
        query: { repo: io.credentials.did, collection: POST, rkey: partKey(publication, part) },
        answer: Ref,
        absent: isNoRecord,
      })
      return found ? published(found.data, io) : 'absent'
    },
  },

  metrics: {
    names: ['likes', 'comments', 'shares', 'saves'],
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      for (let from = 0; from < remotes.length; from += MOST_URIS) {
        // The account's server passes this on to the network's index, where it has one.
        const answer = await io.http.find({
          ...signedIn(io, 'getPosts'),
          phase: 'look',
          url: xrpc(io.credentials.service, 'app.bsky.feed.getPosts'),
          query: { uris: remotes.slice(from, from + MOST_URIS).map(({ remoteId }) => remoteId) },
          answer: Posts,
          absent: ({ status }) => status === 501,
        })
        for (const post of answer?.data.posts ?? []) found.set(post.uri, metricsOf(post))
      }
      return found
    },
  },

  async remove({ remoteId }, io) {
    await io.http.send({
      ...signedIn(io, 'deleteRecord'),
      phase: 'prepare',
      url: xrpc(io.credentials.service, 'com.atproto.repo.deleteRecord'),
      body: { json: { repo: io.credentials.did, collection: POST, rkey: remoteId.split('/').at(-1) } },
    })
  },
})

/** The card of the first link in a text without media, as the record wants it; undefined where there is none. */
async function cardOf({ text }: Publication, io: Io<Credentials>): Promise<unknown> {
  const [first = ''] = threadParts(text)
  const link = entitiesOfPost(first).find(({ kind }) => kind === 'link')
  const card = link && (await readLinkCard(link.value, io))
  if (!card) return undefined
  const { image, ...external } = card
  return image ? { ...external, thumb: await uploadBlob(image.bytes, image.type, io) } : external
}

/** What a reply names: the post it answers and the one that began the thread. */
async function replyRefs(address: string, io: Io<Credentials>): Promise<Reply> {
  const { service } = io.credentials
  const gone = new PublishError('bluesky', { do: 'edit' }, 'The post to reply to is not on Bluesky', {
    code: 'RecordNotFound',
  })
  const target = postAddress(address)
  const repo = target && (await resolveHandle(target.who, service, asking(io)))
  if (!target || repo === undefined) throw gone
  const found = await io.http.find({
    ...signedIn(io, 'getRecord'),
    phase: 'prepare',
    url: xrpc(service, 'com.atproto.repo.getRecord'),
    query: { repo, collection: POST, rkey: target.rkey },
    answer: ReplyTarget,
    absent: isNoRecord,
  })
  if (!found) throw gone
  const { uri, cid, value } = found.data
  return { root: value.reply?.root ?? { uri, cid }, parent: { uri, cid } }
}

/** The record, the same in every attempt: else a repeat would be another post in the same place. */
function recordOf(publication: Publication, progress: Progress, part: number): Record<string, unknown> {
  const { text, at } = publication
  const facets = progress.get<Facet[][]>(FACETS)?.[part] ?? []
  const reply = part === 0 ? progress.get<Reply>(REPLY) : threadReply(progress, part)
  const external = progress.get(CARD)
  // A thread's media and card stand with its first part.
  const embed =
    mediaEmbed(publication, progress) ?? (external && { $type: 'app.bsky.embed.external', external })
  return {
    $type: POST,
    text: threadParts(text)[part],
    createdAt: instantOf(at + part).toString(),
    ...(facets.length > 0 ? { facets } : {}),
    ...(reply ? { reply } : {}),
    ...(embed && part === 0 ? { embed } : {}),
  }
}

interface Reply {
  root: RecordRef
  parent: RecordRef
}

/** A thread's later part answers the one before it; both are in the thread of the first. */
function threadReply(progress: Progress, part: number): Reply {
  const refOf = (published: Published | undefined): RecordRef => {
    const cid = published?.facts?.cid
    if (published && typeof cid === 'string') return { uri: published.remoteId, cid }
    throw new PublishError('bluesky', { do: 'retry' }, 'The thread’s part before this one is not known', {
      code: 'PART_MISSING',
    })
  }
  const parent = refOf(publishedPart(progress, part - 1))
  return { root: progress.get<Reply>(REPLY)?.root ?? refOf(publishedPart(progress, 0)), parent }
}

/** Each part has a key of its own, a millisecond behind the one before it, so that they sort as they are read. */
const partKey = ({ key, at }: Publication, part: number): string =>
  recordKey(part === 0 ? key : `${key}#${part}`, at + part)

/** Of a thread, the part that is nearest to the limit. */
function countLongestPart(text: string): number {
  return Math.max(...threadParts(text).map(graphemes))
}

const checkPart = (part: string): Finding[] => [
  ...checkLength('Bluesky', graphemes(part), GRAPHEMES, 'graphemes'),
  ...checkLength('Bluesky', utf8Bytes(part), BYTES, 'bytes'),
]

const FACETS = 'facets'
const REPLY = 'reply'
const CARD = 'card'

const published = ({ uri, cid }: RecordRef, io: Io<Credentials>): Published => ({
  remoteId: uri,
  url: `https://bsky.app/profile/${io.account.handle}/post/${uri.split('/').at(-1)}`,
  facts: { cid },
})

const metricsOf = (post: z.infer<typeof Posts>['posts'][number]): Metrics => ({
  likes: post.likeCount ?? 0,
  comments: post.replyCount ?? 0,
  shares: (post.repostCount ?? 0) + (post.quoteCount ?? 0),
  ...(post.bookmarkCount === undefined ? {} : { saves: post.bookmarkCount }),
})

function hrefOf({ kind, value }: Entity): string {
  switch (kind) {
    case 'link':
      return value
    case 'mention':
      return `https://bsky.app/profile/${value}`
    case 'hashtag':
      return `https://bsky.app/hashtag/${encodeURIComponent(value)}`
    default:
      return kind satisfies never
  }
}

const asking = ({ http, signal }: Io<Credentials>) => ({ http, signal, phase: 'prepare' }) as const

const isNoRecord = ({ body }: { body: unknown }): boolean => codeOf(body) === 'RecordNotFound'

const said = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
