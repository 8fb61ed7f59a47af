import { NOW } from '../stage.ts'
import type { Recorded } from './recorded.ts'

interface Post {
  id: string
  text: string
}

export default {
  credentials: () => ({
    accessToken: 'secret-x-access-token',
    refreshToken: 'secret-x-refresh-token',
    expiresAt: NOW + 7_200_000,
    userId: '7',
  }),
  account: { externalId: '7', handle: '@acme' },
  uploads: true,
  isPublish: ({ method, path }) => method === 'POST' && path === '/2/tweets',
  well() {
    const posts: Post[] = []
    return {
      posts: () => posts.length,
      reply({ method, path, json }) {
        if (path === '/2/tweets') {
          const post = { id: String(posts.length + 1), text: String(json?.text) }
          posts.push(post)
          return { status: 201, json: { data: post } }
        }
        if (method === 'GET' && path === '/2/users/7/tweets') {
          return { status: 200, json: { data: posts, meta: { result_count: posts.length } } }
        }
        return { status: 200, json: { data: { id: '42', expires_after_secs: 86_400 } } }
      },
    }
  },
  refusals: {
    refused: {
      status: 403,
      json: { title: 'Forbidden', status: 403, detail: 'You are not permitted to perform this action.' },
    },
    signedOut: { status: 401, json: { title: 'Unauthorized', status: 401, detail: 'Unauthorized' } },
    busy: { status: 503, json: { title: 'Service Unavailable', status: 503, detail: 'Service Unavailable' } },
    limited: { status: 429, json: { title: 'Too Many Requests', status: 429, detail: 'Too Many Requests' } },
  },
} satisfies Recorded
