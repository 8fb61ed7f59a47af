import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Platform, Published } from '../../src/platforms/contract/platform.ts'
import { loadPlatforms } from '../../src/platforms/contract/register.ts'
import { everyNameIsAt } from '../kit/names.ts'
import { type Received, type Reply, startServer } from './fault-server.ts'
import type { Recorded } from './recorded/recorded.ts'
import {
  expectNothingPrivate,
  failureOf,
  image,
  memoryProgress,
  NOW,
  publication,
  stageFor,
  TEXT,
} from './stage.ts'

// A card's page is read on the way: no name of a test's text leads out of this machine.
everyNameIsAt('127.0.0.1')

/**
 * The contract of every platform: the folder is the list. A platform is done when this passes over it; what it has to
 * add is `recorded/<name>.ts`, its answers on a good day.
 */
const platforms = await loadPlatforms()

const cleanUps: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

it('finds the platforms in their folder', () => {
  expect([...platforms.keys()]).toEqual(
    expect.arrayContaining(['bluesky', 'mastodon', 'rehearsal', 'webhook']),
  )
})

for (const platform of platforms.values()) {
  const file = new URL(`./recorded/${platform.name}.ts`, import.meta.url)
  it(`${platform.name} has its recorded answers`, () => expect(existsSync(file)).toBe(true))
  if (!existsSync(file)) continue
  const recorded: Recorded = (await import(file.href)).default
  describe(platform.name, () => contract(platform, recorded))
}

function contract(platform: Platform, recorded: Recorded): void {
  const verdict = recorded.verdicts ?? {}
  const media = recorded.media ?? []
  const options = recorded.options ?? {}
  const post = publication({ media, options })
  const withFile = publication({ media: recorded.media ?? [image()], options })

  describe('takes a post', () => {
    it('once, by one publishing request', async () => {
      const { run, published, server } = await stage()
      const taken = await run()
      expect(taken.remoteId).not.toBe('')
      expect(taken.url === null || URL.canParse(taken.url)).toBe(true)
      expect(published()).toBe(1)
      expect(server.received.filter(recorded.isPublish)).toHaveLength(1)
    })

    it('sends the same request in every attempt', async () => {
      const bodies: string[] = []
      for (const _ of [1, 2]) {
        const { run, server } = await stage()
        await run()
        bodies.push(server.received.find(recorded.isPublish)?.text ?? '')
      }
      expect(bodies[0]).not.toBe('')
      expect(bodies[0]).toBe(bodies[1])
    })

    it('with an image, prepared before the commit and not again', async () => {
      const { io, server, progress } = await stage()
      await platform.prepare?.(withFile, io, progress)
      const prepared = server.received.length
      expect(server.received.filter(recorded.isPublish)).toHaveLength(0)
      expect(prepared > 0).toBe(recorded.uploads)
      await platform.prepare?.(withFile, io, progress)
      expect(server.received).toHaveLength(prepared)
      await platform.commit(withFile, io, progress, 0)
      // What follows the publishing request only reads: an address, what has become of it.
      expect(server.received.slice(prepared).filter(recorded.isPublish)).toHaveLength(1)
    })
  })

  describe('when the commit goes wrong', () => {
    const echo = (request: Received): string =>
      `Not with ${request.headers.authorization} nor ${request.headers['webhook-signature']}: ${request.text}`

    it('refused: a person edits', async () => {
      const { fails } = await stage(
        (request) => recorded.refusals?.refused ?? { status: 422, json: { error: echo(request) } },
      )
      expect((await fails()).next).toEqual({ do: 'edit' })
    })

    it('refused with an answer that repeats the token and the text: neither is told', async () => {
      const { fails } = await stage((request) => ({
        status: 400,
        json: { message: echo(request), error: 'Odd' },
      }))
      const error = await fails()
      expect(error.message).toContain('Not with')
    })

    it('busy: nobody knows whether it went through', async () => {
      const { fails } = await stage(() => recorded.refusals?.busy ?? { status: 503, json: { error: 'Busy' } })
      expect((await fails()).next).toEqual({ do: 'check' })
    })

    it('signed out: a person signs in', async () => {
      const { fails } = await stage(
        () => recorded.refusals?.signedOut ?? { status: 401, json: { error: 'Who?' } },
      )
      expect((await fails()).next).toEqual({ do: 'reconnect' })
    })

    it('rate limited with a wait: again at that time', async () => {
      const { fails } = await stage(() => ({
        ...(recorded.refusals?.limited ?? { status: 429, json: { error: 'Slow down' } }),
        headers: { 'retry-after': '7' },
      }))
      expect((await fails()).next).toEqual({ do: 'retry', after: NOW + 7_000 })
    })

    it('rate limited without a wait: again later', async () => {
      const { fails } = await stage(
        () => recorded.refusals?.limited ?? { status: 429, json: { error: 'Slow down' } },
      )
      const after = recorded.limitedUntil
      expect((await fails()).next).toEqual({ do: 'retry', ...(after === undefined ? {} : { after }) })
    })

    it('the answer lost, and nothing published: found absent', async () => {
      const { fails, find, published } = await stage(() => 'drop')
      expect((await fails()).next).toEqual({ do: 'check' })
      expect(published()).toBe(0)
      if (platform.look.find) expect(await find()).toBe(recorded.blind ? 'unknown' : 'absent')
    })

    it('the answer lost, and published: found, or repeated without a second post', async () => {
      const { fails, find, published, run, heal } = await stage((_request, well) => {
        well()
        return 'drop'
      })
      expect((await fails()).next).toEqual({ do: 'check' })
      expect(published()).toBe(1)
      if (recorded.blind) expect(await find()).toBe('unknown')
      else if (platform.look.find) expect(await find()).toMatchObject({ remoteId: expect.any(String) })
      if (platform.look.repeatableFor > 0) {
        heal()
        await run()
        expect(published()).toBe(1)
      }
      // A platform that offers neither leaves it to a person, and says so.
      expect(platform.look.says).not.toBe('')
    })

    it('cut in the middle of the answer: nobody knows', async () => {
      const { fails } = await stage(() => 'cut')
      expect((await fails()).next).toEqual({ do: verdict.cut ?? 'check' })
    })

    it('an answer that makes no sense', async () => {
      const { run, fails } = await stage(() => ({ status: 200, text: '<html>Welcome to the hotel</html>' }))
      if (verdict.nonsense === 'published') expect((await run()).remoteId).not.toBe('')
      else expect((await fails()).next).toEqual({ do: 'check' })
    })

    it('slow: nobody knows', async () => {
      const { fails } = await stage(() => 'hang', { longest: 300 })
      const error = await fails()
      expect(error.next).toEqual({ do: 'check' })
      expect(error.code).toBe('TIMEOUT')
    })

    it('interrupted while it waits: nobody knows', async () => {
      const { fails, interrupt } = await stage(() => {
        setTimeout(interrupt, 50)
        return 'hang'
      })
      expect((await fails()).next).toEqual({ do: 'check' })
    })

    it('sent on to another address: does not follow', async () => {
      const elsewhere = await startServer(() => ({ status: 200, json: {} }))
      cleanUps.push(elsewhere.stop)
      const { fails } = await stage(() => ({ status: 307, headers: { location: `${elsewhere.url}/x` } }), {
        alsoAllowed: [elsewhere.url],
      })
      expect((await fails()).next.do).toBe(verdict.redirected ?? 'edit')
      expect(elsewhere.received).toHaveLength(0)
    })

    it('nobody listens: nothing was sent, so again later', async () => {
      const url = await deadAddress()
      const { io, lines, close } = stageAt(url)
      cleanUps.push(close)
      const progress = await preparedProgress(url)
      const error = await failureOf(platform.commit(post, io, progress, 0))
      expect(error.next).toEqual({ do: 'retry' })
      expect(error.code).toBe('ECONNREFUSED')
      expectNothingPrivate([error, ...lines], [...secretsOf(url), TEXT])
    })
  })

  if (recorded.uploads)
    describe('when preparing goes wrong, it is never unsure', () => {
      const faults: [string, Reply, string][] = [
        ['busy', { status: 503, json: { error: 'Busy' } }, 'retry'],
        ['the answer lost', 'drop', 'retry'],
        ['cut', 'cut', 'retry'],
        ['nonsense', { status: 200, text: 'Hello' }, 'retry'],
        ['signed out', recorded.refusals?.signedOut ?? { status: 401, json: {} }, 'reconnect'],
        ['limited', { status: 429, json: {} }, 'retry'],
      ]
      it.each(faults)('%s', async (_name, reply, expected) => {
        const server = await startServer(() => reply)
        cleanUps.push(server.stop)
        const { io, lines, close } = stageAt(server.url)
        cleanUps.push(close)
        const error = await failureOf(platform.prepare?.(withFile, io, memoryProgress()) ?? Promise.resolve())
        expect(error.next.do).toBe(expected)
        expectNothingPrivate([error, ...lines], [...secretsOf(server.url), TEXT])
      })
    })

  describe('says what is wrong before anything is scheduled', () => {
    const facts = recorded.account?.facts ?? {}
    it('nothing, of a short text', () => {
      expect(platform.check({ text: TEXT, media, options }, facts)).toEqual([])
    })

    it('by how much a text is too long', () => {
      const limit = platform.text.limit(facts)
      expect(platform.text.count('a'.repeat(limit), facts)).toBe(limit)
      expect(errorsOf(platform.check({ text: 'a'.repeat(limit), media, options }, facts))).toEqual([])
      const [found] = errorsOf(platform.check({ text: 'a'.repeat(limit + 12), media, options }, facts))
      expect(found).toContain('12 ')
      expect(found).toContain(limit.toLocaleString('en-US'))
    })

    it('that there is nothing to publish', () => {
      if (platform.name === 'rehearsal') return
      expect(errorsOf(platform.check({ text: '  ', media: [], options: {} }, facts))).toHaveLength(1)
    })

    it('that a file is of a kind it does not take', () => {
      const file = { ...image(), type: 'application/zip', filename: 'plans.zip' }
      expect(errorsOf(platform.check({ text: TEXT, media: [file], options: {} }, facts)).join()).toContain(
        'plans.zip',
      )
    })

    it('and shows every character that was written', () => {
      for (const text of [
        TEXT,
        '',
        'a\nb',
        'Hi @acme.bsky.social, see (https://example.com/a_(b)). #1 #ok! 👨‍👩‍👧 <b>&',
      ]) {
        const shown = platform
          .show(text)
          .map((span) => ('text' in span ? span.text : ''))
          .join('')
        expect(shown).toBe(text)
      }
    })
  })

  async function stage(
    onPublish?: (request: Received, well: () => Reply) => Reply,
    options: { longest?: number; alsoAllowed?: string[] } = {},
  ) {
    const well = recorded.well()
    let faulty = onPublish
    const server = await startServer((request) =>
      faulty && recorded.isPublish(request)
        ? faulty(request, () => well.reply(request))
        : well.reply(request),
    )
    cleanUps.push(server.stop)
    const { io, lines, interrupt, close } = stageAt(server.url, options)
    cleanUps.push(close)
    const progress = memoryProgress()
    const publishing = (): Received[] => server.received.filter(recorded.isPublish)

    async function run(): Promise<Published> {
      await platform.prepare?.(post, io, progress)
      const before = publishing().length
      try {
        return await platform.commit(post, io, progress, 0)
      } finally {
        expect(publishing().length - before).toBe(1)
      }
    }
    return {
      io,
      server,
      progress,
      interrupt,
      published: well.posts,
      heal: () => {
        faulty = undefined
      },
      run,
      async fails() {
        const error = await failureOf(run())
        expect(error.platform).toBe(platform.name)
        expect(error.message).not.toBe('')
        expectNothingPrivate([error, ...lines], [...secretsOf(server.url), TEXT])
        return error
      },
      find: () => platform.look.find?.(post, io, progress, 0, NOW),
    }
  }

  function stageAt(url: string, options: { longest?: number; alsoAllowed?: string[] } = {}) {
    return stageFor(platform, {
      apiUrl: url,
      credentials: platform.credentials.parse(recorded.credentials(url)),
      ...(recorded.account ? { account: recorded.account } : {}),
      ...(recorded.client ? { client: recorded.client } : {}),
      ...options,
    })
  }

  /** Progress as a good day's preparation leaves it, with what it was given to upload to at `url`. */
  async function preparedProgress(url: string) {
    const { io, progress, server } = await stage()
    await platform.prepare?.(post, io, progress)
    const moved = memoryProgress()
    for (const [step, value] of Object.entries(progress.steps)) {
      await moved.keep(step, JSON.parse(JSON.stringify(value).replaceAll(server.url, url)))
    }
    return moved
  }

  /** Every string of the credentials that is not the server's address or an id. */
  function secretsOf(url: string): string[] {
    return Object.values(recorded.credentials(url)).filter(
      (value): value is string => typeof value === 'string' && value.length > 12 && value !== url,
    )
  }
}

const errorsOf = (findings: { severity: string; message: string }[]): string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)

/** An address where nobody listens: a port that was free a moment ago. */
async function deadAddress(): Promise<string> {
  const server = createServer()
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    }),
  )
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}
