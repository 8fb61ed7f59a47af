import { createOAuthProvider } from './oauth-provider.ts'
import { contractMissing, type Json, openapiCheck, readContract } from './openapi-check.ts'
import { type Answer, type Asked, type StandIn, startStandIn } from './stand-in.ts'

const PATHS = [
  '/2/tweets',
  '/2/tweets/{id}',
  '/2/users/me',
  '/2/users/{id}/tweets',
  '/2/media/upload',
  '/2/media/upload/initialize',
  '/2/media/upload/{id}/append',
  '/2/media/upload/{id}/finalize',
  '/2/media/metadata',
]

interface XPost {
  id: string
  /** As X gives it back: HTML's own characters escaped, links shortened. */
  text: string
  links: { url: string; expanded_url: string }[]
  body: Json
  at: number
  metrics: Record<string, number>
  clicks: number
}

export interface XServer extends StandIn {
  mistakes: string[]
  posts: XPost[]
  media: Map<
    string,
    {
      type: string
      category: string
      total: number
      sizes: number[]
      finalized: boolean
      polls: number
      alt: string
    }
  >
  oauth: ReturnType<typeof createOAuthProvider>
  /** Forgets an upload, as X does after a day. */
  forget(id: string): void
}

/** The API of X on loopback, checked against its own contract where that is at hand. @param polls how often a video is asked about until it is ready */
export async function startX(clock: () => number, polls = 2): Promise<XServer> {
  const contract = contractMissing('x.json') ? undefined : openapiCheck(readContract('x.json'), PATHS)
  const oauth = createOAuthProvider({
    authorize: '/2/oauth2/authorize',
    token: '/2/oauth2/token',
    revoke: '/2/oauth2/revoke',
    authentication: 'basic',
    pkce: true,
    rotates: true,
    accessLives: 7200,
    dead: { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
  })
  const mistakes: string[] = []
  const posts: XPost[] = []
  const media: XServer['media'] = new Map()
  let made = 0

  const no = (status: number, title: string, detail: string, type = 'about:blank'): Answer => ({
    status,
    json: { title, status, detail, type },
  })
  const invalid = (detail: string): Answer =>
    no(400, 'Invalid Request', detail, 'https://api.x.com/2/problems/invalid-request')

  function answer(asked: Asked): Answer {
    const { method, path } = asked
    const signingIn = oauth.answer(asked)
    if (signingIn) return signingIn
    if (!oauth.isValid(asked.headers.authorization)) return no(401, 'Unauthorized', 'Unauthorized')
    const wrong = contract?.request({ ...asked, body: asJson(asked) }) ?? []
    if (wrong.length > 0) {
      mistakes.push(`${method} ${path}: ${wrong.join('; ')}`)
      return invalid(wrong.join('; '))
    }
    const given = handle(asked)
    const own = given.status < 300 ? (contract?.answer(method, path, given.status, given.json) ?? []) : []
    if (own.length > 0) mistakes.push(`our own ${method} ${path}: ${own.join('; ')}`)
    return given
  }

  function handle({ method, path, query, body }: Asked): Answer {
    const [, upload = ''] = /^\/2\/media\/upload\/(\d+)\//.exec(path) ?? []
    const file = media.get(upload)
    switch (`${method} ${path.replace(/(?<=tweets|users|upload)\/\d+/, '/:id')}`) {
      case 'GET /2/users/me':
        return { status: 200, json: { data: { id: '7', username: 'acme', name: 'Acme' } } }
      case 'POST /2/tweets':
        return create(body)
      case 'DELETE /2/tweets/:id': {
        const at = posts.findIndex(({ id }) => path.endsWith(id))
        if (at < 0) return no(404, 'Not Found Error', 'Could not find tweet')
        posts.splice(at, 1)
        return { status: 200, json: { data: { deleted: true } } }
      }
      case 'GET /2/users/:id/tweets': {
        const since = Date.parse(query.get('start_time') ?? '1970-01-01')
        const data = posts.filter(({ at }) => at >= since).toReversed()
        return {
          status: 200,
          json: {
            ...(data.length > 0 ? { data: data.map(listed) } : {}),
            meta: { result_count: data.length },
          },
        }
      }
      case 'GET /2/tweets': {
        const ids = (query.get('ids') ?? '').split(',')
        const own = (query.get('post.fields') ?? '').includes('non_public_metrics')
        const data = posts
          .filter(({ id }) => ids.includes(id))
          .map((post) => ({
            id: post.id,
            text: post.text,
            public_metrics: post.metrics,
            ...(own ? { non_public_metrics: { url_link_clicks: post.clicks } } : {}),
          }))
        return { status: 200, json: data.length > 0 ? { data } : {} }
      }
      case 'POST /2/media/upload/initialize': {
        const id = String(1_900_000_000_000_000_000n + BigInt(++made))
        media.set(id, {
          type: body.media_type,
          category: body.media_category,
          total: body.total_bytes,
          sizes: [],
          finalized: false,
          polls: 0,
          alt: '',
        })
        return { status: 200, json: { data: { id, media_key: `3_${id}`, expires_after_secs: 86_400 } } }
      }
      case 'POST /2/media/upload/:id/append':
        if (!file) return no(410, 'Gone', 'The media upload session is gone')
        if (Number(body.segment_index) !== file.sizes.length) return invalid('The segments are out of order')
        file.sizes.push(body.media.size)
        return { status: 200, json: { data: { expires_at: Math.floor(clock() / 1000) + 86_400 } } }
      case 'POST /2/media/upload/:id/finalize':
        if (!file) return no(410, 'Gone', 'The media upload session is gone')
        if (file.sizes.reduce((sum, size) => sum + size, 0) !== file.total)
          return invalid('The file is not whole')
        file.finalized = true
        return { status: 200, json: { data: stateOf(upload, file) } }
      case 'GET /2/media/upload': {
        const asked = media.get(query.get('media_id') ?? '')
        if (!asked) return no(410, 'Gone', 'The media upload session is gone')
        asked.polls += 1
        return { status: 200, json: { data: stateOf(query.get('media_id') ?? '', asked) } }
      }
      case 'POST /2/media/metadata': {
        const described = media.get(body.id)
        if (!described) return invalid('There is no such media')
        described.alt = body.metadata.alt_text.text
        return { status: 200, json: { data: { id: body.id } } }
      }
      default:
        return no(404, 'Not Found', 'Not Found')
    }
  }

  const stateOf = (id: string, { type, polls: asked }: { type: string; polls: number }): Json => ({
    id,
    media_key: `3_${id}`,
    ...(type.startsWith('video/')
      ? {
          processing_info:
            asked < polls ? { state: 'in_progress', check_after_secs: 0 } : { state: 'succeeded' },
        }
      : {}),
  })

  function create(body: Json): Answer {
    const ids: string[] = body.media?.media_ids ?? []
    const ready = ids.every((id) => {
      const file = media.get(id)
      return file?.finalized && (!file.type.startsWith('video/') || file.polls >= polls)
    })
    // X answers so while a file is not worked through, or is gone.
    if (!ready) return invalid('Your media IDs are invalid.')
    const replyTo = body.reply?.in_reply_to_tweet_id
    if (replyTo && !posts.some(({ id }) => id === replyTo))
      return no(403, 'Forbidden', 'You attempted to reply to a Tweet that is deleted or not visible to you.')
    if (posts.some((one) => one.body.text === body.text && body.text !== '')) {
      return no(403, 'Forbidden', 'You are not allowed to create a Tweet with duplicate content.')
    }
    const links: XPost['links'] = []
    const shortened = String(body.text).replace(/https?:\/\/[^\s)]+/g, (link) => {
      const url = `https://t.co/${'abcdefghij'.slice(0, 9)}${links.length}`
      links.push({ url, expanded_url: link })
      return url
    })
    if (ids.length > 0)
      links.push({ url: 'https://t.co/mediamedia', expanded_url: 'https://x.com/acme/status/1/photo/1' })
    const text = `${shortened.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}${ids.length > 0 ? ' https://t.co/mediamedia' : ''}`
    const id = String((BigInt(clock() - 1_288_834_974_657) << 22n) + BigInt(++made))
    const metrics = {
      repost_count: 0,
      reply_count: 0,
      like_count: 0,
      quote_count: 0,
      bookmark_count: 0,
      impression_count: 0,
    }
    posts.push({ id, text, links, body, at: clock(), metrics, clicks: 0 })
    return { status: 201, json: { data: { id, text } } }
  }

  const listed = ({ id, text, links, at, body }: XPost): Json => ({
    id,
    text,
    created_at: Temporal.Instant.fromEpochMilliseconds(at).toString(),
    entities: { urls: links.map((link, index) => ({ ...link, start: index, end: index + 1 })) },
    ...(body.media
      ? { attachments: { media_keys: body.media.media_ids.map((one: string) => `3_${one}`) } }
      : {}),
  })

  const standIn = await startStandIn(answer)
  return Object.assign(standIn, {
    mistakes,
    posts,
    media,
    oauth,
    forget: (id: string) => void media.delete(id),
  })
}

/** The contract sees a form's numbers as numbers and its file as a string. */
function asJson({ headers, body }: Asked): Json {
  if (!String(headers['content-type'] ?? '').startsWith('multipart/')) return body
  return Object.fromEntries(
    Object.entries<Json>(body).map(([name, value]) => [
      name,
      value instanceof Blob ? 'bytes' : /^\d+$/.test(value) ? Number(value) : value,
    ]),
  )
}
