import { createHash } from 'node:crypto'
import { type StandIn, startStandIn } from './stand-in.ts'

export interface VideoService extends StandIn {
  /** What `getUploadLimits` says from now on. */
  limits: Record<string, unknown>
  /** How often a job is still worked on when it is asked about. */
  looks: number
  /** What becomes of the next jobs, one after the other, instead of a blob: parts of their status. */
  failures: Record<string, unknown>[]
  /** Forgets all it has worked on. */
  loseJobs(): void
}

interface Job {
  did: string
  jobId: string
  state: string
  blob?: unknown
  looked: number
  leave: string
  bytes: Buffer
  failure: Record<string, unknown> | undefined
}

/**
 * Stands in for https://video.bsky.app. It answers as that does, not as the lexicon says: `uploadVideo` tells of its job
 * bare (https://github.com/bluesky-social/atproto/issues/3097). A video that it is done with it brings to the account's
 * own server with the leave it was given, so that a leave that is not good enough comes to light.
 */
export async function startVideoService(dataServer: string, dataServerDid: string): Promise<VideoService> {
  const jobs = new Map<string, Job>()
  const known = new Map<string, string>()

  const standIn = await startStandIn(async ({ method, path, query, headers, bytes }) => {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? ''
    if (method === 'GET' && path === '/xrpc/app.bsky.video.getUploadLimits') {
      const { aud, lxm } = claimsOf(token)
      const mine = aud === 'did:web:video.bsky.app' && lxm === 'app.bsky.video.getUploadLimits'
      return mine ? { status: 200, json: service.limits } : unauthorized(`for ${aud} ${lxm}`)
    }
    if (method === 'POST' && path === '/xrpc/app.bsky.video.uploadVideo') {
      const { aud, lxm, iss } = claimsOf(token)
      const did = query.get('did') ?? ''
      if (aud !== dataServerDid || lxm !== 'com.atproto.repo.uploadBlob' || iss !== did) {
        return unauthorized(`for ${aud} ${lxm} by ${iss}`)
      }
      if (headers['content-type'] !== 'video/mp4' || !query.get('name')?.endsWith('.mp4')) {
        return { status: 400, json: { error: 'InvalidRequest', message: 'Not an mp4' } }
      }
      const digest = createHash('sha256').update(did).update(bytes).digest('hex')
      const earlier = known.get(digest)
      if (earlier !== undefined) {
        const state = jobs.get(earlier)?.state ?? 'JOB_STATE_COMPLETED'
        const message = 'Video already processed'
        return { status: 409, json: { did, error: 'already_exists', jobId: earlier, message, state } }
      }
      const jobId = `job${known.size + 1}`
      const failure = service.failures.shift()
      jobs.set(jobId, {
        did,
        jobId,
        state: 'JOB_STATE_CREATED',
        looked: 0,
        leave: token,
        bytes,
        failure,
      })
      if (!failure) known.set(digest, jobId)
      return { status: 200, json: { did, jobId, state: 'JOB_STATE_CREATED' } }
    }
    if (method === 'GET' && path === '/xrpc/app.bsky.video.getJobStatus') {
      const job = jobs.get(query.get('jobId') ?? '')
      if (!job) return { status: 400, json: { error: 'InvalidRequest', message: 'Job not found' } }
      if (job.looked++ < service.looks) job.state = 'JOB_STATE_ENCODING'
      else if (job.failure) job.state = 'JOB_STATE_FAILED'
      else if (job.state !== 'JOB_STATE_COMPLETED') {
        job.blob = await deliver(job)
        job.state = 'JOB_STATE_COMPLETED'
      }
      const { did, jobId, state, blob, failure } = job
      const said = state === 'JOB_STATE_FAILED' ? failure : {}
      return { status: 200, json: { jobStatus: { did, jobId, state, ...(blob ? { blob } : {}), ...said } } }
    }
    return { status: 501, json: { error: 'MethodNotImplemented', message: 'Method not implemented' } }
  })

  async function deliver({ leave, bytes }: Job): Promise<unknown> {
    const answer = await fetch(`${dataServer}/xrpc/com.atproto.repo.uploadBlob`, {
      method: 'POST',
      headers: { authorization: `Bearer ${leave}`, 'content-type': 'video/mp4' },
      body: Uint8Array.from(bytes),
    })
    if (!answer.ok) throw new Error(`uploadBlob answered ${answer.status}: ${await answer.text()}`)
    return ((await answer.json()) as { blob: unknown }).blob
  }

  const service: VideoService = Object.assign(standIn, {
    limits: { canUpload: true, remainingDailyVideos: 25, remainingDailyBytes: 10_000_000_000 },
    looks: 0,
    failures: [],
    loseJobs() {
      jobs.clear()
      known.clear()
    },
  })
  return service
}

const unauthorized = (message: string) => ({ status: 401, json: { error: 'BadJwt', message } })

function claimsOf(jwt: string): Record<string, unknown> {
  const [, claims = ''] = jwt.split('.')
  return claims === '' ? {} : JSON.parse(Buffer.from(claims, 'base64url').toString())
}
