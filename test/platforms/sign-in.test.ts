import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { authorizationUrl, exchangeCode } from '../../src/accounts/oauth.ts'
import type { Platform } from '../../src/platforms/contract/platform.ts'
import facebook from '../../src/platforms/facebook.ts'
import instagram from '../../src/platforms/instagram.ts'
import snapchat from '../../src/platforms/snapchat.ts'
import threads from '../../src/platforms/threads.ts'
import tiktok from '../../src/platforms/tiktok.ts'
import { IG_TOKEN, IG_USER, instagramWorld } from '../servers/instagram.ts'
import { SN_PROFILE, SN_REFRESH, SN_TOKEN, snapchatWorld } from '../servers/snapchat.ts'
import { TH_TOKEN, TH_USER, threadsWorld } from '../servers/threads.ts'
import { TT_REFRESH, TT_TOKEN, tiktokWorld } from '../servers/tiktok.ts'
import type { Received, Reply } from './fault-server.ts'
import { standing } from './run.ts'
import { NOW } from './stage.ts'

const DAY = 86_400_000
const REDIRECT = 'https://crier.example/oauth/callback'
const CLIENT = { id: 'client', secret: 'secret-client' }
const scopesOf = (platform: Platform, way: number): string[] => {
  const connect = platform.connect[way]
  return connect?.by === 'oauth' ? connect.scopes.map(({ name }) => name) : []
}

const pages = (data: object[]) => ({
  reply: ({ path }: Received): Reply =>
    path.endsWith('/oauth/access_token')
      ? { status: 200, json: { access_token: 'secret-user', expires_in: 5_183_999 } }
      : { status: 200, json: { data } },
})

interface Case {
  name: string
  platform: Platform
  way: number
  /** The token endpoint, and what it answers to the code, each in its own way. */
  token: RegExp
  granted: object
  authorize: string
  separator: string
  clientId: string
  world: { reply(request: Received): Reply }
  account: object
}

const CASES: Case[] = [
  {
    name: 'Instagram [IG-PUB, POSTIZ-IG]',
    platform: instagram,
    way: 0,
    token: /^\/oauth\/access_token$/,
    // No token_type, no expires_in, and what was granted under a name of its own.
    granted: { access_token: 'secret-hour', user_id: 1, permissions: scopesOf(instagram, 0).join(',') },
    authorize: '/oauth/authorize',
    separator: ',',
    clientId: 'client_id',
    world: instagramWorld(),
    account: {
      externalId: IG_USER,
      credentials: { via: 'instagram', token: IG_TOKEN, expiresAt: NOW + 60 * DAY },
    },
  },
  {
    name: 'Instagram by Facebook [IG-PUB]',
    platform: instagram,
    way: 1,
    token: /^\/v26\.0\/oauth\/access_token$/,
    granted: { access_token: 'secret-hour', token_type: 'bearer', expires_in: 5_183_000 },
    authorize: '/v26.0/dialog/oauth',
    separator: ',',
    clientId: 'client_id',
    world: pages([
      {
        id: '1',
        name: 'Acme',
        access_token: 'secret-page',
        instagram_business_account: { id: '11', username: 'acme' },
      },
    ]),
    account: { externalId: '11', handle: '@acme', credentials: { via: 'facebook', token: 'secret-page' } },
  },
  {
    name: 'Facebook [POSTIZ-FB]',
    platform: facebook,
    way: 0,
    token: /^\/v26\.0\/oauth\/access_token$/,
    granted: { access_token: 'secret-hour', token_type: 'bearer', expires_in: 5_183_000 },
    authorize: '/v26.0/dialog/oauth',
    separator: ',',
    clientId: 'client_id',
    world: pages([{ id: '1', name: 'Acme', access_token: 'secret-page', tasks: ['CREATE_CONTENT'] }]),
    account: { externalId: '1', handle: 'Acme', credentials: { pageId: '1', token: 'secret-page' } },
  },
  {
    name: 'Threads [TH-POSTMAN, TH-LONG]',
    platform: threads,
    way: 0,
    token: /^\/oauth\/access_token$/,
    granted: { access_token: 'secret-hour', user_id: 1 },
    authorize: '/oauth/authorize',
    separator: ',',
    clientId: 'client_id',
    world: threadsWorld(),
    account: { externalId: TH_USER, handle: '@acme', credentials: { token: TH_TOKEN } },
  },
  {
    name: 'TikTok [TT-TOKEN2]',
    platform: tiktok,
    way: 0,
    token: /^\/v2\/oauth\/token\/$/,
    granted: {
      access_token: TT_TOKEN,
      refresh_token: TT_REFRESH,
      open_id: 'open-1',
      scope: 'user.info.basic,video.publish',
      expires_in: 7_200,
      refresh_expires_in: 15_552_000,
      token_type: 'Bearer',
    },
    authorize: '/v2/auth/authorize/',
    separator: ',',
    clientId: 'client_key',
    world: tiktokWorld(),
    account: {
      externalId: 'open-1',
      handle: '@acme',
      credentials: {
        scopes: ['user.info.basic', 'video.publish'],
        expiresAt: NOW + DAY / 12,
        refreshExpiresAt: NOW + 180 * DAY,
      },
    },
  },
  {
    name: 'Snapchat [ZN-SN]',
    platform: snapchat,
    way: 0,
    token: /^\/login\/oauth2\/access_token$/,
    granted: { access_token: SN_TOKEN, refresh_token: SN_REFRESH, expires_in: 3_600, token_type: 'Bearer' },
    authorize: '/login/oauth2/authorize',
    separator: ' ',
    clientId: 'client_id',
    world: snapchatWorld(),
    account: { externalId: SN_PROFILE, handle: '@acme', credentials: { refreshToken: SN_REFRESH } },
  },
]

/** A provider that gives each code once, to who began with it, and only for the secret, the address and the verifier. */
function provider({ token, granted, clientId, world }: Case) {
  const codes = new Map<string, URLSearchParams>()
  return {
    authorize(url: URL): string {
      const code = `secret-code-${codes.size + 1}`
      codes.set(code, url.searchParams)
      return code
    },
    reply(request: Received): Reply {
      const form = new URLSearchParams(request.text)
      if (!token.test(request.path) || form.get('grant_type') !== 'authorization_code')
        return world.reply(request)
      const began = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const challenge = began?.get('code_challenge')
      const proven =
        !challenge ||
        challenge ===
          createHash('sha256')
            .update(form.get('code_verifier') ?? '')
            .digest('base64url')
      const fits =
        began?.get('redirect_uri') === form.get('redirect_uri') &&
        form.get(clientId) === CLIENT.id &&
        form.get('client_secret') === CLIENT.secret &&
        proven
      return fits
        ? { status: 200, json: granted }
        : { status: 400, json: { error: 'invalid_grant', error_description: 'No such code' } }
    },
  }
}

describe.each(CASES)('signing in at $name', (one) => {
  async function begin() {
    const { platform, way: index } = one
    const way = platform.connect[index]
    if (way?.by !== 'oauth') throw new Error(`${platform.name} has no such way in`)
    const there = provider(one)
    const { io } = await standing(platform, there, {
      // Nothing is kept yet, but what is needed to stand there.
      credentials: exampleCredentials(platform),
      client: CLIENT,
    })
    const server = await way.server({}, { ...io, redirectUri: REDIRECT })
    const request = { way, server, redirectUri: REDIRECT, state: 'state-1' }
    const { url, verifier } = await authorizationUrl(request)
    const exchange = (parameters: Record<string, string>, proof = verifier) =>
      exchangeCode({
        ...request,
        parameters: new URLSearchParams(parameters),
        verifier: proof,
        fetch: (address, { method, headers, body, signal }) =>
          fetch(address, { method, headers, ...(body === undefined ? {} : { body }), signal }),
        openOrigin: new URL(io.apiUrl).origin,
        now: NOW,
        signal: io.signal,
      })
    return { way, io, server, there, url: new URL(url), exchange, pkce: verifier !== null }
  }

  it('sends people where it should, with what it asks for', async () => {
    const { url, way, pkce } = await begin()
    expect(url.pathname).toBe(one.authorize)
    expect(url.searchParams.get(one.clientId)).toBe(CLIENT.id)
    expect(url.searchParams.get('scope')).toBe(way.scopes.map(({ name }) => name).join(one.separator))
    expect(url.searchParams.get('state')).toBe('state-1')
    expect(url.searchParams.has('code_challenge')).toBe(pkce)
    expect(way.scopes.every((scope) => scope.for !== '')).toBe(true)
  })

  it('turns the code into accounts that can be kept', async () => {
    const { url, way, io, server, there, exchange } = await begin()
    const tokens = await exchange({ code: there.authorize(url), state: 'state-1' })
    const [account] = await way.accounts(tokens, {}, { ...io, server })
    expect(account).toMatchObject(one.account)
    expect(one.platform.credentials.parse(account?.credentials)).toEqual(account?.credentials)
    expect(JSON.stringify(account?.facts)).not.toContain('secret')
  })

  it('takes a code once, and no other state', async () => {
    const { url, there, exchange } = await begin()
    const code = there.authorize(url)
    await expect(exchange({ code, state: 'state-2' })).rejects.toMatchObject({ name: 'SignInError' })
    await exchange({ code, state: 'state-1' })
    await expect(exchange({ code, state: 'state-1' })).rejects.toMatchObject({ trouble: 'code' })
  })

  it('proves itself where the platform takes proof', async () => {
    const { url, there, exchange, pkce } = await begin()
    if (!pkce) return
    const code = there.authorize(url)
    await expect(exchange({ code, state: 'state-1' }, 'v'.repeat(43))).rejects.toMatchObject({
      trouble: 'code',
    })
  })
})

/** Any that the platform's own schema takes. */
function exampleCredentials({ name }: Platform): Record<string, unknown> {
  switch (name) {
    case 'facebook':
      return { pageId: '1', token: 'none' }
    case 'instagram':
      return { via: 'instagram', userId: '1', token: 'none', expiresAt: null }
    case 'threads':
      return { userId: '1', token: 'none', expiresAt: null }
    case 'tiktok':
      return { openId: '1', scopes: [], accessToken: 'none', expiresAt: null }
    default:
      return { profileId: '1', accessToken: 'none', expiresAt: null }
  }
}
