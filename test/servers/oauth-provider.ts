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
  /** `client_key` at TikTok. */
  clientIdParameter?: string
  /** Only these may be come back to, letter by letter; anything where absent. */
  redirects?: readonly string[]
  /** UTC ms; where absent nothing ever expires. */
  now?: () => number
  /** Seconds that a code lives, where there is a clock. */
  codeLives?: number
  /** A rotated refresh token that is shown again ends the whole login: https://www.rfc-editor.org/rfc/rfc9700#section-4.14 */
  replayEndsAll?: boolean
  /** Without a state nobody is let through. */
  needsState?: boolean
  /** Anybody who has a token may end it, as at Google. */
  openRevocation?: boolean
  /** What its token answer looks like, where it is not the standard's. */
  shape?: (answer: Record<string, unknown>) => unknown
}

/** A login: all tokens that came of one consent. */
interface Family {
  id: string
  scope: string
}

/**
 * The OAuth half of a platform on loopback: RFC 6749 with PKCE (RFC 7636), one use of a code, exact redirects, expiry,
 * refreshing, rotation, revocation (RFC 7009). What a client does wrong is refused, and told in `mistakes`.
 */
export function createOAuthProvider(rules: OAuthRules) {
  const client = { id: 'client id/1', secret: 'client:secret' }
  const idName = rules.clientIdParameter ?? 'client_id'
  const now = rules.now ?? (() => 0)
  const access = new Map<string, Family & { endsAt: number }>()
  const refresh = new Map<string, Family>()
  const spent = new Map<string, Family>()
  const codes = new Map<
    string,
    { redirect: string; challenge: string | null; scope: string; endsAt: number; family?: Family }
  >()
  const revoked: string[] = []
  const given: string[] = []
  const mistakes: string[] = []
  let granted = 0
  const next = { refuse: undefined as string | undefined, scopes: undefined as readonly string[] | undefined }

  function grant(scope = '', family: Family = { id: randomUUID(), scope }) {
    granted += 1
    const made = { accessToken: `access-${randomUUID()}`, refreshToken: `refresh-${randomUUID()}` }
    access.set(made.accessToken, { ...family, endsAt: now() + rules.accessLives * 1000 })
    if (rules.refreshes !== false) refresh.set(made.refreshToken, family)
    given.push(made.accessToken, made.refreshToken)
    return { ...made, scope: family.scope }
  }

  function endFamily({ id }: Family): void {
    for (const tokens of [access, refresh])
      for (const [token, family] of tokens) if (family.id === id) tokens.delete(token)
  }

  function json(
    { accessToken, refreshToken, scope }: ReturnType<typeof grant>,
    withRefresh: boolean,
  ): Answer {
    const standard = {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: rules.accessLives,
      scope,
      ...(withRefresh && rules.refreshes !== false ? { refresh_token: refreshToken } : {}),
    }
    return { status: 200, json: rules.shape?.(standard) ?? standard }
  }
  const no = (error: string, error_description = 'No.'): Answer => {
    mistakes.push(`${error}: ${error_description}`)
    return { status: error === 'invalid_client' ? 401 : 400, json: { error, error_description } }
  }

  function isClient({ headers, body }: Asked): boolean {
    if (rules.authentication === 'post')
      return body?.[idName] === client.id && body.client_secret === client.secret
    const [, coded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? []
    const [id = '', secret = ''] = Buffer.from(coded, 'base64').toString().split(':')
    const plain = (half: string): string => decodeURIComponent(half.replaceAll('+', ' '))
    return plain(id) === client.id && plain(secret) === client.secret
  }

  function authorize({ query }: Asked): Answer {
    const redirect = query.get('redirect_uri') ?? ''
    // Nobody is sent to an address that was not registered, not even with an error.
    if (rules.redirects && !rules.redirects.includes(redirect)) return no('redirect_uri', redirect)
    if (query.get(idName) !== client.id || query.get('response_type') !== 'code')
      return no('invalid_request', 'client or response_type')
    if (rules.pkce && (query.get('code_challenge_method') !== 'S256' || !query.get('code_challenge')))
      return no('invalid_request', 'code_challenge')
    if (rules.needsState && !query.get('state')) return no('invalid_request', 'state')
    const location = new URL(redirect)
    location.searchParams.set('state', query.get('state') ?? '')
    if (next.refuse !== undefined) {
      location.searchParams.set('error', next.refuse)
    } else {
      const code = `code-${randomUUID()}`
      const asked = (query.get('scope') ?? '').split(/[ ,]/)
      const scope = asked.filter((one) => next.scopes?.includes(one) ?? true).join(' ')
      const endsAt = now() + (rules.codeLives ?? 60) * 1000
      codes.set(code, { redirect, challenge: query.get('code_challenge'), scope, endsAt })
      given.push(code)
      location.searchParams.set('code', code)
    }
    next.refuse = undefined
    return { status: 302, headers: { location: location.href } }
  }

  function exchange({ body }: Asked): Answer {
    const code = codes.get(body.code)
    const challenge = createHash('sha256')
      .update(body.code_verifier ?? '')
      .digest('base64url')
    if (body.grant_type !== 'authorization_code') return no('unsupported_grant_type')
    if (!code) return no('invalid_grant', 'no such code')
    if (code.family) {
      endFamily(code.family)
      return no('invalid_grant', 'the code was used before')
    }
    code.family = { id: randomUUID(), scope: code.scope }
    if (code.redirect !== body.redirect_uri) return no('invalid_grant', 'another redirect_uri')
    if (rules.pkce && code.challenge !== challenge) return no('invalid_grant', 'code_verifier')
    if (now() > code.endsAt) return no('invalid_grant', 'the code has expired')
    return json(grant(code.scope, code.family), true)
  }

  function renew({ body }: Asked): Answer {
    const family = refresh.get(body.refresh_token)
    if (!family) {
      const before = spent.get(body.refresh_token)
      if (before && rules.replayEndsAll) endFamily(before)
      mistakes.push('a dead refresh token')
      if (rules.dead) return { status: 400, json: rules.dead }
      return { status: 400, json: { error: 'invalid_grant', error_description: 'No.' } }
    }
    if (rules.rotates) {
      refresh.delete(body.refresh_token)
      spent.set(body.refresh_token, family)
    }
    return json(grant(family.scope, family), rules.rotates)
  }

  return {
    client,
    revoked,
    /** What a client did wrong, in order. */
    mistakes,
    /** Every code and token that was ever given: none may be found in a log. */
    given,
    /** The next consent: refused with this error, or narrowed to these scopes. */
    next,
    /** How many times tokens were given. */
    granted: () => granted,
    isValid: (shown: string | undefined): boolean => {
      const found = access.get(/^Bearer (\S+)$/.exec(shown ?? '')?.[1] ?? '')
      return found !== undefined && (rules.now === undefined || now() < found.endsAt)
    },
    grant,
    /** Ends everything, as its owner can in the platform's own settings. */
    endAll() {
      access.clear()
      refresh.clear()
    },
    answer(asked: Asked): Answer | undefined {
      const { method, path, body } = asked
      if (method === 'GET' && path === rules.authorize) return authorize(asked)
      if (method !== 'POST') return undefined
      if (path === rules.revoke) {
        if (!rules.openRevocation && !isClient(asked)) return no('invalid_client')
        revoked.push(body.token)
        access.delete(body.token)
        refresh.delete(body.token)
        return { status: 200, json: {} }
      }
      if (path !== rules.token) return undefined
      if (!isClient(asked)) return no('invalid_client')
      return body.grant_type === 'refresh_token' ? renew(asked) : exchange(asked)
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
