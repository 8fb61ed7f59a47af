import { z } from 'zod'
import { graphGet, longLivedToken } from '../contract/graph.ts'
import type {
  Connected,
  ConnectIo,
  Io,
  OAuthConnect,
  OAuthServer,
  OAuthTokens,
} from '../contract/platform.ts'
import { clientOf } from '../contract/tokens.ts'

export const PLATFORM = { name: 'threads', label: 'Threads' }
export const API = 'https://graph.threads.net'
const VERSION = 'v1.0'

export const Credentials = z.object({
  userId: z.string(),
  token: z.string(),
  /** UTC ms. */
  expiresAt: z.number().nullable(),
})
export type Credentials = z.infer<typeof Credentials>

const Me = z.object({ id: z.string(), username: z.string() })

/** https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions */
export const SIGN_IN: OAuthConnect<Credentials> = {
  by: 'oauth',
  label: 'Sign in with Threads',
  scopes: [
    { name: 'threads_basic', for: 'knowing whose account it is, and looking whether a post is live' },
    { name: 'threads_content_publish', for: 'publishing' },
    { name: 'threads_manage_replies', for: 'publishing threads of several posts', optional: true },
    { name: 'threads_manage_insights', for: 'reading numbers', optional: true },
    { name: 'threads_delete', for: 'taking a post down', optional: true },
  ],
  pkce: false,
  needsHttps: true,
  server: async (_values, io) => ({
    authorizationEndpoint: `${io.apiUrl === API ? 'https://www.threads.net' : io.apiUrl}/oauth/authorize`,
    tokenEndpoint: `${io.apiUrl}/oauth/access_token`,
    client: clientOf(PLATFORM, io),
    clientAuthentication: 'post',
    scopeSeparator: ',',
  }),
  accounts: async (tokens, _values, io) => [await account(tokens, io)],
}

export const base = (io: Pick<Io<never>, 'apiUrl'>): string => `${io.apiUrl}/${VERSION}`

async function account(
  tokens: OAuthTokens,
  io: ConnectIo & { server: OAuthServer },
): Promise<Connected<Credentials>> {
  const kept = await longLivedToken(
    `${io.apiUrl}/access_token`,
    {
      grant_type: 'th_exchange_token',
      client_secret: io.server.client.secret,
      access_token: tokens.accessToken,
    },
    io,
  )
  const { data } = await io.http.send({
    ...graphGet(`${base(io)}/me`, kept.token, { fields: 'id,username' }, Me),
    phase: 'connect',
    name: 'read account',
    signal: io.signal,
  })
  return {
    externalId: data.id,
    handle: `@${data.username}`,
    credentials: { userId: data.id, ...kept },
    facts: {},
  }
}
