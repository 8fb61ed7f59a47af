import type { Dispatcher } from 'undici'
import type { z } from 'zod'
import { type EpochMs, SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { PrivateAddressError, publicAgent } from '../../kit/public-network.ts'
import { type Body, encodeBody, type Query, withQuery } from './http-body.ts'
import { Limit } from './limit.ts'
import { type Next, PublishError, STOOD_STILL } from './publish-error.ts'
import { judge, type Phase, type ReadRefusal, type RefusedAnswer } from './refusal.ts'
import { type RawAnswer, roundTrip, type Sending } from './round-trip.ts'
import { privateStrings, scrub } from './scrub.ts'
import type { Headers } from './wait.ts'

/**
 * How a platform talks: every call is judged, so that what it throws is always a PublishError with the right verdict.
 *
 * - Never sent (no such host, connection refused, TLS failed, no connection in time): `retry`, in any phase.
 * - Sent, and the answer lost (time-out, cut connection, an unreadable answer): `check` on a commit, else `retry`.
 * - Refused: the platform's `refusal` reading, then the status (401 reconnect; 429 retry, with the wait it gives;
 *   other 4xx edit; 5xx `check` on a commit, else `retry`).
 *
 * Redirects are followed on reads only. No token, address or body gets into an error or a log.
 */
export interface Http {
  /** @throws PublishError for anything but a readable answer with a 2xx status. */
  send<Data = undefined>(call: Call<Data>): Promise<Answer<Data>>
  /** As `send`, but undefined where the platform says that there is no such thing (404, 410, or what `absent` recognises). */
  find<Data = undefined>(
    call: Call<Data> & { absent?: (refused: RefusedAnswer) => boolean },
  ): Promise<Answer<Data> | undefined>
}

export interface Call<Data> {
  phase: Phase
  /** What it is, in a word or two, for the log: `createRecord`, `upload media`. */
  name: string
  url: string
  /** GET, or POST where there is a body. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Query
  headers?: Readonly<Record<string, string>>
  /** Shown as `Authorization: Bearer …`. */
  token?: string
  /** What of the address is as good as a token: neither an error nor a log may repeat it. */
  secrets?: readonly string[]
  body?: Body
  /** The shape of the answer, which is JSON; absent: the body is not read as JSON. */
  answer?: z.ZodType<Data>
  signal: AbortSignal
  /** Milliseconds for the whole call. 30 s (60 s for a commit) and the time a body takes at 100 kB/s where absent. */
  timeout?: number
  /** Tells a refusal that comes with a 2xx status, as TikTok and Snapchat give them; it is then read as any other. */
  refused?: (body: unknown) => boolean
  /** The largest answer that is read. 4 MB where absent. */
  maxBytes?: number
  /** Reads this call's refusals instead of the platform's own reading. */
  refusal?: ReadRefusal
}

export interface Answer<Data> {
  status: number
  header: Headers
  data: Data
  bytes: Uint8Array
}

export interface HttpOptions {
  platform: { name: string; label: string; refusal?: ReadRefusal }
  log: Log
  now: () => EpochMs
  /** Origins that may be on a private network: those the operator configured. Ignored where `agent` is given. */
  allowOrigins?: readonly string[]
  agent?: Dispatcher
  /** No call lasts longer than this (ms), whatever it asks for. */
  longest?: number
}

const PATIENCE: Record<Phase, number> = {
  connect: 20 * SECOND,
  prepare: 30 * SECOND,
  commit: 60 * SECOND,
  look: 30 * SECOND,
}
/** A request that could not be begun within this (ms) is never sent: a delivery's lease has this much to spare. */
const BEGIN_WITHIN = 30 * SECOND
const SLOWEST_BYTES_PER_MS = 100
const LARGEST_ANSWER = 4_000_000
const MOST_REDIRECTS = 3

/** One platform's HTTP. `close` waits for what is under way, then drops its connections. */
export function createHttp(options: HttpOptions): Http & { close(): Promise<void> } {
  const { platform } = options
  const agent = options.agent ?? publicAgent({ allowOrigins: options.allowOrigins ?? [] })

  return {
    async send(call) {
      const { answer, refused, secrets } = await exchange(call)
      if (refused) throw refusalError(call, refused, secrets())
      return answer
    },
    async find(call) {
      const { answer, refused, secrets } = await exchange(call)
      if (!refused) return answer
      if (refused.status === 404 || refused.status === 410 || call.absent?.(refused)) return undefined
      throw refusalError(call, refused, secrets())
    },
    close: () => agent.close(),
  }

  async function exchange<Data>(call: Call<Data>): Promise<Exchange<Data>> {
    const url = addressOf(call)
    const encoded = call.body === undefined ? undefined : encodeBody(call.body)
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': 'Crier',
      ...encoded?.headers,
      ...call.headers,
      ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
    }
    const secrets = (): string[] => [...privateStrings(url, headers, call.body), ...(call.secrets ?? [])]
    const patience = call.timeout ?? PATIENCE[call.phase] + (encoded?.size ?? 0) / SLOWEST_BYTES_PER_MS
    const limit = new Limit(call.signal, Math.min(patience, options.longest ?? patience))
    const method = call.method ?? (encoded ? 'POST' : 'GET')
    const startedAt = options.now()
    // A process that stood still (a machine that slept) may find its turn to write long after somebody took over.
    const sending: Sending = {
      began: false,
      refused: false,
      tooLate: () => options.now() - startedAt > BEGIN_WITHIN,
    }

    const lost = (what: string, code: string, cause?: unknown): PublishError => {
      options.log.debug(
        { ...labels(call), code, sent: sending.began, ms: options.now() - startedAt },
        'call failed',
      )
      return lostError(call, sending.began, what, code, cause)
    }

    let raw: RawAnswer
    try {
      raw = await readFrom(url, method, headers, 0)
    } catch (error) {
      if (error instanceof PublishError) throw error
      if (error instanceof PrivateAddressError) throw privateAddress(error)
      if (sending.refused) throw lost('was not asked, since Crier stood still', STOOD_STILL)
      if (call.signal.aborted) throw lost('was interrupted', 'ABORTED')
      if (limit.timedOut) throw lost('did not answer in time', 'TIMEOUT')
      throw lost('cannot be reached', codeOf(error), error)
    } finally {
      limit.release()
    }

    options.log.debug({ ...labels(call), status: raw.status, ms: options.now() - startedAt }, 'call')
    const accepted = raw.status >= 200 && raw.status < 300
    const body = accepted && !call.refused ? undefined : parsedOr(textOf(raw.bytes))
    if (!accepted || call.refused?.(body)) {
      return {
        refused: { phase: call.phase, status: raw.status, header: raw.header, body, now: options.now() },
        secrets,
      }
    }
    if (raw.cut) throw lost('gave an answer that is too long to read', 'ANSWER_TOO_LARGE')
    return { answer: { ...raw, data: dataOf(call, raw, lost) }, secrets }

    async function readFrom(
      from: URL,
      by: string,
      said: Record<string, string>,
      redirects: number,
    ): Promise<RawAnswer> {
      const answer = await roundTrip(agent, {
        url: from,
        method: by,
        headers: said,
        body: encoded?.body,
        limit,
        maxBytes: call.maxBytes ?? LARGEST_ANSWER,
        sending,
      })
      const onward = redirectOf(call, from, by, answer)
      if (!onward || redirects >= MOST_REDIRECTS) return answer
      const same = onward.origin === from.origin
      return readFrom(onward, by, same ? said : withoutCredentials(said), redirects + 1)
    }
  }

  /** The one kind of fault that is ours: a platform's file or a person's setting made an address that is none. */
  function addressOf<Data>(call: Call<Data>): URL {
    const url = URL.canParse(call.url) ? withQuery(call.url, call.query) : undefined
    if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url
    throw new PublishError(
      platform.name,
      { do: 'edit' },
      `${platform.label}'s address is not a web address`,
      {
        code: 'BAD_ADDRESS',
      },
    )
  }

  function dataOf<Data>(call: Call<Data>, raw: RawAnswer, lost: Lost): Data {
    // Without a schema Data is undefined, by the default of `send`.
    if (!call.answer) return undefined as Data
    const read = call.answer.safeParse(parsedOr(textOf(raw.bytes)))
    if (read.success) return read.data
    options.log.debug({ ...labels(call), at: read.error.issues[0]?.path.join('.') }, 'answer not understood')
    throw lost('gave an answer that makes no sense', 'UNREADABLE_ANSWER')
  }

  function lostError<Data>(
    call: Call<Data>,
    sent: boolean,
    what: string,
    code: string,
    cause: unknown,
  ): PublishError {
    const next: Next = sent && call.phase === 'commit' ? { do: 'check' } : { do: 'retry' }
    const live = next.do === 'check' ? ', so this may be live' : ''
    return new PublishError(platform.name, next, `${platform.label} ${what}${live}`, { code, cause })
  }

  function refusalError<Data>(
    call: Call<Data>,
    refused: RefusedAnswer,
    secrets: readonly string[],
  ): PublishError {
    const { next, message, code } = judge(platform.label, refused, call.refusal ?? platform.refusal)
    return new PublishError(platform.name, next, scrub(message, secrets), { code: scrub(code, secrets) })
  }

  function privateAddress(error: PrivateAddressError): PublishError {
    const message = `${error.host} is on a private network, where Crier does not go unless its operator says so`
    return new PublishError(platform.name, { do: 'edit' }, message, { code: error.code })
  }

  function labels<Data>(call: Call<Data>): Record<string, unknown> {
    return { platform: platform.name, phase: call.phase, call: call.name }
  }
}

type Exchange<Data> = {
  /** What an error must not repeat: looked for only where there is one. */
  secrets(): string[]
} & ({ answer: Answer<Data>; refused?: undefined } | { answer?: undefined; refused: RefusedAnswer })
type Lost = (what: string, code: string, cause?: unknown) => PublishError

/** Where a read is sent on to; undefined where it is no redirect, or one that must not be followed. */
function redirectOf(
  call: { phase: Phase },
  from: URL,
  method: string,
  { status, header }: RawAnswer,
): URL | undefined {
  const target = header('location')
  const redirects = [301, 302, 303, 307, 308].includes(status)
  if (!redirects || target === undefined || method !== 'GET' || call.phase === 'commit') return undefined
  if (!URL.canParse(target, from.href)) return undefined
  const onward = new URL(target, from)
  // Never from a safe connection to an open one.
  const safe = onward.protocol === 'https:' || (onward.protocol === 'http:' && from.protocol === 'http:')
  return safe ? onward : undefined
}

const withoutCredentials = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name === 'accept' || name === 'user-agent'))

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Parsed JSON, or the text itself where it is none. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'NETWORK'
