import type { Received, Reply } from '../platforms/fault-server.ts'
import { NOW } from '../platforms/stage.ts'
import { plannedFaults } from './graph.ts'

export const TT_TOKEN = 'secret-tiktok-access'
export const TT_REFRESH = 'secret-tiktok-refresh'
const HOUR = 60 * 60 * 1000
const MB = 1_000_000

/** A refusal as TikTok gives it, often with a 200. */
export const tiktokRefusal = (code: string, status = 200): { status: number; json: unknown } => ({
  status,
  json: { data: {}, error: { code, message: 'What TikTok says', log_id: '2026112012' } },
})
const ok = (data: unknown): Reply => ({
  status: 200,
  json: { data, error: { code: 'ok', message: '', log_id: '2026112012' } },
})

interface Post {
  id: string
  kind: 'video' | 'photo'
  inbox: boolean
  at: number
  size: number
  chunk: number
  count: number
  chunks: number
  received: number
  status: string
  reason?: string
  info: Record<string, unknown>
  photos: string[]
}

/**
 * TikTok's Content Posting API as its documentation has it: direct post [TT-DIRECT], upload [TT-UPLOAD], media transfer
 * [TT-MEDIA], photos [TT-PHOTO], status [TT-STATUS], tokens [TT-TOKEN2], and the rules for apps [TT-GUIDE].
 */
export function tiktokWorld({
  levels = ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
  audited = true,
  longest = 600,
  domain = 'crier.example',
  moderated = true,
  clock = () => NOW,
}: {
  levels?: string[]
  audited?: boolean
  longest?: number
  domain?: string
  /** Has moderation let posts through, so that they have an id? */
  moderated?: boolean
  clock?: () => number
} = {}) {
  const posts = new Map<string, Post>()
  const faults = plannedFaults()
  const state = { levels, asked: false, refresh: TT_REFRESH, access: TT_TOKEN, rotations: 0, revoked: false }
  let next = 1

  const reply = (request: Received): Reply => faults.through(request, answer)

  function answer(request: Received): Reply {
    const { method, path, headers, json = {} } = request
    if (path.startsWith('/v2/oauth/')) return oauth(path, new URLSearchParams(request.text))
    if (path.startsWith('/upload/')) return put(request)
    if (headers.authorization !== `Bearer ${state.access}` || state.revoked) {
      return tiktokRefusal('access_token_invalid', 401)
    }
    switch (`${method} ${path}`) {
      case 'GET /v2/user/info/':
        return ok({ user: { open_id: 'open-1', display_name: 'acme' } })
      case 'POST /v2/post/publish/creator_info/query/':
        state.asked = true
        return ok({
          creator_username: 'acme',
          creator_nickname: 'Acme Kettles',
          privacy_level_options: state.levels,
          comment_disabled: false,
          duet_disabled: true,
          stitch_disabled: false,
          max_video_post_duration_sec: longest,
        })
      case 'POST /v2/post/publish/video/init/':
        return video(json, false, String(headers.host))
      case 'POST /v2/post/publish/inbox/video/init/':
        return video(json, true, String(headers.host))
      case 'POST /v2/post/publish/content/init/':
        return photos(json)
      case 'POST /v2/post/publish/status/fetch/':
        return status(String(json.publish_id))
      case 'POST /v2/video/query/':
        return query(json)
      default:
        return { status: 404, json: { error: { code: 'invalid_params', message: 'No such path' } } }
    }
  }

  function video(json: Record<string, unknown>, inbox: boolean, host: string): Reply {
    const info = (json.post_info ?? {}) as Record<string, unknown>
    const source = (json.source_info ?? {}) as Record<string, unknown>
    if (!inbox) {
      const refused = refusedInfo(info)
      if (refused) return refused
      // [TT-DIRECT] the title has 2200 UTF-16 runes
      if (String(info.title ?? '').length > 2200) return tiktokRefusal('invalid_params', 400)
    }
    if (source.source !== 'FILE_UPLOAD') return tiktokRefusal('invalid_params', 400)
    const [size, chunk, count] = [source.video_size, source.chunk_size, source.total_chunk_count].map(Number)
    if (!size || !chunk || !count) return tiktokRefusal('invalid_params', 400)
    // [TT-MEDIA] "total_chunk_count = video_size divided by chunk_size, rounded down"; "5 MB to 64 MB"; "less than 5 MB as a whole"
    const whole = chunk === size && count === 1 && size <= 64 * MB
    const parts = chunk >= 5 * MB && chunk <= 64 * MB && count === Math.floor(size / chunk) && count <= 1000
    if (!whole && !parts) return tiktokRefusal('invalid_params', 400)
    const id = begin({
      kind: 'video',
      inbox,
      size,
      chunk,
      count,
      info,
      photos: [],
      status: 'PROCESSING_UPLOAD',
    })
    return ok({
      publish_id: id,
      upload_url: `http://${host}/upload/?upload_id=${id}&upload_token=secret-upload`,
    })
  }

  /** What TikTok's guidelines bind a direct post to. */
  function refusedInfo(info: Record<string, unknown>): Reply | undefined {
    // [TT-GUIDE] creator_info is asked for before each post
    if (!state.asked) return tiktokRefusal('invalid_params', 400)
    state.asked = false
    if (typeof info.privacy_level !== 'string') return tiktokRefusal('invalid_params', 400)
    if (!state.levels.includes(info.privacy_level)) return tiktokRefusal('privacy_level_option_mismatch')
    if (!audited && info.privacy_level !== 'SELF_ONLY') {
      return tiktokRefusal('unaudited_client_can_only_post_to_private_accounts', 403)
    }
    return undefined
  }

  function photos(json: Record<string, unknown>): Reply {
    const source = json.source_info as { source?: string; photo_images?: string[] }
    const info = json.post_info as Record<string, unknown>
    const direct = json.post_mode === 'DIRECT_POST'
    if (json.media_type !== 'PHOTO' || (!direct && json.post_mode !== 'MEDIA_UPLOAD')) {
      return tiktokRefusal('invalid_params', 400)
    }
    const refused = direct ? refusedInfo(info) : undefined
    if (refused) return refused
    const images = source.photo_images ?? []
    // [TT-PHOTO] up to 35; [ZN-TT2] title 90, description 4000
    if (source.source !== 'PULL_FROM_URL' || images.length < 1 || images.length > 35) {
      return tiktokRefusal('invalid_params', 400)
    }
    if (String(info.title ?? '').length > 90) return tiktokRefusal('invalid_params', 400)
    // [TT-RES] pulled from a domain that is verified with TikTok
    if (images.some((url) => new URL(url).host !== domain))
      return tiktokRefusal('url_ownership_unverified', 403)
    const fits = images.every((url) => /\.(jpe?g|webp)$/.test(url))
    const id = begin({
      kind: 'photo',
      inbox: !direct,
      size: 0,
      chunk: 0,
      count: 0,
      info,
      photos: images,
      status: fits ? (direct ? 'PUBLISH_COMPLETE' : 'SEND_TO_USER_INBOX') : 'FAILED',
      // [AYR-TT] no PNG
      ...(fits ? {} : { reason: 'file_format_check_failed' }),
    })
    return ok({ publish_id: id })
  }

  function begin(post: Omit<Post, 'id' | 'at' | 'chunks' | 'received'>): string {
    const id = `v_pub_${next++}`
    posts.set(id, { ...post, id, at: clock(), chunks: 0, received: 0 })
    return id
  }

  /** [TT-MEDIA] in order, each with its range; 206 for a part, 201 for the whole; the address is valid for an hour. */
  function put({ method, query, headers, text }: Received): Reply {
    const post = posts.get(query.get('upload_id') ?? '')
    if (method !== 'PUT' || !post || query.get('upload_token') !== 'secret-upload') return { status: 404 }
    if (clock() - post.at >= HOUR) return { status: 403 }
    const last = post.chunks === post.count - 1
    const from = post.chunks * post.chunk
    const to = last ? post.size : from + post.chunk
    const range = `bytes ${from}-${to - 1}/${post.size}`
    if (post.status !== 'PROCESSING_UPLOAD' || headers['content-range'] !== range) return { status: 416 }
    if (text.length !== to - from || to - from > 128 * MB) return { status: 400 }
    post.chunks += 1
    post.received = to
    if (!last) return { status: 206 }
    post.status = post.reason ? 'FAILED' : post.inbox ? 'SEND_TO_USER_INBOX' : 'PUBLISH_COMPLETE'
    return { status: 201 }
  }

  function status(id: string): Reply {
    const post = posts.get(id)
    if (!post) return tiktokRefusal('invalid_publish_id', 400)
    const number = `7${String(id.replace(/\D/g, '')).padStart(18, '5')}`
    const known = post.status === 'PUBLISH_COMPLETE' && moderated
    // As text, because the id is a number that is longer than JavaScript's.
    const data = `{"status":"${post.status}","uploaded_bytes":${post.received}${
      post.status === 'FAILED' ? `,"fail_reason":"${post.reason}"` : ''
    }${known ? `,"publicaly_available_post_id":[${number}]` : ''}}`
    return { status: 200, text: `{"data":${data},"error":{"code":"ok","message":"","log_id":"1"}}` }
  }

  function query(json: Record<string, unknown>): Reply {
    const ids = (json.filters as { video_ids: string[] }).video_ids
    if (ids.length > 20) return tiktokRefusal('invalid_params', 400)
    return ok({
      videos: ids.map((id) => ({ id, view_count: 90, like_count: 8, comment_count: 2, share_count: 1 })),
    })
  }

  /** [TT-TOKEN2] client_key, and refresh tokens that rotate: the old one stops working. */
  function oauth(path: string, form: URLSearchParams): Reply {
    if (
      form.get('client_key') !== 'key' ||
      form.get('client_secret') !== 'secret-client' ||
      form.has('client_id')
    ) {
      return { status: 400, json: { error: 'invalid_client', error_description: 'Client key is wrong' } }
    }
    if (path === '/v2/oauth/revoke/') {
      state.revoked = form.get('token') === state.access
      return { status: 200, json: {} }
    }
    if (form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') !== state.refresh) {
      return {
        status: 200,
        json: {
          error: 'invalid_grant',
          error_description: 'Refresh token is invalid or expired.',
          log_id: '1',
        },
      }
    }
    state.rotations += 1
    state.refresh = `${TT_REFRESH}-${state.rotations}`
    state.access = `${TT_TOKEN}-${state.rotations}`
    return {
      status: 200,
      json: {
        access_token: state.access,
        refresh_token: state.refresh,
        open_id: 'open-1',
        expires_in: 7_200,
        refresh_expires_in: 15_552_000,
        token_type: 'Bearer',
      },
    }
  }

  const live = (): Post[] =>
    [...posts.values()].filter((post) => ['PUBLISH_COMPLETE', 'SEND_TO_USER_INBOX'].includes(post.status))
  return { reply, fail: faults.fail, all: posts, live, posts: () => live().length, state }
}
