import type { Recorded } from './recorded.ts'

export default {
  credentials: (url) => ({
    url: `${url}/hook/secret-path`,
    secret: `whsec_${Buffer.from('secret secret secret secret 1234').toString('base64')}`,
  }),
  uploads: false,
  isPublish: ({ method }) => method === 'POST',
  well() {
    const seen = new Set<unknown>()
    return {
      posts: () => seen.size,
      reply({ headers }) {
        seen.add(headers['webhook-id'])
        return { status: 200, json: {} }
      },
    }
  },
  verdicts: {
    redirected: 'reconnect',
    // Zapier, Make and others answer what they like; 2xx is delivered.
    nonsense: 'published',
  },
} satisfies Recorded
