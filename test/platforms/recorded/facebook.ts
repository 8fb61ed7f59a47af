import { FB_PAGE, FB_TOKEN, facebookWorld } from '../../servers/facebook.ts'
import { graphRefusal } from '../../servers/graph.ts'
import type { Recorded } from './recorded.ts'

export default {
  credentials: () => ({ pageId: FB_PAGE, token: FB_TOKEN }),
  account: { externalId: FB_PAGE, handle: 'Acme' },
  uploads: true,
  isPublish: ({ method, path }) => method === 'POST' && path.endsWith('/feed'),
  well: () => facebookWorld(),
  refusals: {
    refused: graphRefusal(1346003, 'The action was considered abusive'),
    signedOut: graphRefusal(190, 'Error validating access token', 460, 401),
    busy: graphRefusal(2, 'Service temporarily unavailable', undefined, 500),
    limited: graphRefusal(32, 'Page request limit reached', undefined, 403),
  },
} satisfies Recorded
