import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MediaItem } from '../../src/platforms/contract/platform.ts'
import x from '../../src/platforms/x.ts'
import { signIn } from '../servers/oauth-provider.ts'
import { contractMissing } from '../servers/openapi-check.ts'
import { startX, type XServer } from '../servers/x.ts'
import {
  expectNothingPrivate,
  failureOf,
  image,
  memoryProgress,
  NOW,
  publication,
  stageFor,
} from './stage.ts'

const missing = contractMissing('x.json')
if (missing) console.log(`X: requests are not checked against the official contract, because ${missing}`)

let server: XServer
let credentials: Record<string, unknown>
beforeAll(async () => {
  server = await startX(() => NOW)
})
beforeEach(() => {
  server.posts.length = 0
  server.asked.length = 0
  const { scope: _, ...tokens } = server.oauth.grant()
  credentials = { ...tokens, expiresAt: NOW + 7_200_000, userId: '7' }
})
afterEach(() => expect(server.mistakes.splice(0)).toEqual([]))
afterAll(() => server.stop())

const [connect] = x.connect
if (connect.by !== 'oauth') throw new Error('X connects by OAuth')
const oauth = connect

const stage = (given: unknown = credentials) =>
  stageFor(x, {
    apiUrl: server.url,
    credentials: given,
    client: server.oauth.client,
    account: { externalId: '7', handle: '@acme' },
  })

async function publish(changes: Parameters<typeof publication>[0], progress = memoryProgress()) {
  const post = publication(changes)
  const { io } = stage()
  await x.prepare?.(post, io, progress)
  const done = []
  // As the delivery does it: each part is kept before the next is committed.
  for (let part = 0; part < (x.parts?.(post) ?? 1); part++) {
    if (progress.get(`#part:${part}`)) continue
    const published = await x.commit(post, io, progress, part)
    await progress.keep(`#part:${part}`, published)
    done.push(published)
  }
  return done
}

const bytes = (size: number): Uint8Array => new Uint8Array(size).fill(7)
const film = (size: number, changes: Partial<MediaItem> = {}): MediaItem => ({
  ...image('film', ''),
  type: 'video/mp4',
  filename: 'film.mp4',
  size,
  bytes: async (part) => bytes(size).subarray(part?.from, part?.to),
  ...changes,
})

describe('connecting', () => {
  it('signs in with PKCE, refreshes by rotation, and ends the access', async () => {
    const { accounts } = await signIn(oauth, stage().io)
    expect(accounts).toMatchObject([{ externalId: '7', handle: '@acme', facts: { name: 'Acme' } }])
    const kept = x.credentials.parse(accounts[0]?.credentials) as Record<string, string>
    expect(x.expiresAt?.(kept)).toBe(NOW + 7_200_000)

    const fresh = (await x.refresh?.(kept, stage(kept).io)) as Record<string, string>
    expect(fresh).toMatchObject({ userId: '7', expiresAt: NOW + 7_200_000 })
    expect(fresh.refreshToken).not.toBe(kept.refreshToken)
    // The old refresh token is dead: whoever still holds it must sign in again.
    const { io, lines } = stage(kept)
    const dead = await failureOf(x.refresh?.(kept, io) ?? Promise.resolve())
    expect(dead.next).toEqual({ do: 'reconnect' })
    expectNothingPrivate([dead, ...lines], [kept.refreshToken ?? '', server.oauth.client.secret])

    await x.revoke?.(stage(fresh).io)
    expect(server.oauth.revoked.slice(-2)).toEqual([fresh.refreshToken, fresh.accessToken])
    expect((await failureOf(x.commit(publication(), stage(fresh).io, memoryProgress(), 0))).next).toEqual({
      do: 'reconnect',
    })
  })

  it.each([
    [{ status: 503, json: {} }, { do: 'retry' }],
    ['drop' as const, { do: 'retry' }],
    [
      { status: 429, json: {}, headers: { 'retry-after': '5' } },
      { do: 'retry', after: NOW + 5_000 },
    ],
    [{ status: 401, json: { error: 'invalid_client' } }, { do: 'retry' }],
    [{ status: 400, json: { error: 'invalid_grant' } }, { do: 'reconnect' }],
  ])('a refresh that fails with %j', async (failure, next) => {
    server.failNext(/oauth2\/token/, failure)
    expect((await failureOf(x.refresh?.(credentials, stage().io) ?? Promise.resolve())).next).toEqual(next)
  })

  it('an answer without a new refresh token leaves the old one', async () => {
    server.failNext(/oauth2\/token/, {
      status: 200,
      json: { access_token: 'new', expires_in: 7200, refresh_token: '' },
    })
    expect(await x.refresh?.(credentials, stage().io)).toMatchObject({
      accessToken: 'new',
      refreshToken: credentials.refreshToken,
    })
  })
})

describe('publishing', () => {
  it('a text, with who may reply and what it discloses', async () => {
    const [published] = await publish({
      options: { replies: 'following', madeWithAi: 'true', paidPartnership: 'true' },
    })
    expect(server.posts[0]?.body).toEqual({
      text: publication().text,
      reply_settings: 'following',
      made_with_ai: true,
      paid_partnership: true,
    })
    expect(published).toEqual({
      remoteId: server.posts[0]?.id,
      url: `https://x.com/acme/status/${server.posts[0]?.id}`,
    })
  })

  it('a poll, and a quoted post', async () => {
    await publish({ text: 'Which?', options: { poll: 'Blue\nRed', pollMinutes: '60' } })
    await publish({ text: 'See', options: { quote: 'https://x.com/acme/status/1900000000000000001?s=20' } })
    expect(server.posts.map(({ body }) => body)).toMatchObject([
      { poll: { options: ['Blue', 'Red'], duration_minutes: 60 } },
      { quote_tweet_id: '1900000000000000001' },
    ])
  })

  it('images with their descriptions', async () => {
    await publish({ media: [image('a', 'A blue kettle'), image('b', '')] })
    const ids: string[] = server.posts[0]?.body.media.media_ids
    expect(ids.map((id) => server.media.get(id))).toMatchObject([
      { category: 'tweet_image', alt: 'A blue kettle', finalized: true },
      { category: 'tweet_image', alt: '' },
    ])
    expect(server.asked.filter((one) => one === 'POST /2/media/metadata')).toHaveLength(1)
  })

  it('a video in segments, waited for', async () => {
    await publish({ media: [film(9_000_000)] })
    const [id]: string[] = server.posts[0]!.body.media.media_ids
    expect(server.media.get(id ?? '')).toMatchObject({
      category: 'tweet_video',
      sizes: [4_000_000, 4_000_000, 1_000_000],
      polls: 2,
    })
  })

  it('after a crash goes on with the next segment, not from the start', async () => {
    const progress = memoryProgress()
    const post = { media: [film(9_000_000)] }
    server.failNext(/append/, 'drop')
    expect((await failureOf(publish(post, progress))).next).toEqual({ do: 'retry' })
    server.asked.length = 0
    await publish(post, progress)
    expect(server.asked.filter((one) => one.endsWith('initialize'))).toHaveLength(0)

    const other = memoryProgress()
    const again = { text: 'Another', media: [film(9_000_000, { mediaId: 'film-2' })] }
    server.asked.length = 0
    server.failNext(/finalize/, { status: 503, json: {} })
    expect((await failureOf(publish(again, other))).next).toEqual({ do: 'retry' })
    await publish(again, other)
    expect(server.asked.filter((one) => one.endsWith('append'))).toHaveLength(3)
    expect(server.posts).toHaveLength(2)
  })

  it('a segment that arrived though its answer was lost does not end in a broken file', async () => {
    const progress = memoryProgress()
    const post = { media: [film(9_000_000)] }
    server.failNext(/append/, 'drop', true)
    expect((await failureOf(publish(post, progress))).next).toEqual({ do: 'retry' })
    expect((await failureOf(publish(post, progress))).next).toEqual({ do: 'retry' })
    await publish(post, progress)
    const [id]: string[] = server.posts[0]!.body.media.media_ids
    expect(server.media.get(id ?? '')?.sizes).toEqual([4_000_000, 4_000_000, 1_000_000])
  })

  it('an upload that X has forgotten is begun again by the next try', async () => {
    const progress = memoryProgress()
    const post = { media: [film(5_000_000)] }
    server.failNext(/finalize/, 'drop')
    expect((await failureOf(publish(post, progress))).next).toEqual({ do: 'retry' })
    server.forget((progress.get<{ id: string }>('media:film') ?? { id: '' }).id)
    expect((await failureOf(publish(post, progress))).next).toEqual({ do: 'retry' })
    await publish(post, progress)
    expect(server.posts).toHaveLength(1)
  })

  it('a video that X can’t use is for a person to change', async () => {
    server.failNext(/GET \/2\/media\/upload/, {
      status: 200,
      json: { data: { id: '1', processing_info: { state: 'failed' } } },
    })
    const error = await failureOf(publish({ media: [film(10)] }))
    expect(error.next).toEqual({ do: 'edit' })
    expect(error.message).toContain('film.mp4')
  })
})

describe('a thread', () => {
  const text = 'One\n---\nTwo https://example.com\n---\nThree'

  it('is a post that answers the one before it, part by part', async () => {
    expect(x.parts?.(publication({ text }))).toBe(3)
    await publish({ text, media: [image()] })
    const [one, two, three] = server.posts
    expect(one?.body).toMatchObject({ text: 'One', media: { media_ids: [expect.any(String)] } })
    expect(two?.body).toEqual({
      text: 'Two https://example.com',
      reply: { in_reply_to_tweet_id: one?.id },
    })
    expect(three?.body).toEqual({ text: 'Three', reply: { in_reply_to_tweet_id: two?.id } })
  })

  it('that broke in the middle goes on behind what is live', async () => {
    const progress = memoryProgress()
    const post = publication({ text })
    const { io } = stage()
    await progress.keep('#part:0', await x.commit(post, io, progress, 0))
    // The second part arrives, and its answer is lost.
    server.failNext(/POST \/2\/tweets$/, 'drop', true)
    expect((await failureOf(x.commit(post, io, progress, 1))).next).toEqual({ do: 'check' })
    const found = await x.look.find?.(post, io, progress, 1, NOW)
    expect(found).toMatchObject({ remoteId: server.posts[1]?.id })
    await progress.keep('#part:1', found)
    await publish({ text }, progress)
    expect(server.posts.map(({ body }) => body.text)).toEqual(['One', 'Two https://example.com', 'Three'])
    expect(server.posts[2]?.body.reply.in_reply_to_tweet_id).toBe(server.posts[1]?.id)
  })

  it('never goes out without the part before', async () => {
    const error = await failureOf(x.commit(publication({ text }), stage().io, memoryProgress(), 1))
    expect(error.next).toEqual({ do: 'retry' })
    expect(server.posts).toEqual([])
  })
})

describe('a lost answer', () => {
  const post = publication({
    text: 'Kettles & <steam> (v1.0) 👨‍👩‍👧\nhttps://example.com/a?b=c#d and $ACME @friend',
    media: [image()],
  })

  it('that had gone through is found among other posts, as X writes it', async () => {
    const { io } = stage()
    const progress = memoryProgress()
    await x.prepare?.(post, io, progress)
    server.failNext(/POST \/2\/tweets$/, 'drop', true)
    expect((await failureOf(x.commit(post, io, progress, 0))).next).toEqual({ do: 'check' })
    await publish({ text: 'Kettles & <steam>' })
    expect(server.posts[0]?.text).toContain('&amp; &lt;steam&gt;')
    expect(await x.look.find?.(post, io, progress, 0, NOW)).toMatchObject({ remoteId: server.posts[0]?.id })
  })

  it('that had not is proven absent; an older post with the same words is not taken for it', async () => {
    const { io } = stage()
    await publish({ text: 'Same words https://example.com' })
    const later = NOW + 3_600_000
    expect(
      await x.look.find?.(
        publication({ text: 'Same words https://example.com' }),
        io,
        memoryProgress(),
        0,
        later,
      ),
    ).toBe('absent')
    expect(
      await x.look.find?.(
        publication({ text: 'Same words https://example.org' }),
        io,
        memoryProgress(),
        0,
        NOW,
      ),
    ).toBe('absent')
  })

  it('is not proven absent where the list goes on', async () => {
    server.failNext(/users\/7\/tweets/, { status: 200, json: { data: [], meta: { next_token: 'more' } } })
    expect(await x.look.find?.(post, stage().io, memoryProgress(), 0, NOW)).toBe('unknown')
  })

  it('and a refusal of the same text after it mean that it is live', async () => {
    const progress = memoryProgress()
    const { io } = stage()
    const short = publication({ text: 'Twice' })
    server.failNext(/POST \/2\/tweets$/, 'drop', true)
    expect((await failureOf(x.commit(short, io, progress, 0))).next).toEqual({ do: 'check' })
    // The process may have died in the first one, so nothing but the attempt tells of it.
    expect((await failureOf(x.commit(short, io, progress, 0, true))).next).toEqual({ do: 'check' })
    expect(server.posts).toHaveLength(1)
    expect(await x.look.find?.(short, io, progress, 0, NOW)).toMatchObject({ remoteId: server.posts[0]?.id })
    // Somewhere it is, even where the list does not show it.
    server.posts.splice(0)
    expect(await x.look.find?.(short, io, progress, 0, NOW)).toBe('unknown')
  })

  it('the same refusal of a first attempt is for a person', async () => {
    await publish({ text: 'Twice' })
    const refused = await failureOf(x.commit(publication({ text: 'Twice' }), stage().io, memoryProgress(), 0))
    expect(refused.next).toEqual({ do: 'edit' })
  })

  it('of a part is not found in an earlier part with the same words', async () => {
    const text = 'Again\n---\nAgain'
    const progress = memoryProgress()
    const { io } = stage()
    await progress.keep('#part:0', await x.commit(publication({ text }), io, progress, 0))
    expect(await x.look.find?.(publication({ text }), io, progress, 1, NOW)).toBe('absent')
  })

  it('of images without words is told by their ids, not taken for others', async () => {
    const { io } = stage()
    const progress = memoryProgress()
    const silent = publication({ text: '', media: [image()] })
    await x.prepare?.(silent, io, progress)
    expect(await x.look.find?.(silent, io, progress, 0, NOW)).toBe('absent')
    await publish({ text: '', media: [image('another')] })
    expect(await x.look.find?.(silent, io, progress, 0, NOW)).toBe('unknown')
    await x.commit(silent, io, progress, 0)
    await publish({ text: '', media: [image('a third')] })
    expect(await x.look.find?.(silent, io, progress, 0, NOW)).toMatchObject({ remoteId: server.posts[1]?.id })
  })

  it('of a link is not found in the same words without one', async () => {
    await publish({ text: 'Kettles' })
    const linked = publication({ text: 'Kettles https://example.com' })
    expect(await x.look.find?.(linked, stage().io, memoryProgress(), 0, NOW)).toBe('absent')
  })
})

describe('refusals', () => {
  it.each([
    [
      { status: 429, json: {}, headers: { 'x-rate-limit-reset': String(NOW / 1000 + 900) } },
      { do: 'retry', after: NOW + 900_000 },
    ],
    [{ status: 429, json: {} }, { do: 'retry' }],
    [{ status: 403, json: { title: 'Unsupported Authentication', detail: 'Not here' } }, { do: 'reconnect' }],
    [
      { status: 403, json: { type: 'https://api.x.com/2/problems/client-forbidden', detail: 'No credits' } },
      { do: 'retry' },
    ],
    [{ status: 402, json: { title: 'CreditsDepleted', detail: 'credits depleted' } }, { do: 'retry' }],
    [{ status: 400, json: { title: 'Invalid Request' } }, { do: 'edit' }],
    [{ status: 504, json: {} }, { do: 'check' }],
  ])('%j', async (failure, next) => {
    server.failNext(/POST \/2\/tweets$/, failure)
    expect((await failureOf(publish({}))).next).toEqual(next)
  })
})

describe('numbers', () => {
  it('of young and old posts, by one request each, without what is gone', async () => {
    const [young] = await publish({ text: 'Young' })
    const old = {
      remoteId: String((BigInt(NOW - 40 * 86_400_000 - 1_288_834_974_657) << 22n) + 1n),
      url: null,
    }
    server.posts.push({ ...server.posts[0]!, id: old.remoteId })
    Object.assign(server.posts[0]!.metrics, {
      like_count: 5,
      repost_count: 2,
      quote_count: 1,
      reply_count: 3,
      impression_count: 90,
      bookmark_count: 4,
    })
    server.posts[0]!.clicks = 6
    server.asked.length = 0
    const read = await x.metrics?.read([young!, old, { remoteId: '123456', url: null }], stage().io)
    const both = { likes: 5, shares: 3, comments: 3, impressions: 90, saves: 4 }
    expect(read).toEqual(
      new Map<string, unknown>([
        [young!.remoteId, { ...both, clicks: 6 }],
        [old.remoteId, both],
      ]),
    )
    expect(server.asked).toHaveLength(2)
  })

  it('by the names that X’s pages use', async () => {
    server.failNext(/GET \/2\/tweets/, {
      status: 200,
      json: {
        data: [
          { id: '9', public_metrics: { like_count: 1, reply_count: 0, retweet_count: 7, quote_count: 1 } },
        ],
      },
    })
    const read = await x.metrics?.read([{ remoteId: '9', url: null }], stage().io)
    expect(read?.get('9')).toEqual({ likes: 1, comments: 0, shares: 8 })
  })

  it('a post can be taken down, twice', async () => {
    const [published] = await publish({ text: 'Gone' })
    await x.remove?.(published!, stage().io)
    await x.remove?.(published!, stage().io)
    expect(server.posts).toEqual([])
  })
})

describe('before anything is scheduled', () => {
  // Confirmed with X's own library; https://docs.x.com/fundamentals/counting-characters
  it.each([
    ['Hello', 5],
    ['https://example.com/a/very/long/address/indeed?with=query', 23],
    ['example.com', 23],
    ['日本', 4],
    ['👨‍👩‍👧', 2],
    ['One\n---\nThe longer of the two', 21],
  ])('%s counts %i', (text, count) => expect(x.text.count(text, {})).toBe(count))

  const errors = (changes: Partial<ReturnType<typeof publication>>) =>
    x
      .check(publication(changes), {})
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message)

  it.each([
    ['two cashtags', { text: '$ACME and $TSLA' }, /2 cashtags \(\$ACME, \$TSLA\)/],
    [
      'a long part',
      { text: `Short\n---\n${'a'.repeat(290)}` },
      /10 characters over X \(part 2 of the thread\)/,
    ],
    ['five images', { media: ['a', 'b', 'c', 'd', 'e'].map((id) => image(id)) }, /at most 4/],
    ['a video and an image', { media: [image(), film(9)] }, /not both/],
    ['a GIF and an image', { media: [image(), { ...image('g'), type: 'image/gif' }] }, /alone/],
    ['a poll with an image', { media: [image()], options: { poll: 'a\nb' } }, /a poll, not both/],
    ['a long poll answer', { options: { poll: `a\n${'b'.repeat(26)}` } }, /26 characters; X takes 25/],
    ['a poll for a month', { options: { poll: 'a\nb', pollMinutes: '43200' } }, /7 days/],
    ['a quote of nothing', { options: { quote: 'https://example.com/1' } }, /not the address/],
    ['a video in VP9', { media: [film(9, { videoCodec: 'vp9' })] }, /pictures as VP9; X takes H.264/],
    [
      'a video with Opus',
      { media: [film(9, { videoCodec: 'avc', audioCodec: 'opus' })] },
      /sound as OPUS; X takes AAC/,
    ],
    ['a long video', { media: [film(9, { duration: 150_000 })] }, /150 s; X takes 140 s/],
  ])('%s', (_what, changes, message) => expect(errors(changes).join()).toMatch(message))

  it('a codec that is taken, or not known, is nothing to speak of', () => {
    expect(errors({ media: [film(9, { videoCodec: 'avc', audioCodec: 'aac' })] })).toEqual([])
    expect(errors({ media: [film(9, { videoCodec: null, audioCodec: null })] })).toEqual([])
  })

  it('a thread may have a cashtag in each part, and a large GIF is fine', () => {
    expect(errors({ text: '$ACME\n---\n$TSLA' })).toEqual([])
    expect(errors({ media: [{ ...image(), type: 'image/gif', size: 14_000_000 }] })).toEqual([])
    expect(errors({ media: [{ ...image(), type: 'image/gif', size: 16_000_000 }] })).toHaveLength(1)
  })

  it.each([
    ['Hello', [], '$0.015'],
    ['See example.com', [], '$0.200 (it has a link)'],
    ['One\n---\nTwo https://example.com\n---\nThree', [], '$0.230 (3 posts, 1 with a link)'],
    ['Hello', [image()], '$0.020 (1 described image)'],
  ])('%j costs', (text, media, cost) => expect(x.cost?.(publication({ text, media }))).toBe(cost))
})
