import { z } from 'zod'
import type { Call } from '../contract/http.ts'
import { bytesOf } from '../contract/media.ts'
import type { Io, MediaItem, Progress } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import type { Phase, ReadRefusal } from '../contract/refusal.ts'

/** A resumable upload: https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol */
export interface Session {
  /** Where the bytes go; as good as a token for this one video. */
  uri: string
  /** What the video was said to be when the session began: other words need another session. */
  said: string
  size: number
  /** How many bytes are there, as far as known. */
  sent: number
  /** All but the last piece is there, and the last was not tried. */
  ready: boolean
  video?: Video
}

export const Video = z.object({
  id: z.string().min(1),
  status: z.object({ privacyStatus: z.string().optional() }).optional(),
})
export type Video = z.infer<typeof Video>

/** How a session stands: so many bytes, the video it has become, or not there any more. */
export type Standing = { sent: number } | { video: Video } | 'gone'

type Token = { accessToken: string }

/** A multiple of 256 KiB, as every piece but the last has to be. */
const PIECE = 8 * 1024 * 1024
const UNFINISHED = 308

export const sessionStep = ({ mediaId }: MediaItem): string => `session:${mediaId}`

/** Brings all bytes but the last piece there. A session that was begun is asked how far it is, and goes on from there. */
export async function uploadAllButLast(
  item: MediaItem,
  metadata: Record<string, unknown>,
  query: Readonly<Record<string, string | boolean>>,
  io: Io<Token>,
  progress: Progress,
): Promise<void> {
  const step = sessionStep(item)
  const said = JSON.stringify(metadata)
  const kept = progress.get<Session | null>(step)
  let session = kept?.said === said ? kept : undefined
  if (session?.ready || session?.video) return

  if (session) {
    const standing = await askSession(session, io, 'prepare')
    if (standing === 'gone') session = undefined
    else if ('video' in standing) return progress.keep(step, { ...session, video: standing.video })
    else session = { ...session, sent: standing.sent }
  }
  session ??= { uri: await begin(item, metadata, query, io), said, size: item.size, sent: 0, ready: false }
  await progress.keep(step, session)

  while (session.size - session.sent > PIECE) {
    const piece = await bytesOf('youtube', item, { from: session.sent, to: session.sent + PIECE })
    const standing: Standing = await put(session, piece, item, io, 'prepare')
    if (standing === 'gone' || 'video' in standing || standing.sent <= session.sent) {
      if (standing === 'gone') await progress.keep(step, null)
      throw new PublishError('youtube', { do: 'retry' }, `YouTube did not take a piece of ${item.filename}`, {
        code: 'NO_PROGRESS',
      })
    }
    session = { ...session, sent: standing.sent }
    await progress.keep(step, session)
  }
  await progress.keep(step, { ...session, ready: true })
}

/**
 * Sends the last piece, which makes the video. Whatever comes of it, the next try asks the session first.
 *
 * @param again it may have been sent before: then a session that is gone may have become a video
 */
export async function sendLast(
  item: MediaItem,
  io: Io<Token>,
  progress: Progress,
  again = false,
): Promise<Video> {
  const step = sessionStep(item)
  const session = progress.get<Session | null>(step)
  if (!session) throw new PublishError('youtube', { do: 'retry' }, 'The upload to YouTube has not begun')
  if (session.video) return session.video
  const rest = await bytesOf('youtube', item, { from: session.sent, to: session.size })
  await progress.keep(step, { ...session, ready: false })
  const standing = await put(session, rest, item, io, 'commit')
  if (standing !== 'gone' && 'video' in standing) return standing.video
  if (standing === 'gone' && again) {
    const message = `YouTube no longer knows the upload of ${item.filename}, so an earlier try may be live`
    throw new PublishError('youtube', { do: 'check' }, message, { code: 'SESSION_GONE' })
  }
  if (standing === 'gone') await progress.keep(step, null)
  throw new PublishError('youtube', { do: 'retry' }, `YouTube does not have all of ${item.filename} yet`, {
    code: standing === 'gone' ? 'SESSION_GONE' : String(UNFINISHED),
  })
}

/** How far a session is. */
export const askSession = (session: Session, io: Io<Token>, phase: Phase): Promise<Standing> =>
  call(session, { headers: { 'content-range': `bytes */${session.size}` } }, io, {
    phase,
    name: 'ask session',
  })

async function begin(
  item: MediaItem,
  metadata: Record<string, unknown>,
  query: Readonly<Record<string, string | boolean>>,
  io: Io<Token>,
): Promise<string> {
  const { header } = await io.http.send({
    phase: 'prepare',
    name: 'begin upload',
    url: `${io.apiUrl}/upload/youtube/v3/videos`,
    query: { uploadType: 'resumable', ...query },
    token: io.credentials.accessToken,
    headers: { 'x-upload-content-length': String(item.size), 'x-upload-content-type': item.type },
    body: { json: metadata },
    signal: io.signal,
  })
  const location = header('location')
  if (location === undefined || !URL.canParse(location, io.apiUrl)) {
    throw new PublishError('youtube', { do: 'retry' }, 'YouTube did not say where the video goes', {
      code: 'NO_LOCATION',
    })
  }
  return new URL(location, io.apiUrl).href
}

const put = (
  session: Session,
  bytes: Uint8Array,
  { type }: MediaItem,
  io: Io<Token>,
  phase: 'prepare' | 'commit',
): Promise<Standing> => {
  const last = session.sent + bytes.byteLength - 1
  const range = `bytes ${session.sent}-${last}/${session.size}`
  return call(session, { headers: { 'content-range': range }, body: { bytes, type } }, io, {
    phase,
    name: 'send piece',
  })
}

async function call(
  session: Session,
  carried: Pick<Call<Video>, 'headers' | 'body'>,
  io: Io<Token & { expiresAt?: number | null }>,
  { phase, name }: { phase: Phase; name: string },
): Promise<Standing> {
  let standing: Standing = 'gone'
  const answer = await io.http.find({
    ...carried,
    phase,
    name,
    method: 'PUT',
    url: session.uri,
    token: io.credentials.accessToken,
    secrets: [session.uri],
    answer: Video,
    absent({ status, header }) {
      if (status !== UNFINISHED) return false
      // `bytes=0-524287`; nothing at all where nothing arrived.
      const last = /-(\d+)$/.exec(header('range') ?? '')?.[1]
      standing = { sent: last === undefined ? 0 : Number(last) + 1 }
      return true
    },
    ...(mayHaveEnded(io, phase) ? { refusal: renewFirst } : {}),
    signal: io.signal,
  })
  return answer ? { video: answer.data } : standing
}

/** An upload may take longer than an access token lives. While it goes on, `io.now` is the time at which it began. */
const mayHaveEnded = ({ credentials, now }: Io<{ expiresAt?: number | null }>, phase: Phase): boolean =>
  phase === 'prepare' || (credentials.expiresAt ?? now + 1) <= now

const renewFirst: ReadRefusal = (answer) =>
  answer.status === 401 ? { next: { do: 'retry', refresh: true } } : refusal(answer)

const Refused = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string() })).optional() }),
})
const QUOTA = new Set(['quotaExceeded', 'dailyLimitExceeded', 'uploadLimitExceeded'])
const RATE = new Set(['rateLimitExceeded', 'userRateLimitExceeded'])
const PERSON = new Set([
  'youtubeSignupRequired',
  'insufficientPermissions',
  'authError',
  'accountClosed',
  'accountSuspended',
])

/** https://developers.google.com/youtube/v3/docs/errors */
export const refusal: ReadRefusal = ({ status, body, now }) => {
  const reason = Refused.safeParse(body).data?.error.errors?.[0]?.reason
  if (reason === undefined) return undefined
  if (QUOTA.has(reason)) {
    const what =
      reason === 'uploadLimitExceeded'
        ? 'takes no more videos of this channel today'
        : 'has given this app all of today’s calls'
    return { code: reason, next: { do: 'retry', after: endOfQuotaDay(now) }, message: `YouTube ${what}` }
  }
  if (RATE.has(reason)) return { code: reason, next: { do: 'retry' } }
  if (PERSON.has(reason)) return { code: reason, next: { do: 'reconnect' } }
  // A reason does not turn a fault of Google's own into a refusal.
  return status >= 500 ? undefined : { code: reason }
}

/** Quota is given anew at midnight in California: https://developers.google.com/youtube/v3/determine_quota_cost */
const endOfQuotaDay = (now: number): number =>
  Temporal.Instant.fromEpochMilliseconds(now)
    .toZonedDateTimeISO('America/Los_Angeles')
    .add({ days: 1 })
    .startOfDay().epochMilliseconds
