import { createOAuthProvider } from './oauth-provider.ts'
import type { Json } from './openapi-check.ts'
import { type Answer, type Asked, type StandIn, startStandIn } from './stand-in.ts'

interface LinkedInPost {
  urn: string
  body: Json
  /** What readers see: the little text read as LinkedIn reads it. */
  shown: string
  at: number
}

interface LinkedInAsset {
  owner: string
  kind: string
  size: number
  /** Of a video, by piece. */
  pieces: number[]
  finalized: boolean
  asked: number
}

export interface LinkedInServer extends StandIn {
  mistakes: string[]
  posts: LinkedInPost[]
  assets: Map<string, LinkedInAsset>
  oauth: ReturnType<typeof createOAuthProvider>
  /** Versions that are served now. */
  versions: string[]
  statistics: Map<string, Json>
  /** Has the app the Community Management API? */
  approved: boolean
}

const PIECE = 4_194_304
const POST_FIELDS = [
  'author',
  'commentary',
  'visibility',
  'distribution',
  'content',
  'lifecycleState',
  'isReshareDisabledByAuthor',
]

/**
 * LinkedIn's REST API on loopback, written from its documentation: it refuses what LinkedIn refuses, and cuts what LinkedIn
 * cuts. Sources beside each check; LI stands for https://learn.microsoft.com/linkedin/marketing/community-management/shares.
 */
export async function startLinkedIn(clock: () => number): Promise<LinkedInServer> {
  const oauth = createOAuthProvider({
    authorize: '/oauth/v2/authorization',
    token: '/oauth/v2/accessToken',
    revoke: '/oauth/v2/revoke',
    authentication: 'post',
    // LinkedIn has no PKCE for standard apps, and refresh tokens for approved partners only: LI/../../shared/authentication/programmatic-refresh-tokens
    pkce: false,
    rotates: false,
    refreshes: false,
    accessLives: 5_184_000,
  })
  const mistakes: string[] = []
  const posts: LinkedInPost[] = []
  const assets = new Map<string, LinkedInAsset>()
  const statistics = new Map<string, Json>()
  let made = 7_000

  const no = (status: number, code: string, message: string): Answer => ({
    status,
    json: { status, code, message },
  })
  const mistake = (status: number, code: string, message: string): Answer => {
    mistakes.push(message)
    return no(status, code, message)
  }

  function answer(asked: Asked): Answer {
    const { method, path, headers, bytes } = asked
    const signingIn = oauth.answer(asked)
    if (signingIn) return signingIn
    if (!oauth.isValid(headers.authorization)) return no(401, 'INVALID_ACCESS_TOKEN', 'Invalid access token')
    if (path === '/v2/userinfo') return { status: 200, json: { sub: 'AbC-12_3', name: 'Ada Acme' } }
    const [, upload = '', piece = ''] = /^\/upload\/([^/]+)\/(\d+)$/.exec(path) ?? []
    if (method === 'PUT') {
      const asset = assets.get(decodeURIComponent(upload))
      if (!asset) return no(403, 'FORBIDDEN', 'The upload address has ended')
      asset.pieces[Number(piece)] = bytes.byteLength
      // LI/videos-api: each part answers with an ETag, which finalizing needs.
      return { status: 201, headers: { etag: `etag-${piece}` } }
    }
    // LI/posts-api: "All APIs require the request header LinkedIn-Version: {Version in YYYYMM format}" and X-Restli-Protocol-Version: 2.0.0.
    if (headers['x-restli-protocol-version'] !== '2.0.0')
      return mistake(400, 'ILLEGAL_ARGUMENT', 'X-Restli-Protocol-Version is missing')
    const version = String(headers['linkedin-version'] ?? '')
    if (version === '') return mistake(400, 'VERSION_MISSING', 'A version must be present')
    if (!server.versions.includes(version))
      return no(426, 'NONEXISTENT_VERSION', `Requested version ${version} is not active`)
    return rest(asked)
  }

  function rest(asked: Asked): Answer {
    const { method, path, raw, query, headers, body } = asked
    const urn = decodeURIComponent(path.split('/').at(-1) ?? '')
    const kind = /^\/rest\/(images|videos|documents)/.exec(path)?.[1]
    if (kind && method === 'POST')
      return query.get('action') === 'initializeUpload' ? begin(kind, body) : finalize(body)
    if (kind) {
      const asset = assets.get(urn)
      if (!asset) return no(404, 'NOT_FOUND', 'There is no such asset')
      asset.asked += 1
      return {
        status: 200,
        json: { id: urn, owner: asset.owner, status: isAvailable(asset) ? 'AVAILABLE' : 'PROCESSING' },
      }
    }
    switch (`${method} ${path.replace(/\/urn.*/, '/:urn').replace(/\/\d+$/, '/:id')}`) {
      case 'GET /rest/organizationAcls':
        return server.approved
          ? {
              status: 200,
              json: { elements: [{ organization: 'urn:li:organization:77', role: query.get('role') }] },
            }
          : no(403, 'ACCESS_DENIED', 'Not enough permissions to access: organizationAcls')
      case 'GET /rest/organizations/:id':
        return { status: 200, json: { localizedName: 'Acme', vanityName: 'acme' } }
      case 'POST /rest/posts':
        return create(body)
      case 'DELETE /rest/posts/:urn': {
        // LI/posts-api: deletes are idempotent.
        const at = posts.findIndex((one) => one.urn === urn)
        if (at >= 0) posts.splice(at, 1)
        return { status: 204 }
      }
      case 'GET /rest/posts': {
        // LI/posts-api: finding by author takes X-RestLi-Method: FINDER, and r_member_social is closed.
        if (headers['x-restli-method'] !== 'FINDER')
          return mistake(400, 'ILLEGAL_ARGUMENT', 'X-RestLi-Method is missing')
        const author = query.get('author') ?? ''
        if (!author.includes(':organization:') || !server.approved)
          return no(403, 'ACCESS_DENIED', 'Not enough permissions to access: posts.FINDER-author')
        const elements = posts
          .filter((one) => one.body.author === author)
          .toReversed()
          .slice(0, Number(query.get('count')))
          .map((one) => ({
            id: one.urn,
            commentary: one.body.commentary,
            ...(one.body.content ? { content: one.body.content } : {}),
            publishedAt: one.at,
            lifecycleState: 'PUBLISHED',
          }))
        return { status: 200, json: { elements } }
      }
      case 'GET /rest/organizationalEntityShareStatistics': {
        // Rest.li 2.0: the brackets and commas of a list are bare, what is inside is encoded.
        const [, list = ''] = /&(?:shares|ugcPosts)=List\(([^()]*)\)$/.exec(raw) ?? []
        if (list === '' || list.includes(':'))
          return mistake(400, 'ILLEGAL_ARGUMENT', `not a Rest.li list: ${raw}`)
        const elements = list
          .split(',')
          .map(decodeURIComponent)
          .flatMap((one) =>
            statistics.has(one)
              ? [
                  {
                    [one.includes('ugcPost') ? 'ugcPost' : 'share']: one,
                    totalShareStatistics: statistics.get(one),
                  },
                ]
              : [],
          )
        return { status: 200, json: { elements } }
      }
      default:
        return no(404, 'RESOURCE_NOT_FOUND', `No virtual resource found for ${path}`)
    }
  }

  const isAvailable = ({ kind, pieces, size, finalized, asked }: LinkedInAsset): boolean => {
    const whole = pieces.reduce((sum, one) => sum + one, 0) === size || kind !== 'videos'
    return pieces.length > 0 && whole && (kind !== 'videos' || finalized) && asked > 1
  }

  /** LI/images-api, LI/videos-api, LI/documents-api */
  function begin(kind: string, { initializeUploadRequest: request }: Json): Answer {
    const name = kind.slice(0, -1)
    const urn = `urn:li:${name}:C4E${++made}`
    const known =
      kind === 'videos' ? ['owner', 'fileSizeBytes', 'uploadCaptions', 'uploadThumbnail'] : ['owner']
    for (const key of Object.keys(request))
      if (!known.includes(key))
        return mistake(400, 'ILLEGAL_ARGUMENT', `${key} is no field of initializeUpload`)
    assets.set(urn, {
      owner: request.owner,
      kind,
      size: request.fileSizeBytes ?? 0,
      pieces: [],
      finalized: false,
      asked: 0,
    })
    const to = `${server.url}/upload/${encodeURIComponent(urn)}`
    if (kind !== 'videos')
      return {
        status: 200,
        json: { value: { uploadUrlExpiresAt: clock() + 3_600_000, uploadUrl: `${to}/0`, [name]: urn } },
      }
    const count = Math.ceil(request.fileSizeBytes / PIECE)
    return {
      status: 200,
      json: {
        value: {
          uploadUrlsExpireAt: clock() + 3_600_000,
          video: urn,
          uploadToken: 'token-of-the-upload',
          uploadInstructions: Array.from({ length: count }, (_, index) => ({
            uploadUrl: `${to}/${index}`,
            firstByte: index * PIECE,
            lastByte: Math.min((index + 1) * PIECE, request.fileSizeBytes) - 1,
          })),
        },
      },
    }
  }

  function finalize({ finalizeUploadRequest: { video, uploadToken, uploadedPartIds } }: Json): Answer {
    const asset = assets.get(video)
    const tags = asset?.pieces.map((_, index) => `etag-${index}`)
    if (
      !asset ||
      uploadToken !== 'token-of-the-upload' ||
      JSON.stringify(tags) !== JSON.stringify(uploadedPartIds)
    ) {
      return mistake(400, 'ILLEGAL_ARGUMENT', `the parts do not fit: ${JSON.stringify(uploadedPartIds)}`)
    }
    asset.finalized = true
    return { status: 200 }
  }

  function create(body: Json): Answer {
    for (const key of Object.keys(body))
      if (!POST_FIELDS.includes(key))
        return mistake(422, 'UNPROCESSABLE', `ERROR :: /${key} :: unrecognized field`)
    for (const key of POST_FIELDS)
      if (body[key] === undefined && key !== 'content')
        return mistake(422, 'UNPROCESSABLE', `ERROR :: /${key} :: field is required`)
    const { author, commentary, content } = body
    if (author.includes(':organization:') && !server.approved)
      return no(403, 'ACCESS_DENIED', 'Unpermitted fields present in REQUEST_BODY: author')
    if (author.includes(':organization:') && body.visibility !== 'PUBLIC')
      return no(422, 'UNPROCESSABLE', 'Organizations post publicly')
    const { shown, bare } = readLittleText(commentary)
    // LI/little-text-format: reserved characters have to be escaped; bare brackets silently cut the post.
    if (bare) mistakes.push(`a reserved character is bare: ${commentary}`)
    if (shown.length > 3000) return no(422, 'UNPROCESSABLE', 'commentary is longer than 3000')
    const wrong = content && contentMistake(content)
    if (wrong) return mistake(422, 'UNPROCESSABLE', wrong)
    const same = posts.find(
      (one) =>
        one.body.author === author &&
        one.body.commentary === commentary &&
        JSON.stringify(one.body.content) === JSON.stringify(content),
    )
    if (same) return no(422, 'UNPROCESSABLE', `Content is a duplicate of ${same.urn}`)
    const urn = `urn:li:share:${++made}`
    posts.push({ urn, body, shown, at: clock() })
    return { status: 201, headers: { 'x-restli-id': urn } }
  }

  /** LI/posts-api, LI/multiimage-post-api */
  function contentMistake(content: Json): string | undefined {
    const [kind, ...others] = Object.keys(content)
    if (others.length > 0) return 'A post has one kind of content'
    const usable = (id: string): boolean => {
      const asset = assets.get(id)
      return asset !== undefined && isAvailable(asset)
    }
    const { media, multiImage, article } = content
    if (kind === 'media') return usable(media.id) ? undefined : `${media.id} is not available`
    if (kind === 'multiImage') {
      const images: Json[] = multiImage.images
      if (images.length < 2 || images.length > 20) return 'A multi-image post has 2 to 20 images'
      return images.every(({ id }) => usable(id)) ? undefined : 'An image is not available'
    }
    if (kind === 'article') {
      if (!article.source || !article.title) return 'An article needs its source and title'
      return article.thumbnail === undefined || usable(article.thumbnail)
        ? undefined
        : 'The thumbnail is not available'
    }
    return `${kind} is no content`
  }

  const standIn = await startStandIn(answer)
  const server: LinkedInServer = Object.assign(standIn, {
    mistakes,
    posts,
    assets,
    oauth,
    versions: ['202602', '202603', '202604'],
    statistics,
    approved: true,
  })
  return server
}

/** The grammar of LI/little-text-format: templates, mentions, escapes; everything else that is reserved is a mistake. */
function readLittleText(commentary: string): { shown: string; bare: boolean } {
  let shown = ''
  let rest = commentary
  while (rest !== '') {
    const part =
      /^\{hashtag\|\\#\|((?:\\.|[^\\|{}@[\]()<>#*_~])+)\}/u.exec(rest) ??
      /^@\[([^\]]+)\]\(urn:li:(?:organization|person):[\w-]+\)/u.exec(rest) ??
      /^\\([\\|{}@[\]()<>#*_~])/u.exec(rest) ??
      /^([^\\|{}@[\]()<>#*_~]+)/u.exec(rest)
    if (!part) return { shown, bare: true }
    const words = (part[1] ?? '').replace(/\\(.)/g, '$1')
    shown += part[0].startsWith('{') ? `#${words}` : words
    rest = rest.slice(part[0].length)
  }
  return { shown, bare: false }
}
