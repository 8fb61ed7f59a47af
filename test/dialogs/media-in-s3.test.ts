import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { actorOf } from '../../src/app/actor.ts'
import { connectByForm, platformByName } from '../../src/app/connect-accounts.ts'
import { MINUTE } from '../../src/kit/clock.ts'
import type { Environment, S3Settings } from '../../src/kit/config.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { photo } from '../library/files.ts'
import { startMastodon } from '../servers/mastodon.ts'
import { type ObjectStore, startObjectStore } from '../servers/object-store.ts'
import { startPostgres, type TestPostgres } from '../setup-postgres.ts'
import { play } from './conversation.ts'

const started = await startObjectStore()
const store: ObjectStore | undefined = 'missing' in started ? undefined : started
if ('missing' in started) console.warn(`Skipped: ${started.missing}`)
const database = await startPostgres()
const postgres: TestPostgres | undefined = 'missing' in database ? undefined : database
if ('missing' in database) console.warn(`Several processes were not tried: ${database.missing}`)

afterAll(async () => {
  await store?.stop()
  await postgres?.stop()
})

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')

/** The storage judges signatures by the real time. */
const realNow = () => Temporal.Now.instant().toString({ smallestUnit: 'second' })

const environmentFor = (settings: S3Settings, endpoint = settings.endpoint): Environment => ({
  S3_ENDPOINT: endpoint,
  S3_BUCKET: settings.bucket,
  S3_ACCESS_KEY_ID: settings.accessKeyId,
  S3_SECRET_ACCESS_KEY: settings.secretAccessKey,
  S3_PREFIX: settings.prefix,
})

/** A line to the storage that can be cut. */
async function openLine(endpoint: string) {
  const { hostname, port } = new URL(endpoint)
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => sockets.delete(one))
    }
  })
  const listen = (at: number) =>
    new Promise<void>((ready) => server.listen({ port: at, host: '127.0.0.1' }, ready))
  await listen(0)
  const address = server.address()
  const own = typeof address === 'object' && address !== null ? address.port : 0
  const cut = () =>
    new Promise<void>((ended) => {
      for (const socket of sockets) socket.destroy()
      if (server.listening) server.close(() => ended())
      else ended()
    })
  return { url: `http://127.0.0.1:${own}`, cut, mend: () => listen(own) }
}

const file = (name: string, bytes: Uint8Array) => ({ name, bytes: async () => bytes })

async function connectMastodon(world: TestHouse, server: { url: string; token: string }): Promise<void> {
  const { bench, home, storage } = world.house
  const admin = (await storage.workspace(home.id).workspace.members()).find(({ role }) => role === 'admin')
  if (!admin) throw new Error('Nobody is at home')
  const platform = platformByName(bench, 'mastodon')
  const way = platform.connect.find(({ by }) => by === 'form')
  if (!way) throw new Error('Mastodon has no form')
  await connectByForm(actorOf(bench, home, admin), platform, way, { server: server.url, token: server.token })
}

async function schedule(world: TestHouse, text: string, picture: Buffer, minutes: number): Promise<string> {
  const answer = await world.house.desk.ask(await world.speaker('Ada'), {
    command: 'schedule',
    values: { when: `in ${minutes} minutes`, text, accounts: 'mastodon', alt: 'A kettle' },
    files: [file('kettle.png', picture)],
  })
  if (answer.type === 'form') return Object.values(answer.form.errors ?? {}).join(' ')
  return plainText(answer.message)
}

const deliveryOf = async ({ house }: TestHouse, number: number) => {
  const stores = house.storage.workspace(house.home.id)
  const post = await stores.posts.byNumber(number)
  return (await stores.deliveries.ofPosts(post ? [post.id] : []))[0]
}

test.skipIf(!store)(
  'media in S3: attached, served, published; an outage delays and never repeats',
  async () => {
    if (!store) return
    const settings = await store.createBucket()
    const line = await openLine(settings.endpoint)
    const mastodon = await startMastodon()
    const world = await openTestHouse({
      now: realNow(),
      environment: {
        ...environmentFor(settings, line.url),
        MASTODON_API_URL: mastodon.url,
        PUBLIC_URL: 'https://crier.example',
      },
    })
    try {
      const { house } = world
      await connectMastodon(world, mastodon)
      const picture = await photo(300, 200, 'png')
      expect(await schedule(world, 'The new kettle', picture, 3)).toContain('#1 is in review')
      const stores = house.storage.workspace(house.home.id)
      const [media] = await stores.media.getMany(
        (await stores.posts.byNumber(1))?.content.media.map(({ mediaId }) => mediaId) ?? [],
      )
      if (!media) throw new Error('Nothing was attached')
      const path = `/${settings.prefix}${house.home.id}/${media.sha256.slice(0, 2)}/${media.sha256}`
      const inBucket = await store.ask(settings, path)
      expect(inBucket.headers.get('content-type')).toBe('image/png')
      expect((await inBucket.arrayBuffer()).byteLength).toBe(media.size)
      expect(await readdir(house.config.dataDir)).not.toContain('media')

      // What platforms fetch, whole and in part.
      const link = house.bench.publicMediaUrl(house.home.id, media.id) ?? ''
      const own = link.replace('https://crier.example', house.address.own)
      const served = new Uint8Array(await (await fetch(own)).arrayBuffer())
      expect(served.byteLength).toBe(media.size)
      const part = await fetch(own, { headers: { range: 'bytes=5-9' } })
      expect([part.status, new Uint8Array(await part.arrayBuffer())]).toEqual([206, served.subarray(5, 10)])
      // The preview draws it.
      await play(world, 'Ada: preview 1\nbot: 1 picture\nGrace: approve 1')

      await line.cut()
      expect(await schedule(world, 'Another', await photo(310, 200, 'png'), 4)).toContain(
        '"kettle.png" can\'t be kept: the media storage does not answer',
      )
      expect((await fetch(own)).status).toBe(503)
      expect(await house.bench.blobs.check()).toMatchObject({ ok: false })
      await world.pass(4 * MINUTE)
      expect(mastodon.statuses()).toEqual([])
      expect(await deliveryOf(world, 1)).toMatchObject({
        state: 'scheduled',
        problem: { ask: 'retry', message: expect.stringContaining("kettle.png can't be read") },
      })

      await line.mend()
      await world.pass(MINUTE)
      expect(mastodon.statuses().map(({ text }) => text)).toEqual(['The new kettle'])
      expect(mastodon.media().map(({ size }) => size)).toEqual([media.size])
      expect(await deliveryOf(world, 1)).toMatchObject({ state: 'published' })
      expect(await house.bench.blobs.check()).toMatchObject({ ok: true })

      // Somebody emptied the bucket: a person is told at once, since waiting brings nothing back.
      expect(await schedule(world, 'Once more', picture, 2)).toContain('#2 is in review')
      await play(world, 'Grace: approve 2')
      await store.ask(settings, path, { method: 'DELETE' })
      expect((await fetch(own)).status).toBe(404)
      await world.pass(3 * MINUTE)
      expect(await deliveryOf(world, 2)).toMatchObject({
        state: 'failed',
        problem: {
          ask: 'edit',
          message: expect.stringContaining("kettle.png can't be read: the media storage no longer has it"),
        },
      })
      expect(mastodon.statuses().length).toBe(1)
      expect(mastodon.mistakes).toEqual([])
    } finally {
      await world.close()
      await line.cut()
      await mastodon.stop()
    }
  },
  // Each call that meets the outage is tried again for four seconds.
  60_000,
)

test.skipIf(!store || !postgres)(
  'two processes share media: what one was given, the other publishes',
  async () => {
    if (!store || !postgres) return
    const settings = await store.createBucket()
    const mastodon = await startMastodon()
    const environment = {
      ...environmentFor(settings),
      MASTODON_API_URL: mastodon.url,
      DATABASE_URL: await postgres.createDatabase(),
      CRIER_SECRET_KEY: randomUUID(),
    }
    const now = realNow()
    const one = await openTestHouse({ now, environment })
    const other = await openTestHouse({ now, environment })
    try {
      await connectMastodon(one, mastodon)
      expect(await schedule(one, 'The new kettle', await photo(300, 200, 'png'), 3)).toContain(
        '#1 is in review',
      )
      await play(one, 'Grace: approve 1')
      await rm(join(one.house.config.dataDir, 'media'), { recursive: true, force: true })
      await other.pass(3 * MINUTE)
      expect(mastodon.statuses().map(({ text }) => text)).toEqual(['The new kettle'])
      expect(mastodon.media().map(({ description }) => description)).toEqual(['A kettle'])
    } finally {
      await other.close()
      await one.close()
      await mastodon.stop()
    }
  },
)

test.skipIf(!store)('the doctor looks at the bucket', async () => {
  if (!store) return
  const settings = await store.createBucket()
  const folder = await mkdtemp(join(tmpdir(), 'crier-s3-'))
  const crier = async (words: string[], more: Environment = {}) => {
    const env = { PATH: process.env.PATH, DATA_DIR: folder, ...environmentFor(settings), ...more }
    // The exit code is the doctor's, about things besides.
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...words], { env }).catch(
      (error: { stdout: string }) => error,
    )
    return stdout
  }
  try {
    const place = `the bucket ${settings.bucket} at ${settings.endpoint}, under ${settings.prefix}`
    expect(await crier(['doctor'])).toContain(`✅ Media are in ${place}: it is reached and can be written`)
    const shut = await crier(['doctor'], { S3_SECRET_ACCESS_KEY: 'wrong' })
    expect(shut).toContain(`❌ Media are in ${place}: the media storage refuses (SignatureDoesNotMatch)`)
    expect(shut).toContain('Check S3_SECRET_ACCESS_KEY.')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
