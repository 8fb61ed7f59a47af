import { TT_REFRESH, TT_TOKEN, tiktokRefusal, tiktokWorld } from '../../servers/tiktok.ts'
import { video } from '../stage-media.ts'
import type { Recorded } from './recorded.ts'

export default {
  credentials: () => ({
    openId: 'open-1',
    scopes: ['video.publish'],
    accessToken: TT_TOKEN,
    refreshToken: TT_REFRESH,
    expiresAt: null,
  }),
  account: { externalId: 'open-1', handle: '@acme' },
  media: [video()],
  options: { privacy: 'SELF_ONLY' },
  uploads: true,
  isPublish: ({ method }) => method === 'PUT',
  well: () => tiktokWorld(),
  refusals: {
    signedOut: tiktokRefusal('access_token_invalid', 401),
    limited: tiktokRefusal('rate_limit_exceeded', 429),
  },
} satisfies Recorded
