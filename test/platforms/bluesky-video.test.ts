import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { publicAgent } from '../../src/kit/public-network.ts'
import bluesky from '../../src/platforms/bluesky.ts'
import type { MediaItem } from '../../src/platforms/contract/platform.ts'
import { type BlueskyServer, blueskyMissing, startBluesky } from '../servers/bluesky.ts'
import { startVideoService, type VideoService } from '../servers/bluesky-video.ts'
import { type Reply, startServer } from './fault-server.ts'
import { expectNothingPrivate, failureOf, image, memoryProgress, publication, stageFor } from './stage.ts'
import { video } from './stage-media.ts'

const [form] = bluesky.connect
if (form.by !== 'form') throw new Error('Bluesky connects by a form')
const { open } = form

const missing = blueskyMissing()
if (missing) console.log(`Bluesky: no video is tried against a real server, because ${missing}`)

const UPLOAD = 'POST /xrpc/app.bsky.video.uploadVideo'
const LOOK = 'GET /xrpc/app.bsky.video.getJobStatus'

let films = 0
/** Of a size of its own, so that the service has not met it. */
const film = (changes: Partial<MediaItem> = {}): MediaItem => video({ size: 2_000 + films++, ...changes })

describe.skipIf(missing)('a video on a real Bluesky server', () => {
  let server: BlueskyServer
  let did: string
  let account: Awaited<ReturnType<typeof open>>
  let service: VideoService
  const ends: (() => Promise<void>)[] = []

  beforeAll(async () => {
    server = await startBluesky()
    const alice = await server.account('alice.test', 'alice-pass-1')
    did = alice.did
    account = await open(
      { identifier: 'alice.test', password: alice.password },
      stageFor(bluesky, { apiUrl: server.url, credentials: {} }).io,
    )
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    service = await startVideoService(server.url, 'did:web:localhost')
    ends.push(() => service.stop())
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  /** Bluesky itself, with the address of its video service leading to the one here. */
  function stage(to = service.url, apiUrl = 'https://bsky.social') {
    const agent = publicAgent({ allowOrigins: [server.url, to] })
    const routed = agent.compose((dispatch) => (options, handler) => {
      const origin = String(options.origin)
      return dispatch({ ...options, origin: origin === 'https://video.bsky.app' ? to : origin }, handler)
    })
    ends.push(() => agent.close())
    const set = stageFor(bluesky, {
      apiUrl,
      credentials: bluesky.credentials.parse(account.credentials),
      account,
      agent: routed,
    })
    // The server looks at its own clock when it is asked for a token that ends at a certain time.
    return { ...set, io: { ...set.io, now: Temporal.Now.instant().epochMilliseconds } }
  }

  const prepare = async (
    post: ReturnType<typeof publication>,
    io = stage().io,
    progress = memoryProgress(),
  ): Promise<ReturnType<typeof memoryProgress>> => {
    await bluesky.prepare?.(post, io, progress)
    return progress
  }
  const times = (request: string): number => service.asked.filter((one) => one === request).length
  const recordAt = async (uri: string) => (await server.posts(did)).find((post) => post.uri === uri)?.value

  it('is worked through first and published by the one request, with its description and shape', async () => {
    service.looks = 2
    const { io, lines } = stage()
    const post = publication({ key: 'v-slow', media: [film({ size: 3_333, alt: 'A kettle that sings' })] })
    const progress = await prepare(post, io)
    expect([times(UPLOAD), times(LOOK)]).toEqual([1, 3])
    const before = service.asked.length
    await prepare(post, io, progress)
    expect(service.asked).toHaveLength(before)
    const { remoteId } = await bluesky.commit(post, io, progress, 0)
    expect(await bluesky.commit(post, io, progress, 0)).toMatchObject({ remoteId })
    expect(await recordAt(remoteId)).toMatchObject({
      embed: {
        $type: 'app.bsky.embed.video',
        alt: 'A kettle that sings',
        aspectRatio: { width: 1080, height: 1920 },
        video: { $type: 'blob', mimeType: 'video/mp4', size: 3_333 },
      },
    })
    const { accessJwt } = account.credentials as { accessJwt: string }
    expectNothingPrivate([...lines, progress.steps], [accessJwt, 'eyJ'])
  })

  it('stands with the first part of a thread, and says nothing where nothing is known', async () => {
    const post = publication({
      key: 'v-thread',
      text: 'First\n---\nSecond',
      media: [film({ width: null, height: null })],
    })
    const { io } = stage()
    const progress = await prepare(post, io)
    const { remoteId } = await bluesky.commit(post, io, progress, 0)
    expect((await recordAt(remoteId))?.embed).toEqual({
      $type: 'app.bsky.embed.video',
      video: expect.objectContaining({ mimeType: 'video/mp4' }),
    })
  })

  it('that is worked on for long is asked about again, not sent again', async () => {
    service.looks = 1
    const post = publication({ key: 'v-later', media: [film()] })
    const { io, interrupt } = stage()
    const progress = memoryProgress()
    const waiting = failureOf(prepare(post, io, progress))
    await expect.poll(() => times(LOOK)).toBe(1)
    interrupt()
    expect((await waiting).next).toEqual({ do: 'retry' })
    await prepare(post, stage().io, progress)
    expect([times(UPLOAD), times(LOOK)]).toEqual([1, 2])
  })

  it('whose upload was cut is sent again', async () => {
    service.failNext(/uploadVideo/, 'drop')
    const post = publication({ key: 'v-cut', media: [film()] })
    const progress = memoryProgress()
    expect((await failureOf(prepare(post, stage().io, progress))).next).toEqual({ do: 'retry' })
    await prepare(post, stage().io, progress)
    expect(times(UPLOAD)).toBe(2)
  })

  it('that arrived while the answer was lost is known already: its job goes on', async () => {
    service.failNext(/uploadVideo/, 'drop', true)
    const post = publication({ key: 'v-known', media: [film()] })
    const { io } = stage()
    const progress = memoryProgress()
    expect((await failureOf(prepare(post, io, progress))).next).toEqual({ do: 'retry' })
    await prepare(post, io, progress)
    expect(progress.steps['video:film-1']).toEqual({ jobId: 'job1' })
    await bluesky.commit(post, io, progress, 0)
  })

  it.each([
    [
      { failureCode: 'encoding_failure', message: 'No picture in it' },
      'edit',
      'film-1.mp4: No picture in it',
    ],
    [{ failureCode: 'pds_upload_unsupported_blob_size' }, 'edit', 'film-1.mp4 is larger than'],
    [{ error: 'Job died', message: 'Failed to process video' }, 'retry', 'Failed to process video'],
  ])('whose job failed with %j: %s', async (failure, next, words) => {
    service.failures = [failure]
    const post = publication({ key: `v-failed-${next}`, media: [film()] })
    const progress = memoryProgress()
    const error = await failureOf(prepare(post, stage().io, progress))
    expect(error).toMatchObject({ next: { do: next }, message: expect.stringContaining(words) })
    // What a person asks for again begins anew.
    await prepare(post, stage().io, progress)
    expect(times(UPLOAD)).toBe(2)
  })

  it('whose job is no longer known is sent again', async () => {
    service.looks = 1
    const post = publication({ key: 'v-lost', media: [film()] })
    const { io, interrupt } = stage()
    const progress = memoryProgress()
    const waiting = failureOf(prepare(post, io, progress))
    await expect.poll(() => times(LOOK)).toBe(1)
    interrupt()
    await waiting
    service.loseJobs()
    expect(await failureOf(prepare(post, stage().io, progress))).toMatchObject({
      next: { do: 'retry' },
      code: 'NO_JOB',
    })
    await prepare(post, stage().io, progress)
    expect(times(UPLOAD)).toBe(2)
  })

  it.each([
    [
      { canUpload: false, remainingDailyVideos: 0, message: 'Daily limit' },
      'retry',
      'Bluesky takes no more videos from this account today',
    ],
    [
      { canUpload: true, remainingDailyVideos: 3, remainingDailyBytes: 1_200_000 },
      'retry',
      'film-1.mp4 has 2.4 MB; today Bluesky takes 1.2 MB more of video from this account',
    ],
    [{ canUpload: false, message: 'Not you' }, 'edit', 'Bluesky takes no videos from this account: Not you'],
    [{ canUpload: false, error: 'unconfirmed_email' }, 'edit', 'confirmed e-mail address'],
  ])('is not sent where the limits say %j', async (limits, next, words) => {
    service.limits = limits
    const post = publication({ key: 'v-limits', media: [film({ size: 2_400_000 })] })
    const error = await failureOf(prepare(post))
    expect(error).toMatchObject({ next: { do: next }, message: expect.stringContaining(words) })
    expect(times(UPLOAD)).toBe(0)
  })

  it('of an account without a confirmed address is refused in words, by whatever status', async () => {
    const jobStatus = { did: '', error: 'unconfirmed_email', jobId: '', state: '' }
    for (const status of [200, 400, 401]) {
      service.failNext(/uploadVideo/, { status, json: { jobStatus } })
      const error = await failureOf(prepare(publication({ media: [film()] })))
      expect(error).toMatchObject({
        next: { do: 'edit' },
        code: 'unconfirmed_email',
        message: expect.stringContaining('confirm it in Bluesky’s settings'),
      })
    }
  })

  it.each<[string, Reply]>([
    ['is busy', { status: 503, json: { error: 'Busy' } }],
    ['does not take its token', { status: 401, json: { error: 'BadJwt' } }],
    ['says nonsense', { status: 200, text: '<html>' }],
    ['is cut', 'cut'],
  ])('is tried again where the service %s', async (_name, reply) => {
    const odd = await startServer(() => reply)
    ends.push(odd.stop)
    const progress = memoryProgress()
    const post = publication({ media: [film()] })
    expect((await failureOf(prepare(post, stage(odd.url).io, progress))).next).toEqual({ do: 'retry' })
    expect(progress.steps).toEqual({})
  })

  it('goes to the account’s own server where there is no video service', async () => {
    const post = publication({ key: 'v-direct', media: [film({ size: 4_444 })] })
    const { io } = stage(service.url, server.url)
    const progress = await prepare(post, io)
    expect(service.asked).toEqual([])
    const { remoteId } = await bluesky.commit(post, io, progress, 0)
    expect(await recordAt(remoteId)).toMatchObject({
      embed: { $type: 'app.bsky.embed.video', video: { mimeType: 'video/mp4', size: 4_444 } },
    })
  })

  it('that the server has collected goes to it directly, as the service would name the lost one again', async () => {
    const post = publication({ key: 'v-collected', media: [film()] })
    const { io } = stage()
    const progress = await prepare(post, io)
    const blob = progress.steps['blob:film-1'] as { ref: { $link: string } }
    blob.ref.$link = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
    expect(await failureOf(bluesky.commit(post, io, progress, 0))).toMatchObject({
      next: { do: 'retry' },
      code: 'BlobNotFound',
    })
    await prepare(post, io, progress)
    expect(times(UPLOAD)).toBe(1)
    await bluesky.commit(post, io, progress, 0)
  })
})

describe('checks of a video', () => {
  const errors = (media: MediaItem[], text = 'Hi') =>
    bluesky.check({ text, media, options: {} }, {}).map(({ message }) => message)

  it('takes one mp4, also without a text', () => {
    expect(errors([film()])).toEqual([])
    expect(errors([film({ size: 300_000_000 })], '')).toEqual([])
  })

  it('says what is wrong', () => {
    expect(errors([film(), film({ mediaId: 'film-2' })])).toEqual([
      '2 videos are attached; Bluesky takes at most 1',
    ])
    expect(errors([film(), image()])).toEqual(['Bluesky takes images or a video, not both in one post'])
    expect(errors([film({ size: 301_000_000 })])).toEqual([
      'film-1.mp4 has 301 MB; Bluesky takes 300 MB. Crier does not convert videos',
    ])
    expect(errors([film({ type: 'video/quicktime', filename: 'film.mov' })])).toEqual([
      'film.mov is video/quicktime; Bluesky takes video/mp4. Crier does not convert videos',
    ])
  })
})
