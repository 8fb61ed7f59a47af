import { graphRefusal } from '../../servers/graph.ts'
import { TH_TOKEN, TH_USER, threadsWorld } from '../../servers/threads.ts'
import type { Recorded } from './recorded.ts'

export default {
  credentials: () => ({ userId: TH_USER, token: TH_TOKEN, expiresAt: null }),
  account: { externalId: TH_USER, handle: '@acme' },
  uploads: true,
  isPublish: ({ method, path }) => method === 'POST' && path.endsWith('/threads_publish'),
  well() {
    const world = threadsWorld()
    return {
      posts: world.posts,
      // The suite's image has an address without an ending.
      reply: (request) => world.reply({ ...request, text: request.text.replace('media-1&', 'media-1.png&') }),
    }
  },
  refusals: {
    refused: graphRefusal(4279013, 'The user is restricted'),
    signedOut: graphRefusal(190, 'Error validating access token', 463, 401),
    busy: graphRefusal(2, 'An unexpected error has occurred. Please retry', undefined, 500),
    limited: graphRefusal(4, 'Application request limit reached', undefined, 403),
  },
} satisfies Recorded
