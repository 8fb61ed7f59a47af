import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Json } from './openapi-check.ts'

export interface Asked {
  method: string
  path: string
  /** Path and query as they came, not decoded. */
  raw: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  /** JSON, or the fields of a form (of a multipart one too, with files as what they are); undefined for other bytes. */
  body: Json
  bytes: Buffer
}

export interface Answer {
  status: number
  json?: unknown
  headers?: Record<string, string>
}

type Failure = Answer | 'drop'

export interface StandIn {
  url: string
  /** What it was asked, in order: `POST /2/tweets`. */
  asked: string[]
  /** The next answer to a matching request (`POST /2/tweets`) is this one instead, after the request took effect where `after`. */
  failNext(request: RegExp, failure: Failure, after?: boolean): void
  stop(): Promise<void>
}

/** A real HTTP server on loopback that stands in for a platform. */
export async function startStandIn(answer: (asked: Asked) => Answer | Promise<Answer>): Promise<StandIn> {
  const failures: { request: RegExp; failure: Failure; after: boolean }[] = []
  const log: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const method = request.method ?? 'GET'
    const name = `${method} ${path}`
    log.push(name)
    const at = failures.findIndex((one) => one.request.test(name))
    const [failing] = at < 0 ? [] : failures.splice(at, 1)
    const body = await bodyOf(bytes, request.headers['content-type'] ?? '')
    const answered =
      failing && !failing.after
        ? undefined
        : await answered500(() =>
            answer({ method, path, raw: request.url ?? '', query, headers: request.headers, body, bytes }),
          )
    if (failing?.failure === 'drop') return void response.socket?.destroy()
    const { status, json, headers = {} } = failing?.failure ?? answered ?? { status: 500 }
    response.writeHead(status, {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    })
    response.end(json === undefined ? undefined : JSON.stringify(json))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: log,
    failNext: (request, failure, after = false) => void failures.push({ request, failure, after }),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A stand-in that is broken says so at once, rather than let its callers wait. */
async function answered500(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer()
  } catch (error) {
    return { status: 500, json: { message: `The stand-in is broken: ${error}` } }
  }
}

async function bodyOf(bytes: Buffer, type: string): Promise<Json> {
  if (bytes.byteLength === 0) return undefined
  if (type.startsWith('application/json')) return JSON.parse(bytes.toString())
  if (type.startsWith('multipart/') || type.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(
      await new Response(Uint8Array.from(bytes), { headers: { 'content-type': type } }).formData(),
    )
  }
  return undefined
}
