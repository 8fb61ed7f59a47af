import { z } from 'zod'
import { MINUTE, SECOND } from '../kit/clock.ts'
import { checkLength, checkMedia, error } from './contract/media.ts'
import { inPart, publishedPart } from './contract/parts.ts'
import {
  type Draft,
  definePlatform,
  type Finding,
  type Io,
  type MediaItem,
  type Metrics,
  type Progress,
  type Publication,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import type { ReadRefusal } from './contract/refusal.ts'
import { type Entity, graphemes, spansWith, threadParts } from './contract/text.ts'
import { untilDone, type Working } from './contract/working.ts'
import { Credentials, openAccount, registerClient, SCOPES, serverTyped } from './mastodon/connect.ts'
import { findStatus } from './mastodon/find.ts'
import { countStatus, entitiesOfStatus, limitsOf, mediaRulesOf } from './mastodon/instance.ts'
import { mediaStep, type Upload } from './mastodon/media.ts'
import { published, Status, signedIn } from './mastodon/status.ts'

const Attachment = z.object({ id: z.string().min(1), url: z.string().nullish() })
const Counts = z.object({
  favourites_count: z.number(),
  reblogs_count: z.number(),
  replies_count: z.number(),
  quotes_count: z.number().optional(),
})

/** A file that the server still works on is asked about for this long (ms); then the next attempt goes on asking. */
const MEDIA_PATIENCE = 30 * SECOND
/** A token that may not do this, and an account that is frozen, are both put right by signing in again. */
const refusal: ReadRefusal = ({ status }) => (status === 403 ? { next: { do: 'reconnect' } } : undefined)

export default definePlatform<Credentials>({
  name: 'mastodon',
  label: 'Mastodon',
  text: {
    limit: (facts) => limitsOf(facts).maxCharacters,
    count: (text, facts) => Math.max(...threadParts(text).map((part) => countStatus(part, limitsOf(facts)))),
    unit: 'characters',
  },
  media: mediaRulesOf(limitsOf({})),
  mediaFor: (_draft, facts) => mediaRulesOf(limitsOf(facts)),
  postTypes: ['text', 'link', 'images', 'video', 'thread'],
  options: [
    {
      kind: 'choice',
      name: 'visibility',
      label: 'Who can see it',
      required: false,
      options: [
        { label: 'Everybody', value: 'public' },
        { label: 'Everybody, but not in the public timelines', value: 'unlisted' },
        { label: 'Followers', value: 'private' },
      ],
    },
    {
      kind: 'text',
      name: 'contentWarning',
      label: 'Content warning',
      hint: 'Shown instead of the text until somebody opens it',
      required: false,
    },
    {
      kind: 'text',
      name: 'language',
      label: 'Language',
      hint: 'Its two letters (ISO 639-1)',
      placeholder: 'en',
      required: false,
    },
  ],
  rates: {
    // 300 calls in 5 minutes; a post with media takes several, and media have 30 in 30 minutes of their own.
    account: [{ posts: 100, per: 5 * MINUTE }],
    source: 'https://docs.joinmastodon.org/api/rate-limits/',
  },
  refusal,
  setUp: {
    operator:
      'Nothing: Crier registers itself at each server. A token from the server’s own settings does as well.',
    source: 'https://docs.joinmastodon.org/client/token/',
  },

  connect: [
    {
      by: 'form',
      label: 'Access token',
      fields: [
        { kind: 'text', name: 'server', label: 'Server', placeholder: 'mastodon.social', required: true },
        {
          kind: 'secret',
          name: 'token',
          label: 'Access token',
          hint: `On the server, Preferences, Development, New application, with ${SCOPES.map(({ name }) => name).join(', ')}`,
          required: true,
        },
      ],
      open: async (values, io) =>
        openAccount(
          serverTyped(values.server, io.apiUrl),
          typeof values.token === 'string' ? values.token.trim() : '',
          io,
        ),
    },
    {
      by: 'oauth',
      label: 'Sign in at the server',
      fields: [
        { kind: 'text', name: 'server', label: 'Server', placeholder: 'mastodon.social', required: true },
      ],
      scopes: SCOPES,
      pkce: true,
      server: async (values, io) => registerClient(serverTyped(values.server, io.apiUrl), io),
      accounts: async (tokens, values, io) => [
        await openAccount(serverTyped(values.server, io.apiUrl), tokens.accessToken, io, io.server.client),
      ],
    },
  ],
  credentials: Credentials,

  async revoke({ http, credentials: { server, token, client }, signal }) {
    // Only the application that a token was given to may end it.
    if (!client) return
    await http.find({
      phase: 'prepare',
      name: 'revoke token',
      url: `${server}/oauth/revoke`,
      body: { json: { client_id: client.id, client_secret: client.secret, token } },
      signal,
    })
  },

  check(draft, facts) {
    const limits = limitsOf(facts)
    const warningLength = graphemes(draft.options.contentWarning ?? '')
    const parts = threadParts(draft.text)
    const findings: Finding[] = [
      ...parts.flatMap((part, index) => {
        const count = countStatus(part, limits) + warningLength
        return inPart(checkLength('Mastodon', count, limits.maxCharacters, 'characters'), index, parts.length)
      }),
      ...checkMedia('Mastodon', draft.media, mediaRulesOf(limits)),
    ]
    if (draft.text.trim() === '' && draft.media.length === 0) {
      findings.push(error('A post on Mastodon needs a text or an image'))
    }
    return [...findings, ...checkOptions(draft)]
  },

  face: () => ({
    accent: '#6364ff',
    text: 'above',
    avatar: 'square',
    single: { min: 1 / 2, max: 3 },
    several: 'mosaic',
  }),
  show: (text) => spansWith(text, entitiesOfStatus(text), hrefOf),

  parts: ({ text }) => threadParts(text).length,

  async prepare(publication, io, progress) {
    for (const item of publication.media) {
      const step = mediaStep(item.mediaId)
      const kept = progress.get<Upload>(step)
      if (kept?.ready) continue
      const upload = kept ?? (await uploadMedia(item, io))
      await progress.keep(step, upload)
      if (!upload.ready) await waitForMedia(upload, item, io, progress)
    }
  },

  async commit(publication, io, progress, part) {
    const { data } = await io.http.send({
      ...signedIn(io, 'create status'),
      phase: 'commit',
      url: `${io.credentials.server}/api/v1/statuses`,
      headers: { 'idempotency-key': part === 0 ? publication.key : `${publication.key}#${part}` },
      body: { json: statusOf(publication, progress, part) },
      answer: Status,
    })
    return published(data)
  },

  look: {
    says: 'sends the post again with its key within the hour, which makes no second one; later it reads the account’s own posts',
    // The server keeps keys "up to 1 hour": https://docs.joinmastodon.org/methods/statuses/#create
    repeatableFor: 50 * MINUTE,
    trustAfter: 30 * SECOND,
    find: findStatus,
  },

  metrics: {
    names: ['likes', 'comments', 'shares'],
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      for (const { remoteId } of remotes) {
        const answer = await io.http.find({
          ...signedIn(io, 'read status'),
          phase: 'look',
          url: `${io.credentials.server}/api/v1/statuses/${encodeURIComponent(remoteId)}`,
          answer: Counts,
        })
        if (!answer) continue
        const {
          favourites_count: likes,
          replies_count: comments,
          reblogs_count,
          quotes_count = 0,
        } = answer.data
        found.set(remoteId, { likes, comments, shares: reblogs_count + quotes_count })
      }
      return found
    },
  },

  async remove({ remoteId }, io) {
    await io.http.find({
      ...signedIn(io, 'delete status'),
      phase: 'prepare',
      method: 'DELETE',
      url: `${io.credentials.server}/api/v1/statuses/${encodeURIComponent(remoteId)}`,
    })
  },
})

async function uploadMedia(item: MediaItem, io: Io<Credentials>): Promise<Upload> {
  const { status, data } = await io.http.send({
    ...signedIn(io, 'upload media'),
    phase: 'prepare',
    url: `${io.credentials.server}/api/v2/media`,
    body: {
      multipart: [
        { name: 'file', bytes: await item.bytes(), type: item.type, filename: item.filename },
        ...(item.alt === '' ? [] : [{ name: 'description', value: item.alt }]),
      ],
    },
    answer: Attachment,
  })
  // 202: taken, and still being worked on. https://docs.joinmastodon.org/methods/media/#v2
  return { id: data.id, ready: status !== 202 }
}

async function waitForMedia(
  { id }: Upload,
  { mediaId, filename }: MediaItem,
  io: Io<Credentials>,
  progress: Progress,
): Promise<void> {
  const asked = async (): Promise<Working<Upload>> => {
    const answer = await io.http.find({
      ...signedIn(io, 'read media'),
      phase: 'prepare',
      url: `${io.credentials.server}/api/v1/media/${encodeURIComponent(id)}`,
      answer: Attachment,
    })
    if (answer) return answer.status === 200 ? { done: { id, ready: true } } : { wait: SECOND }
    // Uploads that no post names are collected after a day: the next attempt uploads it again.
    await progress.keep(mediaStep(mediaId), null)
    throw new PublishError('mastodon', { do: 'retry' }, `Mastodon no longer has ${filename}`, { code: '404' })
  }
  const platform = { name: 'mastodon', label: 'Mastodon' }
  const ready = await untilDone(asked, {
    platform,
    what: filename,
    signal: io.signal,
    patience: MEDIA_PATIENCE,
  })
  await progress.keep(mediaStep(mediaId), ready)
}

function statusOf(
  { text, options, media }: Publication,
  progress: Progress,
  part: number,
): Record<string, unknown> {
  const { visibility, contentWarning, language } = options
  const said = threadParts(text)[part] ?? ''
  // A thread's media stand with its first part.
  const mediaIds = part === 0 ? media.map(({ mediaId }) => progress.get<Upload>(mediaStep(mediaId))?.id) : []
  return {
    ...(said === '' ? {} : { status: said }),
    ...(mediaIds.length === 0 ? {} : { media_ids: mediaIds }),
    ...(part === 0 ? {} : { in_reply_to_id: before(progress, part) }),
    ...(visibility ? { visibility } : {}),
    ...(contentWarning ? { spoiler_text: contentWarning } : {}),
    ...(language ? { language } : {}),
  }
}

/** The id of the thread's part before this one, which this one answers. */
function before(progress: Progress, part: number): string {
  const published = publishedPart(progress, part - 1)
  if (published) return published.remoteId
  throw new PublishError('mastodon', { do: 'retry' }, 'The thread’s part before this one is not known', {
    code: 'PART_MISSING',
  })
}

function checkOptions({ options }: Draft): Finding[] {
  const findings: Finding[] = []
  if (options.visibility && !['public', 'unlisted', 'private'].includes(options.visibility)) {
    findings.push(
      error(`“${options.visibility}” is not a visibility: Mastodon has public, unlisted and private`),
    )
  }
  if (options.language && !/^[a-z]{2,3}$/.test(options.language)) {
    findings.push(error(`“${options.language}” is not a language’s two letters, such as en`))
  }
  return findings
}

function hrefOf({ kind, value }: Entity): string | undefined {
  // Tags and people without a server live on the account's own, which a text alone does not tell.
  if (kind === 'link') return value
  const [user, server] = value.split('@')
  return kind === 'mention' && server ? `https://${server}/@${user}` : undefined
}
