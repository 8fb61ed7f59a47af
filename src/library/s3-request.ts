import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
// aws4fetch: AWS Signature Version 4 in 88 kB without dependencies, where AWS's own client brings 22 MB for five calls.
import { AwsV4Signer } from 'aws4fetch'
import { Agent, type Dispatcher, request } from 'undici'
import { type Clock, SECOND } from '../kit/clock.ts'
import type { S3Settings } from '../kit/config.ts'
import { BlobError, missing } from './blob-error.ts'

/** One call to the bucket. */
export interface S3Call<Result> {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Without the prefix. */
  key: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /** Its SHA-256 is signed along: what arrives changed is refused by the storage. */
  body?: Uint8Array
  /** Not tried again. */
  once?: boolean
  /** What is read of a good answer. What goes wrong while reading is tried again, too. */
  take(answer: Dispatcher.ResponseData): Promise<Result>
}

/** @throws BlobError once trying again has not helped, or would not */
export type S3Send = <Result>(call: S3Call<Result>) => Promise<Result>

/** Waits (ms) between tries. An outage that lasts longer is for the caller to come back after. */
const WAITS = [0.2 * SECOND, SECOND, 3 * SECOND]
const CONNECT_WITHIN = 5 * SECOND
/** From the request's last byte to the answer's first, and between two pieces of an answer. */
const ANSWER_WITHIN = 30 * SECOND
/** An answer's words are read up to here. */
const MOST_WORDS = 64 * 1024

/**
 * The way to one bucket: signed, with time-outs, tried again where that can help. Every call may be repeated, since keys are
 * the hashes of what is under them.
 */
export function s3Sender(
  settings: S3Settings,
  clock: Clock,
  waits: readonly number[] = WAITS,
): { send: S3Send; close(): Promise<void> } {
  const agent = new Agent({
    connect: { timeout: CONNECT_WITHIN },
    headersTimeout: ANSWER_WITHIN,
    bodyTimeout: ANSWER_WITHIN,
  })
  // A signing key holds for a day, and costs four hashes.
  const signingKeys = new Map<string, ArrayBuffer>()

  async function sendOnce<Result>(call: S3Call<Result>): Promise<Result> {
    const { method, body, take } = call
    const signed = await signedCall(settings, call, clock, signingKeys)
    const answer = await request(signed.url, {
      method,
      headers: Object.fromEntries(signed.headers),
      body: body ?? null,
      dispatcher: agent,
    })
    if (answer.statusCode >= 200 && answer.statusCode < 300) return take(answer)
    const words = await wordsOf(answer)
    throw new S3Refusal(answer.statusCode, tagIn(words, 'Code'), tagIn(words, 'Message'))
  }

  return {
    async send(call) {
      for (let tried = 0; ; tried++) {
        try {
          return await sendOnce(call)
        } catch (error) {
          const wait = call.once ? undefined : waits[tried]
          if (wait === undefined || !mayHelp(error)) throw inWords(error)
          await sleep(wait)
        }
      }
    },
    close: () => agent.close(),
  }
}

/** A call as it goes out. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
export const signedCall = (
  settings: S3Settings,
  { method, key, query, headers, body }: Omit<S3Call<unknown>, 'take'>,
  clock: Clock,
  signingKeys = new Map<string, ArrayBuffer>(),
): Promise<{ url: URL; headers: Headers }> =>
  new AwsV4Signer({
    method,
    url: urlOf(settings, key, query),
    headers: {
      ...headers,
      'x-amz-content-sha256': createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
    },
    service: 's3',
    region: settings.region,
    accessKeyId: settings.accessKeyId,
    secretAccessKey: settings.secretAccessKey,
    datetime: signingTime(clock),
    cache: signingKeys,
  }).sign()

/** The storage's own no. */
export class S3Refusal extends Error {
  override name = 'S3Refusal'
  readonly status: number
  /** As the storage names it: `NoSuchKey`, `AccessDenied`; undefined where it did not say (an answer to HEAD has no words). */
  readonly code: string | undefined

  constructor(status: number, code: string | undefined, message: string | undefined) {
    super([status, code, message].filter((part) => part !== undefined).join(' '))
    this.status = status
    this.code = code
  }
}

/** The words in an answer, up to what is sensible. */
export async function wordsOf({ body }: Dispatcher.ResponseData): Promise<string> {
  let words = ''
  for await (const chunk of body) {
    words += chunk
    if (words.length > MOST_WORDS) break
  }
  return words
}

/** What stands between `<name>` and `</name>`, the first time. */
export function tagIn(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  return found?.replace(/&(amp|lt|gt|quot|apos|#34|#39);/g, (_, sign: string) => SIGNS[sign] ?? '')
}

const SIGNS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#34': '"',
  '#39': "'",
}

function urlOf(
  { endpoint, bucket, pathStyle, prefix }: S3Settings,
  key: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const url = new URL(endpoint)
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`
  url.pathname = `${url.pathname.replace(/\/$/, '')}${pathStyle ? `/${bucket}` : ''}/${prefix}${key}`
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

/** `20261120T080000Z` */
const signingTime = (clock: Clock): string =>
  Temporal.Instant.fromEpochMilliseconds(clock.now())
    .toString({ smallestUnit: 'second' })
    .replaceAll(/[:-]/g, '')

/** Was it the network, or the storage having a bad moment? */
function mayHelp(error: unknown): boolean {
  if (!(error instanceof S3Refusal)) return true
  return error.status >= 500 || error.status === 429 || PASSING.has(error.code ?? '')
}

/** Refusals that pass: it did not arrive in time or not as it was sent, or two parts of the storage disagree for a moment. */
const PASSING = new Set([
  'RequestTimeout',
  'SlowDown',
  'OperationAborted',
  'InternalError',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
])

/** What the storage's codes mean for the operator. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const WAYS_OUT: Readonly<Record<string, string>> = {
  NoSuchBucket: 'Make the bucket, or name one that exists in S3_BUCKET.',
  InvalidBucketName: 'Check S3_BUCKET.',
  InvalidAccessKeyId: 'Check S3_ACCESS_KEY_ID.',
  SignatureDoesNotMatch: 'Check S3_SECRET_ACCESS_KEY.',
  AccessDenied:
    'Allow the key to s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on the bucket’s objects, and to s3:ListBucket on the bucket.',
  RequestTimeTooSkewed: 'Set this machine’s clock: it is too far from the storage’s.',
  AuthorizationHeaderMalformed: 'Check S3_REGION.',
  PermanentRedirect: 'Check S3_REGION and S3_ENDPOINT: the bucket is elsewhere.',
  TemporaryRedirect: 'Check S3_REGION and S3_ENDPOINT: the bucket is elsewhere.',
}

function inWords(cause: unknown): BlobError {
  if (!(cause instanceof S3Refusal))
    return new BlobError('away', 'the media storage does not answer', {
      wayOut: 'Look at S3_ENDPOINT, and at whether this machine reaches it.',
      cause,
    })
  const { status, code } = cause
  // Shorter than what was kept: what lies there is not it.
  if (code === 'NoSuchKey' || code === 'InvalidRange' || (status === 404 && code === undefined))
    return missing(cause)
  if (mayHelp(cause))
    return new BlobError('away', `the media storage is out of order (${code ?? status})`, { cause })
  return new BlobError('away', `the media storage refuses (${code ?? status})`, {
    wayOut: WAYS_OUT[code ?? ''] ?? (status === 403 ? WAYS_OUT.AccessDenied : undefined),
    cause,
  })
}
