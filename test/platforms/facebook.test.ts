import { describe, expect, it } from 'vitest'
import facebook from '../../src/platforms/facebook.ts'
import { FB_PAGE, FB_TOKEN, facebookWorld } from '../servers/facebook.ts'
import { graphRefusal } from '../servers/graph.ts'
import { findingsOf, standing } from './run.ts'
import { failureOf, image, NOW, publication, TEXT } from './stage.ts'
import { jpeg, video } from './stage-media.ts'

const MINUTE = 60_000
const credentials = { pageId: FB_PAGE, token: FB_TOKEN }

async function stage(world = facebookWorld()) {
  const there = await standing(facebook, world, {
    credentials,
    account: { externalId: FB_PAGE, handle: 'Acme' },
    client: { id: 'client', secret: 'secret-client' },
  })
  return { world, ...there }
}

describe('publishing', () => {
  it('a text with the preview of its link, in one call [FB-POSTS]', async () => {
    const { publish, calls, world } = await stage()
    const published = await publish(publication())
    expect(calls()).toEqual([`POST /v26.0/${FB_PAGE}/feed`])
    expect(world.feed[0]).toMatchObject({ message: TEXT, link: 'https://example.com/kettle' })
    expect(published).toEqual({
      remoteId: world.feed[0]?.id,
      url: `https://www.facebook.com/${world.feed[0]?.id}`,
    })
  })

  it('photos, uploaded unseen with their descriptions and shown by one call [FB-SDK]', async () => {
    const { prepare, commit, world } = await stage()
    const album = publication({ media: [jpeg({ mediaId: 'a', alt: 'Steam' }), image('b')] })
    await prepare(album)
    expect(world.posts()).toBe(0)
    expect([...world.photos.values()].map(({ alt }) => alt)).toEqual(['Steam', 'A blue kettle'])
    await commit(album)
    expect(world.feed).toMatchObject([{ photos: [...world.photos.keys()], link: '' }])
  })

  it('a video in the pieces that Facebook asks for; the last call shows it [FB-SDK]', async () => {
    const { prepare, commit, world } = await stage()
    const film = publication({ media: [video({ size: 2_500 })], options: { title: 'Kettles' } })
    await prepare(film)
    expect([...world.videos.values()]).toMatchObject([{ edge: 'videos', received: 2_500, finished: false }])
    const published = await commit(film)
    const [live] = world.videos.values()
    expect(Object.fromEntries(live?.fields ?? [])).toMatchObject({ title: 'Kettles', description: TEXT })
    expect(published).toEqual({
      remoteId: live?.id,
      url: `https://www.facebook.com/${FB_PAGE}/videos/${live?.id}`,
    })
  })

  it('a reel: start, bytes, finish [RES-1009]', async () => {
    const { publish, world, calls } = await stage()
    const published = await publish(publication({ media: [video()], options: { as: 'reel' } }))
    const [live] = world.videos.values()
    expect(live).toMatchObject({ edge: 'video_reels', finished: true })
    expect(published.url).toBe(`https://www.facebook.com/reel/${live?.id}`)
    expect(calls()).toHaveLength(3)
  })

  it.each([
    ['a photo', [jpeg()]],
    ['a video', [video()]],
  ])('%s as a story [FB-SDK]', async (_name, media) => {
    const { publish, world } = await stage()
    const published = await publish(publication({ media, options: { as: 'story' } }))
    expect(world.stories).toMatchObject([{ post_id: published.remoteId }])
    expect(world.feed).toHaveLength(0)
  })
})

describe('preparing', () => {
  it('goes on with a video behind the last piece that arrived', async () => {
    const { prepare, commit, world, progress, server } = await stage()
    const film = publication({ media: [video({ size: 3_500 })] })
    let steps = 0
    world.fail(/POST .*\/videos$/, 'drop')
    expect((await failureOf(prepare(film))).next).toEqual({ do: 'retry' })
    expect(progress.get('video')).toBeUndefined()
    const crashing = {
      get: progress.get,
      keep: async (step: string, value: unknown) => {
        await progress.keep(step, value)
        steps += 1
        if (steps === 3) throw new Error('The machine died')
      },
    }
    await expect(prepare(film, crashing)).rejects.toThrow('The machine died')
    expect(progress.get('video')).toMatchObject({ start: 2_000, end: 3_000, ready: false })
    const before = server.received.length
    await prepare(film)
    expect(server.received.length - before).toBe(2)
    await commit(film)
    expect(world.posts()).toBe(1)
  })

  it('begins a video anew where its session is gone', async () => {
    const { prepare, commit, world, progress } = await stage()
    const film = publication({ media: [video()] })
    await progress.keep('video', { id: '1', session: 'gone', start: 0, end: 1_000, ready: false })
    expect((await failureOf(prepare(film))).next).toEqual({ do: 'edit' })
    await prepare(film)
    await commit(film)
    expect(world.posts()).toBe(1)
  })

  it('uploads photos anew that Facebook has dropped by now', async () => {
    const { prepare, io, world } = await stage()
    const post = publication({ media: [jpeg()] })
    await prepare(post)
    io.now = NOW + 24 * 60 * MINUTE
    await prepare(post)
    expect(world.photos.size).toBe(2)
  })

  it('a format that Facebook does not take is for a person [POSTIZ-FB]', async () => {
    const { prepare } = await stage()
    const error = await failureOf(prepare(publication({ media: [jpeg({ type: 'image/webp' })] })))
    expect(error).toMatchObject({ next: { do: 'edit' }, code: '1366046' })
  })
})

describe('a commit that goes wrong', () => {
  it.each([
    ['too fast [POSTIZ-FB]', graphRefusal(1390008, 'x'), { do: 'retry', after: NOW + 180 * MINUTE }],
    ['passing trouble [POSTIZ-FB]', graphRefusal(1363047, 'x'), { do: 'check' }],
    ['blocked for a while [META-ERR]', graphRefusal(368, 'x'), { do: 'edit' }],
    ['authorization of the Page [POSTIZ-FB]', graphRefusal(1404078, 'x'), { do: 'reconnect' }],
    ['a link that can’t be read [META-ERR]', graphRefusal(1609005, 'x'), { do: 'edit' }],
    ['a permission [META-ERR]', graphRefusal(200, 'x', undefined, 403), { do: 'reconnect' }],
    ['the same text as before, of the team’s own doing [META-ERR]', graphRefusal(506, 'x'), { do: 'edit' }],
  ])('%s', async (_name, reply, next) => {
    const { prepare, commit, world } = await stage()
    await prepare(publication())
    world.fail(/\/feed$/, reply)
    expect((await failureOf(commit(publication()))).next).toEqual(next)
  })

  it('never shows what is not wholly uploaded', async () => {
    const { commit, world } = await stage()
    const film = publication({ media: [video()] })
    expect((await failureOf(commit(film))).next).toEqual({ do: 'retry' })
    expect((await failureOf(commit(publication({ media: [jpeg()] })))).next).toEqual({ do: 'retry' })
    expect(world.posts()).toBe(0)
  })

  it('a duplicate is evidence where an earlier try was lost [META-ERR 506]', async () => {
    const { commit, commitAgain, find, progress, world } = await stage()
    const post = publication()
    world.fail(/\/feed$/, 'drop', { after: true })
    expect((await failureOf(commit(post))).next).toEqual({ do: 'check' })
    // Nothing is written beforehand: that there was an attempt is known.
    expect(progress.steps).toEqual({})
    // The list lags, so the look found nothing and it was sent again.
    const again = await failureOf(commitAgain(post))
    expect(again).toMatchObject({ next: { do: 'check' }, code: '506' })
    expect(await find(post, 0, NOW)).toMatchObject({ remoteId: world.feed[0]?.id })
    world.feed.splice(0)
    expect(await find(post)).toBe('unknown')
  })
})

describe('looking for what became of it', () => {
  it.each([
    ['a text', publication(), /\/feed$/],
    [
      'a link without words',
      publication({ text: '', options: { link: 'https://Acme.example/news/' } }),
      /\/feed$/,
    ],
    ['photos', publication({ text: '', media: [jpeg()] }), /\/feed$/],
    ['several photos', publication({ media: [jpeg(), jpeg({ mediaId: 'b' })] }), /\/feed$/],
    ['a photo story', publication({ media: [jpeg()], options: { as: 'story' } }), /photo_stories$/],
    ['a video story', publication({ media: [video()], options: { as: 'story' } }), /video_stories$/],
    ['a reel', publication({ media: [video()], options: { as: 'reel' } }), /video_reels$/],
    ['a video', publication({ media: [video()] }), /\/videos$/],
  ])('%s', async (_name, post, path) => {
    const { prepare, commit, find, world } = await stage()
    await prepare(post)
    world.fail(path, 'drop')
    expect((await failureOf(commit(post))).next).toEqual({ do: 'check' })
    expect(await find(post)).toBe('absent')
    world.fail(path, 'drop', { after: true })
    await failureOf(commit(post))
    expect(await find(post)).toMatchObject({ remoteId: expect.any(String) })
    expect(world.posts()).toBe(1)
  })

  it('asks a person where a story’s number is too long to be exact', async () => {
    const { prepare, find, world } = await stage()
    const post = publication({ media: [jpeg()], options: { as: 'story' } })
    await prepare(post)
    world.fail(/GET .*\/stories$/, {
      status: 200,
      text: '{"data":[{"post_id":12345678901234567890,"media_id":12345678901234567890}]}',
    })
    expect(await find(post)).toBe('unknown')
    expect(await find(post)).toBe('absent')
  })

  it('does not take another’s text or an older post for it', async () => {
    const { find, world } = await stage()
    world.feed.push({ id: 'old', message: TEXT, link: '', photos: [], at: NOW - 30 * MINUTE })
    world.feed.push({ id: 'other', message: 'Another', link: '', photos: [], at: NOW })
    expect(await find(publication())).toBe('absent')
  })

  it('takes no other post for a link without words', async () => {
    const { find, world } = await stage()
    const link = publication({ text: '', options: { link: 'https://acme.example/news' } })
    world.feed.push({ id: 'photo', message: '', link: '', photos: ['55'], at: NOW })
    expect(await find(link)).toBe('absent')
    // Facebook may have followed the link to another address.
    world.feed.push({ id: 'link', message: '', link: 'https://acme.example/other', photos: [], at: NOW })
    expect(await find(link)).toBe('unknown')
    world.feed.push({ id: 'own', message: '', link: 'https://acme.example/news', photos: [], at: NOW })
    expect(await find(link)).toMatchObject({ remoteId: 'own' })
  })

  it('compares words however their spaces and accents came back', async () => {
    const { find, world } = await stage()
    world.feed.push({ id: 'own', message: 'Caf\u00e9\nopen', link: '', photos: [], at: NOW })
    expect(await find(publication({ text: 'Cafe\u0301 \n open ' }))).toMatchObject({ remoteId: 'own' })
  })

  it('says nothing of photos that were uploaded anew since, where the words are there', async () => {
    const { prepare, find, world } = await stage()
    const post = publication({ media: [jpeg()] })
    await prepare(post)
    world.feed.push({ id: 'earlier', message: TEXT, link: '', photos: ['551'], at: NOW })
    expect(await find(post)).toBe('unknown')
  })

  it('begins at the first commit, not at the time it was meant for', async () => {
    const { find, world } = await stage()
    world.feed.push({ id: 'older', message: TEXT, link: '', photos: [], at: NOW + MINUTE })
    expect(await find(publication(), 0, NOW + 25 * MINUTE)).toBe('absent')
  })

  it('does not say absent of a list that does not reach back', async () => {
    const { find, world } = await stage()
    for (let n = 0; n < 25; n++)
      world.feed.push({ id: `p${n}`, message: `${n}`, link: '', photos: [], at: NOW + n })
    expect(await find(publication())).toBe('unknown')
  })
})

describe('what is said before anything is scheduled', () => {
  it.each([
    ['nothing', {}, /needs a text, a link, an image or a video/],
    ['a reel without a video', { text: 'a', options: { as: 'reel' } }, /needs a video/],
    [
      'a long reel [RES-1009]',
      { media: [video({ duration: 91_000 })], options: { as: 'reel' } },
      /3 to 90 s/,
    ],
    [
      'a wide reel [RES-1009]',
      { media: [video({ width: 1920, height: 1080 })], options: { as: 'reel' } },
      /9:16/,
    ],
    [
      'a reel in VP9',
      { media: [video({ videoCodec: 'vp9' })], options: { as: 'reel' } },
      /VP9; a reel on Facebook takes H.264, H.265/,
    ],
    ['a small reel', { media: [video({ width: 360, height: 640 })], options: { as: 'reel' } }, /540 × 960/],
    ['two in a story', { media: [jpeg(), jpeg()], options: { as: 'story' } }, /one image or one video/],
    ['a text in a story', { text: 'a', media: [jpeg()], options: { as: 'story' } }, /warning.*no text/],
    ['a heavy photo [POSTIZ-FB]', { media: [jpeg({ size: 5_000_000 })] }, /warning.*4 MB/],
    ['no link', { text: 'a', options: { link: 'kettle' } }, /not a web address/],
    ['a link to Facebook [POSTIZ-FB]', { text: 'https://www.facebook.com/acme' }, /warning.*facebook\.com/],
    ['a link beside images', { media: [jpeg()], options: { link: 'https://a.example' } }, /warning.*preview/],
  ])('%s', (_name, draft, words) => {
    expect(findingsOf(facebook, draft).join('\n')).toMatch(words)
  })
})

describe('connecting', () => {
  const [signIn] = facebook.connect
  if (signIn.by !== 'oauth') throw new Error('Facebook connects by OAuth')
  const tokens = { accessToken: 'secret-hour', expiresAt: null, scopes: [], raw: {} }
  const connect = async (data: unknown[]) => {
    const world = {
      reply: ({ path, query }: { path: string; query: URLSearchParams }) => {
        if (!path.endsWith('/oauth/access_token')) return { status: 200, json: { data } }
        // [POSTIZ-FB]
        expect(Object.fromEntries(query)).toEqual({
          grant_type: 'fb_exchange_token',
          client_id: 'c',
          client_secret: 'secret-client',
          fb_exchange_token: 'secret-hour',
        })
        return { status: 200, json: { access_token: 'secret-user', expires_in: 5_183_999 } }
      },
    }
    const { io } = await standing(facebook, world, {
      credentials,
      client: { id: 'c', secret: 'secret-client' },
    })
    const server = await signIn.server({}, { ...io, redirectUri: 'https://crier.example/cb' })
    return signIn.accounts(tokens, {}, { ...io, server })
  }
  const page = (id: string, tasks: string[]) => ({
    id,
    name: `Page ${id}`,
    access_token: `secret-page-${id}`,
    tasks,
  })

  it('offers the Pages on which the person may create content [FB-POSTS]', async () => {
    expect(await connect([page('1', ['CREATE_CONTENT', 'ANALYZE']), page('2', ['ANALYZE'])])).toEqual([
      {
        externalId: '1',
        handle: 'Page 1',
        credentials: { pageId: '1', token: 'secret-page-1' },
        facts: {},
      },
    ])
  })

  it('says what is missing where there is none', async () => {
    await expect(connect([])).rejects.toThrow('You gave Crier no Facebook Page.')
    await expect(connect([page('2', ['ANALYZE'])])).rejects.toThrow('You may not create content')
  })

  it('holds no end, so there is nothing to refresh', () => {
    expect(facebook.expiresAt).toBeUndefined()
  })
})

describe('afterwards', () => {
  it('numbers of posts and of videos; a name that died is left out [ZN-DISC]', async () => {
    const { publish, io, world, progress } = await stage()
    const post = await publish(publication())
    for (const step of Object.keys(progress.steps)) delete progress.steps[step]
    const film = await publish(publication({ media: [video()] }))
    const found = await facebook.metrics?.read([post, film, { remoteId: '1', url: null }], io)
    expect(found?.get(post.remoteId)).toEqual({ reach: 70, likes: 7, comments: 4, shares: 3 })
    expect(found?.get(film.remoteId)).toEqual({ comments: 4 })
    expect(found?.size).toBe(2)
    expect(world.posts()).toBe(2)
  })

  it('takes a post down, once', async () => {
    const { publish, io, world } = await stage()
    const post = await publish(publication())
    await facebook.remove?.(post, io)
    await facebook.remove?.(post, io)
    expect(world.posts()).toBe(0)
  })
})
