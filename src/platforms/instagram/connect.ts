import { z } from 'zod'
import { UserError } from '../../kit/user-error.ts'
import { facebookUserToken, GRAPH_VERSION, graphGet, longLivedToken, readPages } from '../contract/graph.ts'
import type {
  Connected,
  ConnectIo,
  Io,
  OAuthConnect,
  OAuthServer,
  OAuthTokens,
} from '../contract/platform.ts'
import { clientOf } from '../contract/tokens.ts'

export const PLATFORM = { name: 'instagram', label: 'Instagram' }

export const API = 'https://graph.instagram.com'

export const Credentials = z.object({
  /** Which of the two ways in: each has its own host. */
  via: z.enum(['instagram', 'facebook']),
  userId: z.string(),
  token: z.string(),
  /** UTC ms; null for a Page's token, which has no end of its own. */
  expiresAt: z.number().nullable(),
})

export type Credentials = z.infer<typeof Credentials>

// As text only: as a number the id would be longer than JavaScript's are exact.
const Me = z.object({ user_id: z.string().optional().catch(undefined), username: z.string() })

/** The real host, unless the operator put another server in Instagram's place. */
export const hostOr = (host: string, { apiUrl }: Pick<ConnectIo, 'apiUrl'>): string =>
  apiUrl === API ? host : apiUrl

export const base = (io: Io<Credentials>): string =>
  `${io.credentials.via === 'facebook' ? hostOr('https://graph.facebook.com', io) : io.apiUrl}/${GRAPH_VERSION}`

const oauthServer = (
  io: ConnectIo,
): Pick<OAuthServer, 'client' | 'clientAuthentication' | 'scopeSeparator'> => ({
  client: clientOf(PLATFORM, io),
  clientAuthentication: 'post',
  scopeSeparator: ',',
})

async function instagramAccount(
  tokens: OAuthTokens,
  io: ConnectIo & { server: OAuthServer },
): Promise<Connected<Credentials>> {
  const kept = await longLivedToken(
    `${hostOr(API, io)}/access_token`,
    {
      grant_type: 'ig_exchange_token',
      client_secret: io.server.client.secret,
      access_token: tokens.accessToken,
    },
    io,
  )
  const { data } = await io.http.send({
    ...graphGet(`${hostOr(API, io)}/${GRAPH_VERSION}/me`, kept.token, { fields: 'user_id,username' }, Me),
    phase: 'connect',
    name: 'read account',
    signal: io.signal,
  })
  const userId = data.user_id
  if (userId === undefined) {
    throw new UserError('Instagram did not say whose account this is.', {
      wayOut:
        'Only professional accounts (business or creator) can publish: switch it in Instagram’s settings.',
    })
  }
  return {
    externalId: userId,
    handle: `@${data.username}`,
    credentials: { via: 'instagram', userId, ...kept },
    facts: { via: 'instagram' },
  }
}

async function accountsByPages(
  tokens: OAuthTokens,
  io: ConnectIo & { server: OAuthServer },
): Promise<Connected<Credentials>[]> {
  const graph = `${hostOr('https://graph.facebook.com', io)}/${GRAPH_VERSION}`
  const user = await facebookUserToken(graph, tokens, io)
  const pages = await readPages(
    graph,
    user.token,
    'id,name,access_token,instagram_business_account{id,username}',
    io,
  )
  const accounts = pages.flatMap(({ access_token: token, instagram_business_account: account }) =>
    token && account
      ? [
          {
            externalId: account.id,
            handle: `@${account.username ?? account.id}`,
            credentials: { via: 'facebook' as const, userId: account.id, token, expiresAt: null },
            facts: { via: 'facebook' },
          },
        ]
      : [],
  )
  if (accounts.length > 0) return accounts
  throw new UserError('None of your Facebook Pages has an Instagram account.', {
    wayOut: 'Link the account to a Page in Instagram’s settings, or sign in with Instagram instead.',
  })
}

export const SIGN_IN_WITH_INSTAGRAM: OAuthConnect<Credentials> = {
  by: 'oauth',
  label: 'Sign in with Instagram',
  scopes: [
    { name: 'instagram_business_basic', for: 'knowing whose account it is' },
    { name: 'instagram_business_content_publish', for: 'publishing' },
    { name: 'instagram_business_manage_insights', for: 'reading numbers', optional: true },
  ],
  pkce: false,
  needsHttps: true,
  server: async (_values, io) => ({
    ...oauthServer(io),
    authorizationEndpoint: `${hostOr('https://www.instagram.com', io)}/oauth/authorize`,
    tokenEndpoint: `${hostOr('https://api.instagram.com', io)}/oauth/access_token`,
  }),
  accounts: async (tokens, _values, io) => [await instagramAccount(tokens, io)],
}

export const SIGN_IN_WITH_FACEBOOK: OAuthConnect<Credentials> = {
  by: 'oauth',
  label: 'Sign in with Facebook',
  scopes: [
    { name: 'instagram_basic', for: 'knowing whose account it is' },
    { name: 'instagram_content_publish', for: 'publishing' },
    { name: 'pages_show_list', for: 'finding the account by its Facebook Page' },
    { name: 'pages_read_engagement', for: 'finding the account by its Facebook Page' },
    { name: 'instagram_manage_insights', for: 'reading numbers', optional: true },
  ],
  pkce: false,
  needsHttps: true,
  server: async (_values, io) => ({
    ...oauthServer(io),
    authorizationEndpoint: `${hostOr('https://www.facebook.com', io)}/${GRAPH_VERSION}/dialog/oauth`,
    tokenEndpoint: `${hostOr('https://graph.facebook.com', io)}/${GRAPH_VERSION}/oauth/access_token`,
  }),
  accounts: (tokens, _values, io) => accountsByPages(tokens, io),
}
