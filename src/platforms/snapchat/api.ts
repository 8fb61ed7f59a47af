import { z } from 'zod'
import { UserError } from '../../kit/user-error.ts'
import type { Connected, ConnectIo, Io, OAuthConnect, OAuthTokens } from '../contract/platform.ts'
import type { ReadRefusal } from '../contract/refusal.ts'
import { clientOf, Tokens, signedIn as withLogin } from '../contract/tokens.ts'

export const PLATFORM = { name: 'snapchat', label: 'Snapchat' }
export const API = 'https://businessapi.snapchat.com'

export const Credentials = Tokens.extend({ profileId: z.string() })
export type Credentials = z.infer<typeof Credentials>

const RequestStatus = z.object({
  request_status: z.string(),
  error_code: z.string().optional().catch(undefined),
})
const Profiles = z.object({
  public_profiles: z.array(
    z.object({
      public_profile: z.object({
        id: z.string(),
        display_name: z.string().optional(),
        username: z.string().optional(),
      }),
    }),
  ),
})

/** Snapchat may refuse with a 200: then `request_status` is not `SUCCESS`. */
const isRefused = (body: unknown): boolean => {
  const status = RequestStatus.safeParse(body).data?.request_status
  return status !== undefined && status.toUpperCase() !== 'SUCCESS'
}

/** By which Snapchat says that a media object, which lives 24 hours, is gone. */
export const MEDIA_EXPIRED = 'MEDIA_EXPIRED'

export const refusal: ReadRefusal = ({ status, body }) => {
  const code = RequestStatus.safeParse(body).data?.error_code
  switch (code) {
    case MEDIA_EXPIRED:
      return { code, next: { do: 'retry' }, message: 'Snapchat no longer has the uploaded media' }
    case 'MEDIA_POSTING_ALREADY_IN_PROGRESS':
      return { code, next: { do: 'check' }, message: 'Snapchat is publishing these very media already' }
    default:
      if (status === 403) {
        return {
          code: code ?? '403',
          next: { do: 'reconnect' },
          message: 'Snapchat does not let this login publish: its app has to be on Snap’s allow-list',
        }
      }
      return code === undefined ? undefined : { code }
  }
}

/** What a call that carries the login has in common. */
export const signedIn = (io: Pick<Io<Credentials>, 'credentials' | 'signal'>, name: string) => ({
  ...withLogin(io, name),
  refused: isRefused,
})

export const profileUrl = (io: Io<Credentials>, edge: string): string =>
  `${io.apiUrl}/v1/public_profiles/${encodeURIComponent(io.credentials.profileId)}/${edge}`

export const tokenUrl = (io: Pick<ConnectIo, 'apiUrl'>): string => `${accounts(io)}/login/oauth2/access_token`

const accounts = ({ apiUrl }: Pick<ConnectIo, 'apiUrl'>): string =>
  apiUrl === API ? 'https://accounts.snapchat.com' : apiUrl

export const SIGN_IN: OAuthConnect<Credentials> = {
  by: 'oauth',
  label: 'Sign in with Snapchat',
  scopes: [{ name: 'snapchat-profile-api', for: 'publishing to your public profile' }],
  pkce: true,
  server: async (_values, io) => ({
    authorizationEndpoint: `${accounts(io)}/login/oauth2/authorize`,
    tokenEndpoint: tokenUrl(io),
    client: clientOf(PLATFORM, io),
    clientAuthentication: 'post',
  }),
  accounts: (tokens, _values, io) => profiles(tokens, io),
}

async function profiles(tokens: OAuthTokens, io: ConnectIo): Promise<Connected<Credentials>[]> {
  const { data } = await io.http.send({
    phase: 'connect',
    name: 'read profiles',
    url: `${io.apiUrl}/v1/public_profiles/my_profile`,
    token: tokens.accessToken,
    answer: Profiles,
    refused: isRefused,
    signal: io.signal,
  })
  if (data.public_profiles.length === 0) {
    throw new UserError('This Snapchat account has no public profile.', {
      wayOut: 'Make one in the Snapchat app, under your profile, then sign in again.',
    })
  }
  return data.public_profiles.map(({ public_profile: { id, display_name, username } }) => ({
    externalId: id,
    handle: username ? `@${username}` : (display_name ?? id),
    credentials: {
      profileId: id,
      accessToken: tokens.accessToken,
      ...(tokens.refreshToken ? { refreshToken: tokens.refreshToken } : {}),
      expiresAt: tokens.expiresAt,
    },
    facts: {},
  }))
}
