import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MediaItem } from '../../src/platforms/contract/platform.ts'
import { littleText, plainText } from '../../src/platforms/linkedin/text.ts'
import linkedin from '../../src/platforms/linkedin.ts'
import { type LinkedInServer, startLinkedIn } from '../servers/linkedin.ts'
import { signIn } from '../servers/oauth-provider.ts'
import {
  expectNothingPrivate,
  failureOf,
  image,
  memoryProgress,
  NOW,
  publication,
  stageFor,
} from './stage.ts'

const ORGANISATION = 'urn:li:organization:77'
const PERSON = 'urn:li:person:AbC-12_3'

let server: LinkedInServer
let accessToken: string
beforeAll(async () => {
  server = await startLinkedIn(() => NOW)
})
beforeEach(() => {
  server.posts.length = 0
  server.asked.length = 0
  server.approved = true
  server.versions = ['202602', '202603', '202604']
  accessToken = server.oauth.grant().accessToken
})
afterEach(() => expect(server.mistakes.splice(0)).toEqual([]))
afterAll(() => server.stop())

const [asPerson, asOrganisations] = linkedin.connect
if (asPerson.by !== 'oauth' || asOrganisations?.by !== 'oauth')
  throw new Error('LinkedIn connects by OAuth, twice')
const ways = { asPerson, asOrganisations }

const stage = (author = ORGANISATION) =>
  stageFor(linkedin, {
    apiUrl: server.url,
    credentials: { accessToken, expiresAt: NOW + 5_184_000_000, author },
    client: server.oauth.client,
    account: { externalId: author, handle: 'Acme' },
  })

async function publish(
  changes: Parameters<typeof publication>[0],
  { progress = memoryProgress(), author = ORGANISATION } = {},
) {
  const post = publication(changes)
  const { io } = stage(author)
  await linkedin.prepare?.(post, io, progress)
  return linkedin.commit(post, io, progress, 0)
}

const file = (type: string, size: number, changes: Partial<MediaItem> = {}): MediaItem => ({
  ...image('file', ''),
  type,
  size,
  width: null,
  height: null,
  filename: type === 'video/mp4' ? 'film.mp4' : 'deck.pdf',
  bytes: async (part) => new Uint8Array(size).fill(1).subarray(part?.from, part?.to),
  ...changes,
})

describe('connecting', () => {
  it('as a person, with what everybody is given', async () => {
    server.approved = false
    const { accounts } = await signIn(ways.asPerson, stage().io)
    expect(accounts).toMatchObject([
      { externalId: PERSON, handle: 'Ada Acme', facts: { kind: 'person' }, credentials: { author: PERSON } },
    ])
    expect(ways.asPerson.scopes.map(({ name }) => name)).toEqual(['openid', 'profile', 'w_member_social'])
  })

  it('for organisations, with the person beside them', async () => {
    const { accounts } = await signIn(ways.asOrganisations, stage().io)
    expect(accounts).toMatchObject([
      { externalId: ORGANISATION, handle: 'Acme', facts: { kind: 'organisation', vanityName: 'acme' } },
      { externalId: PERSON },
    ])
    expect(linkedin.expiresAt?.(accounts[0]?.credentials)).toBe(NOW + 5_184_000_000)
  })

  it('without a refresh token the end of the login is the end; it can be ended before', async () => {
    const { io } = stage()
    expect((await failureOf(linkedin.refresh?.(io.credentials, io) ?? Promise.resolve())).next).toEqual({
      do: 'reconnect',
    })
    await linkedin.revoke?.(io)
    expect((await failureOf(publish({}))).next).toEqual({ do: 'reconnect' })
  })
})

describe('publishing', () => {
  it('a text as an organisation, and as a person to connections', async () => {
    const published = await publish({})
    await publish({ options: { visibility: 'CONNECTIONS', noReshare: 'true' } }, { author: PERSON })
    expect(server.posts.map(({ body }) => body)).toMatchObject([
      {
        author: ORGANISATION,
        visibility: 'PUBLIC',
        lifecycleState: 'PUBLISHED',
        isReshareDisabledByAuthor: false,
      },
      { author: PERSON, visibility: 'CONNECTIONS', isReshareDisabledByAuthor: true },
    ])
    expect(published).toEqual({
      remoteId: server.posts[0]?.urn,
      url: `https://www.linkedin.com/feed/update/${server.posts[0]?.urn}/`,
    })
  })

  it.each([
    'The new kettle (v2.0) is here',
    'a|b {c} [d] <e> *f* _g_ ~h~ back\\slash @nobody #1 #',
    '#kettle and #big_kettle, https://example.com/a_(b)?x=1#part #über',
    '(((',
    '👨‍👩‍👧 (family)\n\nNew paragraph',
  ])('every reserved character: %s', async (text) => {
    await publish({ text })
    expect(server.posts[0]?.shown).toBe(text)
    expect(plainText(littleText(text))).toBe(text)
  })

  it('real mentions and hashtags stay what they are', () => {
    expect(littleText('Hi @[Acme (EU)](urn:li:organization:1), (#kettle)')).toBe(
      'Hi @[Acme (EU)](urn:li:organization:1), \\({hashtag|\\#|kettle}\\)',
    )
  })

  it('an image with its description, and several', async () => {
    await publish({ text: 'One', media: [image('a', 'A blue kettle')] })
    await publish({ text: 'Two', media: [image('b', 'Steam'), image('c', '')] })
    const [one, two] = server.posts
    expect(one?.body.content).toEqual({
      media: { id: expect.stringContaining('urn:li:image:'), altText: 'A blue kettle' },
    })
    expect(two?.body.content.multiImage.images).toEqual([
      { id: expect.any(String), altText: 'Steam' },
      { id: expect.any(String) },
    ])
  })

  it('a document', async () => {
    await publish({ media: [file('application/pdf', 2000)] })
    expect(server.posts[0]?.body.content.media).toEqual({
      id: expect.stringContaining('urn:li:document:'),
      title: 'deck.pdf',
    })
  })

  it('a video in the pieces that LinkedIn asks for', async () => {
    await publish({ media: [file('video/mp4', 9_000_000)] })
    const { id } = server.posts[0]?.body.content.media ?? {}
    expect(server.assets.get(id)).toMatchObject({ pieces: [4_194_304, 4_194_304, 611_392], finalized: true })
  })

  it('an article with a card of its own', async () => {
    await publish({
      media: [image('thumb')],
      options: {
        article: 'https://acme.example/news',
        articleTitle: 'News (big)',
        articleDescription: 'All of it',
      },
    })
    expect(server.posts[0]?.body.content.article).toEqual({
      source: 'https://acme.example/news',
      title: 'News (big)',
      description: 'All of it',
      thumbnail: expect.stringContaining('urn:li:image:'),
    })
  })
})

describe('an upload that breaks off', () => {
  const post = { media: [file('video/mp4', 9_000_000)] }

  it('goes on with the piece that is missing', async () => {
    const progress = memoryProgress()
    server.failNext(/^PUT .*\/1$/, { status: 503 })
    expect((await failureOf(publish(post, { progress }))).next).toEqual({ do: 'retry' })
    await publish(post, { progress })
    const puts = server.asked.filter((one) => one.startsWith('PUT')).map((one) => one.at(-1))
    expect(puts).toEqual(['0', '1', '1', '2'])
    expect(server.posts).toHaveLength(1)
  })

  it('begins anew once the addresses have ended', async () => {
    const progress = memoryProgress()
    server.failNext(/^PUT .*\/2$/, 'drop')
    await failureOf(publish(post, { progress }))
    const { io } = stage()
    const later = { ...io, now: NOW + 3_700_000 }
    await linkedin.prepare?.(publication(post), later, progress)
    await linkedin.commit(publication(post), later, progress, 0)
    expect(server.asked.filter((one) => one === 'POST /rest/videos')).toHaveLength(3)
    expect(server.posts).toHaveLength(1)
  })

  it('a file that LinkedIn can’t use is for a person to change', async () => {
    server.failNext(/^GET \/rest\/images/, { status: 200, json: { status: 'PROCESSING_FAILED' } })
    expect((await failureOf(publish({ media: [image()] }))).next).toEqual({ do: 'edit' })
  })

  it('sends the token to LinkedIn alone', async () => {
    server.failNext(/^POST \/rest\/images/, {
      status: 200,
      json: {
        value: {
          uploadUrl: `${server.url.replace('127.0.0.1', 'localhost')}/upload/x/0`,
          image: 'urn:li:image:9',
        },
      },
    })
    const error = await failureOf(publish({ media: [image()] }))
    // On an origin that is not LinkedIn's: not even asked, since it is a private network; had it been, then without the token.
    expect(error.message).toContain('private network')
  })
})

describe('a lost answer', () => {
  const post = publication({
    text: 'Kettles (v1.0) & #kettle_2 @[Acme](urn:li:organization:1)\n\nhttps://example.com/a_b',
  })

  it('of an organisation is found by its text as LinkedIn keeps it', async () => {
    const { io } = stage()
    server.failNext(/^POST \/rest\/posts/, 'drop', true)
    expect((await failureOf(linkedin.commit(post, io, memoryProgress(), 0))).next).toEqual({ do: 'check' })
    await publish({ text: 'Another' })
    expect(await linkedin.look.find?.(post, io, memoryProgress(), 0, NOW)).toMatchObject({
      remoteId: server.posts[0]?.urn,
    })
  })

  it('is proven absent, also where an older post has the same words', async () => {
    const { io } = stage()
    await publish({ text: post.text })
    expect(await linkedin.look.find?.(post, io, memoryProgress(), 0, NOW + 3_600_000)).toBe('absent')
  })

  it('of a member, or without the right to read, is left to a person', async () => {
    const before = server.asked.length
    expect(await linkedin.look.find?.(post, stage(PERSON).io, memoryProgress(), 0, NOW)).toBe('unknown')
    expect(server.asked).toHaveLength(before)
    server.approved = false
    expect(await linkedin.look.find?.(post, stage().io, memoryProgress(), 0, NOW)).toBe('unknown')
  })

  it('of a member, sent again after a person said so: LinkedIn names the one that went through', async () => {
    const progress = memoryProgress()
    const { io } = stage(PERSON)
    server.failNext(/^POST \/rest\/posts/, 'drop', true)
    expect((await failureOf(linkedin.commit(post, io, progress, 0))).next).toEqual({ do: 'check' })
    expect(await linkedin.commit(post, io, progress, 0, true)).toMatchObject({
      remoteId: server.posts[0]?.urn,
    })
    expect(server.posts).toHaveLength(1)
    // Without an earlier attempt, a repeat is for a person.
    expect((await failureOf(linkedin.commit(post, io, memoryProgress(), 0))).next).toEqual({ do: 'edit' })
  })

  it.each([
    ['a member', PERSON],
    ['an organisation', ORGANISATION],
  ])(
    'of %s, behind a commit that the process died in: refused as a repeat, so it may be live',
    async (_who, author) => {
      const { io } = stage(author)
      await linkedin.commit(post, io, memoryProgress(), 0)
      const progress = memoryProgress()
      const refused = await failureOf(linkedin.commit(post, io, progress, 0, true))
      expect(refused).toMatchObject({ next: { do: 'check' }, code: 'DUPLICATE_POST' })
      expect(refused.message).toContain(server.posts[0]?.urn)
      // It is somewhere, so it is never said to be absent.
      expect(await linkedin.look.find?.(post, io, progress, 0, NOW + 3_600_000)).toBe('unknown')
    },
  )

  it('of an organisation’s files without words is told by their ids, not taken for others', async () => {
    const progress = memoryProgress()
    const { io } = stage()
    const silent = publication({ text: '', media: [image()] })
    await linkedin.prepare?.(silent, io, progress)
    await publish({ text: '', media: [image('another')] })
    expect(await linkedin.look.find?.(silent, io, progress, 0, NOW)).toBe('unknown')
    await linkedin.commit(silent, io, progress, 0)
    expect(await linkedin.look.find?.(silent, io, progress, 0, NOW)).toMatchObject({
      remoteId: server.posts[1]?.urn,
    })
  })

  it('an answer without an id is no proof either way', async () => {
    server.failNext(/^POST \/rest\/posts/, { status: 201 })
    expect((await failureOf(linkedin.commit(post, stage().io, memoryProgress(), 0))).next).toEqual({
      do: 'check',
    })
  })
})

describe('refusals', () => {
  const midnight = Temporal.Instant.from('2026-11-21T00:00:00Z').epochMilliseconds

  it.each([
    [
      { status: 429, json: {} },
      { do: 'retry', after: midnight },
    ],
    [
      { status: 429, json: {}, headers: { 'retry-after': '30' } },
      { do: 'retry', after: NOW + 30_000 },
    ],
    [{ status: 403, json: { message: 'Not enough permissions' } }, { do: 'reconnect' }],
    [{ status: 400, json: { message: 'Bad' } }, { do: 'edit' }],
    [{ status: 500, json: { message: 'Unable to obtain activity' } }, { do: 'check' }],
  ])('%j', async (failure, next) => {
    server.failNext(/^POST \/rest\/posts/, failure)
    expect((await failureOf(publish({}))).next).toEqual(next)
  })

  it('a version that is gone says what the operator does, and their newer one is spoken', async () => {
    server.versions = ['202701']
    const error = await failureOf(publish({}))
    expect(error.next).toEqual({ do: 'retry' })
    expect(error.message).toContain('LINKEDIN_API_VERSION')
    const { io } = stage()
    await linkedin.commit(publication(), { ...io, apiVersion: '202701' }, memoryProgress(), 0)
    expect(server.posts).toHaveLength(1)
  })

  it('has a last day that is ahead', () => {
    expect(linkedin.apiVersion?.name).toMatch(/^\d{6}$/)
    expect(linkedin.apiVersion?.lastDay).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  })
})

describe('afterwards', () => {
  it('an organisation’s numbers, by the kind of post', async () => {
    const share = await publish({})
    const video = { remoteId: 'urn:li:ugcPost:5', url: null }
    server.statistics.set(share.remoteId, {
      impressionCount: 9,
      uniqueImpressionsCount: 7,
      clickCount: 3,
      likeCount: 2,
      commentCount: 1,
      shareCount: 0,
    })
    server.statistics.set(video.remoteId, { impressionCount: 4 })
    const read = await linkedin.metrics?.read(
      [share, video, { remoteId: 'urn:li:share:1', url: null }],
      stage().io,
    )
    expect(read).toEqual(
      new Map<string, unknown>([
        [share.remoteId, { impressions: 9, reach: 7, clicks: 3, likes: 2, comments: 1, shares: 0 }],
        [video.remoteId, { impressions: 4 }],
      ]),
    )
    expect(await linkedin.metrics?.read([share], stage(PERSON).io)).toEqual(new Map())
  })

  it('a post can be taken down, twice', async () => {
    const published = await publish({})
    await linkedin.remove?.(published, stage().io)
    await linkedin.remove?.(published, stage().io)
    expect(server.posts).toEqual([])
  })

  it('no token in any log', async () => {
    const { io, lines } = stage()
    server.failNext(/^POST \/rest\/posts/, 'drop')
    const error = await failureOf(linkedin.commit(publication(), io, memoryProgress(), 0))
    expect(lines.length).toBeGreaterThan(0)
    expectNothingPrivate([error, ...lines], [accessToken])
  })
})

describe('before anything is scheduled', () => {
  const errors = (changes: Parameters<typeof publication>[0], facts = {}) =>
    linkedin
      .check(publication(changes), facts)
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message)
      .join()

  it.each([
    [
      'a document and an image',
      { media: [file('application/pdf', 1), image()] },
      /a document or other files/,
    ],
    ['two documents', { media: [file('application/pdf', 1), file('application/pdf', 1)] }, /at most 1/],
    ['a sheet', { media: [file('text/csv', 1)] }, /text\/csv, which LinkedIn does not take/],
    ['a huge picture', { media: [{ ...image(), width: 8000, height: 6000 }] }, /48,000,000 pixels/],
    [
      'a wide film',
      { media: [file('video/mp4', 1, { width: 3000, height: 1000, duration: 5000 })] },
      /2.4 times/,
    ],
    ['a short film', { media: [file('video/mp4', 1, { width: 30, height: 30, duration: 2000 })] }, /3 s/],
    ['an article without a title', { options: { article: 'https://a.example' } }, /needs a title/],
    [
      'an article that is no link',
      { options: { article: 'news', articleTitle: 'News' } },
      /not a web address/,
    ],
  ])('%s', (_what, changes, message) => expect(errors(changes)).toMatch(message))

  it('an organisation has no connections', () => {
    const options = { visibility: 'CONNECTIONS' }
    expect(errors({ options }, { kind: 'organisation' })).toMatch(/no connections/)
    expect(errors({ options }, { kind: 'person' })).toBe('')
  })

  it('counts what people wrote, not what it takes to send it', () => {
    expect(errors({ text: '('.repeat(3000) })).toBe('')
    expect(errors({ text: '('.repeat(3001) })).toMatch(/1 character over/)
  })
})
