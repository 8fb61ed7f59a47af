import { describe, expect, it } from 'vitest'
import blotato from '../../src/platforms/blotato.ts'
import { BL_KEY, blotatoWorld } from '../servers/blotato.ts'
import { findingsOf, standing } from './run.ts'
import { failureOf, image, NOW, publication, TEXT } from './stage.ts'
import { jpeg, video } from './stage-media.ts'

const MINUTE = 60_000
const ACCOUNTS: Record<string, { accountId: string; facts: Record<string, unknown> }> = {
  twitter: { accountId: '11', facts: { platform: 'twitter' } },
  facebook: { accountId: '12', facts: { platform: 'facebook', pageId: '902' } },
  linkedin: { accountId: '13', facts: { platform: 'linkedin' } },
  pinterest: { accountId: '16', facts: { platform: 'pinterest', boardId: '77' } },
  tiktok: { accountId: '17', facts: { platform: 'tiktok' } },
  youtube: { accountId: '18', facts: { platform: 'youtube' } },
  instagram: { accountId: '19', facts: { platform: 'instagram' } },
}

async function stage(world = blotatoWorld(), platform = 'twitter') {
  const { accountId = '', facts = {} } = ACCOUNTS[platform] ?? {}
  const there = await standing(blotato, world, {
    credentials: { apiKey: BL_KEY, accountId },
    account: { externalId: accountId, handle: `@acme (${platform})`, facts },
  })
  return { world, ...there }
}

describe('publishing', () => {
  it('submits at once, without a time, and waits for the address [BL-STATUS]', async () => {
    const { publish, calls, world } = await stage(blotatoWorld({ looks: 1 }))
    expect(await publish(publication())).toEqual({
      remoteId: 'sub1',
      url: 'https://x.com/acme/status/sub1',
    })
    expect(calls()).toEqual(['POST /posts', 'GET /posts/sub1', 'GET /posts/sub1'])
    expect(world.submissions[0]?.post).toEqual({
      accountId: '11',
      content: { text: TEXT, mediaUrls: [], platform: 'twitter' },
      target: { targetType: 'twitter' },
    })
  })

  it('a thread in one submission [BL-OAS]', async () => {
    const { publish, world } = await stage()
    await publish(publication({ text: 'One\n---\nTwo\n---\nThree', media: [jpeg()] }))
    expect(world.submissions[0]?.post.content).toEqual({
      text: 'One',
      mediaUrls: ['https://crier.example/media/media-1.jpg'],
      platform: 'twitter',
      additionalPosts: [
        { text: 'Two', mediaUrls: [] },
        { text: 'Three', mediaUrls: [] },
      ],
    })
    expect(blotato.parts).toBeUndefined()
  })

  it.each([
    [
      'facebook',
      [jpeg()],
      { mediaType: 'reel' },
      { targetType: 'facebook', pageId: '902', mediaType: 'reel' },
    ],
    ['linkedin', [], {}, { targetType: 'linkedin' }],
    [
      'pinterest',
      [jpeg()],
      { title: 'Kettles' },
      { targetType: 'pinterest', boardId: '77', title: 'Kettles' },
    ],
    ['instagram', [jpeg()], { mediaType: 'story' }, { targetType: 'instagram', mediaType: 'story' }],
    [
      'youtube',
      [video()],
      { title: 'Kettles', privacy: 'unlisted' },
      {
        targetType: 'youtube',
        title: 'Kettles',
        privacyStatus: 'unlisted',
        shouldNotifySubscribers: false,
        isMadeForKids: false,
        containsSyntheticMedia: false,
      },
    ],
    [
      'tiktok',
      [video()],
      { privacy: 'SELF_ONLY', allowComments: 'true', ownBrand: 'true' },
      {
        targetType: 'tiktok',
        privacyLevel: 'SELF_ONLY',
        disabledComments: false,
        disabledDuet: true,
        disabledStitch: true,
        isBrandedContent: false,
        isYourBrand: true,
        isAiGenerated: false,
      },
    ],
  ])('to %s with what it asks for', async (platform, media, options, target) => {
    const { publish, world } = await stage(blotatoWorld(), platform)
    await publish(publication({ media, options }))
    expect(world.submissions[0]?.post.target).toEqual(target)
  })

  it('an image without a public address is sent along, once [BL-OAS]', async () => {
    const { prepare, commit, world, calls } = await stage()
    const post = publication({ media: [{ ...image(), publicUrl: () => undefined }] })
    world.fail(/POST \/media/, 'drop')
    expect((await failureOf(prepare(post))).next).toEqual({ do: 'retry' })
    await prepare(post)
    await prepare(post)
    expect(calls().filter((one) => one === 'POST /media')).toHaveLength(2)
    expect(world.uploads).toEqual([expect.stringMatching(/^data:image\/png;base64,iVBOR/)])
    await commit(post)
    expect(world.submissions[0]?.post.content.mediaUrls).toEqual(['https://database.blotato.com/1.jpg'])
  })

  it('a video without one is for a person', async () => {
    const { prepare } = await stage()
    const error = await failureOf(prepare(publication({ media: [video({ publicUrl: () => undefined })] })))
    expect(error).toMatchObject({ next: { do: 'edit' }, code: 'NO_PUBLIC_URL' })
  })
})

describe('a commit that goes wrong', () => {
  it('failed at the platform: told, never sent again by itself [BL-STATUS]', async () => {
    const { publish, commit, world } = await stage(
      blotatoWorld({ fails: `X refused: ${TEXT} is a duplicate` }),
    )
    const error = await failureOf(publish(publication()))
    expect(error).toMatchObject({ next: { do: 'edit' }, code: 'failed' })
    expect(error.message).toBe('Blotato could not publish it: X refused: … is a duplicate')
    // A person tries again: that is a new submission.
    await failureOf(commit(publication()))
    expect(world.submissions).toHaveLength(2)
  })

  it('still being worked on: the look finds out, and no second one is submitted', async () => {
    const { commit, find, io, interrupt, world } = await stage(blotatoWorld({ looks: 3 }))
    setTimeout(interrupt, 300)
    expect(await failureOf(commit(publication()))).toMatchObject({
      next: { do: 'check' },
      code: 'STILL_WORKING',
    })
    io.signal = new AbortController().signal
    expect((await failureOf(find(publication()) ?? Promise.resolve())).next).toEqual({ do: 'retry' })
    const [only] = world.submissions
    if (only) only.looks = 0
    expect(await find(publication())).toMatchObject({ url: 'https://x.com/acme/status/sub1' })
    expect(await commit(publication())).toMatchObject({ remoteId: 'sub1' })
    expect(world.submissions).toHaveLength(1)
  })

  it('a failure found by the look is told by the next try, without sending it again', async () => {
    const { commit, find, interrupt, io, world } = await stage(blotatoWorld({ looks: 2, fails: 'Too long' }))
    setTimeout(interrupt, 100)
    await failureOf(commit(publication()))
    io.signal = new AbortController().signal
    const [only] = world.submissions
    if (only) only.looks = 0
    expect(await find(publication())).toBe('absent')
    const error = await failureOf(commit(publication()))
    expect(error.message).toBe('Blotato could not publish it: Too long')
    expect(world.submissions).toHaveLength(1)
  })

  it('an id that Blotato does not know reads as in progress for ever, so the waiting is bounded [BL-STATUS]', async () => {
    const { find, io, progress } = await stage()
    await progress.keep('submission', 'unknown1')
    io.now = NOW + 59 * MINUTE
    expect((await failureOf(find(publication()) ?? Promise.resolve())).next).toEqual({ do: 'retry' })
    io.now = NOW + 61 * MINUTE
    expect(await find(publication())).toBe('unknown')
  })

  it('has its hour from when Blotato took it, not from a first try long before', async () => {
    const { commit, find, interrupt, io } = await stage(blotatoWorld({ looks: 9 }))
    setTimeout(interrupt, 100)
    io.now = NOW + 300 * MINUTE
    await failureOf(commit(publication()))
    io.signal = new AbortController().signal
    io.now = NOW + 310 * MINUTE
    expect((await failureOf(find(publication(), 0, NOW) ?? Promise.resolve())).next).toEqual({ do: 'retry' })
    io.now = NOW + 361 * MINUTE
    expect(await find(publication(), 0, NOW)).toBe('unknown')
  })

  it.each([
    ['key [BL-OAS]', { status: 401, json: { message: 'Unauthorized' } }, { do: 'reconnect' }],
    ['content [BL-OAS]', { status: 422, json: { message: 'Validation error' } }, { do: 'edit' }],
    ['rate [BL-OAS]', { status: 429, json: {} }, { do: 'retry' }],
    ['their own trouble [BL-OAS]', { status: 500, json: {} }, { do: 'check' }],
  ])('%s', async (_name, reply, next) => {
    const { commit, world } = await stage()
    world.fail(/POST \/posts/, reply)
    expect((await failureOf(commit(publication()))).next).toEqual(next)
  })
})

describe('what is said before anything is scheduled', () => {
  const said = (platform: string, draft: Parameters<typeof findingsOf>[1], facts = {}) =>
    findingsOf(blotato, draft, { platform, ...facts }).join('\n')

  it.each([
    ['twitter', { text: 'a'.repeat(281) }, /1 character over X's 280/],
    ['twitter', { text: `${'a\n---\n'.repeat(11)}a` }, /12 parts; Blotato takes 11/],
    ['instagram', { text: 'a' }, /needs an image or a video/],
    ['youtube', { text: 'a', media: [jpeg()], options: { title: 'a', privacy: 'public' } }, /needs a video/],
    ['youtube', { media: [video()], options: { privacy: 'public' } }, /needs a title/],
    ['youtube', { media: [video()], options: { title: 'a', privacy: 'SELF_ONLY' } }, /Choose who can see it/],
    ['tiktok', { media: [video()] }, /Choose who can see it on TikTok/],
    ['bluesky', {}, /needs a text/],
  ])('%s: %j', (platform, draft, words) => {
    expect(said(platform, draft)).toMatch(words)
  })

  it('counts a link at X as 23, and a thread by its longest post', () => {
    const facts = { platform: 'twitter' }
    expect(blotato.text.count(`See https://example.com/${'a'.repeat(300)}`, facts)).toBe(27)
    expect(blotato.text.count('aaa\n---\nbb', facts)).toBe(3)
    expect(blotato.text.count('aaa\n---\nbb', { platform: 'linkedin' })).toBe(10)
  })

  it('needs a public address for videos only', () => {
    expect(said('twitter', { media: [video()] }, { publicAddress: false })).toMatch(/PUBLIC_URL/)
    expect(said('twitter', { media: [jpeg()] }, { publicAddress: false })).toBe('')
  })
})

describe('connecting', () => {
  const [byKey] = blotato.connect
  if (byKey.by !== 'form') throw new Error('Blotato connects by a form')
  const open = async (values: Record<string, string>) => {
    const { io } = await stage()
    return byKey.open({ apiKey: BL_KEY, account: '', page: '', ...values }, io)
  }

  it.each([
    [{ platform: 'twitter' }, { externalId: '11', handle: '@acme (X)', facts: { platform: 'twitter' } }],
    [
      { platform: 'bluesky', account: '@steam.bsky.social' },
      { externalId: '15', facts: { platform: 'bluesky' } },
    ],
    [
      { platform: 'facebook', page: 'acme kettles' },
      {
        externalId: '12:902',
        handle: 'Acme Kettles (Facebook)',
        facts: { platform: 'facebook', pageId: '902' },
      },
    ],
    [
      { platform: 'linkedin' },
      { externalId: '13', handle: '@ann (LinkedIn)', facts: { platform: 'linkedin' } },
    ],
    [
      { platform: 'linkedin', page: 'Acme GmbH' },
      { externalId: '13:903', facts: { pageId: '903' } },
    ],
    [
      { platform: 'pinterest', page: '77' },
      { externalId: '16:77', facts: { boardId: '77' } },
    ],
  ])('%j', async (values, account) => {
    const connected = await open(values)
    expect(connected).toMatchObject(account)
    expect(blotato.credentials.parse(connected.credentials)).toEqual({
      apiKey: BL_KEY,
      accountId: connected.externalId.split(':')[0],
    })
  })

  it.each([
    [{ platform: 'twitter', apiKey: 'wrong' }, 'apiKey', /did not take this key/],
    [{ platform: 'mastodon' }, 'platform', /does not publish there/],
    [{ platform: 'threads' }, 'platform', /opens no Threads account/],
    [{ platform: 'bluesky' }, 'account', /2 Bluesky accounts/],
    [{ platform: 'bluesky', account: 'nobody' }, 'account', /no Bluesky account “nobody”/],
    [{ platform: 'facebook' }, 'page', /2 Facebook pages/],
    [{ platform: 'pinterest' }, 'page', /by its number/],
  ])('tells what is wrong with %j', async (values, field, words) => {
    await expect(open(values)).rejects.toMatchObject({
      name: 'UserError',
      field,
      message: expect.stringMatching(words),
    })
  })

  it('names the choices there are', async () => {
    await expect(open({ platform: 'bluesky' })).rejects.toMatchObject({
      wayOut: 'Name one of acme.bsky.social, steam.bsky.social.',
    })
  })
})
