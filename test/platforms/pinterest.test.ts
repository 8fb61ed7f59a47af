import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MediaItem } from '../../src/platforms/contract/platform.ts'
import pinterest from '../../src/platforms/pinterest.ts'
import { signIn } from '../servers/oauth-provider.ts'
import { contractMissing } from '../servers/openapi-check.ts'
import { type PinterestServer, startPinterest } from '../servers/pinterest.ts'
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

const missing = contractMissing('pinterest.json')
if (missing)
  console.log(`Pinterest: requests are not checked against the official description, because ${missing}`)

const BOARD = '549755885175'
const BOARDS = [
  { id: BOARD, name: 'Kettles', privacy: 'PUBLIC' },
  { id: '549755885176', name: 'Teapots', privacy: 'PUBLIC' },
]

let server: PinterestServer
let credentials: Record<string, unknown>
beforeAll(async () => {
  server = await startPinterest(() => NOW, 3)
})
beforeEach(() => {
  server.pins.length = 0
  server.asked.length = 0
  server.media.clear()
  server.boards = [...BOARDS]
  const { scope: _, ...tokens } = server.oauth.grant()
  credentials = { ...tokens, expiresAt: NOW + 2_592_000_000, boardId: BOARD }
})
afterEach(() => expect(server.mistakes.splice(0)).toEqual([]))
afterAll(() => server.stop())

const [connect] = pinterest.connect
if (connect.by !== 'oauth') throw new Error('Pinterest connects by OAuth')
const oauth = connect

const stage = (given: unknown = credentials) =>
  stageFor(pinterest, { apiUrl: server.url, credentials: given, client: server.oauth.client })

const film = (changes: Partial<MediaItem> = {}): MediaItem => ({
  ...image('film', ''),
  type: 'video/mp4',
  size: 5000,
  width: 720,
  height: 1280,
  duration: 9_000,
  filename: 'film.mp4',
  bytes: async () => new Uint8Array(5000).fill(3),
  ...changes,
})

const pin = (changes: Parameters<typeof publication>[0] = {}) => publication({ media: [image()], ...changes })

async function publish(changes: Parameters<typeof publication>[0] = {}, progress = memoryProgress()) {
  const post = pin(changes)
  const { io } = stage()
  await pinterest.prepare?.(post, io, progress)
  return pinterest.commit(post, io, progress, 0)
}

describe('connecting', () => {
  it('lists every board of every page', async () => {
    const { accounts } = await signIn(oauth, stage().io)
    expect(accounts).toMatchObject([
      { externalId: BOARD, handle: '@acme / Kettles', facts: { board: 'Kettles' } },
      { externalId: '549755885176', handle: '@acme / Teapots' },
    ])
  })

  it('an account without boards', async () => {
    server.boards = []
    await expect(signIn(oauth, stage().io)).rejects.toMatchObject({ name: 'UserError', message: /no boards/ })
  })

  it('refreshes by rotation, and ends the access', async () => {
    const fresh = (await pinterest.refresh?.(credentials, stage().io)) as Record<string, string>
    expect(fresh).toMatchObject({ boardId: BOARD, expiresAt: NOW + 2_592_000_000 })
    expect(fresh.refreshToken).not.toBe(credentials.refreshToken)
    const dead = await failureOf(pinterest.refresh?.(credentials, stage().io) ?? Promise.resolve())
    expect(dead.next).toEqual({ do: 'reconnect' })
    await pinterest.revoke?.(stage(fresh).io)
    const { io } = stage(fresh)
    expect((await failureOf(pinterest.commit(pin(), io, memoryProgress(), 0))).next).toEqual({
      do: 'reconnect',
    })
  })
})

describe('publishing', () => {
  it('an image with its words, led to by the first link', async () => {
    const published = await publish({ options: { title: 'The blue kettle', section: '77' } })
    expect(server.pins[0]?.body).toEqual({
      board_id: BOARD,
      board_section_id: '77',
      title: 'The blue kettle',
      description: publication().text,
      link: 'https://example.com/kettle',
      alt_text: 'A blue kettle',
      media_source: { source_type: 'image_base64', content_type: 'image/png', data: PNG.toString('base64') },
    })
    expect(published).toEqual({
      remoteId: server.pins[0]?.id,
      url: `https://www.pinterest.com/pin/${server.pins[0]?.id}/`,
    })
  })

  it('a large image by its address, where there is one', async () => {
    const large = { ...image(), size: 12_000_000 }
    await publish({ media: [large] })
    await publish({ media: [{ ...large, publicUrl: () => undefined }] })
    expect(server.pins.map(({ body }) => body.media_source)).toMatchObject([
      { source_type: 'image_url', url: 'https://crier.example/media/media-1' },
      { source_type: 'image_base64' },
    ])
  })

  it('a carousel', async () => {
    await publish({ media: [image('a'), image('b'), image('c')], options: { link: 'https://acme.example/' } })
    expect(server.pins[0]?.body).toMatchObject({
      link: 'https://acme.example/',
      media_source: { source_type: 'multiple_image_base64', index: 0 },
    })
    expect(server.pins[0]?.body.media_source.items).toHaveLength(3)
  })

  it('a video, sent to the bucket without our token, with a second or an image as its cover', async () => {
    await publish({ media: [film()], options: { cover: '2' } })
    await publish({ media: [image('cover'), film({ mediaId: 'film-2' })] })
    expect([...server.media.values()]).toMatchObject([
      { file: { type: 'video/mp4', size: 5000 } },
      { file: { size: 5000 } },
    ])
    expect(server.pins.map(({ body }) => body.media_source)).toMatchObject([
      { source_type: 'video_id', cover_image_key_frame_time: 2 },
      {
        source_type: 'video_id',
        cover_image_content_type: 'image/png',
        cover_image_data: PNG.toString('base64'),
      },
    ])
  })
})

describe('an upload that breaks off', () => {
  it.each([
    ['on the way to the bucket', /bucket/, 'drop' as const, 2],
    ['by a signature that has ended', /bucket/, { status: 403 }, 2],
    ['while it is asked about', /GET \/media/, { status: 503, json: {} }, 1],
  ])('%s is made good by the next try', async (_how, request, failure, registered) => {
    const progress = memoryProgress()
    server.failNext(request, failure)
    expect((await failureOf(publish({ media: [film()] }, progress))).next).toEqual({ do: 'retry' })
    await publish({ media: [film()] }, progress)
    expect(server.asked.filter((one) => one === 'POST /media')).toHaveLength(registered)
    expect(server.pins).toHaveLength(1)
  })

  it('a film that Pinterest can’t use is for a person to change', async () => {
    const failed = { status: 200, json: { media_id: '1', media_type: 'video', status: 'failed' } }
    server.failNext(/GET \/media/, failed)
    expect((await failureOf(publish({ media: [film()] }))).next).toEqual({ do: 'edit' })
  })
})

describe('a lost answer', () => {
  it('that had gone through is found among a board of several pages', async () => {
    const { io } = stage()
    for (const text of ['One', 'Two', 'Three', 'Four']) await publish({ text })
    const post = pin({ text: 'The  fifth\nhttps://example.com', options: { title: 'Five' } })
    server.failNext(/POST \/pins/, 'drop', true)
    expect((await failureOf(pinterest.commit(post, io, memoryProgress(), 0))).next).toEqual({ do: 'check' })
    const found = await pinterest.look.find?.(post, io, memoryProgress(), 0, NOW)
    expect(found).toMatchObject({ remoteId: server.pins[4]?.id })
  })

  it('is proven absent by a board read to its end, where an older Pin has the same words', async () => {
    await publish({ text: 'Same' })
    const { io } = stage()
    expect(await pinterest.look.find?.(pin({ text: 'Other' }), io, memoryProgress(), 0, NOW)).toBe('absent')
    expect(await pinterest.look.find?.(pin({ text: 'Same' }), io, memoryProgress(), 0, NOW + 3_600_000)).toBe(
      'absent',
    )
  })

  it('is looked for in the section where it was pinned', async () => {
    const { io } = stage()
    const post = pin({ text: 'In a section', options: { section: '31' } })
    expect(await pinterest.look.find?.(post, io, memoryProgress(), 0, NOW)).toBe('absent')
    await pinterest.commit(post, io, memoryProgress(), 0)
    expect(await pinterest.look.find?.(post, io, memoryProgress(), 0, NOW)).toMatchObject({
      remoteId: server.pins[0]?.id,
    })
    const gone = pin({ text: 'In a section', options: { section: '404' } })
    expect(await pinterest.look.find?.(gone, io, memoryProgress(), 0, NOW)).toBe('unknown')
  })

  it('without words or a link is not taken for another', async () => {
    const { io } = stage()
    expect(await pinterest.look.find?.(pin({ text: '' }), io, memoryProgress(), 0, NOW)).toBe('absent')
    await publish({ text: '', media: [image('another')] })
    expect(await pinterest.look.find?.(pin({ text: '' }), io, memoryProgress(), 0, NOW)).toBe('unknown')
  })

  it('is left to a person where the board has no end', async () => {
    for (let index = 0; index < 13; index++) await publish({ text: `Pin ${index}` })
    const { io } = stage()
    expect(await pinterest.look.find?.(pin({ text: 'Other' }), io, memoryProgress(), 0, NOW)).toBe('unknown')
  })
})

describe('refusals', () => {
  it.each([
    [
      { status: 429, json: { code: 8, message: 'Slow' }, headers: { 'x-ratelimit-reset': '40' } },
      { do: 'retry', after: NOW + 40_000 },
    ],
    [{ status: 400, json: { code: 1, message: 'Sorry, Unable to reach the URL.' } }, { do: 'retry' }],
    [{ status: 403, json: { code: 29, message: 'You are not permitted' } }, { do: 'reconnect' }],
    [{ status: 404, json: { code: 40, message: 'Board not found.' } }, { do: 'edit' }],
    [{ status: 502, json: {} }, { do: 'check' }],
  ])('%j', async (failure, next) => {
    server.failNext(/POST \/pins/, failure)
    expect((await failureOf(publish())).next).toEqual(next)
  })

  it('tells no token', async () => {
    const { io, lines } = stage()
    server.failNext(/POST \/pins/, { status: 400, json: { message: `No: ${credentials.accessToken}` } })
    const error = await failureOf(pinterest.commit(pin(), io, memoryProgress(), 0))
    expect(error.message).toContain('No:')
    expectNothingPrivate([error, ...lines], [String(credentials.accessToken)])
  })
})

describe('afterwards', () => {
  it('numbers, without what is gone', async () => {
    const published = await publish()
    server.analytics.set(published.remoteId, {
      summary_metrics: { IMPRESSION: 240, SAVE: 20, OUTBOUND_CLICK: 7 },
      lifetime_metrics: { TOTAL_COMMENTS: 1, TOTAL_REACTIONS: 12 },
    })
    const read = await pinterest.metrics?.read([published, { remoteId: '12', url: null }], stage().io)
    expect(read).toEqual(
      new Map([[published.remoteId, { impressions: 240, saves: 20, clicks: 7, likes: 12, comments: 1 }]]),
    )
  })

  it('a Pin can be taken down, twice', async () => {
    const published = await publish()
    await pinterest.remove?.(published, stage().io)
    await pinterest.remove?.(published, stage().io)
    expect(server.pins).toEqual([])
  })
})

describe('before anything is scheduled', () => {
  const errors = (changes: Parameters<typeof publication>[0]) =>
    pinterest
      .check(pin(changes), {})
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message)
      .join()

  it.each([
    ['no image', { media: [] }, /needs an image or a video/],
    ['six images', { media: ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => image(id)) }, /at most 5/],
    ['a video with two images', { media: [film(), image('a'), image('b')] }, /at most 2/],
    ['a moving image', { media: [{ ...image(), type: 'image/gif' }] }, /image\/gif/],
    ['a long title', { options: { title: 'a'.repeat(103) } }, /3 characters over a Pin's title's 100/],
    [
      'a long description of the image',
      { media: [image('a', 'b'.repeat(501))] },
      /501 characters; Pinterest takes 500/,
    ],
    ['a link that is none', { options: { link: 'acme' } }, /not a web address/],
    [
      'a long link',
      { options: { link: `https://acme.example/${'a'.repeat(2048)}` } },
      /over a Pin's link's 2,048/,
    ],
    ['a brief film', { media: [film({ duration: 3000 })] }, /4 s/],
    ['a cover at no time', { media: [film()], options: { cover: 'soon' } }, /number of seconds/],
  ])('%s', (_what, changes, message) => expect(errors(changes)).toMatch(message))
})
