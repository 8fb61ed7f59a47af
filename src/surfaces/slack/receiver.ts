import { createHmac, timingSafeEqual } from 'node:crypto'
import type { App, Receiver, ReceiverEvent } from '@slack/bolt'
import { type Clock, MINUTE, SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'

/** Older requests may be recordings: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const SIGNATURE_LIVES = 5 * MINUTE
/** A view of 250 KB, written as a form's value. */
export const MOST_BYTES = 4 * 1024 * 1024
/** Slack waits three seconds for an answer. */
const ANSWER_WITHIN = 2.9 * SECOND

/** Bolt's receiver for a server that is somebody else's: takes a request, gives the response. */
export interface FetchReceiver extends Receiver {
  handle(request: Request): Promise<Response>
}

export function createFetchReceiver({
  signingSecret,
  clock,
  log,
}: {
  signingSecret: string
  clock: Clock
  log: Log
}): FetchReceiver {
  let app: App | undefined
  const underWay = new Set<Promise<unknown>>()

  async function handle(request: Request): Promise<Response> {
    if (request.method !== 'POST') return plain(405, 'Slack posts its events here.', { allow: 'POST' })
    const raw = await bodyOf(request)
    if (raw === undefined) return plain(413, 'Too large.')
    const refusal = whyNotGenuine(request.headers, raw, signingSecret, clock)
    if (refusal) {
      log.warn({ reason: refusal }, 'A request to the Slack address was refused')
      return plain(401, refusal)
    }
    const body = parse(request.headers.get('content-type') ?? '', raw)
    if (!body) return plain(400, 'Neither JSON nor a form.')
    if (body.ssl_check !== undefined) return plain(200, '')
    if (body.type === 'url_verification') return Response.json({ challenge: body.challenge })
    return process(request, body)
  }

  async function process(request: Request, body: Record<string, unknown>): Promise<Response> {
    const answer = Promise.withResolvers<Response>()
    const event: ReceiverEvent = {
      body,
      ack: async (response: unknown) => answer.resolve(acknowledged(response)),
      ...retryOf(request.headers),
    }
    const work = (app?.processEvent(event) ?? Promise.resolve())
      .then(() => answer.resolve(plain(404, 'Nobody here knows that.')))
      .catch((error: unknown) => {
        log.error({ err: error }, 'A Slack request failed')
        answer.resolve(plain(500, 'Crier failed.'))
      })
      .finally(() => underWay.delete(work))
    underWay.add(work)
    const timer = setTimeout(() => {
      log.error({ type: body.type }, 'A Slack request was not acknowledged in time')
      // An event comes again then; a command does not, and its answer may still come another way.
      answer.resolve(body.type === 'event_callback' ? plain(503, 'Too slow.') : plain(200, ''))
    }, ANSWER_WITHIN)
    try {
      return await answer.promise
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    init(bolt) {
      app = bolt
    },
    start: async () => undefined,
    async stop() {
      await Promise.allSettled(underWay)
    },
    handle,
  }
}

/** Why a request is not Slack's, or undefined if it is. */
function whyNotGenuine(
  headers: Headers,
  raw: string,
  signingSecret: string,
  clock: Clock,
): string | undefined {
  const sent = headers.get('x-slack-request-timestamp')
  const signature = headers.get('x-slack-signature')
  if (!sent || !signature || !/^\d+$/.test(sent)) return 'The request is not signed.'
  if (Math.abs(clock.now() - Number(sent) * SECOND) > SIGNATURE_LIVES) {
    return 'The signature is not of these five minutes.'
  }
  const expected = `v0=${createHmac('sha256', signingSecret).update(`v0:${sent}:${raw}`).digest('hex')}`
  const [one, other] = [Buffer.from(signature), Buffer.from(expected)]
  if (one.length !== other.length || !timingSafeEqual(one, other)) return 'The signature is wrong.'
  return undefined
}

async function bodyOf(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > MOST_BYTES) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > MOST_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Commands come as a form, presses as a form with one field of JSON, events as JSON. */
function parse(contentType: string, raw: string): Record<string, unknown> | undefined {
  const fields = contentType.startsWith('application/x-www-form-urlencoded')
    ? Object.fromEntries(new URLSearchParams(raw))
    : undefined
  if (fields && fields.payload === undefined) return fields
  try {
    const body: unknown = JSON.parse(fields?.payload ?? raw)
    return body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function retryOf(headers: Headers): Pick<ReceiverEvent, 'retryNum' | 'retryReason'> {
  const num = headers.get('x-slack-retry-num')
  const reason = headers.get('x-slack-retry-reason')
  return { ...(num ? { retryNum: Number(num) } : {}), ...(reason ? { retryReason: reason } : {}) }
}

const acknowledged = (response: unknown): Response =>
  response === undefined || response === null || response === ''
    ? plain(200, '')
    : typeof response === 'string'
      ? plain(200, response)
      : Response.json(response)

const plain = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } })
