import { NOW } from '../stage.ts'
import type { Recorded } from './recorded.ts'

interface Post {
  id: string
  commentary: string
  publishedAt: number
}

export default {
  credentials: () => ({
    accessToken: 'secret-linkedin-access-token',
    expiresAt: NOW + 5_184_000_000,
    author: 'urn:li:organization:77',
  }),
  account: { externalId: 'urn:li:organization:77', handle: 'Acme', facts: { kind: 'organisation' } },
  uploads: true,
  isPublish: ({ method, path }) => method === 'POST' && path === '/rest/posts',
  well() {
    const posts: Post[] = []
    return {
      posts: () => posts.length,
      reply({ method, path, headers, json }) {
        if (method === 'PUT') return { status: 201, headers: { etag: 'etag-1' } }
        if (method === 'POST' && path === '/rest/posts') {
          const id = `urn:li:share:${posts.length + 1}`
          posts.push({ id, commentary: String(json?.commentary), publishedAt: NOW })
          return { status: 201, headers: { 'x-restli-id': id } }
        }
        if (path === '/rest/posts') return { status: 200, json: { elements: posts } }
        if (method === 'GET') return { status: 200, json: { status: 'AVAILABLE' } }
        const uploadUrl = `http://${headers.host}/upload/1`
        return { status: 200, json: { value: { uploadUrl, image: 'urn:li:image:1' } } }
      },
    }
  },
  refusals: {
    refused: { status: 422, json: { status: 422, code: 'UNPROCESSABLE', message: 'ERROR :: /commentary' } },
    signedOut: { status: 401, json: { status: 401, code: 'REVOKED_ACCESS_TOKEN', message: 'Revoked' } },
    busy: { status: 503, json: { status: 503, message: 'Service Unavailable' } },
    limited: {
      status: 429,
      json: { status: 429, code: 'TOO_MANY_REQUESTS', message: 'The limit is reached' },
    },
  },
  // Its windows end at midnight UTC: https://learn.microsoft.com/linkedin/shared/api-guide/concepts/rate-limits
  limitedUntil: Temporal.Instant.from('2026-11-21T00:00:00Z').epochMilliseconds,
} satisfies Recorded
