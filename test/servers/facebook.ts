import type { Received, Reply } from '../platforms/fault-server.ts'
import { NOW } from '../platforms/stage.ts'
import { fieldsOf, graphRefusal, graphTime, plannedFaults } from './graph.ts'

export const FB_TOKEN = 'secret-facebook-page-token'
export const FB_PAGE = '1010101010'
const VERSION = '/v26.0'

interface Post {
  id: string
  message: string
  link: string
  photos: string[]
  at: number
}
interface Video {
  id: string
  edge: string
  session: string
  size: number
  received: number
  finished: boolean
  fields: URLSearchParams
}

/** The named parts of a multipart body, as text; files as their number of bytes. */
function partsOf({
  headers,
  text,
}: Received): Map<string, { value: string; filename: string; type: string }> {
  const boundary = /boundary=(.+)$/.exec(String(headers['content-type']))?.[1] ?? ''
  const parts = new Map<string, { value: string; filename: string; type: string }>()
  for (const part of text.split(`--${boundary}`)) {
    const [head = '', ...rest] = part.split('\r\n\r\n')
    const name = /name="([^"]*)"/.exec(head)?.[1]
    if (name === undefined) continue
    parts.set(name, {
      value: rest.join('\r\n\r\n').replace(/\r\n$/, ''),
      filename: /filename="([^"]*)"/.exec(head)?.[1] ?? '',
      type: /content-type: (\S+)/i.exec(head)?.[1] ?? '',
    })
  }
  return parts
}

/**
 * A Page as Facebook's documentation has it: pages-api/posts [FB-POSTS], the edges and fields of its own code generator
 * [FB-SDK], the reels guide [RES-1009], its errors [META-ERR].
 */
export function facebookWorld({
  piece = 1_000,
  clock = () => NOW,
}: {
  piece?: number
  clock?: () => number
} = {}) {
  const posts: Post[] = []
  const stories: { post_id: string; media_id: string }[] = []
  const photos = new Map<string, { id: string; alt: string; shown: boolean }>()
  const videos = new Map<string, Video>()
  const faults = plannedFaults()
  let next = 100

  const reply = (request: Received): Reply => faults.through(request, answer)

  function answer(request: Received): Reply {
    const { method, path } = request
    if (path.startsWith('/video-upload/')) return push(request)
    const multipart = String(request.headers['content-type']).startsWith('multipart/')
    const parts = multipart ? partsOf(request) : new Map()
    const fields = fieldsOf(request)
    for (const [name, { value }] of parts) fields.set(name, value)
    if (fields.get('access_token') !== FB_TOKEN) {
      return graphRefusal(190, 'Error validating access token', 460, 401)
    }
    const [, , id = '', edge = ''] = path.split('/')
    if (!path.startsWith(VERSION)) return graphRefusal(2500, 'Unknown path components')
    if (method === 'DELETE') {
      const index = posts.findIndex((post) => post.id === id)
      if (index < 0) return graphRefusal(100, 'Unsupported delete request', 33)
      posts.splice(index, 1)
      return { status: 200, json: { success: true } }
    }
    if (method === 'POST') {
      if (id !== FB_PAGE) return graphRefusal(100, 'Unsupported post request', 33)
      if (edge === 'feed') return feed(fields)
      if (edge === 'photos') return photo(fields, parts.get('source'))
      if (edge === 'photo_stories') return photoStory(fields)
      if (edge === 'videos') return chunked(fields, parts.get('video_file_chunk'))
      return phased(edge, fields, String(request.headers.host))
    }
    // page/feed: what the Page, its visitors and those who tag it post; page/published_posts: the Page's own alone.
    if (edge === 'published_posts') return { status: 200, json: { data: posts.map(shown).reverse() } }
    if (edge === 'stories') return { status: 200, json: { data: stories } }
    if (edge === 'insights') return insights(id, fields)
    const video = videos.get(id)
    if (video && (fields.get('fields') ?? '').includes('status')) return { status: 200, json: status(video) }
    const found = posts.some((post) => post.id === id) || video?.finished
    if (!found) return graphRefusal(100, 'Unsupported get request', 33)
    if (video && (fields.get('fields') ?? '').includes('shares'))
      return graphRefusal(100, 'nonexisting field (shares)')
    return {
      status: 200,
      json: {
        id,
        comments: { data: [], summary: { total_count: 4 } },
        ...(video ? {} : { shares: { count: 3 } }),
      },
    }
  }

  function feed(fields: URLSearchParams): Reply {
    const message = fields.get('message') ?? ''
    const attached = [...fields].flatMap(([name, value]) =>
      /^attached_media\[\d+\]$/.test(name) ? [String(JSON.parse(value).media_fbid)] : [],
    )
    for (const id of attached) {
      const found = photos.get(id)
      if (!found || found.shown) return graphRefusal(100, `(#100) ${id} cannot be attached`)
    }
    if (message === '' && !fields.get('link') && attached.length === 0)
      return graphRefusal(100, 'An empty post')
    // [META-ERR] 506: "Duplicate post"
    if (attached.length === 0 && message !== '' && posts.at(-1)?.message === message)
      return graphRefusal(506, 'Duplicate status message')
    for (const id of attached) photos.set(id, { ...photos.get(id)!, shown: true })
    const id = `${FB_PAGE}_${next++}`
    posts.push({ id, message, link: fields.get('link') ?? '', photos: attached, at: clock() + 500 })
    return { status: 200, json: { id } }
  }

  function photo(fields: URLSearchParams, source: { type: string } | undefined): Reply {
    // [FB-POSTS] a photo that is to be attached is uploaded with published=false
    if (fields.get('published') !== 'false') return graphRefusal(100, 'This photo would be live at once')
    if (!source) return graphRefusal(324, 'Missing or invalid image file')
    // [POSTIZ-FB]
    if (!['image/jpeg', 'image/png'].includes(source.type)) return graphRefusal(1366046, 'JPG or PNG')
    const id = `55${next++}`
    photos.set(id, { id, alt: fields.get('alt_text_custom') ?? '', shown: false })
    return { status: 200, json: { id } }
  }

  function photoStory(fields: URLSearchParams): Reply {
    const id = fields.get('photo_id') ?? ''
    if (!photos.has(id)) return graphRefusal(100, 'No such photo')
    const post = `66${next++}`
    stories.push({ post_id: post, media_id: id })
    return { status: 200, json: { success: true, post_id: post } }
  }

  function chunked(fields: URLSearchParams, chunk: { value: string } | undefined): Reply {
    const phase = fields.get('upload_phase')
    if (phase === 'start') {
      const size = Number(fields.get('file_size'))
      const video = begin('videos', size)
      return {
        status: 200,
        json: {
          video_id: video.id,
          upload_session_id: video.session,
          start_offset: '0',
          end_offset: String(Math.min(piece, size)),
        },
      }
    }
    const video = [...videos.values()].find(({ session }) => session === fields.get('upload_session_id'))
    if (!video) return graphRefusal(100, 'No such upload session')
    if (phase === 'transfer') {
      if (Number(fields.get('start_offset')) !== video.received) return graphRefusal(6001, 'Wrong offset')
      if (chunk?.value.length !== Math.min(piece, video.size - video.received)) {
        return graphRefusal(6001, 'Wrong size of chunk')
      }
      video.received += chunk.value.length
      return {
        status: 200,
        json: {
          start_offset: String(video.received),
          end_offset: String(Math.min(video.received + piece, video.size)),
        },
      }
    }
    return finish(video, fields)
  }

  function phased(edge: string, fields: URLSearchParams, host: string): Reply {
    if (fields.get('upload_phase') === 'start') {
      const video = begin(edge, -1)
      return {
        status: 200,
        json: { video_id: video.id, upload_url: `http://${host}/video-upload${VERSION}/${video.id}` },
      }
    }
    const video = videos.get(fields.get('video_id') ?? '')
    if (video?.edge !== edge) return graphRefusal(100, 'No such video')
    // [RES-1009]
    if (edge === 'video_reels' && fields.get('video_state') !== 'PUBLISHED')
      return graphRefusal(100, 'A draft')
    return finish(video, fields)
  }

  function finish(video: Video, fields: URLSearchParams): Reply {
    if (video.size < 0 || video.received < video.size) return graphRefusal(6000, 'The upload is not complete')
    video.finished = true
    video.fields = fields
    if (video.edge !== 'video_stories') return { status: 200, json: { success: true } }
    const post = `66${next++}`
    stories.push({ post_id: post, media_id: video.id })
    return { status: 200, json: { success: true, post_id: post } }
  }

  function push({ path, headers, text }: Received): Reply {
    const video = videos.get(path.split('/').at(-1) ?? '')
    // [RES-1009] Authorization: OAuth, offset, file_size
    if (headers.authorization !== `OAuth ${FB_TOKEN}`) return graphRefusal(190, 'No token', undefined, 401)
    if (!video || headers.offset !== '0' || headers.file_size !== String(text.length)) {
      return graphRefusal(100, 'Wrong headers')
    }
    video.size = text.length
    video.received = text.length
    return { status: 200, json: { success: true } }
  }

  function begin(edge: string, size: number): Video {
    const id = `77${next++}`
    const video = {
      id,
      edge,
      session: `88${next++}`,
      size,
      received: 0,
      finished: false,
      fields: new URLSearchParams(),
    }
    videos.set(id, video)
    return video
  }

  const status = ({ id, edge, finished, received, size }: Video) => ({
    id,
    status: {
      video_status: finished ? 'processing' : received === size ? 'upload_complete' : 'uploading',
      ...(edge === 'videos' ? {} : { publishing_phase: { status: 'not_started' } }),
    },
  })

  function insights(id: string, fields: URLSearchParams): Reply {
    if (videos.has(id)) return graphRefusal(100, '(#100) The value must be a valid insights metric')
    const known: Record<string, unknown> = {
      post_total_media_view_unique: 70,
      post_reactions_by_type_total: { like: 5, love: 2 },
    }
    const names = (fields.get('metric') ?? '').split(',')
    // [ZN-DISC] one name that a version no longer knows fails the whole call
    if (names.some((name) => !(name in known)))
      return graphRefusal(100, '(#100) must be a valid insights metric')
    return { status: 200, json: { data: names.map((name) => ({ name, values: [{ value: known[name] }] })) } }
  }

  const shown = ({ id, message, link, photos: ids, at }: Post) => ({
    id,
    ...(message === '' ? {} : { message }),
    created_time: graphTime(at),
    permalink_url: `https://www.facebook.com/acme/posts/${id}`,
    ...(link === ''
      ? {}
      : {
          attachments: {
            data: [
              {
                type: 'share',
                unshimmed_url: link,
                url: `https://l.facebook.com/l.php?u=${encodeURIComponent(link)}&h=AT3`,
                target: { url: `https://l.facebook.com/l.php?u=${encodeURIComponent(link)}&h=AT3` },
              },
            ],
          },
        }),
    ...(ids.length === 0
      ? {}
      : {
          attachments: {
            data: [
              {
                type: 'photo',
                unshimmed_url: `https://www.facebook.com/photo/?fbid=${ids[0]}`,
                target: { id: ids[0] },
                ...(ids.length > 1
                  ? { subattachments: { data: ids.map((one) => ({ target: { id: one } })) } }
                  : {}),
              },
            ],
          },
        }),
  })

  return {
    reply,
    fail: faults.fail,
    posts: () =>
      posts.length +
      stories.length +
      [...videos.values()].filter(({ finished, edge }) => finished && edge !== 'video_stories').length,
    feed: posts,
    stories,
    photos,
    videos,
  }
}
