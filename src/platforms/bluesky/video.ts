import { z } from 'zod'
import { HOUR, MINUTE, SECOND } from '../../kit/clock.ts'
import type { Io, MediaItem, Progress } from '../contract/platform.ts'
import { type Next, PublishError } from '../contract/publish-error.ts'
import { type ReadRefusal, wordsOf } from '../contract/refusal.ts'
import { untilDone, type Working, workingWaits } from '../contract/working.ts'
import { type Credentials, codeOf, ENTRYWAY, signedIn, xrpc } from './session.ts'

/**
 * Where videos are worked through before they are posted, so that nobody meets a post whose video is not there yet.
 * https://docs.bsky.app/docs/tutorials/video
 */
const VIDEO_SERVICE = 'https://video.bsky.app'
/** A video is waited for this long (ms); then the next attempt goes on asking. */
const PATIENCE = 30 * SECOND
/** The service uses its leave (ms) only once it is done, so that has to outlive the queue. */
const LEAVE_LIFE = 30 * MINUTE
/** When the day of an account's limits begins is not told. */
const ASK_AGAIN = 3 * HOUR

const Described = z.object({ did: z.string().startsWith('did:') })
const Leave = z.object({ token: z.string().min(1) })
const Limits = z.object({
  canUpload: z.boolean(),
  remainingDailyVideos: z.number().optional(),
  remainingDailyBytes: z.number().optional(),
  message: z.string().optional(),
  error: z.string().optional(),
})
const Job = z.object({
  jobId: z.string(),
  state: z.string(),
  blob: z.record(z.string(), z.unknown()).nullish(),
  error: z.string().optional(),
  failureCode: z.string().optional(),
  message: z.string().optional(),
})
type Job = z.infer<typeof Job>
/** The lexicon wraps it, the service does so now and then: https://github.com/bluesky-social/atproto/issues/3097 */
const JobAnswer = z.union([z.object({ jobStatus: Job }).transform(({ jobStatus }) => jobStatus), Job])

/** How far a video is, as progress keeps it: a job of the service, or none where the server takes it itself. */
type VideoUpload = { jobId: string } | { direct: true }
export const SENT_DIRECTLY: VideoUpload = { direct: true }
export const videoStep = (mediaId: string): string => `video:${mediaId}`

/**
 * Has a video worked through and returns what the record names it by. A later try asks about the same job.
 *
 * @returns undefined where the video is to be sent to the account's own server: the network has no video service
 * @throws PublishError
 */
export async function processVideo(
  item: MediaItem,
  io: Io<Credentials>,
  progress: Progress,
): Promise<unknown> {
  const step = videoStep(item.mediaId)
  let upload = progress.get<VideoUpload | null>(step)
  if (!upload) {
    upload = (await sendVideo(item, io)) ?? SENT_DIRECTLY
    await progress.keep(step, upload)
  }
  if ('direct' in upload) return undefined
  const { jobId } = upload
  const wait = workingWaits()
  const asked = async (): Promise<Working<unknown>> => {
    const job = await readJob(jobId, io)
    // A failed job names the video all the same where the service had it already.
    if (job?.blob) return { done: job.blob }
    if (job && job.state !== 'JOB_STATE_FAILED' && job.state !== 'JOB_STATE_COMPLETED')
      return { wait: wait() }
    await progress.keep(step, null)
    throw job ? failed(job, item) : gone(item)
  }
  return untilDone(asked, {
    platform: { name: 'bluesky', label: 'Bluesky' },
    what: item.filename,
    signal: io.signal,
    patience: PATIENCE,
  })
}

/** Sends the video to be worked on, if the account may; undefined where there is no video service. */
async function sendVideo(item: MediaItem, io: Io<Credentials>): Promise<{ jobId: string } | undefined> {
  const limits = await readLimits(io)
  if (!limits) return undefined
  checkLimits(limits, item, io)
  const leave = await leaveFor(await serverDid(io), 'com.atproto.repo.uploadBlob', io)
  if (leave === undefined) return undefined
  let known: Job | undefined
  const answer = await io.http.find({
    phase: 'prepare',
    name: 'uploadVideo',
    url: xrpc(videoService(io), 'app.bsky.video.uploadVideo'),
    query: { did: io.credentials.did, name: `${item.mediaId}.mp4` },
    token: leave,
    body: { bytes: await item.bytes(), type: item.type },
    answer: JobAnswer,
    refusal: videoRefusal,
    signal: io.signal,
    absent({ status, body }) {
      // The same bytes were sent before, perhaps by a try whose answer was lost: the job is that one's.
      if (status === 409) known = JobAnswer.safeParse(body).data
      return Boolean(known?.jobId) || hasNoSuch({ status, body })
    },
  })
  const job = answer?.data ?? known
  if (!job) return undefined
  if (job.jobId === '') throw failed(job, item)
  return { jobId: job.jobId }
}

async function readLimits(io: Io<Credentials>): Promise<z.infer<typeof Limits> | undefined> {
  const service = videoService(io)
  // The account's own server passes it on to a video service, if it knows one.
  const token =
    service === io.credentials.service
      ? io.credentials.accessJwt
      : await leaveFor(`did:web:${didHost(service)}`, 'app.bsky.video.getUploadLimits', io)
  if (token === undefined) return undefined
  const answer = await io.http.find({
    phase: 'prepare',
    name: 'getUploadLimits',
    url: xrpc(service, 'app.bsky.video.getUploadLimits'),
    token,
    answer: Limits,
    ...(service === io.credentials.service ? {} : { refusal: videoRefusal }),
    signal: io.signal,
    absent: hasNoSuch,
  })
  return answer?.data
}

/** @throws PublishError in words, where the account may not upload this video (now) */
function checkLimits(
  limits: z.infer<typeof Limits>,
  { filename, size }: MediaItem,
  io: Io<Credentials>,
): void {
  const { canUpload, remainingDailyVideos: videos, remainingDailyBytes: bytes, message, error } = limits
  const later: Next = { do: 'retry', after: io.now + ASK_AGAIN }
  const refuse = (next: Next, sentence: string): PublishError =>
    new PublishError('bluesky', next, sentence, { code: error ?? 'VIDEO_LIMIT' })
  if (error === UNCONFIRMED) throw refuse({ do: 'edit' }, CONFIRM)
  if (videos !== undefined && videos <= 0) {
    throw refuse(later, 'Bluesky takes no more videos from this account today')
  }
  if (bytes !== undefined && bytes < size) {
    throw refuse(
      later,
      `${filename} has ${megabytes(size)}; today Bluesky takes ${megabytes(bytes)} more of video from this account`,
    )
  }
  if (!canUpload) {
    const words = wordsOf({ message, error })
    throw refuse(
      { do: 'edit' },
      `Bluesky takes no videos from this account${words === undefined ? '' : `: ${words}`}`,
    )
  }
}

/** Undefined where the service does not know the job (any more). It asks for no token. */
async function readJob(jobId: string, io: Io<Credentials>): Promise<Job | undefined> {
  const answer = await io.http.find({
    phase: 'prepare',
    name: 'getJobStatus',
    url: xrpc(videoService(io), 'app.bsky.video.getJobStatus'),
    query: { jobId },
    answer: JobAnswer,
    refusal: videoRefusal,
    signal: io.signal,
    absent: ({ status }) => status === 400,
  })
  return answer?.data
}

/** A token for one method of another service; undefined where the account's server gives none. */
async function leaveFor(aud: string, lxm: string, io: Io<Credentials>): Promise<string | undefined> {
  const answer = await io.http.find({
    ...signedIn(io, 'getServiceAuth'),
    phase: 'prepare',
    url: xrpc(io.credentials.service, 'com.atproto.server.getServiceAuth'),
    query: { aud, lxm, exp: Math.floor((io.now + LEAVE_LIFE) / SECOND) },
    answer: Leave,
    absent: hasNoSuch,
  })
  return answer?.data.token
}

/** The name by which the account's server knows a token that is meant for it. */
async function serverDid(io: Io<Credentials>): Promise<string> {
  const { service } = io.credentials
  const { data } = await io.http.send({
    phase: 'prepare',
    name: 'describeServer',
    url: xrpc(service, 'com.atproto.server.describeServer'),
    answer: Described,
    signal: io.signal,
  })
  return data.did
}

/** An operator who names another network has its video service there too, if it has one. */
const videoService = ({ apiUrl }: Io<Credentials>): string => (apiUrl === ENTRYWAY ? VIDEO_SERVICE : apiUrl)

/** https://w3c-ccg.github.io/did-method-web/: a port's colon is written as %3A. */
const didHost = (service: string): string => encodeURIComponent(new URL(service).host)

function failed(job: Job, { filename }: MediaItem): PublishError {
  const code = job.failureCode ?? (job.error || job.state)
  if (job.error === UNCONFIRMED) return new PublishError('bluesky', { do: 'edit' }, CONFIRM, { code })
  if (job.failureCode === 'pds_upload_unsupported_blob_size') {
    return new PublishError(
      'bluesky',
      { do: 'edit' },
      `${filename} is larger than the account’s server on Bluesky takes`,
      { code },
    )
  }
  const words = wordsOf({ message: job.message, error: job.error })
  // The service's own troubles pass, and most failures are of that kind; these two are the video's.
  const own = job.failureCode === 'validation_failure' || job.failureCode === 'encoding_failure'
  return new PublishError(
    'bluesky',
    { do: own ? 'edit' : 'retry' },
    `Bluesky could not work through ${filename}${words === undefined ? '' : `: ${words}`}`,
    { code },
  )
}

const gone = ({ filename }: MediaItem): PublishError =>
  new PublishError('bluesky', { do: 'retry' }, `Bluesky no longer has ${filename}`, { code: 'NO_JOB' })

const UNCONFIRMED = 'unconfirmed_email'
const CONFIRM =
  'Bluesky takes videos only from accounts with a confirmed e-mail address: confirm it in Bluesky’s settings'

/** The login is not what the video service refuses: it gets a token of its own, made anew by each attempt. */
const videoRefusal: ReadRefusal = ({ status, body }) => {
  const code = JobAnswer.safeParse(body).data?.error ?? codeOf(body)
  if (code === UNCONFIRMED) return { code, next: { do: 'edit' }, message: CONFIRM }
  const said = code === undefined ? {} : { code }
  return status === 401 ? { ...said, next: { do: 'retry' } } : said
}

/** There is no such method there: a server without the network's other parts. */
const hasNoSuch = ({ status, body }: { status: number; body: unknown }): boolean =>
  status === 404 ||
  status === 501 ||
  ['MethodNotImplemented', 'XRPCNotSupported'].includes(codeOf(body) ?? '')

const megabytes = (bytes: number): string =>
  `${(Math.round(bytes / 10_000) / 100).toLocaleString('en-US')} MB`
