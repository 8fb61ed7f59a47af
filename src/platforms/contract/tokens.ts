import { z } from 'zod'
import { type EpochMs, SECOND } from '../../kit/clock.ts'
import type { Call } from './http.ts'
import type { FormValue } from './http-body.ts'
import type { ConnectIo, Io, OAuthTokens } from './platform.ts'
import { PublishError } from './publish-error.ts'
import type { ReadRefusal } from './refusal.ts'

/** What is kept of an OAuth 2 login. */
export const Tokens = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).optional(),
  /** UTC ms. */
  expiresAt: z.number().nullable(),
  /** UTC ms at which the refresh token itself ends, where the platform says so. */
  refreshExpiresAt: z.number().nullable().optional(),
})
export type Tokens = z.infer<typeof Tokens>

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
const TokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().nullish(),
  expires_in: z.coerce.number().positive().nullish(),
  refresh_token_expires_in: z.coerce.number().positive().nullish(),
  /** TikTok's name for the same. */
  refresh_expires_in: z.coerce.number().positive().nullish(),
})
const Refused = z.object({ error: z.string() })

/** What is kept of tokens that were just granted. */
export const keptTokens = ({
  accessToken,
  refreshToken,
  expiresAt,
  refreshExpiresAt,
}: OAuthTokens): Tokens => ({
  accessToken,
  ...(refreshToken ? { refreshToken } : {}),
  expiresAt,
  ...(refreshExpiresAt ? { refreshExpiresAt } : {}),
})

type Client = { id: string; secret: string }

/** Where and how a platform renews and ends access. */
export interface TokenEndpoint {
  url: string
  authentication: 'basic' | 'post'
  /** `client_key` at TikTok; only where the client is shown by `post`. */
  clientIdParameter?: string
  /** What else is sent along. */
  also?: Readonly<Record<string, FormValue>>
  /** Recognises a dead login besides `invalid_grant`. */
  dead?: (error: string, description: string) => boolean
}

/**
 * New access from the refresh token. A new refresh token replaces the old one; an empty or missing one leaves it.
 *
 * @throws PublishError `reconnect` only where there is no refresh token or the platform said that it is dead, else `retry`
 */
export async function refreshTokens<Kept extends Tokens>(
  kept: Kept,
  endpoint: TokenEndpoint,
  platform: { name: string; label: string },
  io: Pick<Io<never>, 'http' | 'client' | 'signal' | 'now'>,
): Promise<Kept> {
  if (kept.refreshToken === undefined) {
    throw new PublishError(platform.name, { do: 'reconnect' }, `The login on ${platform.label} has ended`, {
      code: 'NO_REFRESH_TOKEN',
    })
  }
  const client = clientOf(platform, io)
  const { data } = await io.http.send({
    phase: 'prepare',
    name: 'refresh token',
    url: endpoint.url,
    ...asClient(endpoint, client, {
      grant_type: 'refresh_token',
      refresh_token: kept.refreshToken,
      ...endpoint.also,
    }),
    answer: TokenAnswer,
    // Some refuse with a 200.
    refused: (body) => errorOf(body) !== '',
    refusal: tokenRefusal(platform, endpoint.dead),
    signal: io.signal,
  })
  const endsIn = (seconds: number | null | undefined): EpochMs | null =>
    seconds ? io.now + seconds * SECOND : null
  const refreshEnds = data.refresh_token_expires_in ?? data.refresh_expires_in
  return {
    ...kept,
    accessToken: data.access_token,
    ...(data.refresh_token ? { refreshToken: data.refresh_token } : {}),
    expiresAt: endsIn(data.expires_in),
    ...(refreshEnds ? { refreshExpiresAt: endsIn(refreshEnds) } : {}),
  }
}

/** Ends a token at the platform; one that is dead already is as good. https://www.rfc-editor.org/rfc/rfc7009 */
export async function revokeToken(
  token: string,
  endpoint: TokenEndpoint,
  platform: { name: string; label: string },
  io: Pick<Io<never>, 'http' | 'client' | 'signal'>,
): Promise<void> {
  await io.http.find({
    phase: 'prepare',
    name: 'revoke token',
    url: endpoint.url,
    ...asClient(endpoint, clientOf(platform, io), { token, ...endpoint.also }),
    absent: ({ status, body }) => status === 400 && /invalid_(token|grant)/.test(errorOf(body)),
    signal: io.signal,
  })
}

/** Ends both tokens of a login: the refresh token first, since with it others could be had. */
export async function revokeTokens(
  { accessToken, refreshToken }: Tokens,
  endpoint: TokenEndpoint,
  platform: { name: string; label: string },
  io: Pick<Io<never>, 'http' | 'client' | 'signal'>,
): Promise<void> {
  for (const token of [refreshToken, accessToken]) {
    if (token !== undefined) await revokeToken(token, endpoint, platform, io)
  }
}

/** What calls that carry the login have in common. */
export const signedIn = (
  io: { credentials: Pick<Tokens, 'accessToken'>; signal: AbortSignal },
  name: string,
): Pick<Call<unknown>, 'name' | 'token' | 'signal'> => ({
  name,
  token: io.credentials.accessToken,
  signal: io.signal,
})

/** The OAuth client that the operator registered. @throws PublishError where there is none */
export function clientOf(
  platform: { name: string; label: string },
  { client }: Pick<ConnectIo, 'client'>,
): Client {
  if (client) return client
  const settings = ['CLIENT_ID', 'CLIENT_SECRET'].map((name) => `${platform.name.toUpperCase()}_${name}`)
  throw new PublishError(
    platform.name,
    { do: 'retry' },
    `Crier's operator has not set ${settings.join(' and ')}, which ${platform.label} asks for`,
    { code: 'NO_CLIENT' },
  )
}

function asClient(
  { authentication, clientIdParameter = 'client_id' }: TokenEndpoint,
  { id, secret }: Client,
  form: Record<string, FormValue>,
): { headers?: Record<string, string>; body: { form: Record<string, FormValue> } } {
  if (authentication === 'post')
    return { body: { form: { ...form, [clientIdParameter]: id, client_secret: secret } } }
  // RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
  const pair = [id, secret].map((half) => encodeURIComponent(half).replaceAll('%20', '+')).join(':')
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, body: { form } }
}

/** A dead login is told from the weather and from an operator's mistake: only the first asks a person to sign in. */
const tokenRefusal =
  (platform: { label: string }, dead: TokenEndpoint['dead']): ReadRefusal =>
  ({ body, status }) => {
    const code = errorOf(body)
    if (code === 'invalid_grant' || dead?.(code, descriptionOf(body))) {
      return { code: code || String(status), next: { do: 'reconnect' } }
    }
    if (code === 'invalid_client' || code === 'unauthorized_client') {
      const message = `${platform.label} does not know Crier's own id and secret, which its operator has to put right`
      return { code, next: { do: 'retry' }, message }
    }
    return status < 500 && status !== 429
      ? { code: code || String(status), next: { do: 'retry' } }
      : undefined
  }

const errorOf = (body: unknown): string => Refused.safeParse(body).data?.error ?? ''
const descriptionOf = (body: unknown): string =>
  z.object({ error_description: z.string() }).safeParse(body).data?.error_description ?? ''
