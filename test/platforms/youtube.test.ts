import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MediaItem } from '../../src/platforms/contract/platform.ts'
import youtube from '../../src/platforms/youtube.ts'
import { signIn } from '../servers/oauth-provider.ts'
import { contractMissing } from '../servers/openapi-check.ts'
import { startYouTube, type YouTubeServer } from '../servers/youtube.ts'
import {
  expectNothingPrivate,
  failureOf,
  image,
  memoryProgress,
  NOW,
  PNG,
  publication,
  stageFor,
} from './stage.ts'

const missing = contractMissing('youtube.json')
if (missing)
  console.log(`YouTube: requests are not checked against the official contract, because ${missing}`)

const PIECE = 8 * 1024 * 1024

let server: YouTubeServer
let credentials: Record<string, unknown>
beforeAll(async () => {
  server = await startYouTube()
})
beforeEach(() => {
  server.videos.length = 0
  server.asked.length = 0
  server.audited = true
  server.channels = [{ id: 'UCacme', snippet: { title: 'Acme films', customUrl: '@acme' } }]
  const { scope: _, ...tokens } = server.oauth.grant()
  credentials = { ...tokens, expiresAt: NOW + 3_600_000, channelId: 'UCacme' }
})
afterEach(() => expect(server.mistakes.splice(0)).toEqual([]))
afterAll(() => server.stop())

const [connect] = youtube.connect
if (connect.by !== 'oauth') throw new Error('YouTube connects by OAuth')
const oauth = connect

const stage = (given: unknown = credentials) =>
  stageFor(youtube, { apiUrl: server.url, credentials: given, client: server.oauth.client })

const film = (size: number, changes: Partial<MediaItem> = {}): MediaItem => {
  const bytes = Buffer.alloc(size, 'kettle ')
  return {
    ...image('film', ''),
    type: 'video/mp4',
    filename: 'film.mp4',
    width: 1280,
    height: 720,
    duration: 60_000,
    size,
    bytes: async (part) => bytes.subarray(part?.from, part?.to),
    ...changes,
  }
}

const OPTIONS = { title: 'The blue kettle' }
const post = (changes: Parameters<typeof publication>[0] = {}) =>
  publication({ media: [film(1000)], options: OPTIONS, ...changes })

async function publish(what: ReturnType<typeof publication>, progress = memoryProgress()) {
  const { io } = stage()
  await youtube.prepare?.(what, io, progress)
  const first = progress.get('#part:0') ?? (await youtube.commit(what, io, progress, 0))
  await progress.keep('#part:0', first)
  return youtube.parts?.(what) === 2
    ? youtube.commit(what, io, progress, 1)
    : youtube.look.find?.(what, io, progress, 0, NOW)
}

const puts = (): number => server.asked.filter((one) => one.startsWith('PUT')).length

describe('connecting', () => {
  it('signs in, lists the channels, refreshes and revokes', async () => {
    const { accounts, server: there } = await signIn(oauth, stage().io)
    expect(there.authorizationParameters).toEqual({ access_type: 'offline', prompt: 'consent' })
    expect(accounts).toMatchObject([
      { externalId: 'UCacme', handle: '@acme', facts: { title: 'Acme films' } },
    ])
    const kept = youtube.credentials.parse(accounts[0]?.credentials) as Record<string, string>
    const fresh = (await youtube.refresh?.(kept, stage(kept).io)) as Record<string, string>
    // Google gives no new refresh token: the old one stays.
    expect(fresh).toMatchObject({ refreshToken: kept.refreshToken, expiresAt: NOW + 3_600_000 })
    expect(fresh.accessToken).not.toBe(kept.accessToken)
    await youtube.revoke?.(stage(fresh).io)
    await youtube.revoke?.(stage(fresh).io)
    expect(server.oauth.revoked).toContain(kept.refreshToken)
  })

  it('a Google account without a channel', async () => {
    server.channels = []
    await expect(signIn(oauth, stage().io)).rejects.toMatchObject({
      name: 'UserError',
      message: /no YouTube channel/,
    })
  })

  it('a login that is dead is told from the weather', async () => {
    const { io, lines } = stage({ ...credentials, refreshToken: 'refresh-of-another-time' })
    const dead = await failureOf(youtube.refresh?.(io.credentials, io) ?? Promise.resolve())
    expect(dead.next).toEqual({ do: 'reconnect' })
    expectNothingPrivate([dead, ...lines], ['refresh-of-another-time'])
    server.failNext(/POST \/token/, { status: 500 })
    expect((await failureOf(youtube.refresh?.(credentials, stage().io) ?? Promise.resolve())).next).toEqual({
      do: 'retry',
    })
  })
})

describe('publishing', () => {
  it('a video with all that it is told', async () => {
    const published = await publish(
      post({
        text: 'The film about the kettle.\n#kettle',
        options: {
          ...OPTIONS,
          privacy: 'unlisted',
          madeForKids: 'no',
          tags: '#kettle, blue tea',
          category: '26',
          synthetic: 'true',
          quiet: 'true',
        },
      }),
    )
    expect(server.videos).toMatchObject([
      {
        type: 'video/mp4',
        resource: {
          snippet: {
            title: 'The blue kettle',
            description: 'The film about the kettle.\n#kettle',
            tags: ['kettle', 'blue tea'],
            categoryId: '26',
          },
          status: { privacyStatus: 'unlisted', selfDeclaredMadeForKids: false, containsSyntheticMedia: true },
        },
      },
    ])
    const [video] = server.videos
    expect(published).toEqual({
      remoteId: video?.id,
      url: `https://www.youtube.com/watch?v=${video?.id}`,
    })
  })

  it('without a title, the first line is it', async () => {
    await publish(post({ text: 'First line\nSecond', options: { kind: 'short' } }))
    expect(server.videos[0]?.resource.snippet).toMatchObject({
      title: 'First line',
      description: 'First line\nSecond',
    })
  })

  it('a project that was not audited: what became of the choice is said', async () => {
    server.audited = false
    expect(await publish(post())).toMatchObject({ note: 'YouTube made it private, not public' })
  })

  it('a large file in pieces, whole at the other end; only the last makes the video', async () => {
    const video = film(2 * PIECE + 1234)
    const what = post({ media: [video] })
    const { io } = stage()
    const progress = memoryProgress()
    await youtube.prepare?.(what, io, progress)
    expect(server.videos).toHaveLength(0)
    expect(puts()).toBe(2)
    await youtube.commit(what, io, progress, 0)
    expect(puts()).toBe(3)
    expect(server.videos[0]?.bytes.equals(Buffer.from(await video.bytes()))).toBe(true)
  })

  it('a thumbnail after it, whose refusal does not fail the video', async () => {
    const what = post({ media: [film(1000), image('thumb')] })
    expect(youtube.parts?.(what)).toBe(2)
    const url = expect.stringContaining('youtube.com')
    expect(await publish(what)).toEqual({ remoteId: server.videos[0]?.id, url })
    expect(server.videos[0]?.thumbnail).toEqual({ type: 'image/png', size: PNG.byteLength })

    server.failNext(/thumbnails/, {
      status: 403,
      json: {
        error: { code: 403, message: 'The channel has to be verified', errors: [{ reason: 'forbidden' }] },
      },
    })
    expect(await publish(what)).toMatchObject({ note: expect.stringContaining('verified') })
    server.failNext(/thumbnails/, 'drop')
    expect((await failureOf(publish(what))).next).toEqual({ do: 'retry' })
    expect(await youtube.look.find?.(what, stage().io, memoryProgress(), 1, NOW)).toBe('absent')
  })
})

describe('a thumbnail that can’t be set', () => {
  it('is tried again, and then the video is published without it', async () => {
    const what = post({ media: [film(1000), image('thumb')] })
    const progress = memoryProgress()
    for (let n = 0; n < 2; n++) {
      server.failNext(/thumbnails/, { status: 503, json: {} })
      expect((await failureOf(publish(what, progress))).next).toEqual({ do: 'retry' })
    }
    server.failNext(/thumbnails/, { status: 503, json: {} })
    expect(await publish(what, progress)).toMatchObject({
      remoteId: server.videos[0]?.id,
      note: expect.stringMatching(/^its thumbnail could not be set: .*trouble/),
    })
    expect(server.videos).toHaveLength(1)
  })

  it('is a person’s where the login is dead', async () => {
    const what = post({ media: [film(1000), image('thumb')] })
    server.failNext(/thumbnails/, { status: 401, json: {} })
    expect((await failureOf(publish(what))).next).toEqual({ do: 'reconnect' })
  })
})

describe('an upload that breaks off', () => {
  const what = post({ media: [film(3 * PIECE + 5)] })

  it.each([
    ['lost on the way', 'drop' as const, false],
    ['lost on the way back', 'drop' as const, true],
    ['refused by a server in trouble', { status: 503, json: {} }, false],
  ])('%s goes on where the session stands', async (_how, failure, after) => {
    const progress = memoryProgress()
    await youtube.prepare?.(post({ media: [film(10)] }), stage().io, memoryProgress())
    server.failNext(/^PUT/, failure, after)
    expect((await failureOf(publish(what, progress))).next).toEqual({ do: 'retry' })
    const begun = server.sessions.size
    await publish(what, progress)
    expect(server.sessions.size).toBe(begun)
    expect(server.videos).toHaveLength(1)
    expect(server.videos[0]?.bytes.byteLength).toBe(3 * PIECE + 5)
  })

  it('inside a piece: what arrived of it is not sent again', async () => {
    server.keepOnly = 512 * 1024
    await publish(what)
    expect(server.videos[0]?.bytes.equals(Buffer.from(await what.media[0]!.bytes()))).toBe(true)
  })

  it('and a session that is gone is begun anew', async () => {
    const progress = memoryProgress()
    server.failNext(/^PUT/, 'drop')
    await failureOf(publish(what, progress))
    server.sessions.clear()
    await publish(what, progress)
    expect(server.videos).toHaveLength(1)
  })

  it('other words need another session', async () => {
    const progress = memoryProgress()
    server.failNext(/^PUT/, 'drop')
    await failureOf(publish(what, progress))
    await publish({ ...what, options: { title: 'Another title' } }, progress)
    expect(server.videos[0]?.resource.snippet.title).toBe('Another title')
  })

  it('for longer than its access lives: renewed, not signed out', async () => {
    server.failNext(/^PUT/, {
      status: 401,
      json: { error: { code: 401, errors: [{ reason: 'authError' }] } },
    })
    expect((await failureOf(publish(what))).next).toEqual({ do: 'retry', refresh: true })
    const small = post()
    const progress = memoryProgress()
    const { io } = stage()
    await youtube.prepare?.(small, io, progress)
    const ended = { status: 401, json: { error: { code: 401, errors: [{ reason: 'authError' }] } } }
    server.failNext(/^PUT/, ended)
    const late = { ...io, now: NOW + 3_700_000 }
    expect((await failureOf(youtube.commit(small, late, progress, 0))).next).toEqual({
      do: 'retry',
      refresh: true,
    })
    server.failNext(/^PUT/, ended)
    expect((await failureOf(youtube.commit(small, io, progress, 0))).next).toEqual({ do: 'reconnect' })
  })
})

describe('the last piece', () => {
  it('whose answer was lost, with a video: the session tells', async () => {
    const progress = memoryProgress()
    const what = post()
    const { io } = stage()
    await youtube.prepare?.(what, io, progress)
    server.failNext(/^PUT/, 'drop', true)
    expect((await failureOf(youtube.commit(what, io, progress, 0))).next).toEqual({ do: 'check' })
    expect(await youtube.look.find?.(what, io, progress, 0, NOW)).toMatchObject({
      remoteId: server.videos[0]?.id,
    })
    // Even a blind repeat makes no second video.
    await youtube.prepare?.(what, io, progress)
    await youtube.commit(what, io, progress, 0)
    expect(server.videos).toHaveLength(1)
  })

  it('whose answer was lost, without one: absent, and the next try goes on', async () => {
    const progress = memoryProgress()
    const what = post()
    const { io } = stage()
    await youtube.prepare?.(what, io, progress)
    server.failNext(/^PUT/, 'drop')
    expect((await failureOf(youtube.commit(what, io, progress, 0))).next).toEqual({ do: 'check' })
    expect(await youtube.look.find?.(what, io, progress, 0, NOW)).toBe('absent')
    await publish(what, progress)
    expect(server.videos).toHaveLength(1)
  })

  it('tells nobody the session’s address, by which whoever has it can write', async () => {
    const progress = memoryProgress()
    const what = post()
    const { io, lines } = stage()
    await youtube.prepare?.(what, io, progress)
    const { uri = '' } = progress.get<{ uri: string }>('session:film') ?? {}
    expect(uri).toContain('upload_id=')
    server.failNext(/^PUT/, {
      status: 400,
      json: { error: { code: 400, message: `Not at ${uri}`, errors: [] } },
    })
    const refused = await failureOf(youtube.commit(what, io, progress, 0))
    expect(refused.message).toContain('Not at')
    expectNothingPrivate([refused, ...lines], [uri])
  })

  it('of which only a part arrived: not published, and the next try sends the rest', async () => {
    const progress = memoryProgress()
    const what = post({ media: [film(700_000)] })
    const { io } = stage()
    await youtube.prepare?.(what, io, progress)
    server.keepOnly = 262_144
    expect((await failureOf(youtube.commit(what, io, progress, 0))).next).toEqual({ do: 'retry' })
    expect(server.videos).toHaveLength(0)
    await publish(what, progress)
    expect(server.videos[0]?.bytes.byteLength).toBe(700_000)
  })

  it('sent once more to a session that nobody remembers: it may have become a video', async () => {
    const progress = memoryProgress()
    const what = post()
    const { io } = stage()
    await youtube.prepare?.(what, io, progress)
    // The process died in the first commit, before it learnt of the video.
    const before = { ...progress.steps }
    await youtube.commit(what, io, progress, 0)
    Object.assign(progress.steps, before)
    server.sessions.clear()
    const gone = await failureOf(youtube.commit(what, io, progress, 0, true))
    expect(gone).toMatchObject({ next: { do: 'check' }, code: 'SESSION_GONE' })
    expect(await youtube.look.find?.(what, io, progress, 0, NOW)).toBe('unknown')
    expect(server.videos).toHaveLength(1)
  })

  it('of a session that nobody remembers: a person looks', async () => {
    const progress = memoryProgress()
    const what = post()
    const { io } = stage()
    await youtube.prepare?.(what, io, progress)
    server.failNext(/^PUT/, 'drop', true)
    await failureOf(youtube.commit(what, io, progress, 0))
    server.sessions.clear()
    expect(await youtube.look.find?.(what, io, progress, 0, NOW)).toBe('unknown')
  })
})

describe('refusals', () => {
  const refused = (status: number, reason: string) => ({
    status,
    json: { error: { code: status, message: reason, errors: [{ reason }] } },
  })
  // NOW is noon UTC; midnight in California is 08:00 UTC.
  const midnight = Temporal.Instant.from('2026-11-21T08:00:00Z').epochMilliseconds

  it.each([
    [refused(403, 'quotaExceeded'), { do: 'retry', after: midnight }],
    [refused(400, 'uploadLimitExceeded'), { do: 'retry', after: midnight }],
    [refused(403, 'rateLimitExceeded'), { do: 'retry' }],
    [refused(401, 'youtubeSignupRequired'), { do: 'reconnect' }],
    [refused(403, 'insufficientPermissions'), { do: 'reconnect' }],
    [refused(400, 'invalidTitle'), { do: 'edit' }],
    [refused(500, 'backendError'), { do: 'retry' }],
  ])('%j', async (failure, next) => {
    server.failNext(/POST \/upload/, failure)
    expect((await failureOf(publish(post()))).next).toEqual(next)
  })
})

describe('numbers', () => {
  it('come as words, and what is gone is left out', async () => {
    const published = await publish(post())
    if (!published || typeof published === 'string') throw new Error('It was not found')
    server.videos[0]!.statistics = { viewCount: '1234', likeCount: '5' }
    const read = await youtube.metrics?.read([published, { remoteId: 'gone', url: null }], stage().io)
    expect(read).toEqual(new Map([[published.remoteId, { views: 1234, likes: 5 }]]))
  })
})

describe('before anything is scheduled', () => {
  const findings = (changes: Parameters<typeof publication>[0]) => youtube.check(post(changes), {})
  const errors = (changes: Parameters<typeof publication>[0]) =>
    findings(changes)
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message)
      .join()

  it.each([
    ['no video', { media: [] }, /needs a video/],
    ['two videos', { media: [film(1), film(2)] }, /at most 1/],
    ['a long title', { options: { title: 'a'.repeat(101) } }, /title has 101 characters; YouTube takes 100/],
    ['a long first line', { options: {}, text: 'a'.repeat(101) }, /needs a title/],
    ['no title at all', { options: {}, text: '' }, /needs a title/],
    ['brackets in the title', { options: { title: 'a < b' } }, /no < or > in a title/],
    ['brackets in the text', { text: '<b>' }, /no < or > in a description/],
    [
      'many tags',
      { options: { ...OPTIONS, tags: Array.from({ length: 60 }, (_, i) => `tag number ${i}`).join(',') } },
      /over the tags on YouTube's 500/,
    ],
    ['bytes, not letters', { text: 'ü'.repeat(2501) }, /2 bytes over/],
    ['a wide Short', { options: { ...OPTIONS, kind: 'short' } }, /wider than high/],
    [
      'a long Short',
      {
        options: { ...OPTIONS, kind: 'short' },
        media: [film(1, { width: 720, height: 1280, duration: 200_000 })],
      },
      /200 s/,
    ],
  ])('%s', (_what, changes, message) => expect(errors(changes)).toMatch(message))

  it('says that an upright, brief video will be a Short', () => {
    const upright = film(1, { width: 720, height: 1280 })
    expect(findings({ media: [upright] })).toMatchObject([{ severity: 'warning', message: /as a Short/ }])
    expect(findings({ media: [upright], options: { ...OPTIONS, kind: 'short' } })).toEqual([])
  })
})
