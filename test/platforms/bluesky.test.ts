import { RichText } from '@atproto/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicAgent } from '../../src/kit/public-network.ts'
import { findDataServer, resolveHandle } from '../../src/platforms/bluesky/identity.ts'
import { recordKey } from '../../src/platforms/bluesky/record.ts'
import bluesky from '../../src/platforms/bluesky.ts'
import { partStep } from '../../src/platforms/contract/parts.ts'
import { everyNameIsAt } from '../kit/names.ts'
import { type BlueskyServer, blueskyMissing, startBluesky } from '../servers/bluesky.ts'
import { startServer } from './fault-server.ts'
import { failureOf, image, memoryProgress, NOW, PNG, publication, stageFor } from './stage.ts'

// A card's page is read on the way: no name of a test's text leads out of this machine.
everyNameIsAt('127.0.0.1')

const [form] = bluesky.connect
if (form.by !== 'form') throw new Error('Bluesky connects by a form')
const { open } = form

const missing = blueskyMissing()
if (missing) console.log(`Bluesky: nothing is tried against a real server, because ${missing}`)

describe.skipIf(missing)('against a real Bluesky server', () => {
  let server: BlueskyServer
  let alice: Awaited<ReturnType<BlueskyServer['account']>>
  beforeAll(async () => {
    server = await startBluesky()
    alice = await server.account('alice.test', 'alice-pass-1')
    await server.account('bob.test', 'bob-pass-1')
  })
  afterAll(() => server?.stop())

  const stage = (credentials: unknown = {}, account = {}, also: string[] = []) =>
    stageFor(bluesky, {
      apiUrl: server.url,
      credentials,
      account,
      allowOrigins: [server.url, server.directory, ...also],
    })

  async function connected() {
    const account = await open({ identifier: '@Alice.test', password: alice.password }, stage().io)
    return { account, ...stage(bluesky.credentials.parse(account.credentials), account) }
  }

  async function publish(post: ReturnType<typeof publication>, progress = memoryProgress()) {
    const { io } = await shared
    await bluesky.prepare?.(post, io, progress)
    return bluesky.commit(post, io, progress, 0)
  }
  let shared: ReturnType<typeof connected>
  beforeAll(() => {
    shared = connected()
  })

  it('connects by handle and app password', async () => {
    const { account } = await shared
    expect(account).toMatchObject({
      externalId: alice.did,
      handle: 'alice.test',
      facts: { service: server.url },
    })
    expect(JSON.stringify(account)).not.toContain(alice.password)
  })

  it.each([
    [
      { identifier: 'alice.test', password: 'wrong' },
      'password',
      'Bluesky did not take this app password for alice.test.',
    ],
    [
      { identifier: 'nobody.test', password: 'wrong' },
      'password',
      'Bluesky did not take this app password for nobody.test.',
    ],
    [
      { identifier: 'alice.test', password: 'x', server: 'https://127.0.0.1:9' },
      'server',
      '127.0.0.1:9 does not answer as a server of the AT Protocol.',
    ],
    [
      { identifier: 'alice.test', password: 'x', server: 'http://pds.example' },
      'server',
      expect.stringContaining('http:'),
    ],
  ])('tells what is wrong with %j', async (values, field, message) => {
    await expect(open(values, stage().io)).rejects.toMatchObject({ name: 'UserError', field, message })
  })

  it('finds its way by the handle alone, from the entryway over the directory to the account’s own server', async () => {
    // The two addresses everybody knows lead to the servers here.
    const known: Record<string, string> = {
      'https://bsky.social': server.url,
      'https://plc.directory': server.directory,
    }
    const agent = publicAgent({ allowOrigins: [server.url, server.directory] })
    const routed = agent.compose(
      (dispatch) => (options, handler) =>
        dispatch({ ...options, origin: known[String(options.origin)] ?? options.origin ?? '' }, handler),
    )
    const { io } = stageFor(bluesky, { apiUrl: 'https://bsky.social', credentials: {}, agent: routed })
    const account = await open({ identifier: '@alice.test', password: alice.password }, io)
    expect(account.credentials).toMatchObject({ did: alice.did, service: server.url, issuer: server.url })
    await expect(open({ identifier: 'nobody', password: 'x' }, io)).rejects.toMatchObject({
      field: 'identifier',
      message: 'There is no account nobody.bsky.social on Bluesky.',
    })
    await agent.close()
  })

  it('publishes links, tags and mentions by bytes, as the network reads them', async () => {
    const text =
      'Héllo 👋 @bob.test and @nobody.test, see example.com/launch (https://example.com/a) #shipit 🎉'
    const { remoteId, url } = await publish(publication({ key: 'k-facets', text }))
    const post = (await server.posts(alice.did)).find(({ uri }) => uri === remoteId)
    const rich = new RichText(post?.value as { text: string })
    const segments = [...rich.segments()].filter(({ facet }) => facet)
    expect(
      segments.map(({ text, link, mention, tag }) => [text, link?.uri ?? mention?.did ?? tag?.tag]),
    ).toEqual([
      ['@bob.test', expect.stringMatching(/^did:plc:/)],
      ['example.com/launch', 'https://example.com/launch'],
      ['https://example.com/a', 'https://example.com/a'],
      ['#shipit', 'shipit'],
    ])
    expect(post?.value.createdAt).toBe('2026-11-20T12:00:00Z')
    expect(url).toBe(`https://bsky.app/profile/alice.test/post/${remoteId.split('/').at(-1)}`)
  })

  it('publishes images with their descriptions and shape', async () => {
    const { remoteId } = await publish(
      publication({ key: 'k-images', media: [image('one', 'A blue kettle'), image('two', '')] }),
    )
    const post = (await server.posts(alice.did)).find(({ uri }) => uri === remoteId)
    expect(post?.value.embed).toMatchObject({
      $type: 'app.bsky.embed.images',
      images: [
        {
          alt: 'A blue kettle',
          aspectRatio: { width: 1, height: 1 },
          image: { mimeType: 'image/png', size: 70 },
        },
        { alt: '' },
      ],
    })
  })

  it('makes one record of the same key, however often it is sent', async () => {
    const post = publication({ key: 'k-twice', media: [image()] })
    const progress = memoryProgress()
    const before = (await server.posts(alice.did)).length
    const first = await publish(post, progress)
    const second = await publish(post, progress)
    expect(second).toEqual(first)
    expect(await server.posts(alice.did)).toHaveLength(before + 1)
  })

  it('finds a commit whose answer was lost, and says absent where there is none', async () => {
    const post = publication({ key: 'k-look' })
    const { io } = await shared
    const find = () => bluesky.look.find?.(post, io, memoryProgress(), 0, NOW)
    expect(await find()).toBe('absent')
    const published = await publish(post)
    expect(await find()).toEqual(published)
  })

  it('replies within the thread', async () => {
    const root = await publish(publication({ key: 'k-root' }))
    const first = await publish(publication({ key: 'k-reply-1', options: { replyTo: root.url ?? '' } }))
    const second = await publish(publication({ key: 'k-reply-2', options: { replyTo: first.remoteId } }))
    const post = (await server.posts(alice.did)).find(({ uri }) => uri === second.remoteId)
    expect(post?.value.reply).toMatchObject({ root: { uri: root.remoteId }, parent: { uri: first.remoteId } })
    const gone = publication({
      key: 'k-reply-3',
      options: { replyTo: `at://${alice.did}/app.bsky.feed.post/3aaaaaaaaaaaa` },
    })
    expect((await failureOf(publish(gone))).next).toEqual({ do: 'edit' })
  })

  it('shows the page behind the first link as a card', async () => {
    const page = await startServer(({ path }) =>
      path === '/kettle.png'
        ? { status: 200, bytes: PNG, headers: { 'content-type': 'image/png' } }
        : {
            status: path === '/gone' ? 404 : 200,
            text: `<html><head><title>Not this</title>
              <meta content="The &quot;blue&quot; kettle &#8211; caf&eacute; &#x1F375;" property="og:title">
              <meta name='description' content='Boils   in\n a minute &amp; sings'>
              <meta property="og:image" content="/kettle.png"></head>`,
            headers: { 'content-type': 'text/html; charset=utf-8' },
          },
    )
    const { account } = await shared
    const { io } = stage(account.credentials, account, [page.url])
    const recordFor = async (text: string, key: string) => {
      const post = publication({ key, text })
      const progress = memoryProgress()
      await bluesky.prepare?.(post, io, progress)
      const asked = page.received.length
      await bluesky.prepare?.(post, io, progress)
      expect(page.received).toHaveLength(asked)
      const { remoteId } = await bluesky.commit(post, io, progress, 0)
      return (await server.posts(alice.did)).find(({ uri }) => uri === remoteId)?.value
    }
    expect(await recordFor(`Look: ${page.url}/kettle`, 'k-card')).toMatchObject({
      embed: {
        $type: 'app.bsky.embed.external',
        external: {
          uri: `${page.url}/kettle`,
          title: 'The "blue" kettle – café 🍵',
          description: 'Boils in a minute & sings',
          thumb: { mimeType: 'image/png', size: PNG.byteLength },
        },
      },
    })
    expect((await recordFor(`Look: ${page.url}/gone`, 'k-no-card'))?.embed).toBeUndefined()
    // Inside a private network Crier does not look, and the post goes out all the same.
    const { io: guarded } = stage(account.credentials, account)
    const post = publication({ key: 'k-private', text: `Look: ${page.url}/kettle` })
    const progress = memoryProgress()
    const asked = page.received.length
    await bluesky.prepare?.(post, guarded, progress)
    expect(page.received).toHaveLength(asked)
    await bluesky.commit(post, guarded, progress, 0)
    await page.stop()
  })

  it('publishes a thread part by part, each found and repeated by its own key', async () => {
    const { io } = await shared
    const post = publication({
      key: 'k-thread',
      text: 'First example.com\n---\nSecond #two\n---\nThird',
      media: [image('thread')],
    })
    expect(bluesky.parts?.(post)).toBe(3)
    const progress = memoryProgress()
    await bluesky.prepare?.(post, io, progress)
    expect(await failureOf(bluesky.commit(post, io, progress, 1))).toMatchObject({ code: 'PART_MISSING' })
    const uris: string[] = []
    for (const part of [0, 1, 2]) {
      const published = await bluesky.commit(post, io, progress, part)
      expect(await bluesky.commit(post, io, progress, part)).toEqual(published)
      expect(await bluesky.look.find?.(post, io, progress, part, NOW)).toEqual(published)
      await progress.keep(partStep(part), published)
      uris.push(published.remoteId)
    }
    const posts = await server.posts(alice.did)
    const [first, second, third] = uris.map((uri) => posts.find((one) => one.uri === uri)?.value)
    expect([first, second, third].map((value) => value?.text)).toEqual([
      'First example.com',
      'Second #two',
      'Third',
    ])
    expect(first).toMatchObject({
      embed: { images: [{}] },
      facets: [{ features: [{ uri: 'https://example.com' }] }],
    })
    expect(second).toMatchObject({
      reply: { root: { uri: uris[0] }, parent: { uri: uris[0] } },
      facets: [{ features: [{ tag: 'two' }] }],
    })
    expect(second?.embed).toBeUndefined()
    expect(third).toMatchObject({ reply: { root: { uri: uris[0] }, parent: { uri: uris[1] } } })
    expect([...uris].sort()).toEqual(uris)
  })

  it('is refused 301 graphemes, in words, and takes 300', async () => {
    const error = await failureOf(publish(publication({ key: 'k-301', text: 'a'.repeat(301) })))
    expect(error).toMatchObject({
      next: { do: 'edit' },
      code: 'InvalidRequest',
      message: expect.stringContaining('grapheme too big'),
    })
    await publish(publication({ key: 'k-300', text: '👍'.repeat(300) }))
  })

  it('an upload that the server no longer has is forgotten, so that the next try uploads it again', async () => {
    const post = publication({ key: 'k-blob', media: [image('lost')] })
    const progress = memoryProgress()
    const { io } = await shared
    await bluesky.prepare?.(post, io, progress)
    const blob = progress.steps['blob:lost'] as { ref: { $link: string } }
    blob.ref.$link = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
    expect(await failureOf(bluesky.commit(post, io, progress, 0))).toMatchObject({
      next: { do: 'retry' },
      code: 'BlobNotFound',
    })
    await publish(post, progress)
  })

  it('an access that ended early is refreshed, and nothing is lost', async () => {
    const { account } = await shared
    const expired = { ...(account.credentials as object), accessJwt: server.expiredToken(alice.did) }
    const { io } = stage(expired, account)
    expect(bluesky.expiresAt?.(expired)).toBeLessThan(NOW)
    const post = publication({ key: 'k-expired' })
    const progress = memoryProgress()
    expect((await failureOf(bluesky.commit(post, io, progress, 0))).next).toEqual({
      do: 'retry',
      refresh: true,
    })
    const fresh = await bluesky.refresh?.(expired, io)
    expect(fresh).not.toMatchObject({
      refreshJwt: (account.credentials as { refreshJwt: string }).refreshJwt,
    })
    const { io: again } = stage(fresh, account)
    await bluesky.commit(post, again, progress, 0)
  })

  it('a session that was ended can’t be refreshed: a person signs in', async () => {
    const { io, account } = await connected()
    await bluesky.revoke?.(io)
    expect((await failureOf(bluesky.refresh?.(account.credentials, io) ?? Promise.resolve())).next).toEqual({
      do: 'reconnect',
    })
    // Ending it twice is no fault.
    await bluesky.revoke?.(io)
  })

  it('a token that is none: a person signs in', async () => {
    const { account } = await shared
    const { io } = stage({ ...(account.credentials as object), accessJwt: 'nonsense' }, account)
    expect((await failureOf(bluesky.commit(publication(), io, memoryProgress(), 0))).next).toEqual({
      do: 'reconnect',
    })
  })

  it('reads what people did with a post, and takes it down', async () => {
    const published = await publish(publication({ key: 'k-numbers' }))
    await server.engage(published.remoteId, { likeCount: 5, repostCount: 2, replyCount: 1, quoteCount: 1 })
    const { io } = await shared
    expect(await bluesky.metrics?.read([published], io)).toEqual(
      new Map([[published.remoteId, { likes: 5, comments: 1, shares: 3 }]]),
    )
    await bluesky.remove?.(published, io)
    expect((await server.posts(alice.did)).map(({ uri }) => uri)).not.toContain(published.remoteId)
  })

  it('finds the server that keeps an account’s data by its handle', async () => {
    const { io } = stage()
    const asking = { http: io.http, phase: 'connect', signal: io.signal } as const
    expect(await resolveHandle('alice.test', server.url, asking)).toBe(alice.did)
    expect(await resolveHandle('nobody.test', server.url, asking)).toBeUndefined()
    expect(await findDataServer(alice.did, asking, server.directory)).toBe(server.url)
    expect(await findDataServer('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', asking, server.directory)).toBeUndefined()
  })
})

describe('the record key', () => {
  it('is a TID: thirteen sortable letters, by the time it was scheduled for', () => {
    const [early, late] = [recordKey('a', NOW), recordKey('a', NOW + 1)]
    expect(early).toMatch(/^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$/)
    expect(early < late).toBe(true)
    expect(recordKey('a', NOW)).toBe(early)
    expect(recordKey('b', NOW)).not.toBe(early)
  })

  it('does not meet another at one instant', () => {
    const keys = Array.from({ length: 200 }, (_, post) => recordKey(`post-${post}`, NOW))
    expect(new Set(keys).size).toBe(200)
  })
})

describe('what is shown before is what is published', () => {
  it.each([
    ['Plain words', []],
    [
      'example.com and https://example.com/a?b=c#d, (https://example.com/x).',
      ['example.com', 'https://example.com/a?b=c#d', 'https://example.com/x'],
    ],
    [
      'See https://en.wikipedia.org/wiki/Kettle_(disambiguation) now',
      ['https://en.wikipedia.org/wiki/Kettle_(disambiguation)'],
    ],
    [
      '@acme.bsky.social hi @Bob.test! (@carol.test) mail me@example.com',
      ['@acme.bsky.social', '@Bob.test', '@carol.test'],
    ],
    [
      '#kettle #2026 #blue-kettle #Tee☕ #end. not#this #a',
      ['#kettle', '#blue-kettle', '#Tee☕', '#end', '#a'],
    ],
    ['👋🏽 #größe at https://größe.example/ß', ['#größe', 'https://größe.example/ß']],
    ['file.txt and main.html, version 1.2.3, hello.there', []],
    [
      '"example.com" and example.com… one\n#two\nhttps://three.example',
      ['example.com', 'example.com', '#two', 'https://three.example'],
    ],
    [`#${'a'.repeat(65)} is too long for a tag`, []],
  ])('%s', async (text, expected) => {
    const server = await startServer(() => ({ status: 200, json: { did: 'did:plc:somebody' } }))
    const { io, close } = stageFor(bluesky, {
      apiUrl: server.url,
      credentials: {
        did: 'did:plc:me',
        service: server.url,
        issuer: server.url,
        accessJwt: 'a',
        refreshJwt: 'r',
      },
    })
    const progress = memoryProgress()
    await bluesky.prepare?.(publication({ text }), io, progress)
    await close()
    await server.stop()
    // Bluesky's own reader of facets tells what the network will make of our bytes.
    const rich = new RichText({ text, facets: (progress.steps.facets as never[])[0] as never })
    const published = [...rich.segments()].filter(({ facet }) => facet).map((segment) => segment.text)
    const shown = bluesky.show(text).flatMap((span) => (span.type === 'link' ? [span.text] : []))
    expect(published).toEqual(expected)
    expect(shown).toEqual(expected)
  })
})

describe('checks', () => {
  const errors = (text: string, changes = {}) =>
    bluesky.check({ text, media: [], options: {}, ...changes }, {}).map(({ message }) => message)

  it('counts graphemes and bytes', () => {
    expect(errors('👨‍👩‍👧'.repeat(120))).toEqual([])
    expect(errors('👨‍👩‍👧'.repeat(180))).toEqual(["It is 240 bytes over Bluesky's 3,000"])
    expect(errors('a'.repeat(301))).toEqual(["It is 1 grapheme over Bluesky's 300"])
    const thread = `${'a'.repeat(300)}\n---\n${'b'.repeat(302)}`
    expect(errors(thread)).toEqual(["Part 2: it is 2 graphemes over Bluesky's 300"])
    expect(bluesky.text.count(thread, {})).toBe(302)
  })

  it('says what is wrong with images', () => {
    const heavy = { ...image('heavy'), size: 2_400_000 }
    expect(errors('Hi', { media: [heavy] })).toEqual(['heavy.png has 2.4 MB; Bluesky takes 2 MB'])
    const five = Array.from({ length: 5 }, (_, at) => image(`i${at}`))
    expect(errors('Hi', { media: five })).toEqual(['5 images are attached; Bluesky takes at most 4'])
    expect(errors('Hi', { media: [image('i', '')] })).toEqual([
      "i.png has no description for people who can't see it",
    ])
  })
})
