import { NOW } from '../stage.ts'
import type { Recorded } from './recorded.ts'

interface Status {
  id: string
  url: string
  created_at: string
  content: string
  text: string
}

export default {
  credentials: (url) => ({ server: url, token: 'secret-mastodon-token', accountId: '7' }),
  uploads: true,
  isPublish: ({ method, path }) => method === 'POST' && path === '/api/v1/statuses',
  well() {
    const byKey = new Map<string, Status>()
    return {
      posts: () => byKey.size,
      reply({ method, path, headers, json }) {
        if (method === 'POST' && path === '/api/v2/media')
          return { status: 200, json: { id: '1', url: 'https://m.example/1' } }
        if (method === 'POST' && path === '/api/v1/statuses') {
          const key = String(headers['idempotency-key'])
          const id = String(byKey.size + 1)
          const text = String(json?.status)
          const made: Status = {
            id,
            url: `https://mastodon.example/@acme/${id}`,
            created_at: Temporal.Instant.fromEpochMilliseconds(NOW + 500).toString(),
            content: `<p>${text}</p>`,
            text,
          }
          const status = byKey.get(key) ?? made
          byKey.set(key, status)
          return { status: 200, json: status }
        }
        const all = [...byKey.values()]
        if (path === '/api/v1/accounts/7/statuses') return { status: 200, json: all }
        const [, id] = /^\/api\/v1\/statuses\/(\w+)\/source$/.exec(path) ?? []
        const found = all.find((status) => status.id === id)
        return found
          ? { status: 200, json: { id, text: found.text, spoiler_text: '' } }
          : { status: 404, json: { error: 'Record not found' } }
      },
    }
  },
} satisfies Recorded
