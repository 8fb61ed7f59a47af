import { z } from 'zod'
import type { Connected, ConnectIo, OAuthServer, OAuthTokens } from '../contract/platform.ts'
import { clientOf, type TokenEndpoint, Tokens } from '../contract/tokens.ts'

export const PLATFORM = { name: 'x', label: 'X' }
export const API = 'https://api.x.com'

export const Credentials = Tokens.extend({ userId: z.string().min(1) })
export type Credentials = z.infer<typeof Credentials>

const Me = z.object({ data: z.object({ id: z.string(), username: z.string(), name: z.string().optional() }) })

/** The one account that these tokens open. */
export async function accountOf(
  { accessToken, refreshToken, expiresAt }: OAuthTokens,
  io: ConnectIo,
): Promise<Connected<Credentials>[]> {
  const { data } = await io.http.send({
    phase: 'connect',
    name: 'read me',
    url: `${io.apiUrl}/2/users/me`,
    token: accessToken,
    answer: Me,
    signal: io.signal,
  })
  const { id, username, name } = data.data
  return [
    {
      externalId: id,
      handle: `@${username}`,
      credentials: { accessToken, ...(refreshToken ? { refreshToken } : {}), expiresAt, userId: id },
      facts: name ? { name } : {},
    },
  ]
}

export function oauthServer(io: ConnectIo): OAuthServer {
  return {
    // Where the operator has another server, it signs people in too.
    authorizationEndpoint:
      io.apiUrl === API ? 'https://x.com/i/oauth2/authorize' : `${io.apiUrl}/2/oauth2/authorize`,
    tokenEndpoint: tokenEndpoint(io, 'token').url,
    revocationEndpoint: tokenEndpoint(io, 'revoke').url,
    client: clientOf(PLATFORM, io),
    clientAuthentication: 'basic',
  }
}

export const tokenEndpoint = (
  { apiUrl }: Pick<ConnectIo, 'apiUrl'>,
  which: 'token' | 'revoke',
): TokenEndpoint => ({
  url: `${apiUrl}/2/oauth2/${which}`,
  authentication: 'basic',
  // A refresh token that was used or revoked is called an invalid request there.
  dead: (code, description) => code === 'invalid_request' && /token was invalid/i.test(description),
})
