import { createOAuthProvider } from './oauth-provider.ts'
import { contractMissing, type Json, openapiCheck, readContract } from './openapi-check.ts'
import { type Answer, type Asked, type StandIn, startStandIn } from './stand-in.ts'

const PATHS = [
  '/user_account',
  '/boards',
  '/boards/{board_id}/pins',
  '/boards/{board_id}/sections/{section_id}/pins',
  '/pins',
  '/pins/{pin_id}',
  '/pins/{pin_id}/analytics',
  '/media',
  '/media/{media_id}',
]

interface PinterestPin {
  id: string
  body: Json
  at: number
}

export interface PinterestServer extends StandIn {
  mistakes: string[]
  pins: PinterestPin[]
  media: Map<string, { file: { type: string; size: number } | undefined; asked: number; status?: string }>
  boards: { id: string; name: string; privacy: string }[]
  oauth: ReturnType<typeof createOAuthProvider>
  analytics: Map<string, Json>
}

/**
 * Pinterest's API v5 on loopback: it refuses what Pinterest refuses. The limits are those of its own description
 * (https://github.com/pinterest/api-description, v5/openapi.json), which checks every request as well where it is at hand.
 *
 * @param page how many Pins a page has at the most, to try what follows
 */
export async function startPinterest(clock: () => number, page = 250): Promise<PinterestServer> {
  const contract = contractMissing('pinterest.json')
    ? undefined
    : openapiCheck(corrected(readContract('pinterest.json')), PATHS)
  const oauth = createOAuthProvider({
    authorize: '/oauth/',
    token: '/oauth/token',
    revoke: '/oauth/token/revoke',
    authentication: 'basic',
    pkce: false,
    rotates: true,
    accessLives: 2_592_000,
  })
  const mistakes: string[] = []
  const pins: PinterestPin[] = []
  const media: PinterestServer['media'] = new Map()
  const analytics = new Map<string, Json>()
  let made = 9_000

  const no = (status: number, code: number, message: string): Answer => ({ status, json: { code, message } })
  const mistake = (message: string): Answer => {
    mistakes.push(message)
    return no(400, 1, message)
  }

  function answer(asked: Asked): Answer {
    const { method, path, headers } = asked
    if (path === '/bucket') return bucket(asked)
    const signingIn = oauth.answer(asked)
    if (signingIn) return signingIn
    if (!oauth.isValid(headers.authorization)) return no(401, 2, 'Authentication failed.')
    const wrong = contract?.request(asked) ?? []
    if (wrong.length > 0) return mistake(`${method} ${path}: ${wrong.join('; ')}`)
    const given = handle(asked)
    const own = given.status < 300 ? (contract?.answer(method, path, given.status, given.json) ?? []) : []
    if (own.length > 0) mistakes.push(`our own ${method} ${path}: ${own.join('; ')}`)
    return given
  }

  function handle({ method, path, query, body }: Asked): Answer {
    const [, id = ''] = /^\/(?:pins|media|boards)\/(\d+)/.exec(path) ?? []
    const pin = pins.find((one) => one.id === id)
    const upload = media.get(id)
    switch (`${method} ${path.replace(/\d+/g, ':id')}`) {
      case 'GET /user_account':
        return { status: 200, json: { username: 'acme', account_type: 'BUSINESS' } }
      case 'GET /boards': {
        // Two pages, since bookmarks are easily forgotten.
        const [first, ...others] = server.boards
        const items = query.has('bookmark') ? others : first ? [first] : []
        const more = !query.has('bookmark') && others.length > 0
        return { status: 200, json: { items, bookmark: more ? 'next' : null } }
      }
      case 'POST /pins':
        return create(body)
      case 'DELETE /pins/:id':
        if (!pin) return no(404, 50, 'Pin not found.')
        pins.splice(pins.indexOf(pin), 1)
        return { status: 204 }
      case 'GET /boards/:id/sections/:id/pins':
      case 'GET /boards/:id/pins': {
        const [, section] = /sections\/(\d+)/.exec(path) ?? []
        if (section === '404') return no(404, 2031, 'Board section not found.')
        const from = Number(query.get('bookmark') ?? 0)
        const size = Math.min(page, Number(query.get('page_size') ?? 25))
        const on = pins.filter((one) => one.body.board_id === id && one.body.board_section_id === section)
        const items = on.slice(from, from + size).map(listed)
        return {
          status: 200,
          json: { items, bookmark: from + size < on.length ? String(from + size) : null },
        }
      }
      case 'GET /pins/:id/analytics': {
        // "Cannot be more than 90 days back from today."
        const days = (clock() - Date.parse(query.get('start_date') ?? '')) / 86_400_000
        if (!(days <= 90)) return mistake('start_date is more than 90 days back')
        const all = analytics.get(id)
        return all ? { status: 200, json: { all } } : no(404, 50, 'Pin not found.')
      }
      case 'POST /media': {
        if (body.media_type !== 'video') return mistake('media_type is video')
        const media_id = String(++made)
        media.set(media_id, { file: undefined, asked: 0 })
        const upload_parameters = {
          key: `uploads/${media_id}`,
          policy: 'policy-of-the-bucket',
          'x-amz-signature': 'signature-of-the-bucket',
        }
        return {
          status: 201,
          json: { media_id, media_type: 'video', upload_url: `${server.url}/bucket`, upload_parameters },
        }
      }
      case 'GET /media/:id': {
        if (!upload) return no(404, 50, 'Media not found.')
        upload.asked += 1
        return { status: 200, json: { media_id: id, media_type: 'video', status: stateOf(upload) } }
      }
      default:
        return no(404, 50, 'Not found')
    }
  }

  const stateOf = ({ status, file, asked }: { status?: string; file: unknown; asked: number }): string =>
    status ?? (file ? (asked > 1 ? 'succeeded' : 'processing') : 'registered')

  /** A form POST to S3: the policy's fields come before the file, and a bearer token beside them is refused. */
  function bucket({ headers, body }: Asked): Answer {
    const names = Object.keys(body ?? {})
    if (headers.authorization) return mistake('Only one auth mechanism allowed')
    if (names.at(-1) !== 'file' || body['x-amz-signature'] !== 'signature-of-the-bucket') {
      return mistake(`the bucket's form does not fit: ${names}`)
    }
    const upload = media.get(String(body.key).replace('uploads/', ''))
    if (!upload) return no(403, 0, 'The policy has ended')
    upload.file = { type: body.file.type, size: body.file.size }
    return { status: 204 }
  }

  function create(body: Json): Answer {
    const { board_id, title, description, link, alt_text, media_source: source } = body
    // PinCreate: the greatest lengths.
    for (const [name, value, most] of [
      ['title', title, 100],
      ['description', description, 800],
      ['link', link, 2048],
      ['alt_text', alt_text, 500],
    ]) {
      if (value !== undefined && [...value].length > most) return no(400, 1, `${name} is longer than ${most}`)
    }
    if (!server.boards.some(({ id }) => id === board_id)) return no(404, 40, 'Board not found.')
    const images: Json[] =
      source.source_type === 'multiple_image_base64'
        ? source.items
        : source.source_type === 'image_base64'
          ? [source]
          : []
    // ContentType, and the items of PinMediaSourceImagesBase64.
    if (
      images.some(
        ({ content_type, data }) =>
          !['image/jpeg', 'image/png'].includes(content_type) || !/^[a-zA-Z0-9+/=]+$/.test(data),
      )
    ) {
      return mistake('an image is no base64 of a JPEG or PNG')
    }
    if (source.items && (source.items.length < 2 || source.items.length > 5))
      return mistake('a carousel has 2 to 5 images')
    if (source.source_type === 'video_id') {
      const upload = media.get(source.media_id)
      if (!upload || stateOf(upload) !== 'succeeded') return no(400, 1, 'The media is not ready')
      const covers = ['cover_image_url', 'cover_image_data', 'cover_image_key_frame_time'].filter(
        (name) => source[name] !== undefined,
      )
      if (covers.length !== 1) return mistake('a video has one cover')
    }
    const pin = { id: String(++made), body, at: clock() }
    pins.push(pin)
    return { status: 201, json: listed(pin) }
  }

  const listed = ({ id, body: { media_source: _, ...words }, at }: PinterestPin): Json => ({
    id,
    ...words,
    created_at: contract
      ? Temporal.Instant.fromEpochMilliseconds(at).toString()
      : Temporal.Instant.fromEpochMilliseconds(at).toString().replace('Z', ''),
  })

  const standIn = await startStandIn(answer)
  const server: PinterestServer = Object.assign(standIn, {
    mistakes,
    pins,
    media,
    boards: [
      { id: '549755885175', name: 'Kettles', privacy: 'PUBLIC' },
      { id: '549755885176', name: 'Teapots', privacy: 'PUBLIC' },
    ],
    oauth,
    analytics,
  })
  return server
}

/** The description marks `allOf` as nullable, which ajv takes beside a type only, and its `oneOf` overlap: some numbers are of both kinds of Pin. */
function corrected(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(corrected)
  if (typeof schema !== 'object' || schema === null) return schema
  const { nullable, oneOf, ...others } = Object.fromEntries(
    Object.entries(schema).map(([key, one]) => [key, corrected(one)]),
  )
  const rest = oneOf === undefined ? others : { ...others, anyOf: oneOf }
  if (nullable !== true) return nullable === undefined ? rest : { ...rest, nullable }
  return rest.type === undefined ? { anyOf: [rest, { type: 'null' }] } : { ...rest, nullable }
}
