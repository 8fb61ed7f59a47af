import { z } from 'zod'
import { UserError } from '../../kit/user-error.ts'
import { originTyped } from '../contract/address.ts'
import type { Call } from '../contract/http.ts'
import type { Connected, ConnectIo, OAuthServer } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { factsOf, Instance } from './instance.ts'

export const Credentials = z.object({
  server: z.url(),
  token: z.string(),
  /** The account's id on its server. */
  accountId: z.string(),
  /** The application the token was given to, where Crier registered it: needed to end the access. */
  client: z.object({ id: z.string(), secret: z.string() }).optional(),
})
export type Credentials = z.infer<typeof Credentials>

const Account = z.object({
  id: z.string(),
  acct: z.string(),
  username: z.string(),
  url: z.string().nullish(),
})
const Application = z.object({ client_id: z.string(), client_secret: z.string() })
const Granted = z.object({ scopes: z.array(z.string()).optional().catch(undefined) })

export const SCOPES = [
  { name: 'read:accounts', for: 'knowing whose account it is' },
  { name: 'read:statuses', for: 'looking whether a post is live, and reading its numbers' },
  { name: 'write:statuses', for: 'publishing' },
  { name: 'write:media', for: 'uploading images and videos' },
]

/** What a person types as their server. @throws UserError on `server` */
export const serverTyped = (typed: unknown, configured: string): string =>
  originTyped(typeof typed === 'string' && typed.trim() !== '' ? typed : configured, {
    field: 'server',
    example: 'mastodon.social',
    configured,
  })

/** Tries a token at its server. @throws UserError on `server` or `token` */
export async function openAccount(
  server: string,
  token: string,
  io: ConnectIo,
  client?: { id: string; secret: string },
): Promise<Connected<Credentials>> {
  const instance = await readInstance(server, io)
  const asking = { phase: 'connect', token, signal: io.signal } as const
  try {
    const { data: account } = await io.http.send({
      ...asking,
      name: 'verify credentials',
      url: `${server}/api/v1/accounts/verify_credentials`,
      answer: Account,
    })
    await refuseNarrowToken(server, asking, io)
    return {
      externalId: `${account.id}@${new URL(server).host}`,
      handle: `@${account.username}@${account.url && URL.canParse(account.url) ? new URL(account.url).host : new URL(server).host}`,
      credentials: { server, token, accountId: account.id, ...(client ? { client } : {}) },
      facts: factsOf(instance),
    }
  } catch (refused) {
    if (!(refused instanceof PublishError) || refused.next.do === 'retry') throw refused
    throw new UserError(`${new URL(server).host} did not take this access token.`, {
      field: 'token',
      wayOut: `Make one at ${server}/settings/applications with the scopes ${SCOPES.map(({ name }) => name).join(', ')}.`,
      cause: refused,
    })
  }
}

async function readInstance(server: string, io: ConnectIo): Promise<z.infer<typeof Instance>> {
  try {
    const { data } = await io.http.send({
      phase: 'connect',
      name: 'read instance',
      url: `${server}/api/v2/instance`,
      answer: Instance,
      signal: io.signal,
    })
    return data
  } catch (refused) {
    if (!(refused instanceof PublishError) || io.signal.aborted) throw refused
    throw new UserError(`${new URL(server).host} does not answer as a Mastodon server.`, {
      field: 'server',
      wayOut:
        'It is the part behind the second @ of the full handle: in @acme@mastodon.social, mastodon.social.',
      cause: refused,
    })
  }
}

/** Servers since 4.3 tell which scopes a token has; elsewhere the first post tells. */
async function refuseNarrowToken(
  server: string,
  asking: Pick<Call<unknown>, 'phase' | 'token' | 'signal'>,
  io: ConnectIo,
): Promise<void> {
  const found = await io.http.find({
    ...asking,
    name: 'verify application',
    url: `${server}/api/v1/apps/verify_credentials`,
    answer: Granted,
    absent: ({ status }) => status < 500 && status !== 429,
  })
  const granted = found?.data.scopes
  if (!granted || granted.length === 0) return
  const missing = SCOPES.filter(
    ({ name }) => !granted.includes(name) && !granted.includes(name.split(':')[0] ?? name),
  )
  if (missing.length === 0) return
  throw new UserError(
    `This token lacks ${missing.map((scope) => `${scope.name} (for ${scope.for})`).join(' and ')}.`,
    { field: 'token', wayOut: `Tick it at ${server}/settings/applications and copy the new token.` },
  )
}

/** Registers Crier at a server as an application, as each server wants it done. https://docs.joinmastodon.org/methods/apps/ */
export async function registerClient(
  server: string,
  io: ConnectIo & { redirectUri: string },
): Promise<OAuthServer> {
  await readInstance(server, io)
  const { data } = await io.http.send({
    phase: 'connect',
    name: 'register application',
    url: `${server}/api/v1/apps`,
    // As one string: a list is understood since 4.3 only.
    body: {
      json: {
        client_name: 'Crier',
        redirect_uris: io.redirectUri,
        scopes: SCOPES.map(({ name }) => name).join(' '),
      },
    },
    answer: Application,
    signal: io.signal,
  })
  return {
    authorizationEndpoint: `${server}/oauth/authorize`,
    tokenEndpoint: `${server}/oauth/token`,
    revocationEndpoint: `${server}/oauth/revoke`,
    client: { id: data.client_id, secret: data.client_secret },
    clientAuthentication: 'post',
  }
}
