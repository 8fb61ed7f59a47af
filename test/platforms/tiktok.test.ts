import { describe, expect, it } from 'vitest'
import type { MediaItem } from '../../src/platforms/contract/platform.ts'
import { chunksOf } from '../../src/platforms/tiktok/upload.ts'
import tiktok from '../../src/platforms/tiktok.ts'
import { TT_REFRESH, TT_TOKEN, tiktokRefusal, tiktokWorld } from '../servers/tiktok.ts'
import { findingsOf, standing } from './run.ts'
import { failureOf, image, NOW, publication, TEXT } from './stage.ts'
import { jpeg, video } from './stage-media.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const MIB = 1024 * 1024
const CLIENT = { id: 'key', secret: 'secret-client' }
const credentials = {
  openId: 'open-1',
  scopes: ['user.info.basic', 'video.publish', 'video.upload'],
  accessToken: TT_TOKEN,
  refreshToken: TT_REFRESH,
  expiresAt: NOW + 120 * MINUTE,
}

async function stage(world = tiktokWorld()) {
  const there = await standing(tiktok, world, {
    credentials,
    account: { externalId: 'open-1', handle: '@acme' },
    client: CLIENT,
  })
  return { world, ...there }
}

const post = (media: readonly MediaItem[], options: Record<string, string> = {}) =>
  publication({ media, options: { privacy: 'SELF_ONLY', ...options } })
const film = post([video()])

describe('publishing a video', () => {
  it('asks the creator first, sends the bytes, and waits for what became of them [TT-DIRECT]', async () => {
    const { publish, calls, world } = await stage()
    const published = await publish(film)
    expect(calls()).toEqual([
      'POST /v2/post/publish/creator_info/query/',
      'POST /v2/post/publish/video/init/',
      'PUT /upload/',
      'POST /v2/post/publish/status/fetch/',
    ])
    // The post's number is longer than JavaScript's, and must not be rounded.
    expect(published).toEqual({
      remoteId: 'v_pub_1',
      url: 'https://www.tiktok.com/@acme/video/7555555555555555551',
      facts: { postId: '7555555555555555551' },
    })
    expect(world.live()[0]?.info).toEqual({
      title: TEXT,
      privacy_level: 'SELF_ONLY',
      disable_comment: true,
      disable_duet: true,
      disable_stitch: true,
      brand_content_toggle: false,
      brand_organic_toggle: false,
      is_aigc: false,
    })
  })

  it('with everything that was chosen', async () => {
    const { publish, world } = await stage()
    await publish(
      post([video()], {
        allowComments: 'true',
        allowDuets: 'true',
        allowStitches: 'true',
        ownBrand: 'true',
        paidPartnership: 'true',
        aiGenerated: 'true',
        cover: '2.5',
      }),
    )
    expect(world.live()[0]?.info).toMatchObject({
      disable_comment: false,
      disable_duet: false,
      disable_stitch: false,
      brand_content_toggle: true,
      brand_organic_toggle: true,
      is_aigc: true,
      video_cover_timestamp_ms: 2_500,
    })
  })

  it('in chunks: all but the last are prepared, the last one publishes [TT-MEDIA]', async () => {
    const { prepare, commit, calls, world } = await stage()
    const long = post([video({ size: 19 * MIB })])
    await prepare(long)
    expect(world.posts()).toBe(0)
    expect(calls().filter((one) => one.startsWith('PUT'))).toHaveLength(1)
    await commit(long)
    expect(world.live()).toMatchObject([{ count: 2, chunks: 2, received: 19 * MIB }])
  })

  it('as a draft to the inbox, with none of the choices [TT-UPLOAD]', async () => {
    const { publish, calls, world } = await stage()
    const published = await publish(publication({ media: [video()], options: { draft: 'true' } }))
    expect(calls()).not.toContain('POST /v2/post/publish/creator_info/query/')
    expect(published).toMatchObject({ url: null, note: expect.stringContaining('inbox') })
    expect(world.live()).toMatchObject([{ inbox: true, info: {} }])
  })

  it('is published without an address while moderators look at it [TT-STATUS]', async () => {
    const { publish } = await stage(tiktokWorld({ moderated: false }))
    expect(await publish(film)).toEqual({ remoteId: 'v_pub_1', url: null })
  })
})

describe('publishing photos', () => {
  it('by one call, from this Crier’s public address [TT-PHOTO]', async () => {
    const { publish, world } = await stage()
    const published = await publish(
      post([jpeg({ mediaId: 'a' }), jpeg({ mediaId: 'b' })], { title: 'Kettles' }),
    )
    expect(published.url).toMatch(/\/photo\/\d+$/)
    expect(world.live()).toMatchObject([
      {
        photos: ['https://crier.example/media/a.jpg', 'https://crier.example/media/b.jpg'],
        info: { title: 'Kettles', description: TEXT, privacy_level: 'SELF_ONLY' },
      },
    ])
  })

  it('as a draft [TT-PHOTO]', async () => {
    const { publish, world } = await stage()
    await publish(publication({ media: [jpeg()], options: { draft: 'true' } }))
    expect(world.live()).toMatchObject([{ inbox: true }])
  })

  it.each([
    [
      'a domain that is not verified [TT-RES]',
      jpeg(),
      { domain: 'other.example' },
      'url_ownership_unverified',
    ],
    [
      'a PNG, found while it is worked on [AYR-TT]',
      { ...image(), publicUrl: () => 'https://crier.example/a.png' },
      {},
      'file_format_check_failed',
    ],
    ['no public address', jpeg({ publicUrl: () => undefined }), {}, 'NO_PUBLIC_URL'],
  ])('%s', async (_name, item, settings, code) => {
    const { publish, world } = await stage(tiktokWorld(settings))
    expect(await failureOf(publish(post([item])))).toMatchObject({ next: { do: 'edit' }, code })
    expect(world.posts()).toBe(0)
  })

  it('a lost answer leaves nothing to ask about, so a person is asked', async () => {
    const { prepare, commit, find, world } = await stage()
    await prepare(post([jpeg()]))
    world.fail(/content\/init/, 'drop', { after: true })
    expect((await failureOf(commit(post([jpeg()])))).next).toEqual({ do: 'check' })
    expect(await find(post([jpeg()]))).toBe('unknown')
  })
})

describe('the choices TikTok binds a post to [TT-GUIDE]', () => {
  it.each([
    ['none was made', {}, undefined],
    ['one that is not offered', { privacy: 'FOLLOWER_OF_CREATOR' }, undefined],
    ['one that the creator has taken back since', { privacy: 'PUBLIC_TO_EVERYONE' }, ['SELF_ONLY']],
  ])('%s', async (_name, options: Record<string, string>, levels) => {
    const { prepare, world } = await stage(tiktokWorld(levels ? { levels } : {}))
    const error = await failureOf(prepare(publication({ media: [video()], options })))
    expect(error).toMatchObject({ next: { do: 'edit' }, code: 'CREATOR_INFO' })
    expect(world.all.size).toBe(0)
  })

  it('a video longer than the creator may publish', async () => {
    const { prepare } = await stage(tiktokWorld({ longest: 10 }))
    expect((await failureOf(prepare(film))).message).toMatch(/longer than the 10 s/)
  })

  it('an app that is not audited', async () => {
    const { prepare } = await stage(tiktokWorld({ audited: false }))
    const error = await failureOf(prepare(post([video()], { privacy: 'PUBLIC_TO_EVERYONE' })))
    expect(error.next).toEqual({ do: 'edit' })
    expect(error.message).toMatch(/not audited/)
  })

  it('are asked in the form: who can see it without a default, the rest off', () => {
    const fields = tiktok.options ?? []
    const privacy = fields.find(({ name }) => name === 'privacy')
    expect(privacy).toMatchObject({ kind: 'choice' })
    expect(privacy && 'value' in privacy).toBe(false)
    const flags = fields.filter(({ kind }) => kind === 'flag')
    expect(flags.map(({ name }) => name)).toEqual([
      'allowComments',
      'allowDuets',
      'allowStitches',
      'ownBrand',
      'paidPartnership',
      'aiGenerated',
      'draft',
    ])
    expect(flags.some((flag) => 'value' in flag && flag.value)).toBe(false)
  })
})

describe('preparing', () => {
  it.each([
    [2_000, 1, 2_000],
    [5 * MIB, 1, 5 * MIB],
    [15 * MIB, 1, 15 * MIB],
    [16 * MIB, 2, 8 * MIB],
    [4_000_000_000, 476, 8 * MIB],
  ])('cuts %i bytes into %i chunks [TT-MEDIA]', (size, count, chunk) => {
    expect(chunksOf(size)).toEqual({ chunk, count })
    // What TikTok itself demands.
    expect(count).toBe(Math.max(1, Math.floor(size / chunk)))
    expect(size - (count - 1) * chunk).toBeLessThanOrEqual(128_000_000)
  })

  it('goes on behind the last chunk that arrived', async () => {
    const { prepare, commit, progress, world, calls } = await stage()
    const long = post([video({ size: 25 * MIB })])
    world.fail(/PUT/, { status: 206 }, { after: true })
    world.fail(/PUT/, 'drop')
    expect((await failureOf(prepare(long))).next).toEqual({ do: 'retry' })
    expect(progress.get('upload')).toMatchObject({ count: 3, sent: 1 })
    await prepare(long)
    expect(calls().filter((one) => one.endsWith('/video/init/'))).toHaveLength(1)
    await commit(long)
    expect(world.posts()).toBe(1)
  })

  it('begins anew once the upload’s hour is over [TT-DIRECT]', async () => {
    let now = NOW
    const { prepare, commit, io, world } = await stage(tiktokWorld({ clock: () => now }))
    await prepare(film)
    now = io.now = NOW + 58 * MINUTE
    await prepare(film)
    expect(world.all.size).toBe(2)
    await commit(film)
    expect(world.posts()).toBe(1)
  })

  it('an upload that died between preparing and committing is made anew by the next try', async () => {
    let now = NOW
    const { prepare, commit, progress, world } = await stage(tiktokWorld({ clock: () => now }))
    await prepare(film)
    now = NOW + 61 * MINUTE
    expect((await failureOf(commit(film))).next).toEqual({ do: 'retry' })
    expect(progress.get('upload')).toBeNull()
    await prepare(film)
    await commit(film)
    expect(world.posts()).toBe(1)
  })

  it.each([
    ['rate_limit_exceeded', 429, { do: 'retry' }],
    ['internal_error', 500, { do: 'retry' }],
    ['spam_risk_too_many_posts', 403, { do: 'retry', after: NOW + DAY }],
    ['reached_active_user_cap', 403, { do: 'retry', after: NOW + DAY }],
    ['access_token_invalid', 401, { do: 'reconnect' }],
    ['scope_not_authorized', 401, { do: 'reconnect' }],
    ['spam_risk_user_banned_from_posting', 403, { do: 'edit' }],
    // With a 200, as TikTok often does.
    ['scope_permission_missed', 200, { do: 'reconnect' }],
    ['privacy_level_option_mismatch', 200, { do: 'edit' }],
    ['a_code_nobody_knows', 200, { do: 'edit' }],
  ])('%s with HTTP %i [TT-DIRECT]', async (code, status, next) => {
    const { prepare, world } = await stage()
    world.fail(/video\/init/, tiktokRefusal(code, status))
    expect(await failureOf(prepare(film))).toMatchObject({ next, code })
  })
})

describe('committing and looking', () => {
  it('a lost end of the video: found where it went through, absent where not', async () => {
    const { prepare, commit, find, world } = await stage()
    await prepare(film)
    world.fail(/PUT/, 'drop')
    expect((await failureOf(commit(film))).next).toEqual({ do: 'check' })
    expect(await find(film)).toBe('absent')
    world.fail(/PUT/, 'drop', { after: true })
    expect((await failureOf(commit(film))).next).toEqual({ do: 'check' })
    expect(await find(film)).toMatchObject({ remoteId: 'v_pub_1' })
    expect(world.posts()).toBe(1)
  })

  it('asks before it sends the end again, and never begins anew behind an end that may have arrived', async () => {
    const { prepare, commit, calls, progress, world } = await stage()
    await prepare(film)
    world.fail(/PUT/, 'drop', { after: true })
    await failureOf(commit(film))
    const puts = () => calls().filter((one) => one.startsWith('PUT')).length
    expect(puts()).toBe(1)
    expect(await commit(film)).toMatchObject({ remoteId: 'v_pub_1' })
    expect(puts()).toBe(1)
    // The status lags behind, so it is sent again, and the address is spent.
    world.fail(/status\/fetch/, {
      status: 200,
      json: { data: { status: 'PROCESSING_UPLOAD', uploaded_bytes: 0 }, error: { code: 'ok' } },
    })
    expect(await failureOf(commit(film))).toMatchObject({ next: { do: 'check' }, code: 'UPLOAD_GONE' })
    expect(progress.get('upload')).toMatchObject({ publishId: 'v_pub_1' })
    expect(world.posts()).toBe(1)
  })

  it('is absent where its end was never sent, whatever TikTok says of the upload', async () => {
    const { prepare, find, calls } = await stage()
    await prepare(film)
    const before = calls().length
    expect(await find(film)).toBe('absent')
    expect(calls()).toHaveLength(before)
  })

  it('is not begun anew behind an end that was sent, however old it is', async () => {
    let now = NOW
    const { prepare, commit, io, world } = await stage(tiktokWorld({ clock: () => now }))
    await prepare(film)
    world.fail(/PUT/, 'drop', { after: true })
    await failureOf(commit(film))
    const [only] = world.all.values()
    // Moderators take their time, and a person has said that it is not there.
    if (only) only.status = 'PROCESSING_UPLOAD'
    now = io.now = NOW + 180 * MINUTE
    await prepare(film)
    if (only) only.status = 'PUBLISH_COMPLETE'
    expect(await commit(film)).toMatchObject({ remoteId: 'v_pub_1' })
    expect(world.all.size).toBe(1)
  })

  it('is begun anew where its end never arrived and can’t any more', async () => {
    let now = NOW
    const { prepare, commit, io, progress, world } = await stage(tiktokWorld({ clock: () => now }))
    await prepare(film)
    world.fail(/PUT/, 'drop')
    await failureOf(commit(film))
    now = io.now = NOW + 61 * MINUTE
    await prepare(film)
    // What was under way when its hour ended may still arrive.
    expect((await failureOf(commit(film))).next).toEqual({ do: 'check' })
    now = io.now = NOW + 66 * MINUTE
    await prepare(film)
    expect((await failureOf(commit(film))).next).toEqual({ do: 'retry' })
    expect(progress.get('upload')).toBeNull()
    await prepare(film)
    await commit(film)
    expect(world.posts()).toBe(1)
  })

  it('is a person’s where TikTok no longer knows the end that was sent', async () => {
    const { prepare, commit, progress, world } = await stage()
    await prepare(film)
    world.fail(/PUT/, 'drop', { after: true })
    await failureOf(commit(film))
    world.fail(/status\/fetch/, tiktokRefusal('invalid_publish_id', 400))
    expect(await failureOf(commit(film))).toMatchObject({ next: { do: 'check' }, code: 'invalid_publish_id' })
    expect(progress.get('upload')).toMatchObject({ publishId: 'v_pub_1' })
  })

  it.each([
    ['duration_check_failed', { do: 'edit' }, /too short or too long/],
    ['frame_rate_check_failed', { do: 'edit' }, /frame rate/],
    ['internal', { do: 'retry' }, /went wrong/],
    ['auth_removed', { do: 'reconnect' }, /removed Crier/],
    ['spam_risk_too_many_posts', { do: 'retry', after: NOW + DAY }, /in a day/],
    ['something_new', { do: 'edit' }, /something new/],
  ])('what TikTok finds wrong afterwards: %s [TT-STATUS]', async (reason, next, words) => {
    const { prepare, commit, find, progress, world } = await stage()
    await prepare(film)
    const [only] = world.all.values()
    if (only) only.reason = reason
    const error = await failureOf(commit(film))
    expect(error).toMatchObject({ next, code: reason })
    expect(error.message).toMatch(words)
    expect(progress.get('upload')).toBeNull()
    expect(await find(film)).toBe('absent')
  })

  it('a status that can’t be read leaves it to the look', async () => {
    const { prepare, commit, find, world } = await stage()
    await prepare(film)
    world.fail(/status\/fetch/, { status: 503, json: {} })
    expect((await failureOf(commit(film))).next).toEqual({ do: 'check' })
    expect(await find(film)).toMatchObject({ remoteId: 'v_pub_1' })
  })

  it('asks again later while TikTok works', async () => {
    const { prepare, commit, find, world } = await stage()
    await prepare(film)
    await commit(film)
    const [only] = world.all.values()
    if (only) only.status = 'PROCESSING_UPLOAD'
    expect((await failureOf(find(film) ?? Promise.resolve())).next).toEqual({ do: 'retry' })
  })
})

describe('what is said before anything is scheduled', () => {
  const facts = {
    scopes: ['video.publish'],
    privacyLevels: ['SELF_ONLY'],
    maxDuration: 60_000,
    commentsOff: true,
    publicAddress: false,
  }
  const said = (draft: Parameters<typeof findingsOf>[1], known = {}) =>
    findingsOf(tiktok, draft, known).join('\n')
  const chosen = { privacy: 'SELF_ONLY' }

  it.each([
    ['no media', { text: TEXT, options: chosen }, {}, /needs a video or photos/],
    ['no choice of who can see it', { media: [video()] }, {}, /there is no default/],
    [
      'one not offered',
      { media: [video()], options: { privacy: 'PUBLIC_TO_EVERYONE' } },
      facts,
      /does not offer/,
    ],
    ['a PNG [AYR-TT]', { media: [image()], options: chosen }, {}, /takes image\/jpeg, image\/webp/],
    [
      '36 photos [ZN-TT]',
      { media: Array.from({ length: 36 }, () => jpeg()), options: chosen },
      {},
      /at most 35/,
    ],
    ['a long video', { media: [video({ duration: 61_000 })], options: chosen }, facts, /takes 60 s/],
    ['a tiny video', { media: [video({ width: 200, height: 400 })], options: chosen }, {}, /360 to 4096/],
    ['a long title', { media: [jpeg()], options: { ...chosen, title: 'a'.repeat(91) } }, {}, /takes 90/],
    ['photos without a public address', { media: [jpeg()], options: chosen }, facts, /PUBLIC_URL/],
    [
      'comments that are off',
      { media: [video()], options: { ...chosen, allowComments: 'true' } },
      facts,
      /warning/,
    ],
    [
      'a login for drafts only',
      { media: [video()], options: chosen },
      { scopes: ['video.upload'] },
      /only send drafts/,
    ],
  ])('%s', (_name, draft, known, words) => {
    expect(said(draft, known)).toMatch(words)
  })

  it('nothing of a video without a public address, nor of a draft without choices', () => {
    expect(said({ media: [video()], options: chosen }, facts)).toBe('')
    expect(said({ media: [video()], options: { draft: 'true' } }, facts)).toBe('')
  })

  it('counts UTF-16 units', () => expect(tiktok.text.count('👍', {})).toBe(2))
})

describe('connecting', () => {
  const [signIn] = tiktok.connect
  if (signIn.by !== 'oauth') throw new Error('TikTok connects by OAuth')

  it.each([
    [
      'for publishing',
      ['user.info.basic,video.publish'],
      { privacyLevels: expect.arrayContaining(['SELF_ONLY']), duetsOff: true },
    ],
    ['for drafts only', ['user.info.basic', 'video.upload'], { scopes: ['user.info.basic', 'video.upload'] }],
  ])('reads whose account it is and what it allows, %s', async (_name, scopes, facts) => {
    const { io } = await stage()
    const server = await signIn.server({}, { ...io, redirectUri: 'https://crier.example/cb' })
    expect(server).toMatchObject({ clientIdParameter: 'client_key', scopeSeparator: ',' })
    const tokens = {
      accessToken: TT_TOKEN,
      refreshToken: TT_REFRESH,
      expiresAt: NOW + 120 * MINUTE,
      scopes,
      raw: { open_id: 'open-1', refresh_expires_in: 15_552_000 },
    }
    const [account] = await signIn.accounts(tokens, {}, { ...io, server })
    expect(account).toMatchObject({
      externalId: 'open-1',
      handle: '@acme',
      credentials: { refreshToken: TT_REFRESH, refreshExpiresAt: NOW + 180 * DAY },
      facts,
    })
  })

  it('renews with a new refresh token each time; the old one is dead [TT-TOKEN2]', async () => {
    const { io, world } = await stage()
    const kept = tiktok.credentials.parse(credentials)
    const fresh = await tiktok.refresh?.(kept, io)
    expect(fresh).toMatchObject({
      accessToken: `${TT_TOKEN}-1`,
      refreshToken: `${TT_REFRESH}-1`,
      expiresAt: NOW + 120 * MINUTE,
      refreshExpiresAt: NOW + 180 * DAY,
    })
    // Said with a 200.
    const error = await failureOf(tiktok.refresh?.(kept, io) ?? Promise.resolve())
    expect(error).toMatchObject({ next: { do: 'reconnect' }, code: 'invalid_grant' })
    world.fail(/oauth\/token/, { status: 500, json: {} })
    expect((await failureOf(tiktok.refresh?.(fresh, io) ?? Promise.resolve())).next.do).toBe('retry')
    expect(await tiktok.refresh?.(fresh, io)).toMatchObject({ refreshToken: `${TT_REFRESH}-2` })
  })

  it('ends the access [TT-TOKEN]', async () => {
    const { io, prepare, world } = await stage()
    await tiktok.revoke?.(io)
    expect(world.state.revoked).toBe(true)
    expect((await failureOf(prepare(film))).next).toEqual({ do: 'reconnect' })
  })
})

describe('numbers', () => {
  it('by the post’s number, asked for where it was not known yet [TT-STATUS]', async () => {
    const { publish, io } = await stage()
    const published = await publish(film)
    const later = { remoteId: published.remoteId, url: null }
    for (const remote of [published, later]) {
      expect(await tiktok.metrics?.read([remote, { remoteId: 'gone', url: null }], io)).toEqual(
        new Map([[published.remoteId, { views: 90, likes: 8, comments: 2, shares: 1 }]]),
      )
    }
  })
})
