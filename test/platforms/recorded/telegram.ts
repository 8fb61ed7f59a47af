import type { Recorded } from './recorded.ts'

export default {
  credentials: () => ({ token: '4242:AAsecret-bot-token-of-acme', chatId: '-10012345' }),
  account: { externalId: '-1001234567890', handle: '@acme_news', facts: { username: 'acme_news' } },
  // Its media go with the message: there is nothing to upload before.
  uploads: false,
  isPublish: ({ path }) => /\/send\w+$/.test(path),
  well() {
    let sent = 0
    return {
      posts: () => sent,
      reply() {
        sent += 1
        const chat = { id: -1001234567890, type: 'channel', username: 'acme_news' }
        return { status: 200, json: { ok: true, result: { message_id: sent, date: 1, chat } } }
      },
    }
  },
  refusals: {
    refused: {
      status: 400,
      json: { ok: false, error_code: 400, description: 'Bad Request: message is too long' },
    },
    signedOut: { status: 401, json: { ok: false, error_code: 401, description: 'Unauthorized' } },
    busy: { status: 502, json: { ok: false, error_code: 502, description: 'Bad Gateway' } },
    limited: { status: 429, json: { ok: false, error_code: 429, description: 'Too Many Requests' } },
  },
} satisfies Recorded
