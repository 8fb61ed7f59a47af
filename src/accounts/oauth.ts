// oauth4webapi: the certified client for OAuth 2; it checks what an answer must hold before anything is taken from it.
import {
  AuthorizationResponseError,
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type ClientAuth,
  ClientSecretBasic,
  calculatePKCECodeChallenge,
  customFetch,
  generateRandomCodeVerifier,
  nopkce,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi'
import { type EpochMs, SECOND } from '../kit/clock.ts'
import { PrivateAddressError, type PublicFetch } from '../kit/public-network.ts'
import type { OAuthConnect, OAuthServer, OAuthTokens } from '../platforms/contract/platform.ts'
import { wordsOf } from '../platforms/contract/refusal.ts'
import { scrub } from '../platforms/contract/scrub.ts'

/** Why a sign-in did not come to tokens. */
export type SignInTrouble =
  /** The person said no at the platform. */
  | 'refused'
  /** The platform does not let this client ask for these permissions. */
  | 'scopes'
  /** The code was too old, used, or not for this client. */
  | 'code'
  /** The platform does not know the client, or its callback address: the operator's to put right. */
  | 'client'
  /** It can't be reached, or has trouble of its own. */
  | 'down'
  /** Its address is on a private network. */
  | 'private'
  /** It answered what no such server answers. */
  | 'nonsense'

/** Holds nothing of what was sent or answered but the platform's own sentence: it may be logged and shown. */
export class SignInError extends Error {
  override name = 'SignInError'
  readonly trouble: SignInTrouble
  /** What the platform said, on one line. */
  readonly told: string | undefined

  constructor(trouble: SignInTrouble, told?: string) {
    super(told === undefined ? `Sign-in: ${trouble}` : `Sign-in: ${trouble} (${told})`)
    this.trouble = trouble
    this.told = told
  }
}

export interface SignInRequest {
  way: Pick<OAuthConnect<unknown>, 'scopes' | 'pkce'>
  server: OAuthServer
  redirectUri: string
  state: string
}

/** Where the person is sent, and the verifier (RFC 7636) that must be there when they come back; null without PKCE. */
export async function authorizationUrl({
  way,
  server,
  redirectUri,
  state,
}: SignInRequest): Promise<{ url: string; verifier: string | null }> {
  const url = new URL(server.authorizationEndpoint)
  const verifier = way.pkce ? generateRandomCodeVerifier() : null
  const parameters = {
    ...server.authorizationParameters,
    response_type: 'code',
    [server.clientIdParameter ?? 'client_id']: server.client.id,
    redirect_uri: redirectUri,
    scope: way.scopes.map(({ name }) => name).join(server.scopeSeparator ?? ' '),
    state,
    ...(verifier === null
      ? {}
      : { code_challenge: await calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { url: url.href, verifier }
}

export interface CodeExchange extends SignInRequest {
  /** What the platform sent the person back with. */
  parameters: URLSearchParams
  verifier: string | null
  fetch: PublicFetch
  /** An origin of the operator's that may be spoken to without TLS. */
  openOrigin: string | undefined
  now: EpochMs
  signal: AbortSignal
}

/** Exchanges the code that the person came back with for tokens. @throws SignInError */
export async function exchangeCode(exchange: CodeExchange): Promise<OAuthTokens> {
  const { server, parameters, state, redirectUri, verifier, openOrigin, signal, way, now } = exchange
  const as = authorizationServer(server, parameters)
  const client = { client_id: server.client.id }
  const secrets = [parameters.get('code') ?? '', verifier ?? '', server.client.secret].filter(Boolean)
  let raw: Record<string, unknown> = {}
  try {
    const answered = validateAuthResponse(as, client, parameters, state)
    const response = await authorizationCodeGrantRequest(
      as,
      client,
      clientAuth(server),
      answered,
      redirectUri,
      verifier ?? nopkce,
      {
        [customFetch]: (url, { method, headers, body }) =>
          exchange.fetch(url, { method, headers, body: body.toString(), signal }),
        [allowInsecureRequests]: new URL(server.tokenEndpoint).origin === openOrigin,
        signal,
      },
    )
    const said = await readAnswer(response)
    raw = said.raw
    return tokensOf(await processAuthorizationCodeResponse(as, client, said.response), raw, way, now)
  } catch (error) {
    // Never the error itself: the library's carry the whole answer, tokens included.
    const { trouble, told } = troubleOf(error)
    throw new SignInError(trouble, told === undefined ? undefined : shortened(scrub(told, secrets)))
  }
}

/** RFC 9207: a server that names itself must be the one that was asked, or the code is another one's. */
function authorizationServer(server: OAuthServer, parameters: URLSearchParams): AuthorizationServer {
  const asked = new URL(server.authorizationEndpoint)
  const named = parameters.get('iss')
  const same = named !== null && URL.canParse(named) && new URL(named).host === asked.host
  return {
    issuer: same ? named : asked.origin,
    authorization_endpoint: server.authorizationEndpoint,
    token_endpoint: server.tokenEndpoint,
  }
}

const clientAuth = ({ client, clientAuthentication, clientIdParameter }: OAuthServer): ClientAuth =>
  clientAuthentication === 'basic'
    ? ClientSecretBasic(client.secret)
    : (_as, _client, body) => {
        body.set(clientIdParameter ?? 'client_id', client.id)
        body.set('client_secret', client.secret)
      }

/**
 * What platforms answer, as the standard has it: Instagram leaves `token_type` out and may wrap the answer in a list,
 * Meta's and TikTok's refusals have shapes of their own, and what is empty is as good as absent.
 */
async function readAnswer(response: Response): Promise<{ response: Response; raw: Record<string, unknown> }> {
  const body: unknown = parsed(await response.text())
  const raw = unwrapped(body)
  const status =
    response.status === 200 && raw.access_token === undefined && raw.error ? 400 : response.status
  if (status >= 200 && status < 300) {
    const { id_token: _, permissions, ...rest } = raw
    const granted = rest.scope ?? permissions
    const standard = Object.fromEntries(
      Object.entries({
        token_type: 'bearer',
        ...rest,
        scope: Array.isArray(granted) ? granted.join(' ') : granted,
      }).filter(([, value]) => value !== null && value !== undefined && value !== ''),
    )
    return { raw, response: Response.json(standard, { status: 200 }) }
  }
  const error = typeof raw.error === 'string' ? raw.error : (raw.error_type ?? 'refused')
  return {
    raw,
    response: Response.json({ error: String(error), error_description: wordsOf(body) ?? '' }, { status }),
  }
}

function unwrapped(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null) return {}
  const { data } = body as { data?: unknown }
  const inner: unknown = Array.isArray(data) ? data[0] : data
  const wrapped = typeof inner === 'object' && inner !== null && 'access_token' in inner
  return (wrapped ? inner : body) as Record<string, unknown>
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function tokensOf(
  answer: TokenEndpointResponse,
  raw: Record<string, unknown>,
  { scopes }: CodeExchange['way'],
  now: EpochMs,
): OAuthTokens {
  const refreshEnds = Number(raw.refresh_token_expires_in ?? raw.refresh_expires_in ?? 0)
  return {
    accessToken: answer.access_token,
    ...(answer.refresh_token ? { refreshToken: answer.refresh_token } : {}),
    expiresAt: answer.expires_in ? now + answer.expires_in * SECOND : null,
    ...(refreshEnds > 0 ? { refreshExpiresAt: now + refreshEnds * SECOND } : {}),
    // RFC 6749, 5.1: a server that says nothing of scopes has granted what was asked for.
    scopes: answer.scope?.split(/[\s,]+/).filter(Boolean) ?? scopes.map(({ name }) => name),
    raw,
  }
}

/** Scopes that were asked for and not granted. Mastodon's `write` holds `write:media`. */
export const withheld = (
  { scopes }: Pick<OAuthConnect<unknown>, 'scopes'>,
  { scopes: granted }: Pick<OAuthTokens, 'scopes'>,
): OAuthConnect<unknown>['scopes'] =>
  scopes.filter(({ name }) => !granted.includes(name) && !granted.includes(name.split(':')[0] ?? name))

function troubleOf(error: unknown): { trouble: SignInTrouble; told?: string } {
  if (error instanceof AuthorizationResponseError) {
    return { trouble: refusedAs(error.error), told: error.error_description ?? error.error }
  }
  if (error instanceof ResponseBodyError) {
    const told = error.error_description || error.error
    if (error.status === 401 || ['invalid_client', 'unauthorized_client'].includes(error.error))
      return { trouble: 'client', told }
    return { trouble: error.status === 429 ? 'down' : 'code', told }
  }
  if (error instanceof OperationProcessingError) {
    const status = error.cause instanceof Response ? error.cause.status : 200
    return { trouble: status >= 500 ? 'down' : 'nonsense' }
  }
  if (error instanceof Error && error.cause instanceof PrivateAddressError) {
    return { trouble: 'private', told: error.cause.message }
  }
  // What `fetch` rejects with: no such host, a cut connection, no answer in time.
  const network =
    error instanceof TypeError || (error instanceof DOMException && /Abort|Timeout/.test(error.name))
  return { trouble: network ? 'down' : 'nonsense' }
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1, and LinkedIn's own words for the same. */
function refusedAs(error: string): SignInTrouble {
  switch (error) {
    case 'access_denied':
    case 'user_cancelled_login':
    case 'user_cancelled_authorize':
      return 'refused'
    case 'invalid_scope':
    case 'unauthorized_scope_error':
      return 'scopes'
    case 'server_error':
    case 'temporarily_unavailable':
      return 'down'
    case 'unauthorized_client':
    case 'invalid_client':
    case 'invalid_request':
      return 'client'
    default:
      return 'nonsense'
  }
}

const LONGEST_WORDS = 240
const shortened = (words: string): string => {
  const line = words.replace(/\s+/g, ' ').trim()
  return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS - 1)}…` : line
}
