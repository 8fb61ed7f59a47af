import { z } from 'zod'
import type { Connected, ConnectIo, OAuthConnect, OAuthServer, OAuthTokens } from '../contract/platform.ts'
import { clientOf, keptTokens, type TokenEndpoint } from '../contract/tokens.ts'
import { API, type Credentials, encodedUrn, PLATFORM, versioned } from './call.ts'

const Me = z.object({ sub: z.string().min(1), name: z.string().optional() })
const Roles = z.object({
  elements: z.array(z.object({ organization: z.string().startsWith('urn:li:organization:') })),
})
const Organisation = z.object({ localizedName: z.string().optional(), vanityName: z.string().optional() })

const PERSON = [
  { name: 'openid', for: 'knowing who signs in' },
  { name: 'profile', for: 'knowing their name' },
  { name: 'w_member_social', for: 'publishing as the person' },
]
const ORGANISATION = [
  { name: 'w_organization_social', for: 'publishing as an organisation' },
  { name: 'r_organization_social', for: 'looking whether an organisation’s post is live' },
  { name: 'rw_organization_admin', for: 'listing the organisations and reading their numbers' },
]

export const AS_PERSON: OAuthConnect<Credentials> = {
  by: 'oauth',
  label: 'Sign in as a person',
  scopes: PERSON,
  pkce: false,
  server: async (_values, io) => oauthServer(io),
  accounts: async (tokens, _values, io) => [await personOf(tokens, io)],
}

/** A way in of its own, since LinkedIn refuses a sign-in that asks for more than the app was approved for. */
export const AS_ORGANISATIONS: OAuthConnect<Credentials> = {
  ...AS_PERSON,
  label: 'Sign in for organisation pages',
  scopes: [...PERSON, ...ORGANISATION],
  accounts: async (tokens, _values, io) => [
    ...(await organisationsOf(tokens, io)),
    await personOf(tokens, io),
  ],
}

/** Where the operator has another server, it signs people in too. */
const authOrigin = ({ apiUrl }: Pick<ConnectIo, 'apiUrl'>): string =>
  apiUrl === API ? 'https://www.linkedin.com' : apiUrl

export const tokenEndpoint = (
  io: Pick<ConnectIo, 'apiUrl'>,
  which: 'accessToken' | 'revoke',
): TokenEndpoint => ({ url: `${authOrigin(io)}/oauth/v2/${which}`, authentication: 'post' })

const oauthServer = (io: ConnectIo): OAuthServer => ({
  authorizationEndpoint: `${authOrigin(io)}/oauth/v2/authorization`,
  tokenEndpoint: tokenEndpoint(io, 'accessToken').url,
  revocationEndpoint: tokenEndpoint(io, 'revoke').url,
  client: clientOf(PLATFORM, io),
  clientAuthentication: 'post',
})

async function personOf(tokens: OAuthTokens, io: ConnectIo): Promise<Connected<Credentials>> {
  const { data } = await io.http.send({
    ...versioned(io, tokens.accessToken, 'read userinfo'),
    phase: 'connect',
    url: `${io.apiUrl}/v2/userinfo`,
    answer: Me,
  })
  const author = `urn:li:person:${data.sub}`
  return {
    externalId: author,
    handle: data.name ?? 'A LinkedIn member',
    credentials: { ...keptTokens(tokens), author },
    facts: { kind: 'person' },
  }
}

async function organisationsOf(tokens: OAuthTokens, io: ConnectIo): Promise<Connected<Credentials>[]> {
  const asking = (name: string) => ({
    ...versioned(io, tokens.accessToken, name),
    phase: 'connect' as const,
  })
  const { data } = await io.http.send({
    ...asking('read roles'),
    url: `${io.apiUrl}/rest/organizationAcls`,
    query: { q: 'roleAssignee', role: 'ADMINISTRATOR', state: 'APPROVED' },
    answer: Roles,
  })
  const found: Connected<Credentials>[] = []
  for (const { organization: author } of data.elements) {
    const id = author.split(':').at(-1) ?? ''
    const read = await io.http.find({
      ...asking('read organisation'),
      url: `${io.apiUrl}/rest/organizations/${encodedUrn(id)}`,
      answer: Organisation,
      // Its name is a nicety: who may publish for it may not always read it.
      absent: ({ status }) => status === 403,
    })
    found.push({
      externalId: author,
      handle: read?.data.localizedName ?? `Organisation ${id}`,
      credentials: { ...keptTokens(tokens), author },
      facts: { kind: 'organisation', ...(read?.data.vanityName ? { vanityName: read.data.vanityName } : {}) },
    })
  }
  return found
}
