import { createHash, randomUUID } from 'node:crypto'
import type { OAuthConnect } from '../../src/platforms/contract/platform.ts'
import type { Answer, Asked } from './stand-in.ts'

export interface OAuthRules {
  authorize: string
  token: string
  revoke?: string
  authentication: 'basic' | 'post'
  pkce: boolean
  /** Is a refresh token replaced each time it is used, and dead from then on? */
  rotates: boolean
  /** Seconds. */
  accessLives: number
  /** Has it refresh tokens at all? */
  refreshes?: boolean
  /** How it calls a dead refresh token; `invalid_grant` where absent. */
  dead?: { error: string; error_description: string }
}

/** The OAuth half of a platform on loopback: RFC 6749 with PKCE (RFC 7636), refreshing, rotation, revocation (RFC 7009). */
export function createOAuthProvider(rules: OAuthRules) {
  const client = { id: 'client id/1', secret: 'client:secret' }
  const access = new Set<string>()
  const refresh = new Set<string>()
  const codes = new Map<string, { redirect: string; challenge: string | null; scope: string }>()
  const revoked: string[] = []
  let granted = 0

  function grant(scope = '') {
    granted += 1
    const made = { accessToken: `access-${randomUUID()}`, refreshToken: `refresh-${randomUUID()}` }
    access.add(made.accessToken)
    if (rules.refreshes !== false) refresh.add(made.refreshToken)
    return { ...made, scope }
  }

  const json = (
    { accessToken, refreshToken, scope }: ReturnType<typeof grant>,
    withRefresh: boolean,
  ): Answer => ({
    status: 200,
    json: {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: rules.accessLives,
      scope,
      ...(withRefresh && rules.refreshes !== false ? { refresh_token: refreshToken } : {}),
    },
  })
  const no = (error: string, error_description = 'No.'): Answer => ({
    status: error === 'invalid_client' ? 401 : 400,
    json: { error, error_description },
  })

  function isClient({ headers, body }: Asked): boolean {
    if (rules.authentication === 'post')
      return body?.client_id === client.id && body.client_secret === client.secret
    const [, coded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? []
    const [id = '', secret = ''] = Buffer.from(coded, 'base64').toString().split(':')
    const plain = (half: string): string => decodeURIComponent(half.replaceAll('+', ' '))
    return plain(id) === client.id && plain(secret) === client.secret
  }

  return {
    client,
    revoked,
    /** How many times tokens were given. */
    granted: () => granted,
    isValid: (shown: string | undefined): boolean =>
      access.has(/^Bearer (\S+)$/.exec(shown ?? '')?.[1] ?? ''),
    grant,
    /** Ends everything, as its owner can in the platform's own settings. */
    endAll() {
      access.clear()
      refresh.clear()
    },
    answer(asked: Asked): Answer | undefined {
      const { method, path, query, body } = asked
      if (method === 'GET' && path === rules.authorize) {
        const redirect = query.get('redirect_uri') ?? ''
        const whole = query.get('client_id') === client.id && query.get('response_type') === 'code'
        if (!whole || (rules.pkce && query.get('code_challenge_method') !== 'S256'))
          return no('invalid_request')
        const code = randomUUID()
        codes.set(code, { redirect, challenge: query.get('code_challenge'), scope: query.get('scope') ?? '' })
        const location = new URL(redirect)
        location.searchParams.set('code', code)
        location.searchParams.set('state', query.get('state') ?? '')
        return { status: 302, headers: { location: location.href } }
      }
      if (method !== 'POST') return undefined
      if (path === rules.revoke) {
        if (!isClient(asked)) return no('invalid_client')
        revoked.push(body.token)
        access.delete(body.token)
        refresh.delete(body.token)
        return { status: 200, json: {} }
      }
      if (path !== rules.token) return undefined
      if (!isClient(asked)) return no('invalid_client')
      if (body.grant_type === 'refresh_token') {
        if (!refresh.has(body.refresh_token)) {
          return rules.dead ? { status: 400, json: rules.dead } : no('invalid_grant')
        }
        if (rules.rotates) refresh.delete(body.refresh_token)
        return json(grant(), rules.rotates)
      }
      const code = codes.get(body.code)
      codes.delete(body.code)
      const challenge = createHash('sha256')
        .update(body.code_verifier ?? '')
        .digest('base64url')
      if (!code || code.redirect !== body.redirect_uri || (rules.pkce && code.challenge !== challenge)) {
        return no('invalid_grant')
      }
      return json(grant(code.scope), true)
    },
  }
}

/** Signs in as a browser and the app together would: away, back with a code, and the code for tokens. */
export async function signIn(
  connect: OAuthConnect<unknown>,
  io: Parameters<OAuthConnect<unknown>['accounts']>[2] extends infer Whole ? Omit<Whole, 'server'> : never,
) {
  const redirectUri = 'http://127.0.0.1:3000/oauth/callback'
  const server = await connect.server({}, { ...(io as never as object), redirectUri } as never)
  const verifier = 'v'.repeat(43)
  const query = new URLSearchParams({
    client_id: server.client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    state: 'the state',
    scope: connect.scopes.map(({ name }) => name).join(server.scopeSeparator ?? ' '),
    ...server.authorizationParameters,
    ...(connect.pkce
      ? {
          code_challenge: createHash('sha256').update(verifier).digest('base64url'),
          code_challenge_method: 'S256',
        }
      : {}),
  })
  const sent = await fetch(`${server.authorizationEndpoint}?${query}`, { redirect: 'manual' })
  const back = new URL(sent.headers.get('location') ?? '')
  const { id, secret } = server.client
  const basic = server.clientAuthentication === 'basic'
  const pair = [id, secret].map((half) => encodeURIComponent(half).replaceAll('%20', '+')).join(':')
  const granted = await fetch(server.tokenEndpoint, {
    method: 'POST',
    headers: basic ? { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } : {},
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      ...(connect.pkce ? { code_verifier: verifier } : {}),
      ...(basic ? {} : { client_id: id, client_secret: secret }),
    }),
  })
  const raw = (await granted.json()) as Record<string, unknown>
  const tokens = {
    accessToken: String(raw.access_token),
    ...(raw.refresh_token ? { refreshToken: String(raw.refresh_token) } : {}),
    expiresAt: io.now + Number(raw.expires_in) * 1000,
    scopes: String(raw.scope).split(' '),
    raw,
  }
  return { server, tokens, accounts: await connect.accounts(tokens, {}, { ...io, server }) }
}
