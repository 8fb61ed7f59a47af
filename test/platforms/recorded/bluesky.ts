import type { Recorded } from './recorded.ts'

const BLOB = { $type: 'blob', ref: { $link: 'bafkreiabc' }, mimeType: 'image/png', size: 70 }

export default {
  credentials: (url) => ({
    did: 'did:plc:me',
    service: url,
    issuer: url,
    accessJwt: 'secret-access',
    refreshJwt: 'secret-refresh',
  }),
  account: { externalId: 'did:plc:me', handle: 'acme.bsky.social' },
  uploads: true,
  isPublish: ({ path }) => path === '/xrpc/com.atproto.repo.putRecord',
  well() {
    const records = new Map<string, { uri: string; cid: string }>()
    return {
      posts: () => records.size,
      reply({ path, query, json }) {
        if (path === '/xrpc/com.atproto.repo.uploadBlob') return { status: 200, json: { blob: BLOB } }
        if (path === '/xrpc/com.atproto.repo.putRecord') {
          const record = { uri: `at://did:plc:me/app.bsky.feed.post/${json?.rkey}`, cid: 'bafyreiabc' }
          records.set(String(json?.rkey), record)
          return { status: 200, json: record }
        }
        const found = records.get(query.get('rkey') ?? '')
        return found
          ? { status: 200, json: { ...found, value: {} } }
          : { status: 400, json: { error: 'RecordNotFound', message: 'Could not locate record' } }
      },
    }
  },
  refusals: {
    refused: {
      status: 400,
      json: { error: 'InvalidRequest', message: 'Invalid record: grapheme too big (maximum 300, got 301)' },
    },
    signedOut: { status: 400, json: { error: 'InvalidToken', message: 'Token could not be verified' } },
    limited: { status: 429, json: { error: 'RateLimitExceeded', message: 'Rate Limit Exceeded' } },
  },
} satisfies Recorded
