import { z } from 'zod'
import type { Call } from '../contract/http.ts'
import type { ApiVersion, ConnectIo } from '../contract/platform.ts'
import { type ReadRefusal, wordsOf } from '../contract/refusal.ts'
import { Tokens } from '../contract/tokens.ts'
import { waitOf } from '../contract/wait.ts'

export const PLATFORM = { name: 'linkedin', label: 'LinkedIn' }
export const API = 'https://api.linkedin.com'

/** Each version is served for about a year: https://learn.microsoft.com/linkedin/marketing/versioning */
export const VERSION: ApiVersion = { name: '202603', lastDay: '2027-02-28' }

/** `author` is the URN of a person or an organisation. */
export const Credentials = Tokens.extend({ author: z.string().startsWith('urn:li:') })
export type Credentials = z.infer<typeof Credentials>

export const isOrganisation = (author: string): boolean => author.startsWith('urn:li:organization:')

/** What every call has: token, version, protocol. */
export const versioned = (
  { apiVersion, signal }: Pick<ConnectIo, 'apiVersion' | 'signal'>,
  accessToken: string,
  name: string,
): Pick<Call<unknown>, 'name' | 'token' | 'headers' | 'signal'> & { headers: Record<string, string> } => ({
  name,
  token: accessToken,
  headers: { 'linkedin-version': apiVersion ?? VERSION.name, 'x-restli-protocol-version': '2.0.0' },
  signal,
})

export const signedIn = (
  io: Pick<ConnectIo, 'apiVersion' | 'signal'> & { credentials: Credentials },
  name: string,
) => versioned(io, io.credentials.accessToken, name)

/** The code of a refused repeat, with the post that it repeats. */
export const DUPLICATE = 'DUPLICATE_POST'
export const duplicateOf = (words: string): string | undefined =>
  /duplicate of (urn:li:(?:share|ugcPost):\d+)/.exec(words)?.[1]

const Refused = z.object({ code: z.string().optional(), message: z.string().optional() })

/** https://learn.microsoft.com/linkedin/shared/api-guide/concepts/error-handling */
export const refusal: ReadRefusal = ({ status, body, header, now }) => {
  const { code = String(status), message = '' } = Refused.safeParse(body).data ?? {}
  if (status === 429 && waitOf(status, header, now) === undefined) {
    // LinkedIn says nothing of when; its windows end at midnight UTC.
    return { code, next: { do: 'retry', after: nextMidnight(now) } }
  }
  if (status === 426 || /NONEXISTENT_VERSION|VERSION_MISSING/.test(code)) {
    return {
      code,
      next: { do: 'retry' },
      message:
        'LinkedIn no longer serves the version of its API that Crier speaks; its operator sets LINKEDIN_API_VERSION to a newer one',
    }
  }
  if (status === 403) {
    return {
      code,
      next: { do: 'reconnect' },
      message: `This login may not do that on LinkedIn (${wordsOf(body) ?? 'a role or a permission is missing'})`,
    }
  }
  return duplicateOf(message)
    ? { code: DUPLICATE, message: `LinkedIn has this post already: ${message}` }
    : { code }
}

const nextMidnight = (now: number): number =>
  Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO('UTC').add({ days: 1 }).startOfDay()
    .epochMilliseconds

/** A URN as a part of an address or of a Rest.li list. */
export const encodedUrn = (urn: string): string => encodeURIComponent(urn)
