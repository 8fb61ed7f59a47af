import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request as it came over the wire. */
export interface Received {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  text: string
  bytes: Buffer
  /** The body as JSON; undefined where it is none. */
  json: Record<string, unknown> | undefined
}

export type Reply =
  | {
      status: number
      json?: unknown
      text?: string
      bytes?: Uint8Array
      headers?: Record<string, string>
    }
  /** Reads the request and closes the connection without a word. */
  | 'drop'
  /** Says that all is well, and closes the connection in the middle of the answer. */
  | 'cut'
  /** Reads the request and never answers. */
  | 'hang'

/** A real HTTP server on loopback that answers as `reply` says and remembers what it was asked. */
export async function startServer(reply: (request: Received) => Reply | Promise<Reply>) {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const text = bytes.toString()
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const got: Received = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      text,
      bytes,
      json: parsed(text),
    }
    received.push(got)
    await answer(response, await reply(got))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply === 'hang') return
  if (reply === 'drop') {
    response.socket?.destroy()
    return
  }
  if (reply === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"id":')
    // The beginning has to leave before the connection does.
    await sleep(20)
    response.socket?.destroy()
    return
  }
  const body = reply.bytes ?? reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json))
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
  response.end(body)
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text)
  } catch {
    // Not every request is JSON: uploads and forms are not.
    return undefined
  }
}
