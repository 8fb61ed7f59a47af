import { describe, expect, it } from 'vitest'
import type { Io } from '../../src/platforms/contract/platform.ts'
import instagram from '../../src/platforms/instagram.ts'
import { graphRefusal } from '../servers/graph.ts'
import { IG_TOKEN, IG_USER, instagramWorld } from '../servers/instagram.ts'
import { findingsOf, standing } from './run.ts'
import { failureOf, image, NOW, publication, TEXT } from './stage.ts'
import { jpeg, video } from './stage-media.ts'

const HOUR = 3_600_000
const ACCOUNT = { externalId: IG_USER, handle: '@acme', facts: { via: 'instagram' } }
const credentials = { via: 'instagram', userId: IG_USER, token: IG_TOKEN, expiresAt: null }

async function stage(world = instagramWorld(), changes: { via?: string; now?: number } = {}) {
  const { via = 'instagram', now = NOW } = changes
  const there = await standing(instagram, world, {
    credentials: { ...credentials, via },
    account: ACCOUNT,
    client: { id: 'client', secret: 'secret-client' },
    now,
  })
  return { world, ...there }
}

const photo = publication({ media: [jpeg()] })

describe('publishing', () => {
  it('an image: the limit, a container, a look at it, the publishing, its address', async () => {
    const { publish, calls, world } = await stage()
    const published = await publish(photo)
    expect(calls()).toEqual([
      `GET /v26.0/${IG_USER}/content_publishing_limit`,
      `POST /v26.0/${IG_USER}/media`,
      expect.stringMatching(/^GET \/v26\.0\/179/),
      `POST /v26.0/${IG_USER}/media_publish`,
      expect.stringMatching(/^GET \/v26\.0\/180/),
    ])
    const [live] = world.media
    expect(published).toEqual({ remoteId: live?.id, url: `https://www.instagram.com/p/${live?.id}/` })
    expect(Object.fromEntries(live?.fields ?? [])).toMatchObject({
      caption: TEXT,
      alt_text: 'A blue kettle',
      image_url: 'https://crier.example/media/media-1.jpg',
    })
  })

  it('a carousel of images and a video, each worked through before the whole [IG-PUB]', async () => {
    const { publish, world } = await stage(instagramWorld({ looks: 1 }))
    await publish(
      publication({ media: [jpeg({ mediaId: 'a' }), video({ mediaId: 'b' }), jpeg({ mediaId: 'c' })] }),
    )
    const [live] = world.media
    expect(live?.kind).toBe('CAROUSEL')
    const children = live?.fields.get('children')?.split(',') ?? []
    expect(children.map((id) => world.containers.get(id)?.fields.get('media_type'))).toEqual([
      null,
      'VIDEO',
      null,
    ])
  })

  it('a single video as a reel [IG-PUB]', async () => {
    const { publish, world } = await stage()
    await publish(
      publication({
        media: [video()],
        options: { cover: '1.5', shareToFeed: 'no', collaborators: '@kettles, steam', aiGenerated: 'true' },
      }),
    )
    expect(Object.fromEntries(world.media[0]?.fields ?? [])).toMatchObject({
      media_type: 'REELS',
      thumb_offset: '1500',
      share_to_feed: 'false',
      collaborators: '["kettles","steam"]',
      is_ai_generated: 'true',
    })
  })

  it('a story, without its text [IG-MEDIA]', async () => {
    const { publish, world } = await stage()
    await publish(publication({ media: [jpeg()], options: { as: 'story' } }))
    expect(world.media[0]).toMatchObject({ kind: 'STORIES', caption: '' })
  })

  it('a reel without a public address, pushed by Facebook’s way in [IG-PUB]', async () => {
    const { publish, world, calls } = await stage(instagramWorld(), { via: 'facebook' })
    const film = video({ publicUrl: () => undefined })
    await publish(publication({ media: [film] }))
    expect(calls().filter((one) => one.startsWith('POST /ig-api-upload/'))).toHaveLength(1)
    expect([...world.containers.values()][0]?.pushed).toBe(film.size)
  })

  it('never an image without a public address [IG-PUB]', async () => {
    const { prepare, world } = await stage()
    const error = await failureOf(prepare(publication({ media: [jpeg({ publicUrl: () => undefined })] })))
    expect(error).toMatchObject({ next: { do: 'edit' }, code: 'NO_PUBLIC_URL' })
    expect(world.containers.size).toBe(0)
  })

  it('a PNG is refused by Instagram before anything is live [IG-ERR 36001]', async () => {
    const { prepare } = await stage()
    const png = { ...image(), publicUrl: () => 'https://crier.example/media/a.png' }
    const error = await failureOf(prepare(publication({ media: [png] })))
    expect(error).toMatchObject({ next: { do: 'edit' }, code: '36001/2207005' })
    expect(error.message).toBe('Instagram: this format of image is not taken')
  })
})

describe('preparing', () => {
  it('is taken up after a crash where it stopped', async () => {
    const { prepare, world, progress, calls } = await stage()
    const album = publication({ media: [jpeg({ mediaId: 'a' }), jpeg({ mediaId: 'b' })] })
    world.fail(/POST .*\/media$/, 'drop', { after: false })
    expect((await failureOf(prepare(album))).next).toEqual({ do: 'retry' })
    world.fail(/GET .*\/179\d+$/, 'drop')
    expect((await failureOf(prepare(album))).next).toEqual({ do: 'retry' })
    expect(progress.get('child:0')).toMatchObject({ ready: false })
    const made = world.containers.size
    await prepare(album)
    // The first child is not made again: only the second and the whole are new.
    expect(world.containers.size).toBe(made + 2)
    const before = calls().length
    await prepare(album)
    expect(calls()).toHaveLength(before)
  })

  it('waits for a container, and leaves one that takes long to the next try', async () => {
    const { prepare, interrupt, world, progress } = await stage(instagramWorld({ looks: 1_000 }))
    setTimeout(interrupt, 700)
    const error = await failureOf(prepare(photo))
    expect(error).toMatchObject({ next: { do: 'retry' } })
    expect(world.posts()).toBe(0)
    expect(progress.get('container')).toMatchObject({ ready: false })
  })

  it('a container that fails for its content is for a person, else it is made anew', async () => {
    const { prepare, world, progress } = await stage(instagramWorld({ looks: 3 }))
    const broken = (words: string) => {
      for (const one of world.containers.values()) Object.assign(one, { status: 'ERROR', words })
    }
    setTimeout(() => broken('Error: Media upload has failed with error code 2207026'), 300)
    expect((await failureOf(prepare(photo))).next).toEqual({ do: 'edit' })
    expect(progress.get('container')).toBeNull()
    setTimeout(() => broken('Error: something'), 300)
    expect((await failureOf(prepare(photo))).next).toEqual({ do: 'retry' })
  })

  it('makes a container anew that is about to expire [IG-MEDIA: 24 hours]', async () => {
    let now = NOW
    const { prepare, commit, io, world } = await stage(instagramWorld({ clock: () => now }))
    await prepare(photo)
    now = io.now = NOW + 23.5 * HOUR
    await prepare(photo)
    expect(world.containers.size).toBe(2)
    now = io.now = NOW + 25 * HOUR
    await commit(photo)
    expect(world.posts()).toBe(1)
  })

  it('reads the account’s own limit before it makes anything [IG-LIMIT]', async () => {
    const { prepare, world } = await stage(instagramWorld({ quota: { usage: 25, total: 25 } }))
    const error = await failureOf(prepare(photo))
    expect(error).toMatchObject({ next: { do: 'retry', after: NOW + 3 * HOUR }, code: '9/2207042' })
    expect(error.message).toContain('25 posts')
    expect(world.containers.size).toBe(0)
  })
})

describe('committing', () => {
  it('an expired container is made anew by the next try [IG-ERR 24/2207008]', async () => {
    let now = NOW
    const { prepare, commit, progress, world } = await stage(instagramWorld({ clock: () => now }))
    await prepare(photo)
    now = NOW + 25 * HOUR
    expect(await failureOf(commit(photo))).toMatchObject({ next: { do: 'retry' }, code: '24/2207008' })
    expect(progress.get('container')).toBeNull()
    await prepare(photo)
    await commit(photo)
    expect(world.posts()).toBe(1)
  })

  it.each([
    ['not ready yet [IG-ERR]', graphRefusal(9007, 'x', 2207027), { do: 'retry' }],
    ['server error [IG-ERR2]', graphRefusal(-1, 'x', 2207001), { do: 'check' }],
    ['unknown error [META-ERR]', graphRefusal(1, 'x', undefined, 500), { do: 'check' }],
    ['daily cap [IG-ERR]', graphRefusal(9, 'x', 2207042, 403), { do: 'retry', after: NOW + 3 * HOUR }],
    ['too many calls [META-ERR]', graphRefusal(4, 'x', undefined, 403), { do: 'retry' }],
    ['spam [IG-ERR]', graphRefusal(4, 'x', 2207051), { do: 'edit' }],
    ['restricted [IG-ERR]', graphRefusal(25, 'x', 2207050), { do: 'edit' }],
    ['password changed [META-ERR]', graphRefusal(190, 'x', 460), { do: 'reconnect' }],
    ['no permission [META-ERR]', graphRefusal(200, 'x', undefined, 403), { do: 'reconnect' }],
  ])('%s', async (_name, reply, next) => {
    const { prepare, commit, world } = await stage()
    await prepare(photo)
    world.fail(/media_publish/, reply)
    expect((await failureOf(commit(photo))).next).toEqual(next)
  })

  it('waits as long as the usage header says', async () => {
    const { prepare, commit, world } = await stage()
    await prepare(photo)
    const usage = { [IG_USER]: [{ type: 'instagram', call_count: 100, estimated_time_to_regain_access: 12 }] }
    world.fail(/media_publish/, {
      ...graphRefusal(4, 'x', undefined, 403),
      headers: { 'x-business-use-case-usage': JSON.stringify(usage) },
    })
    expect((await failureOf(commit(photo))).next).toEqual({ do: 'retry', after: NOW + 12 * 60_000 })
  })

  it('an address that can’t be read does not undo what is live', async () => {
    const { prepare, commit, world } = await stage()
    await prepare(photo)
    world.fail(/GET .*\/180\d+$/, graphRefusal(2, 'x', undefined, 500))
    expect(await commit(photo)).toEqual({ remoteId: world.media[0]?.id, url: null })
  })
})

describe('committing once more', () => {
  it('asks the container first: one that was published is not published again', async () => {
    const { prepare, commit, commitAgain, find, progress, world } = await stage()
    await prepare(photo)
    world.fail(/media_publish$/, 'drop', { after: true })
    await failureOf(commit(photo))
    expect((await failureOf(commitAgain(photo))).next).toEqual({ do: 'check' })
    expect(progress.get('container')).toMatchObject({ ready: true })
    expect(await find(photo)).toMatchObject({ remoteId: world.media[0]?.id })
    expect(world.posts()).toBe(1)
  })

  it('takes “gone” for no proof that nothing is live [IG-ERR 24/2207006]', async () => {
    const { prepare, commitAgain, progress, world } = await stage()
    await prepare(photo)
    world.fail(/media_publish$/, graphRefusal(24, 'x', 2207006))
    expect(await failureOf(commitAgain(photo))).toMatchObject({ next: { do: 'check' }, code: '24/2207006' })
    expect(progress.get('container')).toMatchObject({ ready: true })
    world.containers.clear()
    expect((await failureOf(commitAgain(photo))).next).toEqual({ do: 'check' })
    expect(world.posts()).toBe(0)
  })

  it('makes one anew that has expired unpublished', async () => {
    let now = NOW
    const { prepare, commitAgain, io, progress, world } = await stage(instagramWorld({ clock: () => now }))
    await prepare(photo)
    now = NOW + 25 * HOUR
    expect(await failureOf(commitAgain(photo))).toMatchObject({ next: { do: 'retry' }, code: 'EXPIRED' })
    expect(progress.get('container')).toBeNull()
    io.now = now
    await prepare(photo)
    await commitAgain(photo)
    expect(world.posts()).toBe(1)
  })

  it('makes none in place of an old one that was published after all', async () => {
    let now = NOW
    const { prepare, commit, commitAgain, find, io, world } = await stage(
      instagramWorld({ clock: () => now }),
    )
    await prepare(photo)
    world.fail(/media_publish$/, 'drop', { after: true })
    await failureOf(commit(photo))
    // It could not be looked for, and a day later a person says that it is not there.
    now = io.now = NOW + 30 * HOUR
    await prepare(photo)
    expect((await failureOf(commitAgain(photo))).next).toEqual({ do: 'check' })
    expect(await find(photo)).toMatchObject({ remoteId: world.media[0]?.id })
    expect(world.posts()).toBe(1)
  })

  it('gives a story among several no other’s number', async () => {
    const story = publication({ media: [jpeg()], options: { as: 'story' } })
    const { prepare, commit, find, progress, publish, world } = await stage()
    await prepare(story)
    world.fail(/media_publish/, 'drop', { after: true })
    await failureOf(commit(story))
    const kept = progress.get<{ id: string }>('container')
    await progress.keep('container', null)
    await publish(story)
    await progress.keep('container', { ...kept, at: NOW, ready: true })
    expect(await find(story)).toEqual({ remoteId: kept?.id, url: null })
  })
})

describe('looking for what became of it', () => {
  it.each(['feed', 'story'])('finds what went through (%s)', async (as) => {
    const post = publication({ media: [jpeg()], options: as === 'story' ? { as } : {} })
    const { prepare, commit, find, world } = await stage()
    await prepare(post)
    world.fail(/media_publish/, 'drop', { after: true })
    expect((await failureOf(commit(post))).next).toEqual({ do: 'check' })
    expect(await find(post)).toEqual({
      remoteId: world.media[0]?.id,
      url: `https://www.instagram.com/p/${world.media[0]?.id}/`,
    })
  })

  it('proves what did not, and publishes the same container once', async () => {
    const { prepare, commit, find, world } = await stage()
    await prepare(photo)
    world.fail(/media_publish/, 'drop')
    await failureOf(commit(photo))
    expect(await find(photo)).toBe('absent')
    await prepare(photo)
    await commit(photo)
    expect(world.posts()).toBe(1)
    expect(world.containers.size).toBe(1)
  })

  it('asks again later while Instagram works, and a person where the container is unknown', async () => {
    const { prepare, find, progress, world } = await stage()
    await prepare(photo)
    const [made] = world.containers.values()
    if (made) Object.assign(made, { status: 'IN_PROGRESS', looks: 5 })
    expect((await failureOf(find(photo) ?? Promise.resolve())).next).toEqual({ do: 'retry' })
    await progress.keep('container', { id: '404', at: NOW, ready: true })
    expect(await find(photo)).toBe('unknown')
  })
})

describe('what is said before anything is scheduled', () => {
  const said = (draft: Parameters<typeof findingsOf>[1], facts = {}) => findingsOf(instagram, draft, facts)

  it.each([
    ['a text alone', { text: TEXT }, /needs an image or a video/],
    ['a PNG [IG-PUB]', { media: [image()] }, /takes image\/jpeg/],
    ['eleven images [IG-PUB]', { media: Array.from({ length: 11 }, () => jpeg()) }, /at most 10/],
    ['a banner [IG-MEDIA]', { media: [jpeg({ width: 2000, height: 1000 })] }, /4:5 to 1\.91:1/],
    ['31 hashtags [IG-MEDIA]', { text: '#a '.repeat(31), media: [jpeg()] }, /1 hashtag over/],
    ['21 mentions [IG-MEDIA]', { text: '@acme '.repeat(21), media: [jpeg()] }, /1 mention over/],
    ['a blink [IG-MEDIA]', { media: [video({ duration: 2_000 })] }, /shorter than/],
    ['two in a story', { media: [jpeg(), jpeg()], options: { as: 'story' } }, /takes one image or video/],
    [
      'a long story',
      { media: [video({ duration: 61_000 })], options: { as: 'story' } },
      /longer than the 60 s/,
    ],
    ['four collaborators', { media: [jpeg()], options: { collaborators: 'a b c d' } }, /takes 3/],
    ['a wrong cover', { media: [video()], options: { cover: 'first' } }, /not a second/],
  ])('%s', (_name, draft, words) => {
    expect(said(draft).join('\n')).toMatch(words)
  })

  it('that an install without a public address can’t do it, but for reels by Facebook’s way in', () => {
    expect(said({ media: [jpeg()] }, { publicAddress: false }).join()).toMatch(/PUBLIC_URL/)
    expect(said({ media: [jpeg()] }, { publicAddress: true })).toEqual([])
    expect(said({ media: [video()] }, { publicAddress: false, via: 'instagram' }).join()).toMatch(
      /PUBLIC_URL/,
    )
    expect(said({ media: [video()] }, { publicAddress: false, via: 'facebook' })).toEqual([])
  })
})

describe('connecting', () => {
  const [byInstagram, byFacebook] = instagram.connect
  if (byInstagram.by !== 'oauth' || byFacebook?.by !== 'oauth') throw new Error('Instagram connects by OAuth')
  const redirectUri = 'https://crier.example/oauth/instagram/callback'
  const tokens = {
    accessToken: 'secret-hour',
    expiresAt: null,
    scopes: [],
    raw: {},
  }

  it('exchanges the hour’s token for one of 60 days', async () => {
    const { io } = await stage()
    const there = await byInstagram.server({}, { ...io, redirectUri })
    expect(there).toMatchObject({ clientAuthentication: 'post', scopeSeparator: ',' })
    const [account] = await byInstagram.accounts(tokens, {}, { ...io, server: there })
    expect(account).toEqual({
      externalId: IG_USER,
      handle: '@acme',
      credentials: { via: 'instagram', userId: IG_USER, token: IG_TOKEN, expiresAt: NOW + 60 * 24 * HOUR },
      facts: { via: 'instagram' },
    })
  })

  it('names the real hosts where nobody put another in their place', async () => {
    const { io } = await stage()
    const real = { ...io, apiUrl: instagram.apiUrl ?? '', redirectUri }
    expect(await byInstagram.server({}, real)).toMatchObject({
      authorizationEndpoint: 'https://www.instagram.com/oauth/authorize',
      tokenEndpoint: 'https://api.instagram.com/oauth/access_token',
    })
    expect(await byFacebook.server({}, real)).toMatchObject({
      authorizationEndpoint: 'https://www.facebook.com/v26.0/dialog/oauth',
    })
    await expect(byFacebook.server({}, { ...real, client: undefined })).rejects.toThrow('INSTAGRAM_CLIENT_ID')
  })

  it('finds the accounts behind a person’s Pages', async () => {
    const page = (id: string, more: object) => ({
      id,
      name: `Page ${id}`,
      access_token: `secret-page-${id}`,
      ...more,
    })
    const world = {
      reply: ({ path, query }: { path: string; query: URLSearchParams }) => {
        if (path.endsWith('/oauth/access_token')) {
          expect(query.get('grant_type')).toBe('fb_exchange_token')
          return { status: 200, json: { access_token: 'secret-user', expires_in: 5_183_999 } }
        }
        if (query.get('after') === 'second') {
          return {
            status: 200,
            json: { data: [page('3', { instagram_business_account: { id: '33', username: 'steam' } })] },
          }
        }
        return {
          status: 200,
          json: {
            data: [page('1', { instagram_business_account: { id: '11', username: 'acme' } }), page('2', {})],
            paging: { cursors: { after: 'second' } },
          },
        }
      },
    }
    const { io } = await standing(instagram, world, {
      credentials,
      client: { id: 'c', secret: 'secret-client' },
    })
    const there = await byFacebook.server({}, { ...io, redirectUri })
    const accounts = await byFacebook.accounts(tokens, {}, { ...io, server: there })
    expect(accounts.map(({ handle, credentials: kept }) => [handle, kept])).toEqual([
      ['@acme', { via: 'facebook', userId: '11', token: 'secret-page-1', expiresAt: null }],
      ['@steam', { via: 'facebook', userId: '33', token: 'secret-page-3', expiresAt: null }],
    ])
  })

  it('renews in time, tells a dead login from the weather', async () => {
    const { io, world } = await stage()
    expect(await instagram.refresh?.(credentials, io)).toMatchObject({ expiresAt: NOW + 60 * 24 * HOUR })
    const refresh = async (reply: Parameters<typeof world.fail>[1]) => {
      world.fail(/refresh_access_token/, reply)
      return (await failureOf(instagram.refresh?.(credentials, io) ?? Promise.resolve())).next.do
    }
    expect(await refresh(graphRefusal(190, 'Session has expired', 463))).toBe('reconnect')
    expect(await refresh({ status: 503, json: {} })).toBe('retry')
    expect(await refresh({ status: 400, json: {} })).toBe('retry')
    expect(await refresh(graphRefusal(4, 'limit', undefined, 403))).toBe('retry')
    expect(await refresh('drop')).toBe('retry')
    expect(instagram.refreshAhead).toBeGreaterThan(24 * HOUR)
  })
})

describe('numbers', () => {
  it('by the names of the moment; what a kind of post has none of is left out', async () => {
    const { publish, io, world } = await stage()
    await publish(photo)
    world.containers.clear()
    const second = await stage(world)
    await second.publish(publication({ media: [jpeg()], options: { as: 'story' } }))
    const [feed, story] = world.media.map(({ id }) => ({ remoteId: id, url: null }))
    if (!feed || !story) throw new Error('Two posts were published')
    const found = await instagram.metrics?.read(
      [feed, story, { remoteId: '1', url: null }],
      io as Io<unknown>,
    )
    expect(found?.get(feed.remoteId)).toEqual({
      views: 1,
      reach: 2,
      saves: 3,
      likes: 4,
      comments: 5,
      shares: 6,
    })
    expect(Object.keys(found?.get(story.remoteId) ?? {})).toEqual([
      'views',
      'reach',
      'likes',
      'comments',
      'shares',
    ])
    expect(found?.size).toBe(2)
  })
})
