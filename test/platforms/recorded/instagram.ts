import { graphRefusal } from '../../servers/graph.ts'
import { IG_TOKEN, IG_USER, instagramWorld } from '../../servers/instagram.ts'
import { jpeg } from '../stage-media.ts'
import type { Recorded } from './recorded.ts'

export default {
  credentials: () => ({ via: 'instagram', userId: IG_USER, token: IG_TOKEN, expiresAt: null }),
  account: { externalId: IG_USER, handle: '@acme', facts: { via: 'instagram' } },
  media: [jpeg()],
  uploads: true,
  isPublish: ({ method, path }) => method === 'POST' && path.endsWith('/media_publish'),
  well: () => instagramWorld(),
  refusals: {
    refused: graphRefusal(36003, 'The aspect ratio is not supported', 2207009),
    signedOut: graphRefusal(190, 'Error validating access token', 460),
    busy: graphRefusal(2, 'An unexpected error has occurred. Please retry', undefined, 500),
    limited: graphRefusal(4, 'Application request limit reached', undefined, 403),
  },
} satisfies Recorded
