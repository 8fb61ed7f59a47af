import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { createOAuthProvider } from './oauth-provider.ts'
import { contractMissing, type Json, readContract } from './openapi-check.ts'
import { type Answer, type Asked, type StandIn, startStandIn } from './stand-in.ts'

interface YouTubeVideo {
  id: string
  resource: Json
  type: string
  bytes: Buffer
  thumbnail: { type: string; size: number } | null
  statistics: Record<string, string>
}

export interface YouTubeServer extends StandIn {
  mistakes: string[]
  videos: YouTubeVideo[]
  sessions: Map<
    string,
    { resource: Json; type: string; size: number; got: Buffer; video: YouTubeVideo | undefined }
  >
  oauth: ReturnType<typeof createOAuthProvider>
  channels: Json[]
  /** Of the next piece only so many bytes are kept, as when a connection breaks inside the platform. */
  keepOnly: number | undefined
  /** Until Google has audited a project, its videos are private. */
  audited: boolean
}

/** Every piece but the last is a multiple of this: https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol */
const UNIT = 256 * 1024

/** YouTube's Data API on loopback with resumable uploads, checked against Google's own description where that is at hand. */
export async function startYouTube(): Promise<YouTubeServer> {
  const contract = contractMissing('youtube.json') ? undefined : checkerOf(readContract('youtube.json'))
  const oauth = createOAuthProvider({
    authorize: '/o/oauth2/v2/auth',
    token: '/token',
    authentication: 'post',
    pkce: true,
    rotates: false,
    accessLives: 3600,
  })
  const mistakes: string[] = []
  const videos: YouTubeVideo[] = []
  const sessions: YouTubeServer['sessions'] = new Map()
  let made = 0

  const no = (status: number, reason: string, message: string): Answer => ({
    status,
    json: { error: { code: status, message, errors: [{ message, domain: 'youtube', reason }] } },
  })

  function answer(asked: Asked): Answer {
    const { method, path, query, headers, body, bytes } = asked
    if (path === '/revoke') {
      if (oauth.revoked.includes(body.token)) return { status: 400, json: { error: 'invalid_token' } }
      oauth.revoked.push(body.token)
      return { status: 200, json: {} }
    }
    const signingIn = oauth.answer(asked)
    if (signingIn) return signingIn
    if (!oauth.isValid(headers.authorization)) return no(401, 'authError', 'Invalid Credentials')

    if (method === 'PUT') return piece(asked)
    const name = {
      '/upload/youtube/v3/videos': 'videos.insert',
      '/youtube/v3/videos': 'videos.list',
      '/youtube/v3/channels': 'channels.list',
      '/upload/youtube/v3/thumbnails/set': 'thumbnails.set',
    }[path]
    if (!name) return no(404, 'notFound', 'Not Found')
    const wrong = contract?.request(name, method, query, body) ?? []
    if (wrong.length > 0) {
      mistakes.push(`${name}: ${wrong.join('; ')}`)
      return no(400, 'badRequest', wrong.join('; '))
    }
    const given = handle(name, asked)
    const own = given.status === 200 && given.json ? (contract?.answer(name, given.json) ?? []) : []
    if (own.length > 0) mistakes.push(`our own ${name}: ${own.join('; ')}`)
    return given

    function handle(called: string, { query: said }: Asked): Answer {
      const ids = (said.get('id') ?? '').split(',')
      switch (called) {
        case 'channels.list':
          return {
            status: 200,
            json: server.channels.length > 0 ? { items: server.channels } : { pageInfo: {} },
          }
        case 'videos.list':
          return {
            status: 200,
            json: {
              items: videos
                .filter(({ id }) => ids.includes(id))
                .map(({ id, statistics }) => ({ id, statistics })),
            },
          }
        case 'thumbnails.set': {
          const video = videos.find(({ id }) => id === said.get('videoId'))
          if (!video) return no(404, 'videoNotFound', 'The video cannot be found')
          video.thumbnail = { type: String(headers['content-type']), size: bytes.byteLength }
          return { status: 200, json: { items: [{}] } }
        }
        default:
          return begin(asked)
      }
    }
  }

  /** What the description leaves out: https://developers.google.com/youtube/v3/docs/videos#properties */
  function begin({ query, headers, body }: Asked): Answer {
    if (query.get('uploadType') !== 'resumable') return no(400, 'badRequest', 'This is no resumable upload')
    const { title = '', description = '', tags = [] } = body.snippet
    if (title === '' || [...title].length > 100 || /[<>]/.test(title)) {
      return no(400, 'invalidTitle', 'The request metadata specifies an invalid or empty video title.')
    }
    if (Buffer.byteLength(description) > 5000 || /[<>]/.test(description)) {
      return no(400, 'invalidDescription', 'The request metadata specifies an invalid video description.')
    }
    if (tags.join(',').length > 500)
      return no(400, 'invalidTags', 'The request metadata specifies invalid video keywords.')
    const id = String(++made)
    sessions.set(id, {
      resource: body,
      type: String(headers['x-upload-content-type']),
      size: Number(headers['x-upload-content-length']),
      got: Buffer.alloc(0),
      video: undefined,
    })
    return {
      status: 200,
      headers: { location: `${server.url}/upload/youtube/v3/videos?uploadType=resumable&upload_id=${id}` },
    }
  }

  function piece({ query, headers, bytes }: Asked): Answer {
    const session = sessions.get(query.get('upload_id') ?? '')
    if (!session) return no(404, 'notFound', 'The upload session is gone')
    const range = String(headers['content-range'])
    const unfinished = (): Answer => ({
      status: 308,
      headers: session.got.byteLength > 0 ? { range: `bytes=0-${session.got.byteLength - 1}` } : {},
    })
    const finished = (video: YouTubeVideo): Answer => ({
      status: 201,
      json: {
        kind: 'youtube#video',
        id: video.id,
        status: { privacyStatus: video.resource.status.privacyStatus, uploadStatus: 'uploaded' },
      },
    })
    if (session.video) return finished(session.video)
    if (range === `bytes */${session.size}`) return unfinished()
    const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range) ?? []
    const wrong =
      Number(size) !== session.size ||
      Number(from) !== session.got.byteLength ||
      Number(to) - Number(from) + 1 !== bytes.byteLength ||
      (Number(to) + 1 < session.size && bytes.byteLength % UNIT !== 0)
    if (wrong) {
      mistakes.push(`a piece that does not fit: ${range}, with ${session.got.byteLength} there`)
      return no(400, 'badRequest', 'Invalid Content-Range')
    }
    session.got = Buffer.concat([session.got, bytes.subarray(0, server.keepOnly ?? bytes.byteLength)])
    server.keepOnly = undefined
    if (session.got.byteLength < session.size) return unfinished()
    const resource = server.audited
      ? session.resource
      : { ...session.resource, status: { ...session.resource.status, privacyStatus: 'private' } }
    const id = `video-${++made}`
    session.video = {
      id,
      resource,
      type: session.type,
      bytes: session.got,
      thumbnail: null,
      statistics: { viewCount: '0', likeCount: '0', commentCount: '0' },
    }
    videos.push(session.video)
    return finished(session.video)
  }

  const standIn = await startStandIn(answer)
  const server: YouTubeServer = Object.assign(standIn, {
    mistakes,
    videos,
    sessions,
    oauth,
    channels: [{ id: 'UCacme', snippet: { title: 'Acme films', customUrl: '@acme' } }],
    keepOnly: undefined,
    audited: true,
  })
  return server
}

/** Google's discovery document as JSON Schema (closed objects), and each method's parameters. */
function checkerOf(document: Json) {
  const convert = (schema: Json): Json => {
    if (schema.$ref) return { $ref: `#/$defs/${schema.$ref}` }
    const kept = Object.fromEntries(
      ['type', 'enum', 'format', 'pattern'].flatMap((key) =>
        schema[key] === undefined || schema[key] === 'any' ? [] : [[key, schema[key]]],
      ),
    )
    return {
      ...kept,
      ...(schema.items ? { items: convert(schema.items) } : {}),
      ...(schema.properties
        ? {
            properties: Object.fromEntries(
              Object.entries<Json>(schema.properties).map(([name, one]) => [name, convert(one)]),
            ),
            additionalProperties: schema.additionalProperties ? convert(schema.additionalProperties) : false,
          }
        : {}),
    }
  }
  const $defs = Object.fromEntries(
    Object.entries<Json>(document.schemas).map(([name, schema]) => [name, convert(schema)]),
  )
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: {
      uint64: /^\d+$/,
      int64: /^-?\d+$/,
      uint32: true,
      int32: true,
      'google-datetime': true,
      float: true,
      double: true,
      byte: true,
    },
  })
  ;((formats as Json).default ?? formats)(ajv)
  const methodOf = (name: string): Json => {
    const [resource = '', method = ''] = name.split('.')
    return document.resources[resource].methods[method]
  }
  const check = (ref: string | undefined, value: unknown): string[] => {
    if (!ref) return []
    const validate = ajv.compile({ $defs, $ref: `#/$defs/${ref}` })
    return validate(value)
      ? []
      : (validate.errors ?? []).map(
          (one) => `${one.instancePath} ${one.message} ${JSON.stringify(one.params)}`,
        )
  }
  return {
    request(name: string, method: string, query: URLSearchParams, body: unknown): string[] {
      const { parameters, request, httpMethod } = methodOf(name)
      const known = { ...document.parameters, ...parameters }
      return [
        ...(httpMethod === method ? [] : [`${method} is not ${httpMethod}`]),
        ...Object.entries<Json>(parameters).flatMap(([key, one]) =>
          one.required && !query.has(key) ? [`${key} is required`] : [],
        ),
        ...[...query.keys()].flatMap((key) => (known[key] ? [] : [`${key} is no parameter`])),
        ...check(request?.$ref, body),
      ]
    },
    answer: (name: string, body: unknown): string[] => check(methodOf(name).response?.$ref, body),
  }
}
