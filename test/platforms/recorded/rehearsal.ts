import type { Recorded } from './recorded.ts'

export default {
  credentials: () => ({ token: 'secret-feed-token' }),
  uploads: false,
  isPublish: ({ method, path }) => method === 'POST' && path === '/items',
  well() {
    const items = new Map<string, { id: string; url: string }>()
    return {
      posts: () => items.size,
      reply({ method, path, json }) {
        if (method === 'POST') {
          const key = String(json?.key)
          const known = items.get(key)
          const item = known ?? {
            id: `item-${items.size + 1}`,
            url: `http://127.0.0.1:3000/#item-${items.size + 1}`,
          }
          items.set(key, item)
          return { status: known ? 200 : 201, json: item }
        }
        const found = items.get(path.split('/').at(-1) ?? '')
        return found
          ? { status: 200, json: found }
          : { status: 404, json: { error: 'There is no such item' } }
      },
    }
  },
} satisfies Recorded
