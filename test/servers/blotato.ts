import type { Received, Reply } from '../platforms/fault-server.ts'
import { plannedFaults } from './graph.ts'

/** With the = at its end, which belongs to it [BL-OAS]. */
export const BL_KEY = 'blt_secret-blotato-key='

interface Submission {
  id: string
  post: {
    accountId: string
    content: { text: string; mediaUrls: string[]; platform: string; additionalPosts?: { text: string }[] }
    target: Record<string, unknown> & { targetType: string }
  }
  looks: number
  status: string
  error?: string
}

/**
 * Blotato's gateway as its help [BL-STATUS, BL-LI] and its description [BL-OAS] have it.
 */
export function blotatoWorld({ looks = 0, fails }: { looks?: number; fails?: string } = {}) {
  const submissions: Submission[] = []
  const uploads: string[] = []
  const faults = plannedFaults()
  const accounts = [
    { id: '11', platform: 'twitter', fullname: 'Acme Kettles', username: 'acme' },
    { id: '12', platform: 'facebook', fullname: 'Ann Acme', username: null },
    { id: '13', platform: 'linkedin', fullname: 'Ann Acme', username: 'ann' },
    { id: '14', platform: 'bluesky', fullname: 'Acme', username: 'acme.bsky.social' },
    { id: '15', platform: 'bluesky', fullname: 'Steam', username: 'steam.bsky.social' },
    { id: '16', platform: 'pinterest', fullname: 'Acme', username: 'acme' },
    { id: '17', platform: 'tiktok', fullname: 'Acme', username: 'acme' },
    { id: '18', platform: 'youtube', fullname: 'Acme', username: 'acme' },
    { id: '19', platform: 'instagram', fullname: 'Acme', username: 'acme' },
  ]
  const pages: Record<string, { id: string; accountId: string; name: string }[]> = {
    '12': [
      { id: '901', accountId: '12', name: 'Acme' },
      { id: '902', accountId: '12', name: 'Acme Kettles' },
    ],
    '13': [{ id: '903', accountId: '13', name: 'Acme GmbH' }],
  }

  const reply = (request: Received): Reply => faults.through(request, answer)

  function answer({ method, path, query, headers, json }: Received): Reply {
    if (headers['blotato-api-key'] !== BL_KEY) return { status: 401, json: { message: 'Unauthorized' } }
    if (method === 'GET' && path === '/users/me/accounts') {
      const platform = query.get('platform')
      return {
        status: 200,
        json: { items: accounts.filter((one) => !platform || one.platform === platform) },
      }
    }
    const [, subaccounts] = /^\/users\/me\/accounts\/(\w+)\/subaccounts$/.exec(path) ?? []
    if (subaccounts) return { status: 200, json: { items: pages[subaccounts] ?? [] } }
    if (method === 'POST' && path === '/media') {
      const url = String(json?.url)
      if (!url.startsWith('data:image/') && !url.startsWith('https://')) return invalid('url')
      uploads.push(url)
      return { status: 201, json: { url: `https://database.blotato.com/${uploads.length}.jpg` } }
    }
    if (method === 'POST' && path === '/posts') return submit(json ?? {})
    const [, id] = /^\/posts\/(\w+)$/.exec(path) ?? []
    return id ? status(id) : { status: 404, json: { message: 'Not found' } }
  }

  function submit(json: Record<string, unknown>): Reply {
    // Crier keeps the time, so Blotato is never told one.
    if ('scheduledTime' in json || 'useNextFreeSlot' in json || 'slot' in json)
      return invalid('scheduledTime')
    const post = json.post as Submission['post']
    if ('scheduledTime' in post) return invalid('scheduledTime inside of post is ignored')
    const account = accounts.find(({ id }) => id === post.accountId)
    if (!account) return invalid('accountId')
    const { content, target } = post
    if (typeof content.text !== 'string' || !Array.isArray(content.mediaUrls)) return invalid('content')
    if (content.platform !== account.platform || target.targetType !== account.platform)
      return invalid('platform')
    if (content.mediaUrls.length > 20 || (content.additionalPosts?.length ?? 0) > 10)
      return invalid('too many')
    if (content.mediaUrls.some((url) => !url.startsWith('https://'))) return invalid('mediaUrls')
    const booleans = [
      'disabledComments',
      'disabledDuet',
      'disabledStitch',
      'isBrandedContent',
      'isYourBrand',
      'isAiGenerated',
    ]
    const needs: Record<string, boolean> = {
      facebook: typeof target.pageId === 'string',
      pinterest: typeof target.boardId === 'string',
      youtube: typeof target.title === 'string' && typeof target.privacyStatus === 'string',
      tiktok:
        typeof target.privacyLevel === 'string' &&
        booleans.every((name) => typeof target[name] === 'boolean'),
    }
    if (needs[account.platform] === false) return invalid('target')
    const id = `sub${submissions.length + 1}`
    submissions.push({ id, post, looks, status: 'in-progress' })
    return { status: 201, json: { postSubmissionId: id } }
  }

  function status(id: string): Reply {
    const found = submissions.find((one) => one.id === id)
    // [BL-STATUS] an unknown id reads as in progress, too
    if (!found) return { status: 200, json: { postSubmissionId: id, status: 'in-progress' } }
    if (found.status === 'in-progress' && found.looks-- <= 0) found.status = fails ? 'failed' : 'published'
    return {
      status: 200,
      json: {
        postSubmissionId: id,
        status: found.status,
        ...(found.status === 'published' ? { publicUrl: `https://x.com/acme/status/${id}` } : {}),
        ...(found.status === 'failed' ? { errorMessage: fails } : {}),
      },
    }
  }

  const invalid = (what: string): Reply => ({ status: 422, json: { message: `Invalid: ${what}` } })

  return {
    reply,
    fail: faults.fail,
    submissions,
    uploads,
    accounts,
    posts: () => submissions.filter(({ status: one }) => one !== 'failed').length,
  }
}
