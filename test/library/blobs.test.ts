import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { standingClock } from '../../src/kit/clock.ts'
import type { S3Settings } from '../../src/kit/config.ts'
import { BlobError } from '../../src/library/blob-error.ts'
import { fileBlobs } from '../../src/library/file-blobs.ts'
import { hasBytes } from '../../src/library/has-bytes.ts'
import type { Blobs } from '../../src/library/media.ts'
import { s3Blobs } from '../../src/library/s3-blobs.ts'
import { signedCall } from '../../src/library/s3-request.ts'
import type { WorkspaceId } from '../../src/workspaces/workspace.ts'
import { type ObjectStore, startObjectStore } from '../servers/object-store.ts'

const started = await startObjectStore()
const store: ObjectStore | undefined = 'missing' in started ? undefined : started
if ('missing' in started) console.warn(`Skipped: ${started.missing}`)
else console.info(`S3 is tried on ${started.says}`)

const ended: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ended.reverse()) await end()
  await store?.stop()
})

/** The storage judges by the real time. */
const clock = { now: () => Temporal.Now.instant().epochMilliseconds }
const acme = '0193f8a2-0000-7000-8000-000000000001' as WorkspaceId
const other = '0193f8a2-0000-7000-8000-000000000002' as WorkspaceId

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crier-blobs-'))
  ended.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

interface Kind {
  open(): Promise<{ blobs: Blobs; putBefore(key: string, bytes: Uint8Array): Promise<void> }>
}

const files: Kind = {
  async open() {
    const folder = await newFolder()
    return {
      blobs: fileBlobs(folder),
      async putBefore(key, bytes) {
        await mkdir(join(folder, key.slice(0, 2)), { recursive: true })
        await writeFile(join(folder, key), bytes)
      },
    }
  },
}

const bucket: Kind = {
  async open() {
    if (!store) throw new Error('There is no storage')
    const settings = await store.createBucket()
    const blobs = s3Blobs(settings, clock)
    ended.push(() => blobs.close())
    return {
      blobs,
      async putBefore(key, bytes) {
        await store.ask(settings, `/${settings.prefix}${key}`, { method: 'PUT', body: Buffer.from(bytes) })
      },
    }
  },
}

describe.each([
  { name: 'files', kind: files, here: true },
  { name: 'S3', kind: bucket, here: store !== undefined },
])('media in $name', ({ kind, here }) => {
  const on = test.skipIf(!here)

  on('what was put is read again, whole, in part and as it comes', async () => {
    const shelf = (await kind.open()).blobs.of(acme)
    const bytes = randomBytes(100_000)
    const key = hashOf(bytes)
    await shelf.put(key, bytes, 'image/png')
    expect(Buffer.from(await shelf.get(key)).equals(bytes)).toBe(true)
    expect(Buffer.from(await shelf.get(key, { from: 10, to: 20 }))).toEqual(bytes.subarray(10, 20))
    expect(Buffer.from(await shelf.get(key, { from: 99_990, to: 100_000 }))).toEqual(bytes.subarray(99_990))
    expect((await collect(await shelf.open(key))).equals(bytes)).toBe(true)
    expect(await collect(await shelf.open(key, { from: 0, to: 1 }))).toEqual(bytes.subarray(0, 1))
  })

  on('putting the same again changes nothing', async () => {
    const shelf = (await kind.open()).blobs.of(acme)
    const bytes = randomBytes(10)
    await shelf.put(hashOf(bytes), bytes, 'image/png')
    await shelf.put(hashOf(bytes), bytes, 'image/png')
    expect(Buffer.from(await shelf.get(hashOf(bytes)))).toEqual(bytes)
  })

  on(
    'what is larger than one part arrives whole, from memory and from a file',
    async () => {
      const shelf = (await kind.open()).blobs.of(acme)
      const bytes = randomBytes(33 * 1024 * 1024 + 1)
      const path = join(await newFolder(), 'film.mp4')
      await writeFile(path, bytes)
      const fromMemory = hashOf(bytes)
      await shelf.put(fromMemory, bytes, 'video/mp4')
      expect(hashOf(await shelf.get(fromMemory))).toBe(fromMemory)
      // Under a key of its own, since what is there already stays.
      const fromFile = hashOf(randomBytes(8))
      await shelf.put(fromFile, { path, size: bytes.byteLength }, 'video/mp4')
      expect(hashOf(await collect(await shelf.open(fromFile)))).toBe(fromMemory)
      const across = { from: 16 * 1024 * 1024 - 5, to: 16 * 1024 * 1024 + 5 }
      expect(Buffer.from(await shelf.get(fromFile, across))).toEqual(bytes.subarray(across.from, across.to))
    },
    60_000,
  )

  on('what is not there is missing; another team’s is not there', async () => {
    const { blobs } = await kind.open()
    const bytes = randomBytes(10)
    const key = hashOf(bytes)
    const missing = { name: 'BlobError', why: 'missing', message: 'the media storage no longer has it' }
    await expect(blobs.of(acme).get(key)).rejects.toMatchObject(missing)
    await expect(blobs.of(acme).open(key)).rejects.toMatchObject(missing)
    await blobs.of(other).put(key, bytes, 'image/png')
    await expect(blobs.of(acme).get(key)).rejects.toMatchObject(missing)
    expect(Buffer.from(await blobs.of(other).get(key))).toEqual(bytes)
  })

  on('what was kept before media were kept by workspace is found', async () => {
    const { blobs, putBefore } = await kind.open()
    const bytes = randomBytes(10)
    const key = hashOf(bytes)
    await putBefore(`${key.slice(0, 2)}/${key}`, bytes)
    expect(Buffer.from(await blobs.of(acme).get(key))).toEqual(bytes)
    expect(await collect(await blobs.of(acme).open(key, { from: 1, to: 3 }))).toEqual(bytes.subarray(1, 3))
  })

  on(
    'what was removed is gone, for this team alone; removing it again is nothing; it can be put again',
    async () => {
      const { blobs, putBefore } = await kind.open()
      const bytes = randomBytes(10)
      const key = hashOf(bytes)
      const shelf = blobs.of(acme)
      for (const one of [shelf, blobs.of(other)]) await one.put(key, bytes, 'image/png')
      await shelf.remove(key)
      await shelf.remove(key)
      await expect(shelf.get(key)).rejects.toMatchObject({ why: 'missing' })
      expect(await hasBytes(shelf, { sha256: key, size: 10 })).toBe(false)
      expect(Buffer.from(await blobs.of(other).get(key))).toEqual(bytes)
      await shelf.put(key, bytes, 'image/png')
      expect(Buffer.from(await shelf.get(key))).toEqual(bytes)
      expect(await hasBytes(shelf, { sha256: key, size: 10 })).toBe(true)
      expect(await hasBytes(shelf, { sha256: key, size: 11 })).toBe(false)
      // What lies where it lay before there were workspaces may be anybody's.
      const old = randomBytes(10)
      await putBefore(`${hashOf(old).slice(0, 2)}/${hashOf(old)}`, old)
      await shelf.remove(hashOf(old))
      expect(Buffer.from(await shelf.get(hashOf(old)))).toEqual(old)
      await expect(shelf.remove('../../etc')).rejects.toThrow('A media key is 64 hex characters')
    },
  )

  on('a key is a hash and nothing else, a workspace an id and nothing else', async () => {
    const { blobs } = await kind.open()
    const key = hashOf(randomBytes(1))
    for (const bad of ['', 'ab', `../${key}`, key.toUpperCase()])
      await expect(blobs.of(acme).get(bad)).rejects.toThrow('A media key is 64 hex characters')
    await expect(blobs.of('../etc' as WorkspaceId).get(key)).rejects.toThrow('letters, digits and hyphens')
  })

  on('a trial says that it works, and leaves nothing', async () => {
    const { blobs } = await kind.open()
    expect(await blobs.check()).toMatchObject({ ok: true })
  })
})

test('files and S3 use the same names, so one is copied to the other as it is', async () => {
  const folder = await newFolder()
  const bytes = randomBytes(10)
  const key = hashOf(bytes)
  const blobs = fileBlobs(folder)
  await blobs.of(acme).put(key, bytes, 'image/png')
  await blobs.check()
  const all = await readdir(folder, { recursive: true, withFileTypes: true })
  const name = `${acme}/${key.slice(0, 2)}/${key}`
  expect(all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))).toEqual([
    join(folder, name),
  ])
  if (!store) return
  const settings = await store.createBucket()
  await store.ask(settings, `/media/${name}`, { method: 'PUT', body: bytes })
  const there = s3Blobs(settings, clock)
  expect(Buffer.from(await there.of(acme).get(key))).toEqual(bytes)
  await there.close()
})

describe.skipIf(!store)('in a bucket', () => {
  const quick = [10, 20]

  async function openBucket(change: Partial<S3Settings> = {}, waits: readonly number[] = quick) {
    if (!store) throw new Error('There is no storage')
    const settings = await store.createBucket()
    const blobs = s3Blobs({ ...settings, ...change }, clock, { waits })
    ended.push(() => blobs.close())
    return { blobs, settings, shelf: blobs.of(acme), ask: store.ask }
  }

  test('the type is kept, nothing is for the public, and no parts are left lying about', async () => {
    const { shelf, settings, ask } = await openBucket()
    const small = randomBytes(10)
    const large = randomBytes(17 * 1024 * 1024)
    for (const bytes of [small, large]) {
      const key = hashOf(bytes)
      await shelf.put(key, bytes, 'video/mp4')
      const path = `/media/${acme}/${key.slice(0, 2)}/${key}`
      const head = await ask(settings, path, { method: 'HEAD' })
      expect([head.status, head.headers.get('content-type'), head.headers.get('content-length')]).toEqual([
        200,
        'video/mp4',
        String(bytes.byteLength),
      ])
      const stranger = await fetch(`${settings.endpoint}/${settings.bucket}${path}`)
      expect(stranger.ok).toBe(false)
      const rights = await (await ask(settings, `${path}?acl`)).text()
      expect(rights).toContain('FULL_CONTROL')
      expect(rights).not.toContain('AllUsers')
    }
    expect(await (await ask(settings, '?uploads')).text()).not.toContain('<Upload>')
  })

  test('bytes that were changed on the way are refused', async () => {
    const { settings } = await openBucket()
    const body = Buffer.from('as it was signed')
    const { url, headers } = await signedCall(settings, { method: 'PUT', key: 'k', body }, clock)
    const changed = await fetch(url, { method: 'PUT', headers, body: 'as it arrived!!!' })
    // AWS and Swift have a code each for it.
    expect([changed.status, await changed.text()]).toEqual([
      400,
      expect.stringMatching('XAmzContentSHA256Mismatch|BadDigest'),
    ])
  })

  test('a wrong key, a wrong bucket and nobody there are said with the way out', async () => {
    const said = async (change: Partial<S3Settings>) => {
      const { blobs, settings } = await openBucket(change)
      const { ok, sentence, wayOut } = await blobs.check()
      expect(ok).toBe(false)
      expect(blobs.place).toContain(change.bucket ?? settings.bucket)
      return [sentence, wayOut]
    }
    expect(await said({ secretAccessKey: 'wrong' })).toEqual([
      expect.stringContaining('the media storage refuses (SignatureDoesNotMatch): 403'),
      'Check S3_SECRET_ACCESS_KEY.',
    ])
    expect(await said({ bucket: 'nowhere' })).toEqual([
      expect.stringContaining('refuses (NoSuchBucket)'),
      'Make the bucket, or name one that exists in S3_BUCKET.',
    ])
    expect(await said({ endpoint: 'http://127.0.0.1:9' })).toEqual([
      expect.stringContaining('does not answer'),
      'Look at S3_ENDPOINT, and at whether this machine reaches it.',
    ])
  })

  test('a clock that is far off is said', async () => {
    const { settings } = await openBucket()
    const blobs = s3Blobs(settings, standingClock('2020-01-01T00:00:00Z'), { waits: [] })
    expect(await blobs.check()).toMatchObject({
      ok: false,
      sentence: expect.stringContaining('RequestTimeTooSkewed'),
      wayOut: 'Set this machine’s clock: it is too far from the storage’s.',
    })
    await blobs.close()
  })

  test('a storage that stands still is waited for', async () => {
    const { shelf } = await openBucket()
    const bytes = randomBytes(10)
    await shelf.put(hashOf(bytes), bytes, 'image/png')
    store?.freeze()
    const waiting = shelf.get(hashOf(bytes))
    setTimeout(() => store?.thaw(), 500)
    expect(Buffer.from(await waiting)).toEqual(bytes)
  })
})

describe('when S3 has a bad moment', () => {
  const settings: S3Settings = {
    endpoint: '',
    region: 'us-east-1',
    bucket: 'b',
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    pathStyle: true,
    prefix: '',
  }

  /** A server that answers what it is told, once each; the last one for ever. */
  async function scripted(...answers: { status: number; body?: string; cut?: true }[]) {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${new URL(request.url ?? '', 'http://x').search}`)
      request.resume()
      request.on('end', () => {
        const {
          status,
          body = '',
          cut,
        } = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500 }
        response.writeHead(status, { 'content-length': body.length + (cut ? 5 : 0), etag: '"t"' })
        response.write(body)
        if (cut) response.destroy()
        else response.end()
      })
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const blobs = s3Blobs({ ...settings, endpoint: `http://127.0.0.1:${port}` }, clock, { waits: [1, 1, 1] })
    ended.push(async () => {
      await blobs.close()
      await new Promise((end) => server.close(end))
    })
    return { shelf: blobs.of(acme), asked }
  }

  const key = hashOf(Buffer.from('hello'))

  test('what may pass is tried again: 5xx, 429, an answer cut short', async () => {
    const { shelf, asked } = await scripted(
      { status: 503, body: '<Error><Code>SlowDown</Code></Error>' },
      { status: 429 },
      { status: 200, body: 'he', cut: true },
      { status: 200, body: 'hello' },
    )
    expect(Buffer.from(await shelf.get(key)).toString()).toBe('hello')
    expect(asked.length).toBe(4)
  })

  test('it ends: away, and in words', async () => {
    const { shelf, asked } = await scripted({ status: 503, body: '<Error><Code>SlowDown</Code></Error>' })
    await expect(shelf.get(key)).rejects.toMatchObject({
      why: 'away',
      message: 'the media storage is out of order (SlowDown)',
    })
    expect(asked.length).toBe(4)
  })

  test('a removal is tried once: a repeat could meet what was put again meanwhile', async () => {
    const { shelf, asked } = await scripted({ status: 503 }, { status: 404 }, { status: 204 })
    await expect(shelf.remove(key)).rejects.toMatchObject({ why: 'away' })
    expect(asked).toEqual(['DELETE '])
    await shelf.remove(key)
    await shelf.remove(key)
    expect(asked.length).toBe(3)
  })

  test('a refusal is not tried again', async () => {
    const { shelf, asked } = await scripted({ status: 403, body: '<Error><Code>AccessDenied</Code></Error>' })
    await expect(shelf.put(key, Buffer.from('hello'), 'image/png')).rejects.toMatchObject({
      why: 'away',
      message: 'the media storage refuses (AccessDenied)',
      wayOut: expect.stringContaining('s3:ListBucket'),
    })
    expect(asked).toEqual(['PUT '])
  })

  const large = Buffer.alloc(16 * 1024 * 1024 + 1)
  /** It is not there yet, and parts are taken. */
  const begun = [{ status: 404 }, { status: 200, body: '<R><UploadId>a&amp;b</UploadId></R>' }]

  test('what is there already does not go up in parts again', async () => {
    const { shelf, asked } = await scripted({ status: 200, body: 'x'.repeat(large.byteLength) })
    await shelf.put(key, large, 'video/mp4')
    expect(asked).toEqual(['HEAD '])
  })

  test('an upload in parts that fails is cleared away', async () => {
    const { shelf, asked } = await scripted(...begun, { status: 200 }, { status: 403 }, { status: 204 })
    await expect(shelf.put(key, large, 'video/mp4')).rejects.toBeInstanceOf(BlobError)
    expect(asked).toEqual([
      'HEAD ',
      'POST ?uploads=',
      'PUT ?partNumber=1&uploadId=a%26b',
      'PUT ?partNumber=2&uploadId=a%26b',
      'DELETE ?uploadId=a%26b',
    ])
  })

  test('the end of an upload in parts can fail under a 200, and is tried again', async () => {
    const failed = { status: 200, body: '<Error><Code>InternalError</Code></Error>' }
    const { shelf, asked } = await scripted(...begun, { status: 200 }, { status: 200 }, failed, {
      status: 200,
    })
    await shelf.put(key, large, 'video/mp4')
    expect(asked.slice(4)).toEqual(['POST ?uploadId=a%26b', 'POST ?uploadId=a%26b'])
  })

  test('an upload whose last answer was lost is complete where the file is there', async () => {
    const gone = { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' }
    const { shelf, asked } = await scripted(
      ...begun,
      { status: 200 },
      { status: 200 },
      { status: 200, cut: true },
      gone,
      { status: 200 },
    )
    await shelf.put(key, large, 'video/mp4')
    expect(asked.at(-1)).toBe('HEAD ')
  })
})

test('requests are signed as AWS publishes it', async () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Examples: Signature calculations"
  const settings: S3Settings = {
    endpoint: 'https://s3.amazonaws.com',
    region: 'us-east-1',
    bucket: 'examplebucket',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    pathStyle: false,
    prefix: '',
  }
  const signatureOf = async (call: Omit<Parameters<typeof signedCall>[1], 'key'>, key = '') => {
    const { headers } = await signedCall(settings, { ...call, key }, standingClock('2013-05-24T00:00:00Z'))
    return /Signature=(\w+)/.exec(headers.get('authorization') ?? '')?.[1]
  }
  expect(await signatureOf({ method: 'GET', query: { lifecycle: '' } })).toBe(
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  )
  expect(await signatureOf({ method: 'GET', query: { 'max-keys': '2', prefix: 'J' } })).toBe(
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  )
  expect(
    await signatureOf(
      {
        method: 'PUT',
        headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        body: Buffer.from('Welcome to Amazon S3.'),
      },
      'test$file.text',
    ),
  ).toBe('98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd')
})
