import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
// The specification's own verifier.
import { Webhook } from 'standardwebhooks'
import { vi } from 'vitest'

export interface Received {
  path: string
  id: string
  /** Unix seconds of the try. */
  at: number
  headers: IncomingHttpHeaders
  body: string
}

type Answer = { status: number; headers?: Record<string, string> } | 'drop'

export interface HookReceiver {
  origin: string
  received: Received[]
  /** How it answers from now on; 204 until somebody says otherwise. */
  answer(how: (received: Received) => Answer | Promise<Answer>): void
  /** What was received, checked with the secret as a careful receiver does. @throws where the signature is wrong, or too old at `now` (UTC ms) */
  verified(received: Received, secret: string, now?: number): unknown
  stop(): Promise<void>
}

/** A real receiver of webhooks on loopback. */
export async function startReceiver(): Promise<HookReceiver> {
  const received: Received[] = []
  let answer: (received: Received) => Answer | Promise<Answer> = () => ({ status: 204 })
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const one: Received = {
      path: request.url ?? '',
      id: String(request.headers['webhook-id']),
      at: Number(request.headers['webhook-timestamp']),
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    received.push(one)
    const said = await answer(one)
    if (said === 'drop') return void response.socket?.destroy()
    response.writeHead(said.status, said.headers).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer(how) {
      answer = how
    },
    verified({ body, headers, at }, secret, now = at * 1000) {
      vi.useFakeTimers({ toFake: ['Date'], now })
      try {
        return new Webhook(secret).verify(body, headers as Record<string, string>)
      } finally {
        vi.useRealTimers()
      }
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
