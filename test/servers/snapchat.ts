import { createDecipheriv } from 'node:crypto'
import type { Received, Reply } from '../platforms/fault-server.ts'
import { NOW } from '../platforms/stage.ts'
import { plannedFaults } from './graph.ts'

export const SN_TOKEN = 'secret-snapchat-access'
export const SN_REFRESH = 'secret-snapchat-refresh'
export const SN_PROFILE = '5007083c-0000-4638-bea7-1b8a6d5b7281'
const DAY = 24 * 60 * 60 * 1000
const REQUEST = '5007083c-cef7-4638-bea7-1b8a6d5b7281'

/** Refused with a 200 [SN-CODE]. */
export const snapRefusal = (code: string, status = 200): { status: number; json: unknown } => ({
  status,
  json: { request_status: 'ERROR', request_id: REQUEST, error_code: code },
})
const ok = (json: object = {}): Reply => ({
  status: 200,
  json: { request_status: 'SUCCESS', request_id: REQUEST, ...json },
})

interface Media {
  id: string
  type: string
  key: Buffer
  iv: Buffer
  at: number
  parts: string[]
  ready: boolean
  posted: boolean
}

/**
 * Snapchat's Public Profile API: the upload by Snap's own page [SN-ASSET], the rest as others describe it [SN-CODE].
 * The test's server reads bodies as text, so encrypted bytes are told by their number and by what a part is given as.
 */
export function snapchatWorld({
  clock = () => NOW,
  foreign,
}: {
  clock?: () => number
  foreign?: string
} = {}) {
  const media = new Map<string, Media>()
  const posts: { edge: string; json: Record<string, unknown> }[] = []
  const faults = plannedFaults()
  const state = { access: SN_TOKEN, refresh: SN_REFRESH }
  let next = 1

  const reply = (request: Received): Reply => faults.through(request, answer)

  function answer(request: Received): Reply {
    const { method, path, headers, json = {}, text } = request
    if (path === '/login/oauth2/access_token') return token(new URLSearchParams(text))
    if (headers.authorization !== `Bearer ${state.access}`)
      return { status: 401, json: { error: 'invalid_token' } }
    if (path === '/v1/public_profiles/my_profile') {
      return ok({
        public_profiles: [
          {
            sub_request_status: 'SUCCESS',
            public_profile: { id: SN_PROFILE, display_name: 'Acme', username: 'acme' },
          },
        ],
      })
    }
    const [, edge] = new RegExp(`^/v1/public_profiles/${SN_PROFILE}/(\\w+)$`).exec(path) ?? []
    if (method === 'POST' && edge === 'media') return create(json)
    if (method === 'POST' && edge) return publish(edge, json)
    const [, id = '', action] = /^\/us\/v1\/media\/([\w-]+)\/(add|finalize)$/.exec(path) ?? []
    const found = media.get(id)
    if (!found) return snapRefusal('NOT_FOUND', 404)
    return action === 'add' ? add(found, request) : finalize(found, text)
  }

  function create(json: Record<string, unknown>): Reply {
    const key = Buffer.from(String(json.key), 'base64')
    const iv = Buffer.from(String(json.iv), 'base64')
    // [SN-ASSET] a random key of 32 bytes, an initialisation vector of 16, both in base64
    if (
      key.length !== 32 ||
      iv.length !== 16 ||
      !['IMAGE', 'VIDEO'].includes(String(json.type)) ||
      !json.name
    ) {
      return snapRefusal('INVALID_MEDIA', 400)
    }
    const id = `media-${next++}`
    media.set(id, {
      id,
      type: String(json.type),
      key,
      iv,
      at: clock(),
      parts: [],
      ready: false,
      posted: false,
    })
    const path = foreign ?? `/us/v1/media/${id}`
    return ok({ media_id: id, add_path: `${path}/add`, finalize_path: `${path}/finalize` })
  }

  function add(found: Media, { text, headers }: Received): Reply {
    const part = Number(/name="part_number"\r\n\r\n(\d+)/.exec(text)?.[1])
    // [SN-ASSET] parts from 1, in order, of at most 32 MB, at most 35
    if (!/name="action"\r\n\r\nADD/.test(text) || part !== found.parts.length + 1 || part > 35) {
      return snapRefusal('INVALID_PART', 400)
    }
    if (Number(headers['content-length']) > 32_002_000) return snapRefusal('PART_TOO_LARGE', 400)
    found.parts.push(text)
    return ok()
  }

  function finalize(found: Media, text: string): Reply {
    if (!/name="action"\r\n\r\nFINALIZE/.test(text) || found.parts.length === 0)
      return snapRefusal('INVALID', 400)
    found.ready = true
    return ok()
  }

  function publish(edge: string, json: Record<string, unknown>): Reply {
    const found = media.get(String(json.media_id))
    if (!found?.ready) return snapRefusal('MEDIA_NOT_FOUND')
    if (clock() - found.at >= DAY) return snapRefusal('MEDIA_EXPIRED')
    if (found.posted) return snapRefusal('MEDIA_POSTING_ALREADY_IN_PROGRESS')
    if (edge === 'spotlights') {
      if (found.type !== 'VIDEO' || String(json.description ?? '').length > 160 || !json.locale) {
        return snapRefusal('INVALID_SPOTLIGHT')
      }
    } else if (edge === 'saved_stories') {
      if (!json.title || String(json.title).length > 45) return snapRefusal('INVALID_TITLE')
    } else if (edge !== 'stories') return { status: 404, json: {} }
    found.posted = true
    posts.push({ edge, json })
    // A story has no number of its own; a spotlight has.
    return ok(edge === 'spotlights' ? { spotlight_id: `W7_spot${posts.length}` } : {})
  }

  function token(form: URLSearchParams): Reply {
    const fits =
      form.get('client_id') === 'client' &&
      form.get('client_secret') === 'secret-client' &&
      form.get('grant_type') === 'refresh_token' &&
      form.get('refresh_token') === state.refresh
    if (!fits)
      return { status: 400, json: { error: 'invalid_grant', error_description: 'Refresh token is dead' } }
    state.access = `${SN_TOKEN}-2`
    return {
      status: 200,
      json: { access_token: state.access, refresh_token: '', expires_in: 3_600, token_type: 'Bearer' },
    }
  }

  return { reply, fail: faults.fail, media, published: posts, posts: () => posts.length }
}

/** What Snapchat reads of a file. */
export function decrypt(encrypted: Uint8Array, key: Buffer, iv: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([decipher.update(encrypted), decipher.final()])
}
