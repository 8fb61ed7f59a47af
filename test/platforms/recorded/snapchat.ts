import { SN_PROFILE, SN_REFRESH, SN_TOKEN, snapchatWorld, snapRefusal } from '../../servers/snapchat.ts'
import { video } from '../stage-media.ts'
import type { Recorded } from './recorded.ts'

export default {
  credentials: () => ({
    profileId: SN_PROFILE,
    accessToken: SN_TOKEN,
    refreshToken: SN_REFRESH,
    expiresAt: null,
  }),
  account: { externalId: SN_PROFILE, handle: '@acme' },
  media: [video()],
  options: { as: 'spotlight' },
  uploads: true,
  isPublish: ({ method, path }) => method === 'POST' && path.endsWith('/spotlights'),
  well: () => snapchatWorld(),
  refusals: { refused: snapRefusal('INVALID_SPOTLIGHT') },
} satisfies Recorded
