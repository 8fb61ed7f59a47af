import type { Received, Reply } from '../platforms/fault-server.ts'
import { NOW } from '../platforms/stage.ts'
import { fieldsOf, graphRefusal, graphTime, plannedFaults } from './graph.ts'

export const IG_TOKEN = 'secret-instagram-token'
export const IG_USER = '17841400000000000'
const VERSION = '/v26.0'
const DAY = 24 * 60 * 60 * 1000

interface Container {
  id: string
  at: number
  status: 'IN_PROGRESS' | 'FINISHED' | 'ERROR' | 'EXPIRED' | 'PUBLISHED'
  words?: string
  child: boolean
  fields: URLSearchParams
  /** How often it is asked about before it is done. */
  looks: number
  /** Bytes that were pushed; -1 where it was told to fetch. */
  pushed: number
}

/**
 * Instagram's publishing as its documentation has it: content-publishing [IG-PUB], the references of `media`, of
 * `content_publishing_limit` [IG-LIMIT] and of its error codes [IG-ERR].
 */
export function instagramWorld({
  quota = { usage: 0, total: 100 },
  looks = 0,
  clock = () => NOW,
}: {
  quota?: { usage: number; total: number }
  looks?: number
  clock?: () => number
} = {}) {
  const containers = new Map<string, Container>()
  const media: { id: string; caption: string; at: number; kind: string; fields: URLSearchParams }[] = []
  const faults = plannedFaults()
  let next = 1

  function reply(request: Received): Reply {
    return faults.through(request, (asked) => answer(asked))
  }

  function answer(request: Received): Reply {
    const { method, path } = request
    if (path.startsWith('/ig-api-upload/')) return push(request)
    const fields = fieldsOf(request)
    if (path === '/access_token' || path === '/refresh_access_token') return exchange(path, fields)
    if (fields.get('access_token') !== IG_TOKEN) {
      return graphRefusal(190, 'Error validating access token: Session has expired', 463)
    }
    const [, , id = '', edge] = path.split('/')
    if (!path.startsWith(VERSION)) return graphRefusal(2500, 'Unknown path components')
    if (id === 'me') return { status: 200, json: { user_id: IG_USER, username: 'acme' } }
    if (method === 'POST' && id === IG_USER && edge === 'media') return create(fields)
    if (method === 'POST' && id === IG_USER && edge === 'media_publish') return publish(fields)
    // [IG-LIMIT]
    if (edge === 'content_publishing_limit') {
      return {
        status: 200,
        json: {
          data: [{ quota_usage: quota.usage, config: { quota_total: quota.total, quota_duration: 86400 } }],
        },
      }
    }
    if (edge === 'media' || edge === 'stories') {
      const kept = media.filter(({ kind }) => (kind === 'STORIES') === (edge === 'stories'))
      return { status: 200, json: { data: kept.map(shown).reverse() } }
    }
    if (edge === 'insights') return insights(id, fields)
    const container = containers.get(id)
    if (container) return { status: 200, json: state(container) }
    const found = media.find((one) => one.id === id)
    return found
      ? { status: 200, json: { id, permalink: shown(found).permalink } }
      : graphRefusal(100, `Unsupported get request. Object with ID '${id}' does not exist`, 33)
  }

  function create(fields: URLSearchParams): Reply {
    const type = fields.get('media_type')
    const child = fields.get('is_carousel_item') === 'true'
    const image = fields.get('image_url')
    const video = fields.get('video_url')
    const resumable = fields.get('upload_type') === 'resumable'
    if (type === 'CAROUSEL') {
      const children = (fields.get('children') ?? '').split(',').filter(Boolean)
      // [IG-PUB] "Carousels are limited to 10 images, videos, or a mix of the two"
      if (children.length < 2 || children.length > 10) return graphRefusal(100, 'Carousel', 2207028)
      for (const one of children) {
        const found = containers.get(one)
        if (!found?.child) return graphRefusal(100, 'A child is no carousel item', 2207028)
        if (found.status !== 'FINISHED') return graphRefusal(9007, 'Media is not ready', 2207027)
      }
    } else if (!image && !video && !resumable) {
      return graphRefusal(100, 'The parameter image_url is required')
    }
    // [IG-PUB] "Reels cannot appear in carousels"
    if (child && type === 'REELS') return graphRefusal(100, 'Reels cannot be children', 2207023)
    if (video && !['REELS', 'STORIES', 'VIDEO'].includes(type ?? '')) {
      return graphRefusal(100, 'Unknown media type', 2207023)
    }
    // [IG-PUB] "JPEG is the only image format supported"
    if (image && !/\.jpe?g$/.test(image))
      return graphRefusal(36001, 'The image format is not supported', 2207005)
    if (video && !/\.(mp4|mov)$/.test(video))
      return graphRefusal(352, 'The video format is not supported', 2207026)
    if ((fields.get('caption') ?? '').length > 2200) return graphRefusal(36004, 'Caption too long', 2207010)
    // [IG-MEDIA] "For image posts only"
    if (fields.has('alt_text') && !image) return graphRefusal(100, 'alt_text is for images only')
    const id = `1790000000000000${next++}`
    containers.set(id, {
      id,
      at: clock(),
      status: 'IN_PROGRESS',
      child,
      fields,
      looks,
      pushed: resumable ? 0 : -1,
    })
    return { status: 200, json: { id } }
  }

  function push({ path, headers, text }: Received): Reply {
    const container = containers.get(path.split('/').at(-1) ?? '')
    if (headers.authorization !== `OAuth ${IG_TOKEN}`) return graphRefusal(190, 'No token')
    if (!container || headers.offset !== '0') return graphRefusal(100, 'No such upload')
    if (headers.file_size !== headers['content-length']) return graphRefusal(100, 'file_size does not match')
    container.pushed = text.length
    return { status: 200, json: { success: true } }
  }

  /** Looking is what makes time pass for a container. */
  function state(container: Container): Record<string, unknown> {
    if (clock() - container.at >= DAY && container.status !== 'PUBLISHED') container.status = 'EXPIRED'
    if (container.status === 'IN_PROGRESS' && container.pushed !== 0) {
      if (container.looks <= 0) container.status = 'FINISHED'
      container.looks -= 1
    }
    return { id: container.id, status_code: container.status, status: container.words ?? container.status }
  }

  function publish(fields: URLSearchParams): Reply {
    const container = containers.get(fields.get('creation_id') ?? '')
    if (!container) return graphRefusal(24, 'The requested resource does not exist', 2207006)
    if (clock() - container.at >= DAY) return graphRefusal(24, 'Media builder expired', 2207008)
    if (container.status !== 'FINISHED') return graphRefusal(9007, 'Media is not ready', 2207027)
    if (container.child) return graphRefusal(100, 'A child cannot be published')
    if (quota.usage >= quota.total) return graphRefusal(9, 'Reached max posts', 2207042, 403)
    quota.usage += 1
    container.status = 'PUBLISHED'
    const id = `1800000000000000${next++}`
    media.push({
      id,
      caption: container.fields.get('caption') ?? '',
      at: clock() + 500,
      kind: container.fields.get('media_type') ?? 'IMAGE',
      fields: container.fields,
    })
    return { status: 200, json: { id } }
  }

  function exchange(path: string, fields: URLSearchParams): Reply {
    const grant = fields.get('grant_type')
    const fits =
      path === '/access_token'
        ? grant === 'ig_exchange_token' && fields.get('client_secret') === 'secret-client'
        : grant === 'ig_refresh_token' && fields.get('access_token') === IG_TOKEN
    if (!fits) return graphRefusal(190, 'Invalid OAuth access token', undefined, 400)
    return {
      status: 200,
      json: { access_token: IG_TOKEN, token_type: 'bearer', expires_in: 5_184_000 },
    }
  }

  function insights(id: string, fields: URLSearchParams): Reply {
    const found = media.find((one) => one.id === id)
    if (!found) return graphRefusal(100, 'Object does not exist', 33)
    const names = (fields.get('metric') ?? '').split(',')
    // Stories know no saves: an unknown name fails the whole call.
    if (found.kind === 'STORIES' && names.includes('saved'))
      return graphRefusal(100, '(#100) metric[0] is unknown')
    return {
      status: 200,
      json: {
        data: names.map((name, index) => ({ name, period: 'lifetime', values: [{ value: index + 1 }] })),
      },
    }
  }

  const shown = ({ id, caption, at }: (typeof media)[number]) => ({
    id,
    caption,
    permalink: `https://www.instagram.com/p/${id}/`,
    timestamp: graphTime(at),
  })

  return { reply, fail: faults.fail, containers, media, posts: () => media.length, quota }
}
