import { z } from 'zod'
import { DAY, type EpochMs, MINUTE, SECOND } from '../kit/clock.ts'
import { type KeptContainer, keptContainer, publishContainer, wasPublished } from './contract/container.ts'
import { graphGet, readInsights, renewToken } from './contract/graph.ts'
import { graphRefusal, isUnknownToGraph } from './contract/graph-refusal.ts'
import { FIT_OPTION } from './contract/options.ts'
import { publishedIds, publishedPart } from './contract/parts.ts'
import {
  definePlatform,
  type Io,
  type MetricName,
  type Metrics,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { type Entity, oneLine, spansWith, threadParts } from './contract/text.ts'
import { CHARACTERS, checkDraft, count, entities, MEDIA } from './threads/check.ts'
import { API, base, Credentials, PLATFORM, SIGN_IN } from './threads/connect.ts'
import {
  containerStep,
  failure,
  firstContainer,
  forget,
  mustHaveQuota,
  replyContainer,
  statusCall,
} from './threads/containers.ts'

/** Insights by the names they have at the moment; several may make up one number. */
const INSIGHTS: Readonly<Record<string, MetricName>> = {
  views: 'views',
  likes: 'likes',
  replies: 'comments',
  reposts: 'shares',
  quotes: 'shares',
  shares: 'shares',
}
const LISTED = 25
const CLOCK_SKEW = 2 * MINUTE

const Listed = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      text: z.string().optional(),
      permalink: z.string().optional(),
      timestamp: z.string().optional(),
    }),
  ),
})

export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: { limit: () => CHARACTERS, count, unit: 'characters' },
  media: MEDIA,
  postTypes: ['text', 'link', 'image', 'carousel', 'video', 'thread'],
  options: [
    FIT_OPTION,
    {
      kind: 'choice',
      name: 'replyControl',
      label: 'Who can reply',
      required: false,
      options: [
        { label: 'Everybody', value: 'everyone' },
        { label: 'Accounts you follow', value: 'accounts_you_follow' },
        { label: 'Only who is mentioned', value: 'mentioned_only' },
      ],
    },
  ],
  rates: {
    // The account's own limit is read before each post; this only spreads them.
    account: [{ posts: 250, per: DAY }],
    source: 'https://developers.facebook.com/docs/threads/overview#rate-limiting',
  },
  refusal: graphRefusal(PLATFORM.label),
  setUp: {
    operator:
      'An app at developers.facebook.com with the use case Threads, its Threads id and secret (not those of the app itself), and PUBLIC_URL for posts with media, since Threads fetches media itself. Accounts that accepted an invitation as testers work at once; others need App Review with Advanced Access and business verification. Of private profiles the permission ends after 90 days.',
    environment: ['THREADS_CLIENT_ID', 'THREADS_CLIENT_SECRET'],
    source: 'https://developers.facebook.com/docs/threads/get-started',
  },

  connect: [SIGN_IN],
  credentials: Credentials,
  expiresAt: ({ expiresAt }) => expiresAt,
  // A token that has ended can't be renewed.
  refreshAhead: 30 * DAY,
  async refresh(credentials, io) {
    const url = `${io.apiUrl}/refresh_access_token`
    return {
      ...credentials,
      ...(await renewToken(url, 'th_refresh_token', credentials.token, 'Threads', io)),
    }
  },
  // No `revoke`: Threads documents no way.

  check: checkDraft,
  face: () => ({ accent: '#0095f6', text: 'above', single: { min: 3 / 4, max: 3 }, several: 'strip' }),
  show: (text) => spansWith(text, entities(text), hrefOf),

  parts: ({ text }) => threadParts(text).length,

  async prepare(publication, io, progress) {
    // The beginning of the thread is live: what follows is prepared with its own commit, since it names the post before it.
    if (publishedPart(progress, 0)) return
    const kept = keptContainer(containerStep(0), io, progress)
    if (kept?.ready || (await wasPublished(containerStep(0), (id) => stateOf(id, io), progress))) return
    if (!kept) await mustHaveQuota(threadParts(publication.text).length - 1, io)
    await firstContainer(publication, io, progress)
  },

  async commit(publication, io, progress, part, again) {
    if (part > 0) {
      const before = publishedPart(progress, part - 1)
      if (!before) throw failure('retry', 'The part of the thread before this one is not live', 'NO_PART')
      const text = threadParts(publication.text)[part] ?? ''
      const step = containerStep(part)
      const fresh = keptContainer(step, io, progress) !== undefined
      const live = !fresh && (await wasPublished(step, (id) => stateOf(id, io), progress))
      if (!live) await replyContainer(text, part, before.remoteId, io, progress)
    }
    const kept = progress.get<KeptContainer>(containerStep(part))
    if (!kept) throw failure('retry', 'Threads has nothing prepared to publish', 'NO_CONTAINER')
    return publishContainer(
      {
        platform: PLATFORM,
        container: kept.id,
        base: base(io),
        edge: 'threads_publish',
        state: (id) => stateOf(id, io),
        forget: () => forget(publication, part, progress),
      },
      io,
      again,
    )
  },

  look: {
    says: 'asks whether the container was published',
    repeatableFor: 0,
    trustAfter: 30 * SECOND,
    async find(publication, io, progress, part, committedAt) {
      const kept = progress.get<KeptContainer>(containerStep(part))
      // Without a container nothing can have been published.
      if (!kept) return 'absent'
      switch (await stateOf(kept.id, io)) {
        case 'PUBLISHED': {
          const found = await findPost(publication, part, publishedIds(progress), committedAt, io)
          if (found) return found
          // What follows in a thread has to name this post, so its own id is needed.
          const last = part === threadParts(publication.text).length - 1
          return last ? { remoteId: kept.id, url: null } : 'unknown'
        }
        case 'FINISHED':
        case 'ERROR':
        case 'EXPIRED':
          return 'absent'
        case 'IN_PROGRESS':
          throw failure('retry', 'Threads is still working on it', 'IN_PROGRESS')
        default:
          return 'unknown'
      }
    },
  },

  metrics: {
    names: ['views', 'likes', 'comments', 'shares'],
    async read(remotes, io) {
      const found = new Map<string, Metrics>()
      for (const { remoteId } of remotes) {
        const url = `${base(io)}/${remoteId}/insights`
        const metrics = await readInsights(url, io.credentials.token, INSIGHTS, io)
        if (metrics) found.set(remoteId, metrics)
      }
      return found
    },
  },

  async remove({ remoteId }, io) {
    await io.http.find({
      ...graphGet(`${base(io)}/${remoteId}`, io.credentials.token, {}, z.unknown()),
      method: 'DELETE',
      phase: 'prepare',
      name: 'delete post',
      absent: isUnknownToGraph,
      signal: io.signal,
    })
  },
})

/** Threads' own word for how a container stands; undefined where it knows of none. */
async function stateOf(id: string, io: Io<Credentials>): Promise<string | undefined> {
  const call = { ...statusCall(id, io), phase: 'look', absent: isUnknownToGraph } as const
  return (await io.http.find(call))?.data.status
}

/**
 * What the container has become, which is none of the parts before. Without words nothing tells one from another, so only
 * where there is one.
 */
async function findPost(
  { text }: Publication,
  part: number,
  earlier: readonly string[],
  committedAt: EpochMs,
  io: Io<Credentials>,
): Promise<Published | undefined> {
  const { data } = await io.http.send({
    ...graphGet(
      `${base(io)}/${io.credentials.userId}/${part === 0 ? 'threads' : 'replies'}`,
      io.credentials.token,
      { fields: 'id,text,permalink,timestamp', limit: LISTED },
      Listed,
    ),
    phase: 'look',
    name: 'list posts',
    signal: io.signal,
  })
  const wanted = oneLine(threadParts(text)[part])
  const alike = data.data.filter(
    (post) =>
      Date.parse(post.timestamp ?? '') >= committedAt - CLOCK_SKEW &&
      oneLine(post.text) === wanted &&
      !earlier.includes(post.id),
  )
  const found = wanted === '' && alike.length > 1 ? undefined : alike[0]
  return found && { remoteId: found.id, url: found.permalink ?? null }
}

function hrefOf({ kind, value }: Entity): string | undefined {
  if (kind === 'link') return value
  return kind === 'mention' ? `https://www.threads.net/@${value}` : undefined
}
