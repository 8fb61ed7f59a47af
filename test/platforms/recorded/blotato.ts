import { BL_KEY, blotatoWorld } from '../../servers/blotato.ts'
import type { Recorded } from './recorded.ts'

export default {
  credentials: () => ({ apiKey: BL_KEY, accountId: '11' }),
  account: { externalId: '11', handle: '@acme (X)', facts: { platform: 'twitter' } },
  // The suite's image has a public address, which Blotato fetches itself.
  uploads: false,
  isPublish: ({ method, path }) => method === 'POST' && path === '/posts',
  well: () => blotatoWorld(),
  // A submission whose answer was lost has no number to ask by.
  blind: true,
} satisfies Recorded
