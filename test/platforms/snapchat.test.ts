import { describe, expect, it } from 'vitest'
import { encrypt, type Kept } from '../../src/platforms/snapchat/upload.ts'
import snapchat from '../../src/platforms/snapchat.ts'
import { decrypt, SN_PROFILE, SN_REFRESH, SN_TOKEN, snapchatWorld, snapRefusal } from '../servers/snapchat.ts'
import { findingsOf, standing } from './run.ts'
import { failureOf, NOW, PNG, publication, TEXT } from './stage.ts'
import { jpeg, video } from './stage-media.ts'

const HOUR = 3_600_000
const credentials = {
  profileId: SN_PROFILE,
  accessToken: SN_TOKEN,
  refreshToken: SN_REFRESH,
  expiresAt: NOW + HOUR,
}

async function stage(world = snapchatWorld()) {
  const there = await standing(snapchat, world, {
    credentials,
    account: { externalId: SN_PROFILE, handle: '@acme' },
    client: { id: 'client', secret: 'secret-client' },
  })
  return { world, ...there }
}

const story = publication({ text: '', media: [jpeg()] })
const spotlight = publication({ media: [video()], options: { as: 'spotlight' } })

describe('publishing', () => {
  it('a story: create, add, finalize, post [SN-ASSET]', async () => {
    const { publish, calls, world } = await stage()
    const published = await publish(story)
    expect(calls()).toEqual([
      `POST /v1/public_profiles/${SN_PROFILE}/media`,
      'POST /us/v1/media/media-1/add',
      'POST /us/v1/media/media-1/finalize',
      `POST /v1/public_profiles/${SN_PROFILE}/stories`,
    ])
    expect(world.published).toEqual([{ edge: 'stories', json: { media_id: 'media-1' } }])
    expect(published.url).toBe('https://www.snapchat.com/add/acme')
  })

  it('a spotlight, which has an address of its own [SN-CODE]', async () => {
    const { publish, world } = await stage()
    expect(await publish(spotlight)).toEqual({
      remoteId: 'W7_spot1',
      url: 'https://www.snapchat.com/spotlight/W7_spot1',
    })
    expect(world.published[0]?.json).toEqual({ media_id: 'media-1', description: TEXT, locale: 'en_US' })
  })

  it('a saved story with its title', async () => {
    const { publish, world } = await stage()
    await publish(publication({ text: '', media: [jpeg()], options: { as: 'saved', title: 'Kettles' } }))
    expect(world.published).toEqual([
      { edge: 'saved_stories', json: { media_id: 'media-1', title: 'Kettles' } },
    ])
  })

  it('encrypts as Snapchat decrypts, with a new key each time [SN-ASSET]', async () => {
    const first = await stage()
    await first.prepare(story)
    const second = await stage()
    await second.prepare(story)
    const [a, b] = [first, second].map(({ progress }) => progress.get<Kept>('media'))
    if (!a || !b) throw new Error('Both were uploaded')
    expect(a.key).not.toBe(b.key)
    expect(a.iv).not.toBe(b.iv)
    const [made] = first.world.media.values()
    if (!made) throw new Error('It was created')
    expect(decrypt(encrypt(PNG, a.key, a.iv), made.key, made.iv)).toEqual(PNG)
  })
})

describe('preparing', () => {
  it('sends a large file in parts and goes on behind the last that arrived', async () => {
    const { prepare, commit, calls, progress, world } = await stage()
    const long = publication({ media: [video({ size: 40_000_000 })], options: { as: 'spotlight' } })
    world.fail(/finalize/, 'drop')
    expect((await failureOf(prepare(long))).next).toEqual({ do: 'retry' })
    expect(progress.get('media')).toMatchObject({ sent: 2, ready: false })
    await prepare(long)
    expect(calls().filter((one) => one.endsWith('/add'))).toHaveLength(2)
    await commit(long)
    expect([world.posts(), world.media.size]).toEqual([1, 1])
  }, 20_000)

  it('a refusal that comes with a 200 is one [SN-CODE]', async () => {
    const { prepare, progress, world } = await stage()
    world.fail(/add/, snapRefusal('INVALID_PART'))
    expect(await failureOf(prepare(story))).toMatchObject({ next: { do: 'edit' }, code: 'INVALID_PART' })
    expect(progress.get('media')).toMatchObject({ sent: 0 })
  })

  it('never takes the login to an address elsewhere', async () => {
    const { prepare } = await stage(snapchatWorld({ foreign: 'https://elsewhere.example/x' }))
    expect(await failureOf(prepare(story))).toMatchObject({ next: { do: 'retry' }, code: 'FOREIGN_PATH' })
  })

  it('uploads anew what Snapchat drops after a day [SN-ASSET]', async () => {
    let now = NOW
    const { prepare, commit, io, progress, world } = await stage(snapchatWorld({ clock: () => now }))
    await prepare(story)
    now = NOW + 24 * HOUR
    expect(await failureOf(commit(story))).toMatchObject({ next: { do: 'retry' }, code: 'MEDIA_EXPIRED' })
    expect(progress.get('media')).toBeNull()
    io.now = now
    await prepare(story)
    io.now = now + 23.5 * HOUR
    await prepare(story)
    expect(world.media.size).toBe(3)
    await commit(story)
    expect(world.posts()).toBe(1)
  })
})

describe('a commit that goes wrong', () => {
  it('that is being published already may be live [SN-CODE]', async () => {
    const { prepare, commit, world } = await stage()
    await prepare(story)
    world.fail(/stories/, 'drop', { after: true })
    expect((await failureOf(commit(story))).next).toEqual({ do: 'check' })
    expect(await failureOf(commit(story))).toMatchObject({
      next: { do: 'check' },
      code: 'MEDIA_POSTING_ALREADY_IN_PROGRESS',
    })
    expect(world.posts()).toBe(1)
  })

  it('can’t be looked up, so a person is asked', () => {
    expect(snapchat.look.find).toBeUndefined()
    expect(snapchat.look.repeatableFor).toBe(0)
    expect(snapchat.look.says).toMatch(/a person has to look/)
  })

  it('an app that is not on the allow-list [AYR-SN]', async () => {
    const { prepare, commit, world } = await stage()
    await prepare(story)
    world.fail(/stories/, { status: 403, json: {} })
    const error = await failureOf(commit(story))
    expect(error.next).toEqual({ do: 'reconnect' })
    expect(error.message).toMatch(/allow-list/)
  })

  it('never before the media are whole', async () => {
    const { commit, world } = await stage()
    expect((await failureOf(commit(story))).next).toEqual({ do: 'retry' })
    expect(world.posts()).toBe(0)
  })
})

describe('what is said before anything is scheduled', () => {
  it.each([
    ['a text alone', { text: TEXT }, /needs an image or a video/],
    ['two files', { media: [jpeg(), jpeg()] }, /at most 1/],
    [
      'a long description',
      { text: 'a'.repeat(161), media: [video()], options: { as: 'spotlight' } },
      /1 character over/,
    ],
    ['an image as a spotlight', { media: [jpeg()], options: { as: 'spotlight' } }, /needs a video/],
    ['no title', { media: [jpeg()], options: { as: 'saved' } }, /needs a title/],
    ['a long title', { media: [jpeg()], options: { as: 'saved', title: 'a'.repeat(46) } }, /takes 45/],
    ['a text with a story', { text: 'a', media: [jpeg()] }, /warning.*no text/],
    ['a blink [LATE-SN]', { media: [video({ duration: 4_000 })] }, /shorter than/],
    ['a long video [LATE-SN]', { media: [video({ duration: 61_000 })] }, /lasts 61 s/],
    ['a small video', { media: [video({ width: 360, height: 640 })] }, /540 × 960/],
    ['a wide video [LATE-SN]', { media: [video({ width: 1920, height: 1080 })] }, /warning.*9:16/],
    ['a language', { media: [video()], options: { as: 'spotlight', locale: 'english' } }, /en_US/],
  ])('%s', (_name, draft, words) => {
    expect(findingsOf(snapchat, draft).join('\n')).toMatch(words)
  })

  it('nothing of a story', () => expect(findingsOf(snapchat, { media: [jpeg()] })).toEqual([]))
})

describe('connecting', () => {
  const [signIn] = snapchat.connect
  if (signIn.by !== 'oauth') throw new Error('Snapchat connects by OAuth')

  it('finds the public profile [SN-CODE]', async () => {
    const { io, world } = await stage()
    const server = await signIn.server({}, { ...io, redirectUri: 'https://crier.example/cb' })
    const tokens = {
      accessToken: SN_TOKEN,
      refreshToken: SN_REFRESH,
      expiresAt: NOW + HOUR,
      scopes: ['snapchat-profile-api'],
      raw: {},
    }
    expect(await signIn.accounts(tokens, {}, { ...io, server })).toEqual([
      { externalId: SN_PROFILE, handle: '@acme', credentials, facts: {} },
    ])
    world.fail(/my_profile/, { status: 200, json: { request_status: 'SUCCESS', public_profiles: [] } })
    await expect(signIn.accounts(tokens, {}, { ...io, server })).rejects.toThrow('no public profile')
  })

  it('renews; an empty refresh token never replaces the one that is kept', async () => {
    const { io, world } = await stage()
    const kept = snapchat.credentials.parse(credentials)
    expect(await snapchat.refresh?.(kept, io)).toEqual({ ...credentials, accessToken: `${SN_TOKEN}-2` })
    const error = await failureOf(
      snapchat.refresh?.({ ...credentials, refreshToken: 'dead' }, io) ?? Promise.resolve(),
    )
    expect(error).toMatchObject({ next: { do: 'reconnect' }, code: 'invalid_grant' })
    world.fail(/access_token/, 'drop')
    expect((await failureOf(snapchat.refresh?.(kept, io) ?? Promise.resolve())).next.do).toBe('retry')
  })
})
