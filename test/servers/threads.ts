import type { Received, Reply } from '../platforms/fault-server.ts'
import { NOW } from '../platforms/stage.ts'
import { fieldsOf, graphRefusal, graphTime, plannedFaults } from './graph.ts'

export const TH_TOKEN = 'secret-threads-token'
export const TH_USER = '24000000000000000'
const VERSION = '/v1.0'
const DAY = 24 * 60 * 60 * 1000

interface Container {
  id: string
  at: number
  status: 'IN_PROGRESS' | 'FINISHED' | 'ERROR' | 'EXPIRED' | 'PUBLISHED'
  error?: string
  looks: number
  fields: URLSearchParams
}

/**
 * Threads as Meta's collection of calls [TH-POSTMAN], its overview [TH-OVER] and its page on tokens [TH-LONG] have it.
 */
export function threadsWorld({
  posts: postQuota = { used: 0, total: 250 },
  replies: replyQuota = { used: 0, total: 1_000 },
  looks = 0,
  clock = () => NOW,
}: {
  posts?: { used: number; total: number }
  replies?: { used: number; total: number }
  looks?: number
  clock?: () => number
} = {}) {
  const containers = new Map<string, Container>()
  const live: { id: string; text: string; replyTo: string | null; at: number; fields: URLSearchParams }[] = []
  const faults = plannedFaults()
  let next = 1

  const reply = (request: Received): Reply => faults.through(request, answer)

  function answer(request: Received): Reply {
    const { method, path } = request
    const fields = fieldsOf(request)
    if (path === '/access_token' || path === '/refresh_access_token') return exchange(path, fields)
    if (fields.get('access_token') !== TH_TOKEN) return graphRefusal(190, 'Session has expired', 463, 401)
    if (!path.startsWith(VERSION)) return graphRefusal(2500, 'Unknown path components')
    const [, , id = '', edge] = path.split('/')
    if (id === 'me') return { status: 200, json: { id: TH_USER, username: 'acme' } }
    if (method === 'DELETE') {
      const index = live.findIndex((post) => post.id === id)
      if (index < 0) return graphRefusal(100, 'Object does not exist', 33)
      live.splice(index, 1)
      return { status: 200, json: { success: true, deleted_id: id } }
    }
    if (id === TH_USER && method === 'POST') return edge === 'threads' ? create(fields) : publish(fields)
    if (edge === 'threads_publishing_limit') {
      const config = (total: number) => ({ quota_total: total, quota_duration: 86400 })
      return {
        status: 200,
        json: {
          data: [
            {
              quota_usage: postQuota.used,
              config: config(postQuota.total),
              reply_quota_usage: replyQuota.used,
              reply_config: config(replyQuota.total),
            },
          ],
        },
      }
    }
    if (edge === 'threads' || edge === 'replies') {
      const listed = live.filter(({ replyTo }) => (replyTo === null) === (edge === 'threads'))
      return { status: 200, json: { data: listed.map(shown).reverse() } }
    }
    if (edge === 'insights') {
      const names = (fields.get('metric') ?? '').split(',')
      return live.some((post) => post.id === id)
        ? {
            status: 200,
            json: { data: names.map((name, index) => ({ name, values: [{ value: index + 1 }] })) },
          }
        : graphRefusal(100, 'Object does not exist', 33)
    }
    const container = containers.get(id)
    if (container) return { status: 200, json: state(container) }
    const found = live.find((post) => post.id === id)
    return found ? { status: 200, json: shown(found) } : graphRefusal(100, 'Object does not exist', 33)
  }

  function create(fields: URLSearchParams): Reply {
    const type = fields.get('media_type')
    // Publishing at once would leave nothing to ask about.
    if (fields.has('auto_publish_text')) return graphRefusal(100, 'This test does not publish at once')
    if (!['TEXT', 'IMAGE', 'VIDEO', 'CAROUSEL'].includes(type ?? '')) return graphRefusal(100, 'media_type')
    if (type === 'TEXT' && !fields.get('text')) return graphRefusal(100, 'The parameter text is required')
    if (type === 'IMAGE' && !/\.(jpe?g|png)$/.test(fields.get('image_url') ?? '')) {
      return graphRefusal(36001, 'Format', 2207005)
    }
    if (type === 'VIDEO' && !/\.(mp4|mov)$/.test(fields.get('video_url') ?? '')) {
      return graphRefusal(352, 'Format', 2207026)
    }
    // [TH-OVER] 500 characters
    if ((fields.get('text') ?? '').length > 500)
      return graphRefusal(100, 'Param text must be at most 500 characters')
    if (type === 'CAROUSEL') {
      const children = (fields.get('children') ?? '').split(',').filter(Boolean)
      // [TH-OVER] 2 to 20
      if (children.length < 2 || children.length > 20) return graphRefusal(100, 'Carousel')
      for (const one of children) {
        if (containers.get(one)?.status !== 'FINISHED') return graphRefusal(9007, 'Not ready', 2207027)
        if (containers.get(one)?.fields.get('is_carousel_item') !== 'true')
          return graphRefusal(100, 'No child')
      }
    }
    const replyTo = fields.get('reply_to_id')
    if (replyTo && !live.some((post) => post.id === replyTo))
      return graphRefusal(100, 'No such post to reply to')
    const id = `1790${next++}`
    containers.set(id, { id, at: clock(), status: 'IN_PROGRESS', looks, fields })
    return { status: 200, json: { id } }
  }

  function state(container: Container): Record<string, unknown> {
    if (clock() - container.at >= DAY && container.status !== 'PUBLISHED') container.status = 'EXPIRED'
    if (container.status === 'IN_PROGRESS') {
      if (container.looks <= 0) container.status = 'FINISHED'
      container.looks -= 1
    }
    const { id, status, error } = container
    return { id, status, ...(error ? { error_message: error } : {}) }
  }

  function publish(fields: URLSearchParams): Reply {
    const container = containers.get(fields.get('creation_id') ?? '')
    if (!container) return graphRefusal(24, 'The requested resource does not exist', 2207006)
    if (clock() - container.at >= DAY) return graphRefusal(24, 'Expired', 2207008)
    if (container.status !== 'FINISHED') return graphRefusal(9007, 'Not ready', 2207027)
    const replyTo = container.fields.get('reply_to_id')
    const quota = replyTo ? replyQuota : postQuota
    if (quota.used >= quota.total) return graphRefusal(9, 'Reached max posts', 2207042, 403)
    quota.used += 1
    container.status = 'PUBLISHED'
    const id = `1800${next++}`
    live.push({
      id,
      text: container.fields.get('text') ?? '',
      replyTo,
      at: clock() + 500,
      fields: container.fields,
    })
    return { status: 200, json: { id } }
  }

  function exchange(path: string, fields: URLSearchParams): Reply {
    const grant = fields.get('grant_type')
    const fits =
      path === '/access_token'
        ? grant === 'th_exchange_token' && fields.get('client_secret') === 'secret-client'
        : grant === 'th_refresh_token' && fields.get('access_token') === TH_TOKEN
    if (!fits) return graphRefusal(190, 'Invalid OAuth access token', undefined, 400)
    return { status: 200, json: { access_token: TH_TOKEN, token_type: 'bearer', expires_in: 5_183_944 } }
  }

  const shown = ({ id, text, at }: (typeof live)[number]) => ({
    id,
    text,
    permalink: `https://www.threads.net/@acme/post/${id}`,
    timestamp: graphTime(at),
  })

  return { reply, fail: faults.fail, containers, live, posts: () => live.length }
}
