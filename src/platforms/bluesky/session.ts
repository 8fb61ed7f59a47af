import { z } from 'zod'
import { UserError } from '../../kit/user-error.ts'
import { originTyped } from '../contract/address.ts'
import type { Call } from '../contract/http.ts'
import type { Connected, ConnectIo, Io } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import type { ReadRefusal } from '../contract/refusal.ts'
import { DidDocument, dataServerOf, findDataServer, resolveHandle } from './identity.ts'

/** Where accounts that Bluesky itself keeps sign in. */
export const ENTRYWAY = 'https://bsky.social'

/** A session on the server that keeps the account's data. The app password itself is not kept. */
export const Credentials = z.object({
  did: z.string(),
  /** The server that keeps the account's data: what everything but the session is asked of. */
  service: z.url(),
  /** Where the session was opened and is renewed: the entryway, for accounts that Bluesky itself keeps. */
  issuer: z.url(),
  accessJwt: z.string(),
  refreshJwt: z.string(),
})
export type Credentials = z.infer<typeof Credentials>

const Session = z.object({
  did: z.string(),
  handle: z.string(),
  accessJwt: z.string(),
  refreshJwt: z.string(),
  active: z.boolean().optional(),
  didDoc: DidDocument.optional().catch(undefined),
})
/** What the server says besides the status. https://github.com/bluesky-social/atproto/tree/main/lexicons */
export const refusal: ReadRefusal = ({ body }) => {
  const code = codeOf(body)
  if (code === undefined) return undefined
  // Its access tokens live two hours; one that ends early is renewed and nothing is lost.
  if (code === 'ExpiredToken') return { code, next: { do: 'retry', refresh: true } }
  if (DEAD.has(code)) return { code, next: { do: 'reconnect' } }
  // Two writes to one account's data met: the server undid this one.
  if (code === 'InvalidSwap' || code === 'ConcurrentWrites') return { code, next: { do: 'retry' } }
  return { code }
}
const DEAD = new Set([
  'InvalidToken',
  'AuthenticationRequired',
  'AuthMissing',
  'AccountTakedown',
  'AccountSuspended',
  'AccountDeactivated',
  'AccountNotFound',
])

/** A refresh token that is refused is not renewed by anything but a person. */
const refreshRefusal: ReadRefusal = (answer) =>
  answer.status === 400 || answer.status === 401
    ? { code: codeOf(answer.body) ?? String(answer.status), next: { do: 'reconnect' } }
    : refusal(answer)

/** Signs in once with an app password; from then on the session is renewed. @throws UserError with the field to put right */
export async function openSession(
  typedHandle: string,
  password: string,
  typedServer: string,
  io: ConnectIo,
): Promise<Connected<Credentials>> {
  const server =
    typedServer === ''
      ? undefined
      : originTyped(typedServer, { field: 'server', example: 'pds.example.com', configured: io.apiUrl })
  const overridden = io.apiUrl !== ENTRYWAY
  const handle = typedHandle.replace(/^@/, '').toLowerCase()
  const identifier = /[.@:]/.test(handle) || server || overridden ? handle : `${handle}.bsky.social`
  const service = server ?? (overridden ? io.apiUrl : await homeOf(identifier, io))
  try {
    const { data } = await io.http.send({
      phase: 'connect',
      name: 'createSession',
      url: xrpc(service, 'com.atproto.server.createSession'),
      body: { json: { identifier, password } },
      answer: Session,
      signal: io.signal,
    })
    const home = server || overridden ? service : ((data.didDoc && dataServerOf(data.didDoc)) ?? service)
    const { did, accessJwt, refreshJwt } = data
    return {
      externalId: did,
      handle: data.handle,
      credentials: { did, service: home, issuer: service, accessJwt, refreshJwt },
      facts: { service: home },
    }
  } catch (refused) {
    throw refused instanceof PublishError ? inWords(refused, identifier, server) : refused
  }
}

/** Where to sign in: the account's own server, or the entryway for those that Bluesky itself keeps. */
async function homeOf(identifier: string, { http, signal }: ConnectIo): Promise<string> {
  if (identifier.includes('@')) return ENTRYWAY
  const asking = { http, signal, phase: 'connect' } as const
  const did = await resolveHandle(identifier, ENTRYWAY, asking)
  if (did === undefined) {
    throw new UserError(`There is no account ${identifier} on Bluesky.`, {
      field: 'identifier',
      wayOut: 'Check the handle: it is what stands behind the @ on the profile, such as acme.bsky.social.',
    })
  }
  const home = await findDataServer(did, asking)
  return home === undefined || home.endsWith('.host.bsky.network') ? ENTRYWAY : home
}

/** What a person can put right, said beside its field; the rest stays a PublishError. */
function inWords(refused: PublishError, identifier: string, server: string | undefined): Error {
  if (refused.code === 'AuthFactorTokenRequired') {
    return new UserError('This is the password of the account itself, which asks for a code by mail.', {
      field: 'password',
      wayOut: 'Make an app password at https://bsky.app/settings/app-passwords and use that.',
      cause: refused,
    })
  }
  if (refused.code === 'AccountTakedown' || refused.code === 'AccountSuspended') {
    return new UserError(`Bluesky has suspended ${identifier}.`, {
      field: 'identifier',
      wayOut: 'Its owner finds out more by signing in at https://bsky.app.',
      cause: refused,
    })
  }
  if (refused.code === 'AuthenticationRequired') {
    return new UserError(`Bluesky did not take this app password for ${identifier}.`, {
      field: 'password',
      wayOut: 'Check the handle, or make a new app password at https://bsky.app/settings/app-passwords.',
      cause: refused,
    })
  }
  if (server !== undefined && refused.code !== 'RateLimitExceeded') {
    return new UserError(`${new URL(server).host} does not answer as a server of the AT Protocol.`, {
      field: 'server',
      wayOut: 'Leave the field empty to have the server found by the handle.',
      cause: refused,
    })
  }
  return refused
}

/** New access from the refresh token, which is replaced at the same time. */
export async function refreshSession(credentials: Credentials, io: Io<Credentials>): Promise<Credentials> {
  const { data } = await io.http.send({
    phase: 'prepare',
    name: 'refreshSession',
    method: 'POST',
    url: xrpc(credentials.issuer, 'com.atproto.server.refreshSession'),
    token: credentials.refreshJwt,
    answer: Session,
    signal: io.signal,
    refusal: refreshRefusal,
  })
  return { ...credentials, accessJwt: data.accessJwt, refreshJwt: data.refreshJwt }
}

export async function endSession({ http, credentials, signal }: Io<Credentials>): Promise<void> {
  await http.find({
    phase: 'prepare',
    name: 'deleteSession',
    method: 'POST',
    url: xrpc(credentials.issuer, 'com.atproto.server.deleteSession'),
    token: credentials.refreshJwt,
    signal,
    // Ended already is ended.
    absent: ({ body }) => ['ExpiredToken', 'InvalidToken'].includes(codeOf(body) ?? ''),
  })
}

/** What every call in the account's name says. */
export const signedIn = (
  io: Io<Credentials>,
  name: string,
): Pick<Call<unknown>, 'name' | 'token' | 'signal'> => ({
  name,
  token: io.credentials.accessJwt,
  signal: io.signal,
})

export const xrpc = (service: string, method: string): string => `${service}/xrpc/${method}`

export const codeOf = (body: unknown): string | undefined => {
  const parsed = z.object({ error: z.string() }).safeParse(body)
  return parsed.success ? parsed.data.error : undefined
}
