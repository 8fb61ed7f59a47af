import { Readable } from 'node:stream'
// undici: several times the throughput of fetch, and it tells when a request has really been sent.
import type { Dispatcher } from 'undici'
import type { EncodedBody } from './http-body.ts'
import type { Limit } from './limit.ts'
import type { Headers } from './wait.ts'

/** One request and its answer, without redirects. */
export interface RoundTrip {
  url: URL
  method: string
  headers: Record<string, string>
  body: EncodedBody['body'] | undefined
  /** Ends the wait, whether or not there is a connection yet. */
  limit: Limit
  /** The largest answer that is read, in bytes. */
  maxBytes: number
  sending: Sending
}

/** What is known of a request until its answer comes. */
export interface Sending {
  /** Its first byte was about to be written to a standing connection: from here on the other side may have it. */
  began: boolean
  /** It was too late when its turn came, so nothing was written. */
  refused: boolean
  /** Whether it is too late to begin. */
  tooLate(): boolean
}

export interface RawAnswer {
  status: number
  header: Headers
  bytes: Uint8Array
  /** It was longer than allowed. */
  cut: boolean
}

/**
 * Sends a request by undici's dispatcher itself, which tells when its first byte is written, and which spares each of
 * thousands of answers a stream of its own.
 *
 * @throws the signal's reason, or what undici says of a connection
 */
export function roundTrip(agent: Dispatcher, trip: RoundTrip): Promise<RawAnswer> {
  const { url, method, headers, body, limit, maxBytes, sending } = trip
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  let controller: Dispatcher.DispatchController | undefined
  let status = 0
  let header: Headers = () => undefined
  let size = 0
  const chunks: Uint8Array[] = []

  // undici hears of it only once there is a connection, and a person who stops Crier should not wait for one.
  const abort = (reason: unknown): void => {
    controller?.abort(reason instanceof Error ? reason : new Error('The call was ended', { cause: reason }))
    reject(reason)
  }
  if (limit.ended) {
    abort(limit.reason)
    return promise
  }
  limit.onEnd = abort

  agent.dispatch(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: method as Dispatcher.HttpMethod,
      headers,
      body: body ?? null,
      // The call's own time-out is the only one, so that every phase has the patience it is given.
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    {
      onRequestStart(started) {
        controller = started
        if (limit.ended) abort(limit.reason)
        else if (sending.tooLate()) {
          // A read that was redirected has been sent before.
          sending.refused = !sending.began
          started.abort(new DOMException('It was not sent in time', 'TimeoutError'))
        } else sending.began = true
      },
      onResponseStart(_controller, code, received) {
        status = code
        header = headersOf(received)
      },
      onResponseData(running, chunk) {
        size += chunk.byteLength
        if (size <= maxBytes) {
          chunks.push(chunk)
          return
        }
        resolve({ status, header, bytes: Buffer.concat(chunks), cut: true })
        // Drops the connection, and with it the rest.
        running.abort(new DOMException('The answer is too long', 'AbortError'))
      },
      onResponseEnd() {
        resolve({ status, header, bytes: joined(chunks), cut: false })
      },
      onResponseError(_controller, error) {
        if (body instanceof Readable) body.destroy()
        reject(error)
      },
    },
  )
  return promise
}

const joined = (chunks: readonly Uint8Array[]): Uint8Array => {
  const [only] = chunks
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)
}

const headersOf =
  (headers: Record<string, string | string[] | undefined>): Headers =>
  (name) => {
    const value = headers[name]
    return Array.isArray(value) ? value[0] : value
  }
