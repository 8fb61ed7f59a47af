import { randomUUID } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../kit/clock.ts'
import type { S3Settings } from '../kit/config.ts'
import { BlobError } from './blob-error.ts'
import { blobNames } from './blob-names.ts'
import type { Blobs, Content, Part, Shelf } from './media.ts'
import { type S3Call, S3Refusal, type S3Send, s3Sender, tagIn, wordsOf } from './s3-request.ts'

/** What is larger goes up in parts of this size (bytes), one after the other: no more of it is ever in memory. S3 takes 5 MiB and more. */
const PART = 16 * 1024 * 1024

export interface S3Options {
  /** Waits (ms) between tries. */
  waits?: readonly number[]
}

/** Media in a bucket of S3-compatible storage. Nobody but the key's owner may read them: no access is ever given to the public. */
export function s3Blobs(settings: S3Settings, clock: Clock, { waits }: S3Options = {}): Blobs {
  const { send, close } = s3Sender(settings, clock, waits)
  const { endpoint, bucket, prefix } = settings
  const place = `the bucket ${bucket} at ${endpoint}${prefix ? `, under ${prefix}` : ''}`
  return {
    place,
    of: (workspaceId) => shelf(send, (sha256) => blobNames(workspaceId, sha256)),
    async check() {
      const key = `trial-${randomUUID()}`
      const bytes = Buffer.from(key)
      try {
        await putWhole(send, key, bytes, 'text/plain')
        const found = await send({ method: 'GET', key, take: bytesOf })
        await send({ method: 'DELETE', key, take: nothing })
        if (!bytes.equals(found)) throw new BlobError('away', 'the media storage answers something else')
        return { ok: true, sentence: 'it is reached and can be written' }
      } catch (error) {
        const said =
          error instanceof BlobError && error.cause instanceof Error ? `: ${sayCause(error.cause)}` : ''
        return {
          ok: false,
          sentence: `${error instanceof Error ? error.message : String(error)}${said}`,
          ...(error instanceof BlobError && error.wayOut ? { wayOut: error.wayOut } : {}),
        }
      }
    },
    close,
  }
}

function shelf(send: S3Send, namesOf: (sha256: string) => { name: string; before: string }): Shelf {
  const read = async <Result>(
    sha256: string,
    part: Part | undefined,
    take: S3Call<Result>['take'],
  ): Promise<Result> => {
    const { name, before } = namesOf(sha256)
    const from = (key: string): Promise<Result> =>
      send({
        method: 'GET',
        key,
        ...(part ? { headers: { range: `bytes=${part.from}-${part.to - 1}` } } : {}),
        take: (answer) => {
          if (part && answer.statusCode !== 206)
            throw new S3Refusal(answer.statusCode, 'NoRanges', 'It answers no ranges')
          return take(answer)
        },
      })
    try {
      return await from(name)
    } catch (error) {
      if (!(error instanceof BlobError && error.why === 'missing')) throw error
      return from(before)
    }
  }
  return {
    async put(sha256, content, type) {
      const { name } = namesOf(sha256)
      if (sizeOf(content) > PART) {
        if (!(await isThere(send, name, sizeOf(content)))) await putInParts(send, name, content, type)
        return
      }
      return putWhole(send, name, await piece(content, { from: 0, to: sizeOf(content) }), type)
    },
    get: (sha256, part) => read(sha256, part, bytesOf),
    open: (sha256, part) =>
      read(sha256, part, async ({ body }) => Readable.toWeb(body) as ReadableStream<Uint8Array>),
    async remove(sha256) {
      try {
        await send({ method: 'DELETE', key: namesOf(sha256).name, once: true, take: nothing })
      } catch (error) {
        // AWS says nothing of it, others do.
        if (!(error instanceof BlobError && error.why === 'missing')) throw error
      }
    },
  }
}

/** Under a hash, the same size is the same file. */
async function isThere(send: S3Send, key: string, size: number): Promise<boolean> {
  try {
    return (await send({ method: 'HEAD', key, take: lengthOf })) === size
  } catch (error) {
    if (error instanceof BlobError && error.why === 'missing') return false
    throw error
  }
}

const putWhole = (send: S3Send, key: string, body: Uint8Array, type: string): Promise<void> =>
  send({ method: 'PUT', key, headers: { 'content-type': type }, body, take: nothing })

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
async function putInParts(send: S3Send, key: string, content: Content, type: string): Promise<void> {
  const uploadId = await send({
    method: 'POST',
    key,
    query: { uploads: '' },
    headers: { 'content-type': type },
    take: async (answer) => {
      const id = tagIn(await wordsOf(answer), 'UploadId')
      if (!id)
        throw new S3Refusal(answer.statusCode, 'NoUploadId', 'It did not say under which id parts are taken')
      return id
    },
  })
  try {
    const tags: string[] = []
    const size = sizeOf(content)
    for (let from = 0; from < size; from += PART) {
      const body = await piece(content, { from, to: Math.min(from + PART, size) })
      const query = { partNumber: String(tags.length + 1), uploadId }
      tags.push(await send({ method: 'PUT', key, query, body, take: tagOf }))
    }
    await complete(send, key, uploadId, tags)
  } catch (error) {
    // Parts without an end cost money until somebody clears them away.
    await send({ method: 'DELETE', key, query: { uploadId }, take: nothing }).catch((more: unknown) => {
      throw new BlobError('away', error instanceof Error ? error.message : String(error), {
        cause: new AggregateError([error, more], 'An upload in parts failed, and its parts are still there'),
      })
    })
    throw error
  }
}

async function complete(send: S3Send, key: string, uploadId: string, tags: readonly string[]): Promise<void> {
  const parts = tags.map(
    (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
  )
  try {
    await send({
      method: 'POST',
      key,
      query: { uploadId },
      headers: { 'content-type': 'application/xml' },
      body: Buffer.from(
        `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
      ),
      take: async (answer) => {
        // It answers 200 before it knows: what went wrong then stands in the words.
        const words = await wordsOf(answer)
        if (words.includes('<Error>')) throw new S3Refusal(500, tagIn(words, 'Code'), tagIn(words, 'Message'))
      },
    })
  } catch (error) {
    const gone =
      error instanceof BlobError && error.cause instanceof S3Refusal && error.cause.code === 'NoSuchUpload'
    if (!gone) throw error
    // The answer to an earlier try was lost: it is complete where the file is there.
    await send({ method: 'HEAD', key, take: nothing })
  }
}

const sizeOf = (content: Content): number =>
  content instanceof Uint8Array ? content.byteLength : content.size

async function piece(content: Content, { from, to }: Part): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content.subarray(from, to)
  const file = await open(content.path)
  try {
    return await readFully(file, from, Buffer.alloc(to - from))
  } finally {
    await file.close()
  }
}

async function readFully(file: FileHandle, from: number, bytes: Buffer): Promise<Uint8Array> {
  for (let filled = 0; filled < bytes.byteLength; ) {
    const { bytesRead } = await file.read(bytes, filled, bytes.byteLength - filled, from + filled)
    if (bytesRead === 0) throw new Error('A file became shorter while it was read')
    filled += bytesRead
  }
  return bytes
}

type Answer = Dispatcher.ResponseData

const bytesOf = async ({ body }: Answer): Promise<Uint8Array> => new Uint8Array(await body.arrayBuffer())

const lengthOf = async ({ headers, body }: Answer): Promise<number> => {
  await body.dump()
  return Number(headers['content-length'])
}

/** What the storage calls a part. */
async function tagOf({ headers, body }: Answer): Promise<string> {
  await body.dump()
  const tag = headers.etag
  if (typeof tag !== 'string') throw new S3Refusal(500, 'NoTag', 'It gave a part no tag')
  return tag
}

const nothing = async ({ body }: Answer): Promise<void> => {
  await body.dump()
}

/** Node wraps what the network said. */
const sayCause = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message
