import type { IncomingMessage, Server, ServerResponse } from 'node:http'
// @hono/node-server: carries fetch-style handlers on Node's own server, streams and disconnects included.
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { Histogram, type Registry } from 'prom-client'
import type { Routes } from '../app/routes.ts'
import { type Clock, SECOND } from '../kit/clock.ts'
import { DatabaseAway } from '../kit/database-away.ts'
import { newId } from '../kit/ids.ts'
import type { Log } from '../kit/log.ts'
import { UserError } from '../kit/user-error.ts'
import { limitBody, MAX_BODY } from './body-limit.ts'
import { type Doors, openDoors } from './doors.ts'
import { healthRoutes, metricsRoutes, type Readiness } from './health.ts'
import { type MediaLinks, mediaRoutes, type OpenMedia } from './media-links.ts'
import { refusal } from './refusal.ts'
import { type RehearsalOptions, rehearsalRoutes } from './rehearsal.ts'

export interface ServerOptions {
  /** Address to listen on: `127.0.0.1`, `0.0.0.0`, `::1`. */
  host: string
  /** 0 takes any free port. */
  port: number
  log: Log
  clock: Clock
  /** What the rooms bring along; a longer path goes first. */
  routes?: readonly Routes[]
  /** For `/readyz`. */
  readiness(): Promise<Readiness>
  /** For `/metrics`. The server adds how long its own answers take. */
  metrics: Registry
  /** What opens `/metrics` and the details of `/readyz`; absent where they are open. */
  metricsToken?: string | undefined
  /** For `/media/<signed>`; absent where nothing is served by link. */
  media?: { links: MediaLinks; open: OpenMedia }
  /** For the `rehearsal` platform's feed; absent where there is none. */
  rehearsal?: RehearsalOptions
  /** Milliseconds for one answer to begin; 60 s where absent. */
  answerWithin?: number
}

export interface HttpServer {
  /** Listens. @throws UserError where the port is taken or the address is not this machine's. */
  start(): Promise<{ port: number; url: string }>
  /** Takes no more, finishes what is in flight for at most `grace` milliseconds (10 s where absent), closes. */
  close(grace?: number): Promise<void>
}

/** Milliseconds for a request's head, and for all of it, to arrive: slow senders may not hold the doors. */
const HEAD_WITHIN = 15 * SECOND
const REQUEST_WITHIN = 120 * SECOND

export function createServer(options: ServerOptions): HttpServer {
  const { log } = options
  const routes = [
    ...healthRoutes(options.readiness, options.metricsToken),
    metricsRoutes(options.metrics, options.metricsToken),
    ...(options.media ? [mediaRoutes({ ...options.media, clock: options.clock, log })] : []),
    ...(options.rehearsal ? [rehearsalRoutes(options.rehearsal)] : []),
    ...(options.routes ?? []),
  ].toSorted((one, other) => other.path.length - one.path.length)

  const streams = new Set<ServerResponse>()
  const fetch = async (request: Request, { incoming, outgoing }: HttpBindings) => {
    const response = await measured(options.metrics, request, (note) =>
      answer(routes, request, incoming, options, note),
    )
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      streams.add(outgoing)
      outgoing.once('close', () => streams.delete(outgoing))
    }
    return securely(response)
  }

  const server = createAdaptorServer({
    fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
    // Other libraries in this process rely on the platform's own Request and Response.
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: HEAD_WITHIN,
      requestTimeout: REQUEST_WITHIN,
      keepAliveTimeout: 5 * SECOND,
      maxHeaderSize: 16 * 1024,
    },
  }) as Server
  server.on('clientError', (error, socket) => {
    log.debug({ code: (error as NodeJS.ErrnoException).code }, 'A request could not be read')
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')
  })

  let doors: Doors | undefined
  return {
    async start() {
      const listens = await listen(server, options)
      doors = listens.doors
      return listens.address
    },
    async close(grace = 10 * SECOND) {
      doors?.close()
      await close(server, streams, grace)
    },
  }
}

/** The first route under whose path the request falls and that answers it. */
async function answer(
  routes: readonly Routes[],
  request: Request,
  incoming: IncomingMessage,
  { log, clock, answerWithin = 60 * SECOND }: ServerOptions,
  note: (route: string) => void,
): Promise<Response> {
  const { pathname } = new URL(request.url)
  for (const route of routes.filter(({ path }) => pathname === path || pathname.startsWith(`${path}/`))) {
    const limited = limitBody(request, route.maxBody ?? MAX_BODY)
    const tooLarge = () =>
      refusal(413, `That is larger than the ${sizeWords(route.maxBody ?? MAX_BODY)} that fit here.`)
    if (limited.exceeded()) return tooLarge()
    try {
      const response = await within(
        answerWithin,
        route.handle(limited.request, { remoteAddress: incoming.socket.remoteAddress }),
      )
      if (limited.exceeded()) return tooLarge()
      if (response) {
        note(route.path || '/')
        return response
      }
    } catch (error) {
      note(route.path || '/')
      if (limited.exceeded()) return tooLarge()
      if (error instanceof DatabaseAway) return refusal(503, `${error.message}. ${error.wayOut}`)
      if (error instanceof UserError) return refusal(400, error.message)
      const id = newId(clock.now())
      // Only the route: the rest of a path may hold a signed link or a calendar's secret.
      log.error({ error, id, route: route.path, method: request.method }, 'A request failed')
      return refusal(
        500,
        `Something went wrong on Crier's side. It is written down as ${id}; please try again.`,
      )
    }
  }
  return refusal(404, 'There is nothing here.')
}

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`No answer within ${ms} ms`)), ms)
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}

/** For every answer that has not said otherwise; the page brings its own, wider policy. */
const SAFE: Record<string, string> = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
}

function securely(response: Response): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(SAFE)) if (!headers.has(name)) headers.set(name, value)
  return new Response(response.body, { status: response.status, headers })
}

async function measured(
  registry: Registry,
  request: Request,
  work: (note: (route: string) => void) => Promise<Response>,
): Promise<Response> {
  let route = 'none'
  const stop = histogramIn(registry).startTimer({ method: request.method })
  const response = await work((found) => {
    route = found
  })
  stop({ route, status: String(response.status) })
  return response
}

type Labels = 'method' | 'route' | 'status'

function histogramIn(registry: Registry): Histogram<Labels> {
  const name = 'crier_http_request_seconds'
  const known = registry.getSingleMetric(name)
  if (known instanceof Histogram) return known as Histogram<Labels>
  return new Histogram<Labels>({
    name,
    help: 'How long Crier took to answer HTTP requests (seconds until the answer began)',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  })
}

async function listen(
  server: Server,
  { host, port }: ServerOptions,
): Promise<{ doors: Doors; address: { port: number; url: string } }> {
  const doors = await openDoors(server, { host, port }).catch((error: NodeJS.ErrnoException) => {
    throw asUserError(error, host, port)
  })
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${doors.port}`
  return { doors, address: { port: doors.port, url } }
}

function asUserError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UserError(`Port ${port} on ${host} is taken by another program.`, {
        wayOut: `Stop that program, or set PORT to a free one, such as PORT=${port + 1}.`,
        cause: error,
      })
    case 'EACCES':
      return new UserError(`This user may not listen on port ${port}.`, {
        wayOut: 'Set PORT to a number above 1023.',
        cause: error,
      })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UserError(`HOST is ${host}, which is not an address of this machine.`, {
        wayOut: 'Set HOST to 127.0.0.1 for this machine only, or to 0.0.0.0 for the network.',
        cause: error,
      })
    default:
      return error
  }
}

async function close(server: Server, streams: Set<ServerResponse>, grace: number): Promise<void> {
  if (!server.listening) return
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  // An event stream has no end of its own to wait for; its reader comes back by itself.
  for (const stream of streams) stream.destroy()
  const timer = setTimeout(() => server.closeAllConnections(), grace)
  // Kept-alive connections go as they fall idle.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  await promise
  clearTimeout(timer)
  clearInterval(sweep)
}

const sizeWords = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`
