import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, type EpochMs, systemClock } from '../../src/kit/clock.ts'
import { fastClock, type Pace } from './clock.ts'
import { type Kind, type Ledger, lagOf, partOf, treatmentOf } from './plan.ts'

// A process of its own that is Mastodon, X and Telegram at once, fails by the seed, and keeps a ledger of what is live.

const seed = Number(process.env.CHAOS_SEED)
const calm = process.env.CHAOS_FAULTS === 'off'
let clock: Clock = systemClock

const ledger: Ledger = { seen: [], looks: 0, live: [] }
/** How often each part was asked for, and each account's list. */
const counts = new Map<string, number>()
/** What a key was first used for. */
const keys = new Map<string, Ledger['live'][number]>()
const byAccount = new Map<string, Ledger['live']>()
/** A soak keeps no list of requests: it would be what grows. */
const brief = process.env.CHAOS_LEDGER === 'brief'
let last = 1_000

interface Asked {
  kind: Kind
  account: string
  text: string
  key: string | undefined
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    response.socket?.destroy()
  })
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (url.pathname === '/ledger') return say(response, 200, ledger)
  if (request.method === 'GET') return look(request, url, response)
  const asked = publishingOf(request, url, Buffer.concat(chunks).toString())
  if (!asked) return say(response, 404, {})
  return publish(asked, response)
}

function publishingOf(request: IncomingMessage, { pathname }: URL, body: string): Asked | undefined {
  const json = JSON.parse(body) as { status?: string; text?: string; chat_id?: string }
  const account = String(request.headers.authorization ?? '').replace('Bearer ', '')
  if (pathname === '/api/v1/statuses')
    return {
      kind: 'mastodon',
      account,
      text: json.status ?? '',
      key: String(request.headers['idempotency-key']),
    }
  if (pathname === '/2/tweets') return { kind: 'x', account, text: json.text ?? '', key: undefined }
  if (pathname.endsWith('/sendMessage'))
    return { kind: 'telegram', account: String(json.chat_id), text: json.text ?? '', key: undefined }
  return undefined
}

async function publish(asked: Asked, response: ServerResponse): Promise<void> {
  const { n, part } = partOf(asked.text) ?? { n: 0, part: 0 }
  const request = countUp(`${asked.kind} ${asked.account} ${asked.text}`)
  const treated = treatmentOf(seed, false, asked.kind, asked.account, asked.text, request)
  const { before, after, retryAfter } = treated
  const fault = calm ? 'none' : treated.fault
  if (before > 0 && !calm) await sleep(before)
  let did: Ledger['seen'][number]['did'] = 'nothing'
  const takeEffect = (): string => {
    const known = asked.key === undefined ? undefined : keys.get(`${asked.account} ${asked.key}`)
    did = known ? 'told the repeat by its key' : 'published'
    if (known) return known.id
    last += 1
    const post = {
      kind: asked.kind,
      account: asked.account,
      text: asked.text,
      id: String(last),
      at: clock.now(),
    }
    ledger.live.push(post)
    if (asked.key !== undefined) keys.set(`${asked.account} ${asked.key}`, post)
    const own = byAccount.get(`${asked.kind} ${asked.account}`) ?? []
    own.push(post)
    byAccount.set(`${asked.kind} ${asked.account}`, own)
    return post.id
  }
  const counted = fault === 'none' || fault === 'lost after' || fault === 'cut' || fault === 'busy after'
  const id = counted ? takeEffect() : ''
  if (!brief)
    ledger.seen.push({
      at: clock.now(),
      kind: asked.kind,
      account: asked.account,
      n,
      part,
      request,
      fault,
      did,
    })
  if (after > 0 && !calm) await sleep(after)
  switch (fault) {
    case 'lost before':
    case 'lost after':
      response.socket?.destroy()
      return
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"id":', () => response.socket?.destroy())
      return
    case 'busy before':
    case 'busy after':
      return say(response, 503, {})
    case 'too many':
      return tooMany(asked.kind, response, retryAfter)
    case 'none':
      return say(response, 200, answers[asked.kind](id, asked.account))
    default:
      return fault satisfies never
  }
}

const answers: Record<Kind, (id: string, account: string) => unknown> = {
  mastodon: (id) => ({ id, url: `http://127.0.0.1/@acme/${id}` }),
  x: (id) => ({ data: { id } }),
  telegram: (id, account) => ({
    ok: true,
    result: { message_id: Number(id), chat: { id: Number(account) } },
  }),
}

function tooMany(kind: Kind, response: ServerResponse, seconds: number): void {
  const body = kind === 'telegram' ? { ok: false, error_code: 429, parameters: { retry_after: seconds } } : {}
  say(response, 429, body, { 'retry-after': String(seconds) })
}

async function look(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
  const account = String(request.headers.authorization ?? '').replace('Bearer ', '')
  ledger.looks += 1
  const treated = treatmentOf(seed, true, url.pathname, countUp(`look ${account}`))
  if (!calm) {
    if (treated.before + treated.after > 0) await sleep(treated.before + treated.after)
    if (treated.fault === 'lost before') return void response.socket?.destroy()
    if (treated.fault === 'busy before') return say(response, 503, {})
    if (treated.fault === 'too many')
      return say(response, 429, {}, { 'retry-after': String(treated.retryAfter) })
  }
  const shown = (kind: Kind) =>
    (byAccount.get(`${kind} ${account}`) ?? [])
      .filter(({ at, text }) => at + lagOf(seed, text) <= clock.now())
      .toReversed()
  const { pathname, searchParams } = url
  if (/^\/2\/users\/[^/]+\/tweets$/.test(pathname)) {
    const since = Date.parse(searchParams.get('start_time') ?? '1970-01-01')
    const most = Number(searchParams.get('max_results') ?? 10)
    const found = shown('x').filter(({ at }) => at >= since)
    return say(response, 200, {
      data: found.slice(0, most).map(({ id, text }) => ({ id, text })),
      meta: found.length > most ? { next_token: 'more' } : {},
    })
  }
  if (pathname === '/2/tweets') return say(response, 200, { data: [] })
  if (/^\/api\/v1\/accounts\/[^/]+\/statuses$/.test(pathname))
    return say(
      response,
      200,
      shown('mastodon')
        .slice(0, Number(searchParams.get('limit') ?? 20))
        .map(({ id, text, at }) => ({ id, content: text, created_at: timeWords(at), url: null })),
    )
  const [, id, of] = /^\/api\/v1\/statuses\/(\d+)(\/source)?$/.exec(pathname) ?? []
  const status = shown('mastodon').find((one) => one.id === id)
  if (!status) return say(response, 404, {})
  if (of) return say(response, 200, { id, text: status.text, spoiler_text: '' })
  return say(response, 200, { favourites_count: 0, reblogs_count: 0, replies_count: 0 })
}

function countUp(what: string): number {
  const count = (counts.get(what) ?? 0) + 1
  counts.set(what, count)
  return count
}

const timeWords = (at: EpochMs): string => Temporal.Instant.fromEpochMilliseconds(at).toString()

function say(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('message', (pace: Pace) => {
  clock = fastClock(pace)
})
// It goes with whoever started it.
process.once('disconnect', () => process.exit(0))
