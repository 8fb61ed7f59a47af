import { image, NOW } from '../stage.ts'
import type { Recorded } from './recorded.ts'

interface Pin {
  id: string
  description: string
  link: string
  created_at: string
}

export default {
  credentials: () => ({
    accessToken: 'secret-pinterest-access-token',
    refreshToken: 'secret-pinterest-refresh-token',
    expiresAt: NOW + 2_592_000_000,
    boardId: '54975588',
  }),
  account: { externalId: '54975588', handle: '@acme / Kettles' },
  media: [image()],
  // Images go with the Pin; only videos are uploaded before.
  uploads: false,
  isPublish: ({ method, path }) => method === 'POST' && path === '/pins',
  well() {
    const pins: Pin[] = []
    return {
      posts: () => pins.length,
      reply({ method, json }) {
        if (method === 'GET') return { status: 200, json: { items: pins, bookmark: null } }
        const { description, link } = json ?? {}
        const created_at = '2026-11-20T12:00:00'
        const pin = {
          id: String(pins.length + 1),
          description: String(description),
          link: String(link),
          created_at,
        }
        pins.push(pin)
        return { status: 201, json: pin }
      },
    }
  },
  refusals: {
    refused: { status: 400, json: { code: 1, message: 'Invalid parameters' } },
    signedOut: { status: 401, json: { code: 2, message: 'Authentication failed.' } },
    busy: { status: 500, json: { code: 12, message: 'Something went wrong on our end.' } },
    limited: { status: 429, json: { code: 8, message: 'You have exceeded your rate limit.' } },
  },
} satisfies Recorded
