import { z } from 'zod'
import { UserError } from '../../kit/user-error.ts'
import { facebookUserToken, GRAPH_VERSION, readPages } from '../contract/graph.ts'
import type { Connected, ConnectIo, OAuthConnect, OAuthServer, OAuthTokens } from '../contract/platform.ts'
import { clientOf } from '../contract/tokens.ts'

export const PLATFORM = { name: 'facebook', label: 'Facebook' }
export const API = 'https://graph.facebook.com'

/** A Page's own token. It has no end of its own, but dies with the password, the role or the app of who connected it. */
export const Credentials = z.object({ pageId: z.string(), token: z.string() })
export type Credentials = z.infer<typeof Credentials>

/** What somebody must be allowed to on a Page, so that Crier may publish there for them. */
const TASK = 'CREATE_CONTENT'

export const SIGN_IN: OAuthConnect<Credentials> = {
  by: 'oauth',
  label: 'Sign in with Facebook',
  scopes: [
    { name: 'pages_show_list', for: 'finding your Pages' },
    { name: 'pages_read_engagement', for: 'looking whether a post is live' },
    { name: 'pages_manage_posts', for: 'publishing' },
    { name: 'publish_video', for: 'publishing videos and reels', optional: true },
    { name: 'read_insights', for: 'reading numbers', optional: true },
    { name: 'pages_read_user_content', for: 'counting comments', optional: true },
  ],
  pkce: false,
  server: async (_values, io) => ({
    authorizationEndpoint: `${hostOr('https://www.facebook.com', io)}/${GRAPH_VERSION}/dialog/oauth`,
    tokenEndpoint: `${io.apiUrl}/${GRAPH_VERSION}/oauth/access_token`,
    client: clientOf(PLATFORM, io),
    clientAuthentication: 'post',
    scopeSeparator: ',',
  }),
  accounts: (tokens, _values, io) => pages(tokens, io),
}

/** The real host, unless the operator put another server in Facebook's place. */
export const hostOr = (host: string, { apiUrl }: Pick<ConnectIo, 'apiUrl'>): string =>
  apiUrl === API ? host : apiUrl

async function pages(
  tokens: OAuthTokens,
  io: ConnectIo & { server: OAuthServer },
): Promise<Connected<Credentials>[]> {
  const graph = `${io.apiUrl}/${GRAPH_VERSION}`
  const user = await facebookUserToken(graph, tokens, io)
  const found = await readPages(graph, user.token, 'id,name,access_token,tasks', io)
  const accounts = found.flatMap(({ id: pageId, name, access_token: token, tasks }) =>
    token && (!tasks || tasks.includes(TASK))
      ? [{ externalId: pageId, handle: name ?? pageId, credentials: { pageId, token }, facts: {} }]
      : [],
  )
  if (accounts.length > 0) return accounts
  throw new UserError(
    found.length === 0
      ? 'You gave Crier no Facebook Page.'
      : 'You may not create content on any of the Pages you gave Crier.',
    {
      wayOut:
        'Sign in again and tick a Page on which you may create content; personal profiles can’t be published to.',
    },
  )
}
