import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { partStep } from '../../src/platforms/contract/parts.ts'
import mastodon from '../../src/platforms/mastodon.ts'
import { type MastodonServer, startMastodon } from '../servers/mastodon.ts'
import { contractMissing } from '../servers/openapi-check.ts'
import { failureOf, image, memoryProgress, NOW, publication, stageFor } from './stage.ts'

const missing = contractMissing('mastodon.json')
if (missing)
  console.log(`Mastodon: requests are not checked against the official contract, because ${missing}`)

let server: MastodonServer
beforeAll(async () => {
  server = await startMastodon({ clock: () => NOW, maxCharacters: 400 })
})
afterEach(() => expect(server.mistakes).toEqual([]))
afterAll(() => server.stop())

const [form, oauth] = mastodon.connect
if (form.by !== 'form' || oauth?.by !== 'oauth') throw new Error('Mastodon connects by a form, then by OAuth')
const { open } = form

const stage = (credentials: unknown = {}, account = {}) =>
  stageFor(mastodon, { apiUrl: server.url, credentials, account })

async function connected() {
  const { io } = stage()
  const account = await open({ server: server.url, token: server.token }, io)
  return { account, ...stage(mastodon.credentials.parse(account.credentials), account) }
}

async function publish(post: ReturnType<typeof publication>) {
  const { io } = await connected()
  const progress = memoryProgress()
  await mastodon.prepare?.(post, io, progress)
  return mastodon.commit(post, io, progress, 0)
}

describe('connecting', () => {
  it('reads who it is and what the server allows', async () => {
    const { account } = await connected()
    expect(account).toMatchObject({ externalId: `7@${new URL(server.url).host}`, handle: server.handle })
    expect(mastodon.text.limit(account.facts)).toBe(400)
  })

  it.each([
    [{ server: 'SERVER', token: 'wrong' }, 'token', /did not take this access token/],
    [{ server: 'not a server', token: 't' }, 'server', /not a web address/],
    [{ server: 'http://mastodon.example', token: 't' }, 'server', /http:/],
    [{ server: 'https://user:pass@mastodon.example', token: 't' }, 'server', /not a web address/],
    [{ server: 'https://127.0.0.1:9', token: 't' }, 'server', /does not answer as a Mastodon server/],
  ])('tells what is wrong with %j', async (values, field, words) => {
    const typed = { ...values, server: values.server.replace('SERVER', server.url) }
    await expect(open(typed, stage().io)).rejects.toMatchObject({
      name: 'UserError',
      field,
      message: expect.stringMatching(words),
    })
  })

  it('registers itself, signs in with PKCE, and ends the access', async () => {
    const { io } = stage()
    const redirectUri = 'http://127.0.0.1:3000/oauth/mastodon/callback'
    const there = await oauth.server({ server: server.url }, { ...io, redirectUri })
    const verifier = 'v'.repeat(43)
    const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString(
      'base64url',
    )
    const query = new URLSearchParams({
      client_id: there.client.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 's',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const sent = await fetch(`${there.authorizationEndpoint}?${query}`, { redirect: 'manual' })
    const code = new URL(sent.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const granted = await fetch(there.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        client_id: there.client.id,
        client_secret: there.client.secret,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    })
    const { access_token: accessToken } = (await granted.json()) as { access_token: string }
    const tokens = { accessToken, expiresAt: null, scopes: [], raw: {} }
    const [account] = await oauth.accounts(tokens, { server: server.url }, { ...io, server: there })
    expect(account?.handle).toBe(server.handle)

    const { io: signedIn } = stage(account?.credentials)
    await mastodon.revoke?.(signedIn)
    const error = await failureOf(mastodon.commit(publication(), signedIn, memoryProgress(), 0))
    expect(error.next).toEqual({ do: 'reconnect' })
  })
})

describe('publishing', () => {
  it('a text with its warning and audience', async () => {
    const published = await publish(
      publication({
        key: 'k-text',
        options: { visibility: 'unlisted', contentWarning: 'Kettles', language: 'en' },
      }),
    )
    const status = server.statuses().at(-1)
    expect(status).toMatchObject({ text: publication().text, spoiler: 'Kettles', visibility: 'unlisted' })
    expect(published).toEqual({ remoteId: status?.id, url: `${server.url}/@acme/${status?.id}` })
  })

  it('images with their descriptions, once the server has worked them through', async () => {
    await publish(publication({ key: 'k-images', media: [image('a', 'A blue kettle'), image('b', 'Steam')] }))
    expect(server.media().slice(-2)).toMatchObject([
      { description: 'A blue kettle', type: 'image/png', size: 70 },
      { description: 'Steam' },
    ])
    expect(server.statuses().at(-1)?.mediaIds).toHaveLength(2)
  })

  it('the same key twice makes one status', async () => {
    const [first, second] = [
      await publish(publication({ key: 'k-twice' })),
      await publish(publication({ key: 'k-twice' })),
    ]
    expect(second).toEqual(first)
  })

  it('a thread part by part, each with a key of its own', async () => {
    const { io } = await connected()
    const post = publication({
      key: 'k-thread',
      text: 'First\n---\nSecond',
      media: [image('t')],
      options: { visibility: 'unlisted' },
    })
    expect(mastodon.parts?.(post)).toBe(2)
    const progress = memoryProgress()
    await mastodon.prepare?.(post, io, progress)
    expect(await failureOf(mastodon.commit(post, io, progress, 1))).toMatchObject({ code: 'PART_MISSING' })
    await progress.keep(partStep(0), await mastodon.commit(post, io, progress, 0))
    const second = await mastodon.commit(post, io, progress, 1)
    expect(await mastodon.commit(post, io, progress, 1)).toEqual(second)
    expect(await mastodon.look.find?.(post, io, progress, 1, NOW)).toEqual(second)
    const [first, last] = server.statuses().slice(-2)
    expect(first).toMatchObject({ text: 'First', replyTo: null, mediaIds: [expect.any(String)] })
    expect(last).toMatchObject({ text: 'Second', replyTo: first?.id, mediaIds: [], visibility: 'unlisted' })
  })

  it('an upload that is gone is uploaded again by the next try', async () => {
    const { io } = await connected()
    const post = publication({ key: 'k-gone', media: [image('gone')] })
    const progress = memoryProgress()
    await progress.keep('media:gone', { id: '999', ready: false })
    expect((await failureOf(mastodon.prepare?.(post, io, progress) ?? Promise.resolve())).next).toEqual({
      do: 'retry',
    })
    await mastodon.prepare?.(post, io, progress)
    await mastodon.commit(post, io, progress, 0)
    expect(server.statuses().at(-1)?.mediaIds).toHaveLength(1)
  })

  it('waits as long as the server says, in its own way of saying it', async () => {
    server.failNext('/api/v1/statuses', {
      status: 429,
      json: { error: 'Throttled' },
      headers: { 'x-ratelimit-reset': '2026-11-20T12:05:00.000Z' },
    })
    const error = await failureOf(publish(publication({ key: 'k-limit' })))
    expect(error.next).toEqual({ do: 'retry', after: NOW + 300_000 })
  })

  it('a token that was revoked: a person signs in', async () => {
    const { io } = stage({ server: server.url, token: 'revoked', accountId: '7' })
    expect((await failureOf(mastodon.commit(publication(), io, memoryProgress(), 0))).next).toEqual({
      do: 'reconnect',
    })
  })
})

describe('looking for a lost commit after the hour', () => {
  it('finds it by what was written, among others', async () => {
    const lost = publication({
      key: 'k-lost',
      text: 'Lost & <found>\nhttps://example.com #kettle @friend@other.example',
    })
    server.failNext('/api/v1/statuses', 'drop', true)
    expect((await failureOf(publish(lost))).next).toEqual({ do: 'check' })
    server.forgetKeys()
    await publish(publication({ key: 'k-other', text: 'Another one' }))
    const { io } = await connected()
    const found = await mastodon.look.find?.(lost, io, memoryProgress(), 0, NOW)
    expect(found).toMatchObject({ remoteId: server.statuses().find(({ text }) => text === lost.text)?.id })
  })

  it('proves that it is absent', async () => {
    server.failNext('/api/v1/statuses', 'drop')
    const lost = publication({ key: 'k-absent', text: 'Never arrived' })
    expect((await failureOf(publish(lost))).next).toEqual({ do: 'check' })
    const { io } = await connected()
    expect(await mastodon.look.find?.(lost, io, memoryProgress(), 0, NOW)).toBe('absent')
  })

  it('does not find a part in an earlier one with the same words, nor in a post of its own', async () => {
    const { io } = await connected()
    const post = publication({ key: 'k-echo', text: 'Echo\n---\nEcho\n---\nEcho' })
    const progress = memoryProgress()
    await progress.keep(partStep(0), await mastodon.commit(post, io, progress, 0))
    await publish(publication({ key: 'k-echo-alone', text: 'Echo' }))
    expect(await mastodon.look.find?.(post, io, progress, 1, NOW)).toBe('absent')
    await progress.keep(partStep(1), await mastodon.commit(post, io, progress, 1))
    expect(await mastodon.look.find?.(post, io, progress, 2, NOW)).toBe('absent')
    server.failNext('/api/v1/statuses', 'drop', true)
    await failureOf(mastodon.commit(post, io, progress, 2))
    const found = await mastodon.look.find?.(post, io, progress, 2, NOW)
    expect(found).toMatchObject({ remoteId: server.statuses().at(-1)?.id })
  })

  it('tells files without words by their ids, and takes no others for them', async () => {
    const { io } = await connected()
    const post = publication({ key: 'k-silent', text: '', media: [image('silent')] })
    const progress = memoryProgress()
    await mastodon.prepare?.(post, io, progress)
    const later = NOW + 3_600_000
    expect(await mastodon.look.find?.(post, io, progress, 0, later)).toBe('absent')
    await publish(publication({ key: 'k-silent-other', text: '', media: [image('other')] }))
    expect(await mastodon.look.find?.(post, io, progress, 0, NOW)).toBe('unknown')
    const { remoteId } = await mastodon.commit(post, io, progress, 0)
    await publish(publication({ key: 'k-silent-third', text: '', media: [image('third')] }))
    expect(await mastodon.look.find?.(post, io, progress, 0, NOW)).toMatchObject({ remoteId })
  })

  it('reads on behind a page that the server left things out of', async () => {
    const { io } = await connected()
    const lost = publication({ key: 'k-deep', text: 'Deep down' })
    const { remoteId } = await mastodon.commit(lost, io, memoryProgress(), 0)
    for (let n = 0; n < 45; n++) await publish(publication({ key: `k-deep-${n}`, text: `Above ${n}` }))
    expect(await mastodon.look.find?.(lost, io, memoryProgress(), 0, NOW)).toMatchObject({ remoteId })
  })

  it('does not take an older post with the same words for it', async () => {
    const { io } = await connected()
    await publish(publication({ key: 'k-older', text: 'Same words' }))
    const later = NOW + 3_600_000
    expect(
      await mastodon.look.find?.(publication({ text: 'Same words' }), io, memoryProgress(), 0, later),
    ).toBe('absent')
  })
})

describe('afterwards', () => {
  it('reads the numbers, and leaves out what is gone', async () => {
    const published = await publish(publication({ key: 'k-numbers', text: 'Count me' }))
    server.engage(published.remoteId, { likes: 5, shares: 2, comments: 1 })
    const { io } = await connected()
    const read = await mastodon.metrics?.read([published, { remoteId: '999', url: null }], io)
    expect(read).toEqual(new Map([[published.remoteId, { likes: 5, shares: 2, comments: 1 }]]))
    await mastodon.remove?.(published, io)
    await mastodon.remove?.(published, io)
    expect(await mastodon.metrics?.read([published], io)).toEqual(new Map())
  })
})

describe('counting', () => {
  it.each([
    ['Hello', 5],
    ['https://example.com/a/very/long/address/indeed?with=query', 23],
    ['example.com counts in full', 26],
    ['@acme@mastodon.social hi', 8],
    ['👨‍👩‍👧 and é', 7],
  ])('%s', (text, expected) => expect(mastodon.text.count(text, {})).toBe(expected))
})
