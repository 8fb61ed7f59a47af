import { describe, expect, it } from 'vitest'
import { partStep } from '../../src/platforms/contract/parts.ts'
import threads from '../../src/platforms/threads.ts'
import { graphRefusal } from '../servers/graph.ts'
import { TH_TOKEN, TH_USER, threadsWorld } from '../servers/threads.ts'
import { findingsOf, standing } from './run.ts'
import { failureOf, image, NOW, publication, TEXT } from './stage.ts'
import { jpeg, video } from './stage-media.ts'

const HOUR = 3_600_000
const credentials = { userId: TH_USER, token: TH_TOKEN, expiresAt: null }
const THREAD = publication({ text: 'One\n---\nTwo\n---\nThree' })

async function stage(world = threadsWorld()) {
  const there = await standing(threads, world, {
    credentials,
    account: { externalId: TH_USER, handle: '@acme' },
    client: { id: 'client', secret: 'secret-client' },
  })
  /** As the delivery does: each part that is live is kept for the next. */
  async function publishParts(post: ReturnType<typeof publication>, from = 0) {
    await there.prepare(post)
    for (let part = from; part < (threads.parts?.(post) ?? 1); part++) {
      await there.progress.keep(partStep(part), await there.commit(post, part))
    }
  }
  return { world, publishParts, ...there }
}

describe('publishing', () => {
  it('a text: the limit, a container, a look at it, the publishing, its address [TH-POSTMAN]', async () => {
    const { publish, calls, world } = await stage()
    const published = await publish(publication({ options: { replyControl: 'mentioned_only' } }))
    expect(calls()).toEqual([
      `GET /v1.0/${TH_USER}/threads_publishing_limit`,
      `POST /v1.0/${TH_USER}/threads`,
      expect.stringMatching(/^GET \/v1\.0\/1790/),
      `POST /v1.0/${TH_USER}/threads_publish`,
      expect.stringMatching(/^GET \/v1\.0\/1800/),
    ])
    const [live] = world.live
    expect(Object.fromEntries(live?.fields ?? [])).toMatchObject({
      media_type: 'TEXT',
      text: TEXT,
      reply_control: 'mentioned_only',
    })
    expect(published).toEqual({ remoteId: live?.id, url: `https://www.threads.net/@acme/post/${live?.id}` })
  })

  it.each([
    ['an image', [jpeg()], 'IMAGE'],
    ['a video', [video()], 'VIDEO'],
    ['a carousel', [jpeg({ mediaId: 'a' }), video({ mediaId: 'b' })], 'CAROUSEL'],
  ])('%s [TH-OVER]', async (_name, media, type) => {
    const { publish, world } = await stage(threadsWorld({ looks: 1 }))
    await publish(publication({ media }))
    expect(world.live[0]?.fields.get('media_type')).toBe(type)
    expect(world.live[0]?.text).toBe(TEXT)
  })

  it('a thread, each part an answer to the one before [TH-OVER]', async () => {
    const { publishParts, world } = await stage()
    await publishParts(THREAD)
    expect(world.live.map(({ text, replyTo }) => [text, replyTo])).toEqual([
      ['One', null],
      ['Two', world.live[0]?.id],
      ['Three', world.live[1]?.id],
    ])
  })

  it('a thread is taken up behind the part that is live', async () => {
    const { prepare, commit, publishParts, progress, world } = await stage()
    await prepare(THREAD)
    await progress.keep(partStep(0), await commit(THREAD, 0))
    world.fail(/POST .*\/threads$/, 'drop')
    // The container of a part is no publishing: losing its answer is no reason to look.
    expect((await failureOf(commit(THREAD, 1))).next).toEqual({ do: 'retry' })
    await publishParts(THREAD, 1)
    expect(world.live.map(({ text }) => text)).toEqual(['One', 'Two', 'Three'])
  })

  it('never a part whose forerunner is not live', async () => {
    const { prepare, commit, world } = await stage()
    await prepare(THREAD)
    expect((await failureOf(commit(THREAD, 1))).next).toEqual({ do: 'retry' })
    expect(world.posts()).toBe(0)
  })
})

describe('preparing', () => {
  it('is taken up after a crash where it stopped', async () => {
    const { prepare, progress, world, calls } = await stage()
    const album = publication({ media: [jpeg({ mediaId: 'a' }), jpeg({ mediaId: 'b' })] })
    world.fail(/GET .*\/1790\d+$/, 'drop')
    expect((await failureOf(prepare(album))).next).toEqual({ do: 'retry' })
    expect(progress.get('child:0')).toMatchObject({ ready: false })
    await prepare(album)
    expect(world.containers.size).toBe(3)
    const before = calls().length
    await prepare(album)
    expect(calls()).toHaveLength(before)
  })

  it.each([
    ['posts', { posts: { used: 250, total: 250 } }, publication(), /250 posts/],
    ['replies', { replies: { used: 999, total: 1_000 } }, THREAD, /1000 replies/],
  ])('reads the account’s own limit of %s first [TH-OVER]', async (_name, quotas, post, words) => {
    const { prepare, world } = await stage(threadsWorld(quotas))
    const error = await failureOf(prepare(post))
    expect(error.next).toEqual({ do: 'retry', after: NOW + 3 * HOUR })
    expect(error.message).toMatch(words)
    expect(world.containers.size).toBe(0)
  })

  it('waits for a container, and makes a failed one anew', async () => {
    const { prepare, progress, world, interrupt } = await stage(threadsWorld({ looks: 100 }))
    setTimeout(() => {
      for (const one of world.containers.values()) Object.assign(one, { status: 'ERROR', error: 'UNKNOWN' })
    }, 300)
    expect(await failureOf(prepare(publication({ media: [video()] })))).toMatchObject({
      next: { do: 'retry' },
      code: 'UNKNOWN',
    })
    expect(progress.get('container:0')).toBeNull()
    setTimeout(interrupt, 300)
    expect((await failureOf(prepare(publication({ media: [video()] })))).next).toEqual({ do: 'retry' })
    expect(world.containers.size).toBe(2)
  })

  it('media without a public address are for a person', async () => {
    const { prepare } = await stage()
    const error = await failureOf(prepare(publication({ media: [jpeg({ publicUrl: () => undefined })] })))
    expect(error).toMatchObject({ next: { do: 'edit' }, code: 'NO_PUBLIC_URL' })
  })
})

describe('committing and looking', () => {
  it.each([
    ['not ready [IG-ERR]', graphRefusal(9007, 'x', 2207027), { do: 'retry' }],
    ['blocked [POSTIZ]', graphRefusal(4, 'x', 2207051), { do: 'edit' }],
    ['restricted [POSTIZ]', graphRefusal(4279013, 'x'), { do: 'edit' }],
    ['unknown [META-ERR]', graphRefusal(1, 'x', undefined, 500), { do: 'check' }],
    ['expired token [META-ERR]', graphRefusal(190, 'x', 463, 401), { do: 'reconnect' }],
    ['cap [IG-ERR]', graphRefusal(9, 'x', 2207042, 403), { do: 'retry', after: NOW + 3 * HOUR }],
  ])('%s', async (_name, reply, next) => {
    const { prepare, commit, world } = await stage()
    await prepare(publication())
    world.fail(/threads_publish$/, reply)
    expect((await failureOf(commit(publication()))).next).toEqual(next)
  })

  it('an expired container is made anew [TH-OVER]', async () => {
    let now = NOW
    const { prepare, commit, io, world } = await stage(threadsWorld({ clock: () => now }))
    await prepare(publication())
    now = NOW + 25 * HOUR
    expect((await failureOf(commit(publication()))).next).toEqual({ do: 'retry' })
    io.now = now
    await prepare(publication())
    await commit(publication())
    expect(world.posts()).toBe(1)
  })

  it('finds a part that went through by its container, and its own id by its text', async () => {
    const { prepare, commit, find, progress, publishParts, world } = await stage()
    await prepare(THREAD)
    await progress.keep(partStep(0), await commit(THREAD, 0))
    world.fail(/threads_publish$/, 'drop', { after: true })
    expect((await failureOf(commit(THREAD, 1))).next).toEqual({ do: 'check' })
    const found = await find(THREAD, 1)
    expect(found).toMatchObject({ remoteId: world.live[1]?.id })
    await progress.keep(partStep(1), found)
    await publishParts(THREAD, 2)
    expect(world.live[2]?.replyTo).toBe(world.live[1]?.id)
  })

  it('asks a person where a thread can’t go on without an id that can’t be found', async () => {
    const { prepare, commit, find, world } = await stage()
    await prepare(THREAD)
    await commit(THREAD, 0)
    world.live.splice(0)
    expect(await find(THREAD, 0)).toBe('unknown')
  })

  it('proves what did not go through, and publishes the same container', async () => {
    const { prepare, commit, find, world } = await stage()
    await prepare(publication())
    world.fail(/threads_publish$/, 'drop')
    await failureOf(commit(publication()))
    expect(await find(publication())).toBe('absent')
    await commit(publication())
    expect([world.posts(), world.containers.size]).toEqual([1, 1])
  })
})

describe('committing once more', () => {
  const post = publication()

  it('asks the container first: one that was published is not published again', async () => {
    const { prepare, commit, commitAgain, find, progress, world } = await stage()
    await prepare(post)
    world.fail(/threads_publish$/, 'drop', { after: true })
    await failureOf(commit(post))
    expect((await failureOf(commitAgain(post))).next).toEqual({ do: 'check' })
    expect(progress.get('container:0')).toMatchObject({ ready: true })
    expect(await find(post)).toMatchObject({ remoteId: world.live[0]?.id })
    expect(world.posts()).toBe(1)
  })

  it('takes “gone” for no proof that nothing is live [IG-ERR 24/2207006]', async () => {
    const { prepare, commitAgain, progress, world } = await stage()
    await prepare(post)
    world.fail(/threads_publish$/, graphRefusal(24, 'x', 2207006))
    expect(await failureOf(commitAgain(post))).toMatchObject({ next: { do: 'check' }, code: '24/2207006' })
    expect(progress.get('container:0')).toMatchObject({ ready: true })
    world.containers.clear()
    expect((await failureOf(commitAgain(post))).next).toEqual({ do: 'check' })
    expect(world.posts()).toBe(0)
  })

  it('makes one anew that has expired unpublished', async () => {
    let now = NOW
    const { prepare, commitAgain, io, progress, world } = await stage(threadsWorld({ clock: () => now }))
    await prepare(post)
    now = NOW + 25 * HOUR
    expect(await failureOf(commitAgain(post))).toMatchObject({ next: { do: 'retry' }, code: 'EXPIRED' })
    expect(progress.get('container:0')).toBeNull()
    io.now = now
    await prepare(post)
    await commitAgain(post)
    expect(world.posts()).toBe(1)
  })

  it('makes none in place of an old one that was published after all', async () => {
    let now = NOW
    const { prepare, commit, commitAgain, find, io, world } = await stage(threadsWorld({ clock: () => now }))
    await prepare(post)
    world.fail(/threads_publish$/, 'drop', { after: true })
    await failureOf(commit(post))
    // It could not be looked for, and a day later a person says that it is not there.
    now = io.now = NOW + 30 * HOUR
    await prepare(post)
    expect((await failureOf(commitAgain(post))).next).toEqual({ do: 'check' })
    expect(await find(post)).toMatchObject({ remoteId: world.live[0]?.id })
    expect(world.posts()).toBe(1)
  })

  it('finds the words of a part however their spaces and accents come back', async () => {
    const cafe = publication({ text: 'Cafe\u0301  open\n---\nEnd' })
    const { prepare, commit, find, world } = await stage()
    await prepare(cafe)
    world.fail(/threads_publish$/, 'drop', { after: true })
    await failureOf(commit(cafe))
    const [live] = world.live
    if (live) live.text = 'Caf\u00e9 open'
    expect(await find(cafe)).toMatchObject({ remoteId: live?.id })
  })

  it('does not find a part in an earlier one with the same words', async () => {
    const echo = publication({ text: 'Echo\n---\nEcho\n---\nEcho\n---\nEnd' })
    const { prepare, commit, find, progress, world } = await stage()
    await prepare(echo)
    for (const part of [0, 1]) await progress.keep(partStep(part), await commit(echo, part))
    world.fail(/threads_publish$/, 'drop', { after: true })
    await failureOf(commit(echo, 2))
    expect(await find(echo, 2)).toMatchObject({ remoteId: world.live[2]?.id })
    // Threads lists it a little later.
    const [late] = world.live.splice(2, 1)
    expect(await find(echo, 2)).toBe('unknown')
    if (late) world.live.push(late)
  })

  it('makes no part anew in place of an old one that was published after all', async () => {
    let now = NOW
    const { prepare, commit, commitAgain, find, progress, io, world } = await stage(
      threadsWorld({ clock: () => now }),
    )
    await prepare(THREAD)
    await progress.keep(partStep(0), await commit(THREAD, 0))
    world.fail(/threads_publish$/, 'drop', { after: true })
    await failureOf(commit(THREAD, 1))
    now = io.now = NOW + 30 * HOUR
    expect((await failureOf(commitAgain(THREAD, 1))).next).toEqual({ do: 'check' })
    expect(await find(THREAD, 1)).toMatchObject({ remoteId: world.live[1]?.id })
    expect(world.posts()).toBe(2)
  })
})

describe('what is said before anything is scheduled', () => {
  it('counts each emoji by its bytes in UTF-8 [TH-CONTRACT]', () => {
    const { count } = threads.text
    expect(count('abc', {})).toBe(3)
    expect(count('Grüße', {})).toBe(5)
    expect(count('👍', {})).toBe(4)
    expect(count('👨‍👩‍👧', {})).toBe(18)
    expect(count('🇩🇪', {})).toBe(8)
    expect(count('1 # *', {})).toBe(5)
    expect(count(`${'a'.repeat(20)}\n---\nb`, {})).toBe(20)
  })

  it.each([
    ['a long second part', { text: `a\n---\n${'b'.repeat(507)}` }, /Part 2 is 7 characters over/],
    [
      'six links [TH-CONTRACT]',
      { text: [1, 2, 3, 4, 5, 6].map((n) => `https://a${n}.example`).join(' ') },
      /6 links/,
    ],
    ['21 images [TH-OVER]', { media: Array.from({ length: 21 }, () => jpeg()) }, /at most 20/],
    ['a long video [TH-OVER]', { media: [video({ duration: 301_000 })] }, /lasts 301 s/],
    ['a ribbon [TH-OVER]', { media: [jpeg({ width: 1100, height: 100 })] }, /10:1/],
    ['nothing', {}, /needs a text/],
  ])('%s', (_name, draft, words) => {
    expect(findingsOf(threads, draft).join('\n')).toMatch(words)
  })

  it('five links, the same one six times, PNGs', () => {
    expect(findingsOf(threads, { text: 'https://a.example '.repeat(6), media: [image()] })).toEqual([])
  })

  it('that an install without a public address can’t do media', () => {
    expect(findingsOf(threads, { media: [jpeg()] }, { publicAddress: false }).join()).toMatch(/PUBLIC_URL/)
    expect(findingsOf(threads, { text: 'a' }, { publicAddress: false })).toEqual([])
  })
})

describe('connecting', () => {
  const [signIn] = threads.connect
  if (signIn.by !== 'oauth') throw new Error('Threads connects by OAuth')

  it('exchanges the hour’s token for one of 60 days [TH-LONG]', async () => {
    const { io } = await stage()
    const server = await signIn.server({}, { ...io, redirectUri: 'https://crier.example/cb' })
    const tokens = { accessToken: 'secret-hour', expiresAt: null, scopes: [], raw: {} }
    expect(await signIn.accounts(tokens, {}, { ...io, server })).toEqual([
      {
        externalId: TH_USER,
        handle: '@acme',
        credentials: { userId: TH_USER, token: TH_TOKEN, expiresAt: NOW + 5_183_944_000 },
        facts: {},
      },
    ])
  })

  it('renews in time, tells a dead login from the weather [TH-LONG]', async () => {
    const { io, world } = await stage()
    expect(await threads.refresh?.(credentials, io)).toMatchObject({
      token: TH_TOKEN,
      expiresAt: NOW + 5_183_944_000,
    })
    world.fail(/refresh_access_token/, graphRefusal(190, 'Session has expired', 463))
    expect((await failureOf(threads.refresh?.(credentials, io) ?? Promise.resolve())).next.do).toBe(
      'reconnect',
    )
    world.fail(/refresh_access_token/, { status: 502, text: '<html>' })
    expect((await failureOf(threads.refresh?.(credentials, io) ?? Promise.resolve())).next.do).toBe('retry')
  })
})

describe('afterwards', () => {
  it('numbers; reposts, quotes and shares together [TH-POSTMAN]', async () => {
    const { publish, io } = await stage()
    const post = await publish(publication())
    const found = await threads.metrics?.read([post, { remoteId: '1', url: null }], io)
    expect(found).toEqual(new Map([[post.remoteId, { views: 1, likes: 2, comments: 3, shares: 15 }]]))
  })

  it('takes a post down, once', async () => {
    const { publish, io, world } = await stage()
    const post = await publish(publication())
    await threads.remove?.(post, io)
    await threads.remove?.(post, io)
    expect(world.posts()).toBe(0)
  })
})
