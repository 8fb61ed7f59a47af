import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { contractMissing, type Json, openapiCheck, readContract } from './openapi-check.ts'

const PATHS = [
  '/api/v2/instance',
  '/api/v1/apps',
  '/api/v1/apps/verify_credentials',
  '/api/v1/accounts/verify_credentials',
  '/api/v1/accounts/{id}/statuses',
  '/api/v1/statuses',
  '/api/v1/statuses/{id}',
  '/api/v1/statuses/{id}/source',
  '/api/v2/media',
  '/api/v1/media/{id}',
]

export interface MastodonStatus {
  id: string
  text: string
  spoiler: string
  visibility: string
  mediaIds: string[]
  replyTo: string | null
  at: string
  likes: number
  shares: number
  comments: number
}

export interface MastodonServer {
  /** What MASTODON_API_URL is set to, and what is typed as the server. */
  url: string
  token: string
  handle: string
  /** Does the official contract check every request? Only where it is at hand. */
  checked: boolean
  /** What requests broke the contract. */
  mistakes: string[]
  /** Oldest first. */
  statuses(): MastodonStatus[]
  media(): { id: string; description: string; type: string; size: number }[]
  engage(id: string, counts: { likes?: number; shares?: number; comments?: number }): void
  /** The next answer to a request is this one instead, after the request took effect where `after`. */
  failNext(
    path: string,
    failure: { status: number; json?: unknown; headers?: Record<string, string> } | 'drop',
    after?: boolean,
  ): void
  /** Keys are forgotten after an hour: this lets the hour pass. */
  forgetKeys(): void
  revoke(): void
  stop(): Promise<void>
}

/**
 * A Mastodon server on loopback: Idempotency-Key, media that take a moment, its own limits, OAuth with PKCE. Where the
 * official contract is at hand (`CRIER_CONTRACTS`), a request that breaks it is refused with 422.
 *
 * @param limits of this server, as an instance tells them
 */
export async function startMastodon({
  maxCharacters = 500,
  polls = 2,
  clock = () => Temporal.Now.instant().epochMilliseconds,
}: {
  maxCharacters?: number
  polls?: number
  clock?: () => number
} = {}): Promise<MastodonServer> {
  const missing = contractMissing('mastodon.json')
  const contract = missing ? undefined : checkerOf(readContract('mastodon.json'))
  const example: Json = contractMissing('mastodon-status.example.json')
    ? {}
    : readContract('mastodon-status.example.json')

  const tokens = new Set<string>([randomUUID()])
  const [token = ''] = tokens
  const statuses: MastodonStatus[] = []
  const media: { id: string; description: string; type: string; size: number; asked: number }[] = []
  const byKey = new Map<string, MastodonStatus>()
  const apps = new Map<string, { secret: string; redirect: string }>()
  const codes = new Map<string, { client: string; challenge: string; redirect: string }>()
  const mistakes: string[] = []
  const failures: { path: string; failure: Parameters<MastodonServer['failNext']>[1]; after: boolean }[] = []
  let url = ''

  const statusJson = (status: MastodonStatus): Json => ({
    ...example,
    id: status.id,
    uri: `${url}/users/acme/statuses/${status.id}`,
    url: `${url}/@acme/${status.id}`,
    created_at: status.at,
    content: `<p>${escaped(status.text)}</p>`,
    visibility: status.visibility,
    spoiler_text: status.spoiler,
    in_reply_to_id: status.replyTo,
    media_attachments: status.mediaIds.map((id) => mediaJson(id, `${url}/media/${id}.png`)),
    favourites_count: status.likes,
    reblogs_count: status.shares,
    replies_count: status.comments,
  })

  const server = createServer(async (request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
    const body = await bodyOf(request)
    const method = request.method ?? 'GET'
    const at = failures.findIndex((one) => one.path === path)
    const [failing] = at < 0 ? [] : failures.splice(at, 1)
    const answered =
      failing && !failing.after ? undefined : answer({ method, path, query, headers: request.headers, body })
    if (failing?.failure === 'drop') return void response.socket?.destroy()
    const { status, json = {}, headers = {} } = failing ? failing.failure : (answered ?? { status: 500 })
    if (!failing) {
      // The long answers about the server itself are cut down to what is asked of them; the rest is whole.
      const whole = /statuses|media/.test(path)
      const wrong = whole ? (contract?.answer(method, path, status, json) ?? []) : []
      if (wrong.length > 0 && example.account)
        mistakes.push(`our own ${method} ${path} ${status}: ${wrong[0]}`)
    }
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(json))
  })

  interface Asked {
    method: string
    path: string
    query: URLSearchParams
    headers: IncomingMessage['headers']
    body: unknown
  }
  interface Answer {
    status: number
    json?: Json
    headers?: Record<string, string>
  }

  function answer(asked: Asked): Answer {
    const { method, path, query } = asked
    if (path.startsWith('/oauth/')) return oauth(asked)
    const open = path === '/api/v2/instance' || (path === '/api/v1/apps' && method === 'POST')
    const shown = /^Bearer (\S+)$/.exec(asked.headers.authorization ?? '')?.[1] ?? ''
    if (!open && !tokens.has(shown)) return { status: 401, json: { error: 'The access token is invalid' } }
    // Registering sends one string, which every version understands; the contract knows the list only.
    const wrong =
      path === '/api/v1/apps' ? [] : (contract?.request({ ...asked, body: withoutFiles(asked.body) }) ?? [])
    if (wrong.length > 0) {
      mistakes.push(`${method} ${path}: ${wrong.join('; ')}`)
      return { status: 422, json: { error: `Validation failed: ${wrong.join('; ')}` } }
    }
    const body = (asked.body ?? {}) as Record<string, Json>
    const [, id = ''] = /^\/api\/v1\/(?:statuses|media|accounts)\/(\w+)/.exec(path) ?? []
    const status = statuses.find((one) => one.id === id)
    const gone: Answer = { status: 404, json: { error: 'Record not found' } }

    switch (`${method} ${path.replace(/(?<=\/(?:statuses|media|accounts)\/)\d+/, ':id')}`) {
      case 'GET /api/v2/instance':
        return {
          status: 200,
          json: {
            configuration: {
              statuses: {
                max_characters: maxCharacters,
                max_media_attachments: 4,
                characters_reserved_per_url: 23,
              },
              media_attachments: {
                supported_mime_types: ['image/png', 'image/jpeg', 'video/mp4'],
                image_size_limit: 16_777_216,
                video_size_limit: 103_809_024,
                description_limit: 1500,
              },
            },
          },
        }
      case 'POST /api/v1/apps': {
        const app = { client_id: randomUUID(), client_secret: randomUUID() }
        apps.set(app.client_id, { secret: app.client_secret, redirect: String(body.redirect_uris) })
        return { status: 200, json: app }
      }
      case 'GET /api/v1/apps/verify_credentials':
        return { status: 200, json: { name: 'Crier', scopes: ['read', 'write'] } }
      case 'GET /api/v1/accounts/verify_credentials':
        return { status: 200, json: { id: '7', username: 'acme', acct: 'acme', url: `${url}/@acme` } }
      case 'POST /api/v2/media': {
        const file = body.file as { type: string; size: number }
        const made = {
          id: String(media.length + 1),
          description: String(body.description ?? ''),
          type: file.type,
          size: file.size,
          asked: 0,
        }
        media.push(made)
        return { status: 202, json: mediaJson(made.id, null) }
      }
      case 'GET /api/v1/media/:id': {
        const found = media.find((one) => one.id === id)
        if (!found) return gone
        found.asked += 1
        return found.asked < polls
          ? { status: 206, json: mediaJson(id, null) }
          : { status: 200, json: mediaJson(id, `${url}/media/${id}.png`) }
      }
      case 'POST /api/v1/statuses':
        return createStatus(body, asked.headers['idempotency-key'])
      case 'GET /api/v1/statuses/:id':
        return status ? { status: 200, json: statusJson(status) } : gone
      case 'DELETE /api/v1/statuses/:id':
        if (!status) return gone
        statuses.splice(statuses.indexOf(status), 1)
        return { status: 200, json: statusJson(status) }
      case 'GET /api/v1/statuses/:id/source':
        return status ? { status: 200, json: { id, text: status.text, spoiler_text: status.spoiler } } : gone
      case 'GET /api/v1/accounts/:id/statuses':
        return {
          status: 200,
          json: statuses
            .filter(({ id: one }) => Number(one) < Number(query.get('max_id') ?? Number.POSITIVE_INFINITY))
            .toReversed()
            .slice(0, Number(query.get('limit') ?? 20))
            .map(statusJson),
        }
      default:
        return gone
    }
  }

  function createStatus(body: Record<string, Json>, key: unknown): Answer {
    const known = typeof key === 'string' ? byKey.get(key) : undefined
    if (known) return { status: 200, json: statusJson(known) }
    const mediaIds: string[] = body.media_ids ?? []
    const text = String(body.status ?? '')
    if (text === '' && mediaIds.length === 0)
      return { status: 422, json: { error: 'Validation failed: Text can’t be blank' } }
    const length = [...new Intl.Segmenter('en').segment(text.replace(/https?:\/\/\S+/g, 'x'.repeat(23)))]
      .length
    if (length > maxCharacters) {
      return {
        status: 422,
        json: { error: `Validation failed: Text character limit of ${maxCharacters} exceeded` },
      }
    }
    const unready = mediaIds
      .map((id) => media.find((one) => one.id === id))
      .some((one) => !one || one.asked < polls)
    if (unready)
      return {
        status: 422,
        json: { error: 'Cannot attach files that have not finished processing. Try again in a moment!' },
      }
    const status: MastodonStatus = {
      id: String(statuses.length + 1),
      text,
      spoiler: String(body.spoiler_text ?? ''),
      visibility: String(body.visibility ?? 'public'),
      mediaIds,
      replyTo: body.in_reply_to_id ?? null,
      at: Temporal.Instant.fromEpochMilliseconds(clock()).toString(),
      likes: 0,
      shares: 0,
      comments: 0,
    }
    statuses.push(status)
    if (typeof key === 'string') byKey.set(key, status)
    return { status: 200, json: statusJson(status) }
  }

  /** https://docs.joinmastodon.org/methods/oauth/: code with PKCE (S256), a code works once, revoking needs the client. */
  function oauth({ method, path, query, body }: Asked): Answer {
    const form = (body ?? {}) as Record<string, string>
    if (method === 'GET' && path === '/oauth/authorize') {
      const client = query.get('client_id') ?? ''
      const redirect = query.get('redirect_uri') ?? ''
      if (apps.get(client)?.redirect !== redirect || query.get('code_challenge_method') !== 'S256') {
        return { status: 400, json: { error: 'invalid_request' } }
      }
      const code = randomUUID()
      codes.set(code, { client, challenge: query.get('code_challenge') ?? '', redirect })
      const location = new URL(redirect)
      location.searchParams.set('code', code)
      location.searchParams.set('state', query.get('state') ?? '')
      return { status: 302, headers: { location: location.href } }
    }
    const app = apps.get(form.client_id ?? '')
    if (!app || app.secret !== form.client_secret) return { status: 401, json: { error: 'invalid_client' } }
    if (path === '/oauth/revoke') {
      tokens.delete(form.token ?? '')
      return { status: 200, json: {} }
    }
    const code = codes.get(form.code ?? '')
    codes.delete(form.code ?? '')
    const verifier = createHash('sha256')
      .update(form.code_verifier ?? '')
      .digest('base64url')
    if (
      !code ||
      code.client !== form.client_id ||
      code.challenge !== verifier ||
      code.redirect !== form.redirect_uri
    ) {
      return {
        status: 400,
        json: { error: 'invalid_grant', error_description: 'The authorization grant is invalid' },
      }
    }
    const made = randomUUID()
    tokens.add(made)
    return {
      status: 200,
      json: {
        access_token: made,
        token_type: 'Bearer',
        scope: 'read:accounts read:statuses write:statuses write:media',
        created_at: 1,
      },
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    token,
    handle: `@acme@${new URL(url).host}`,
    checked: contract !== undefined,
    mistakes,
    statuses: () => [...statuses],
    media: () => media.map(({ asked: _, ...rest }) => rest),
    engage: (id, counts) => void Object.assign(statuses.find((one) => one.id === id) ?? {}, counts),
    failNext: (path, failure, after = false) => void failures.push({ path, failure, after }),
    forgetKeys: () => byKey.clear(),
    revoke: () => tokens.clear(),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function checkerOf(document: Json) {
  const post = document.paths['/api/v1/statuses'].post
  // The contract says that this header is an object, which no header can be.
  for (const parameter of post.parameters)
    if (parameter.name === 'Idempotency-Key') parameter.schema = { type: 'string' }
  // Closed, so that a field that does not exist is a mistake; a text with media fits two of the kinds, so any will do.
  const { schemas } = document.components
  for (const name of ['TextStatus', 'MediaStatus', 'PollStatus']) {
    const parts = schemas[name].allOf.map((part: Json) =>
      part.$ref ? schemas[part.$ref.split('/').pop()] : part,
    )
    schemas[name] = {
      type: 'object',
      additionalProperties: false,
      required: parts.flatMap((part: Json) => part.required ?? []),
      properties: Object.assign({}, ...parts.map((part: Json) => part.properties)),
    }
  }
  const { schema } = post.requestBody.content['application/json']
  schema.anyOf = schema.oneOf
  delete schema.oneOf
  return openapiCheck(document, PATHS)
}

const mediaJson = (id: string, url: string | null): Json => ({
  id,
  type: 'image',
  url,
  preview_url: url,
  remote_url: null,
  meta: {},
  description: null,
  blurhash: null,
})

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** The contract sees a file as a string. */
const withoutFiles = (body: unknown): unknown =>
  body && typeof body === 'object'
    ? Object.fromEntries(
        Object.entries(body).map(([name, value]) => [name, value instanceof Blob ? '' : value]),
      )
    : body

/** JSON, a form's fields, or a multipart's fields with files as what they are. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const type = request.headers['content-type'] ?? ''
  if (bytes.byteLength === 0) return undefined
  if (type.startsWith('application/json')) return JSON.parse(bytes.toString())
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  return Object.fromEntries(form)
}
