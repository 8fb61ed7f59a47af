import { z } from 'zod'
import { DAY, MINUTE, SECOND } from '../kit/clock.ts'
import { FULL_SCREEN } from './contract/face.ts'
import {
  definePlatform,
  type Io,
  type Metrics,
  type Progress,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import { type Entity, entitiesOf, HASHTAG, spansWith } from './contract/text.ts'
import { refreshTokens, revokeToken } from './contract/tokens.ts'
import { untilDone, workingWaits } from './contract/working.ts'
import { API, afterFailedPost, ask, Credentials, PLATFORM, refusal } from './tiktok/api.ts'
import { checkDraft, isDraft, isVideo, MEDIA, OPTIONS, VIDEO_TEXT } from './tiktok/check.ts'
import { creatorInfo, mustStillAllow, SIGN_IN } from './tiktok/creator.ts'
import {
  keptUpload,
  photosBody,
  sendChunk,
  UPLOAD,
  UPLOAD_DEAD,
  type Upload,
  uploadVideo,
} from './tiktok/upload.ts'

const MENTION = /(?<![\p{L}\p{N}_/@.])@([a-z0-9_.]{2,24})/giu
/** A post that is worked on longer is left to the look. */
const PATIENCE = 15 * SECOND
const MOST_VIDEOS = 20
const NO_MEDIA = 'A post on TikTok needs a video or photos'

const Begun = z.object({ publish_id: z.string().min(1) })
const Status = z.object({
  status: z.string(),
  fail_reason: z.string().optional(),
  uploaded_bytes: z.number().optional(),
})
const Videos = z.object({
  videos: z.array(
    z.object({
      id: z.string(),
      view_count: z.number().optional(),
      like_count: z.number().optional(),
      comment_count: z.number().optional(),
      share_count: z.number().optional(),
    }),
  ),
})

export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: { limit: () => VIDEO_TEXT, count: (text) => text.length, unit: 'characters' },
  media: MEDIA,
  postTypes: ['video', 'photos', 'draft'],
  options: OPTIONS,
  rates: {
    account: [
      { posts: 6, per: MINUTE },
      // Counted over all apps; TikTok says “around 15”.
      { posts: 15, per: DAY },
    ],
    source: 'https://developers.tiktok.com/doc/content-posting-api-reference-direct-post',
  },
  refusal,
  setUp: {
    operator:
      'An app at developers.tiktok.com with Login Kit and the Content Posting API, its client key and secret. Until TikTok has audited it, at most 5 people a day can publish, only to private accounts and only for themselves to see; and TikTok refuses audits of tools for one’s own team’s accounts. Drafts to the inbox need no audit, and Blotato is a way round it. Photos need PUBLIC_URL on a domain verified in the app.',
    environment: ['TIKTOK_CLIENT_ID', 'TIKTOK_CLIENT_SECRET'],
    source: 'https://developers.tiktok.com/doc/content-sharing-guidelines',
  },

  connect: [SIGN_IN],
  credentials: Credentials,
  expiresAt: ({ expiresAt }) => expiresAt,
  // TikTok replaces the refresh token each time, and the old one stops working.
  refresh: (credentials, io) =>
    refreshTokens(
      credentials,
      { url: `${io.apiUrl}/v2/oauth/token/`, authentication: 'post', clientIdParameter: 'client_key' },
      PLATFORM,
      io,
    ),
  revoke: (io) =>
    revokeToken(
      io.credentials.accessToken,
      { url: `${io.apiUrl}/v2/oauth/revoke/`, authentication: 'post', clientIdParameter: 'client_key' },
      PLATFORM,
      io,
    ),

  check: checkDraft,
  face: () => ({ ...FULL_SCREEN, accent: '#ffffff', folds: 2 }),
  show: (text) =>
    spansWith(text, entitiesOf(text, { bareLinks: false, mention: MENTION, hashtag: HASHTAG }), hrefOf),

  async prepare(publication, io, progress) {
    const [first] = publication.media
    if (!first) throw failure({ do: 'edit' }, NO_MEDIA, 'NO_MEDIA')
    const upload = keptUpload(io, progress)
    if (upload && upload.sent >= upload.count - 1) return
    // What was chosen when the post was written is checked again: the creator may have changed it since.
    if (!isDraft(publication)) mustStillAllow(publication, await creatorInfo('prepare', io))
    if (isVideo(first)) await uploadVideo(publication, first, io, progress)
    else photosBody(publication)
  },

  async commit(publication, io, progress) {
    const publishId = isVideo(publication.media[0] ?? { type: '' })
      ? await finishVideo(publication, io, progress)
      : await publishPhotos(publication, io, progress)
    const outcome = await settled(publishId, io)
    if (outcome === undefined) {
      throw failure({ do: 'check' }, 'TikTok has it and is still working on it', 'STILL_WORKING')
    }
    return concluded(outcome, publishId, publication, io, progress)
  },

  look: {
    says: 'asks for the status of a video by the id it had before its last bytes; of photos whose answer was lost it can’t',
    repeatableFor: 0,
    trustAfter: 30 * SECOND,
    async find(publication, io, progress) {
      const upload = progress.get<Upload | null>(UPLOAD)
      const publishId = upload?.publishId ?? progress.get<string | null>(PUBLISH_ID) ?? undefined
      // Without its end nothing of a video can have been published; a call for photos may have been.
      if (publishId === undefined) {
        return isVideo(publication.media[0] ?? { type: '' }) ? 'absent' : 'unknown'
      }
      if (upload && !upload.committed) return 'absent'
      const status = await statusOf(publishId, io)
      if (isLive(status)) return published(status, publishId, publication, io)
      if (status.status === 'FAILED') return 'absent'
      const size = publication.media[0]?.size ?? 0
      if (upload && status.status === 'PROCESSING_UPLOAD' && (status.uploaded ?? size) < size) return 'absent'
      throw failure({ do: 'retry' }, 'TikTok is still working on it', 'STILL_WORKING')
    },
  },

  metrics: {
    names: ['views', 'likes', 'comments', 'shares'],
    async read(remotes, io) {
      const posts = new Map<string, string>()
      for (const { remoteId, facts } of remotes) {
        const kept = facts?.postId
        const post = typeof kept === 'string' ? kept : await postIdOf(remoteId, io)
        if (post !== undefined) posts.set(post, remoteId)
      }
      const found = new Map<string, Metrics>()
      const ids = [...posts.keys()]
      for (let from = 0; from < ids.length; from += MOST_VIDEOS) {
        const { data } = await ask(
          'look',
          '/v2/video/query/?fields=id,view_count,like_count,comment_count,share_count',
          { filters: { video_ids: ids.slice(from, from + MOST_VIDEOS) } },
          Videos,
          io,
        )
        for (const video of data.data.videos) {
          const remoteId = posts.get(video.id)
          if (remoteId !== undefined) found.set(remoteId, metricsOf(video))
        }
      }
      return found
    },
  },
})

/** Where progress keeps the id of photos that TikTok has taken. */
const PUBLISH_ID = 'publishId'

/** Sends the last chunk, which is what publishes; one that was sent before is asked about first. */
async function finishVideo(
  publication: Publication,
  io: Io<Credentials>,
  progress: Progress,
): Promise<string> {
  const [item] = publication.media
  const upload = progress.get<Upload | null>(UPLOAD)
  if (!item || !upload) throw failure({ do: 'retry' }, 'TikTok does not have the video yet', 'NOT_PREPARED')
  if (upload.committed) {
    const status = await statusOfSent(upload, io)
    const whole = status.status !== 'PROCESSING_UPLOAD' || (status.uploaded ?? 0) >= item.size
    if (whole) return upload.publishId
    if (io.now - upload.at >= UPLOAD_DEAD && status.uploaded !== undefined) {
      await progress.keep(UPLOAD, null)
      throw failure({ do: 'retry' }, 'The end of the video never reached TikTok', 'UPLOAD_GONE')
    }
  }
  await progress.keep(UPLOAD, { ...upload, committed: true } satisfies Upload)
  await sendChunk('commit', upload, upload.count - 1, item, io, progress)
  return upload.publishId
}

/** @throws PublishError `check` where TikTok knows nothing of it: it may be live all the same */
async function statusOfSent({ publishId }: Upload, io: Io<Credentials>): Promise<PostStatus> {
  try {
    return await statusOf(publishId, io)
  } catch (refused) {
    if (!(refused instanceof PublishError) || refused.next.do !== 'edit') throw refused
    throw failure({ do: 'check' }, `${refused.message}, so an earlier try may be live`, refused.code ?? '')
  }
}

async function publishPhotos(
  publication: Publication,
  io: Io<Credentials>,
  progress: Progress,
): Promise<string> {
  const known = progress.get<string | null>(PUBLISH_ID)
  if (known) return known
  const { data } = await ask('commit', '/v2/post/publish/content/init/', photosBody(publication), Begun, io)
  await progress.keep(PUBLISH_ID, data.data.publish_id)
  return data.data.publish_id
}

interface PostStatus {
  status: string
  reason: string | undefined
  uploaded: number | undefined
  /** Known once TikTok's moderators have let it through. */
  postId: string | undefined
}

const isLive = ({ status }: PostStatus): boolean =>
  status === 'PUBLISH_COMPLETE' || status === 'SEND_TO_USER_INBOX'

async function statusOf(publishId: string, io: Io<Credentials>): Promise<PostStatus> {
  const { data, bytes } = await ask(
    'look',
    '/v2/post/publish/status/fetch/',
    { publish_id: publishId },
    Status,
    io,
  )
  // A number too long for JavaScript's, so it is read from the text itself. The spelling is TikTok's own.
  const [, postId] =
    /"publicaly_available_post_id"\s*:\s*\[\s*"?(\d+)/.exec(new TextDecoder().decode(bytes)) ?? []
  const { status, fail_reason, uploaded_bytes } = data.data
  return { status, reason: fail_reason, uploaded: uploaded_bytes, postId }
}

/** The id of a post that had none yet when it was published; undefined where there still is none, or no such post. */
async function postIdOf(publishId: string, io: Io<Credentials>): Promise<string | undefined> {
  try {
    return (await statusOf(publishId, io)).postId
  } catch (refused) {
    if (refused instanceof PublishError && refused.next.do === 'edit') return undefined
    throw refused
  }
}

/** How it ended, or undefined where TikTok still works on it or can't be asked: the look finds out then. */
async function settled(publishId: string, io: Io<Credentials>): Promise<PostStatus | undefined> {
  const wait = workingWaits()
  try {
    return await untilDone(
      async () => {
        const status = await statusOf(publishId, io)
        return isLive(status) || status.status === 'FAILED' ? { done: status } : { wait: wait() }
      },
      { platform: PLATFORM, what: 'the post', signal: io.signal, patience: PATIENCE },
    )
  } catch (unknown) {
    if (unknown instanceof PublishError) return undefined
    throw unknown
  }
}

async function concluded(
  outcome: PostStatus,
  publishId: string,
  publication: Publication,
  io: Io<Credentials>,
  progress: Progress,
): Promise<Published> {
  if (isLive(outcome)) return published(outcome, publishId, publication, io)
  // Nothing is live, and this upload is of no use to another try.
  await progress.keep(UPLOAD, null)
  await progress.keep(PUBLISH_ID, null)
  const reason = outcome.reason ?? 'internal'
  const { next, message } = afterFailedPost(reason, io.now)
  throw failure(next, message, reason)
}

function published(
  { status, postId }: PostStatus,
  publishId: string,
  { media }: Publication,
  io: Io<Credentials>,
): Published {
  const kind = isVideo(media[0] ?? { type: '' }) ? 'video' : 'photo'
  return {
    remoteId: publishId,
    url: postId === undefined ? null : `https://www.tiktok.com/${io.account.handle}/${kind}/${postId}`,
    ...(postId === undefined ? {} : { facts: { postId } }),
    ...(status === 'SEND_TO_USER_INBOX' && {
      note: 'it waits in the account’s TikTok inbox, until somebody posts it from there',
    }),
  }
}

const metricsOf = (video: z.infer<typeof Videos>['videos'][number]): Metrics => ({
  views: video.view_count ?? 0,
  likes: video.like_count ?? 0,
  comments: video.comment_count ?? 0,
  shares: video.share_count ?? 0,
})

/** Links in a text are not links on TikTok. */
function hrefOf({ kind, value }: Entity): string | undefined {
  if (kind === 'link') return undefined
  return kind === 'mention'
    ? `https://www.tiktok.com/@${value}`
    : `https://www.tiktok.com/tag/${encodeURIComponent(value)}`
}

const failure = (next: PublishError['next'], message: string, code: string): PublishError =>
  new PublishError(PLATFORM.name, next, message, { code })
