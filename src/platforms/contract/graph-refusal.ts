import { z } from 'zod'
import { type EpochMs, HOUR, MINUTE } from '../../kit/clock.ts'
import type { Next } from './publish-error.ts'
import type { ReadRefusal, RefusedAnswer } from './refusal.ts'
import { type Headers, waitOf } from './wait.ts'

/** https://developers.facebook.com/docs/graph-api/guides/error-handling */
const GraphError = z.object({
  error: z.object({
    code: z.number(),
    error_subcode: z.number().optional().catch(undefined),
    message: z.string().optional().catch(undefined),
    error_user_msg: z.string().optional().catch(undefined),
  }),
})

interface Row {
  /** A code, or the first and last of a range. */
  code: number | readonly [number, number]
  /** Absent: any. */
  subcode?: number
  next: 'retry' | 'limit' | 'quota' | 'reconnect' | 'edit' | 'check'
  /** For people, where the platform's own words would not do. */
  says?: string
}

const ERRORS = 'https://developers.facebook.com/docs/graph-api/guides/error-handling'
const CODES =
  'https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes'
/** No official list: what open-source publishers meet in production. */
const PRACTICE = 'practice'

/**
 * What Meta's codes mean; the first row that fits counts. `check` on a call that can be repeated is `retry`.
 * `limit`: too many calls. `quota`: too many posts in a rolling day.
 */
const GRAPH_ERRORS: Readonly<Record<string, readonly Row[]>> = {
  [CODES]: [
    { code: -2, subcode: 2207003, next: 'retry', says: 'fetching the media took too long' },
    { code: -2, subcode: 2207020, next: 'retry', says: 'the prepared media have expired' },
    { code: 24, subcode: 2207006, next: 'retry', says: 'the prepared media are gone' },
    { code: 24, subcode: 2207008, next: 'retry', says: 'the prepared media have expired' },
    { code: 9007, subcode: 2207027, next: 'retry', says: 'the media are not ready yet' },
    { code: -1, subcode: 2207032, next: 'check' },
    { code: -1, subcode: 2207053, next: 'check' },
    { code: -1, subcode: 2207001, next: 'check' },
    { code: 36000, subcode: 2207004, next: 'edit', says: 'the image is too large' },
    { code: 36001, subcode: 2207005, next: 'edit', says: 'this format of image is not taken' },
    { code: 36003, subcode: 2207009, next: 'edit', says: 'the proportions of the image are not taken' },
    { code: 36004, subcode: 2207010, next: 'edit', says: 'the caption is too long' },
    { code: 352, subcode: 2207026, next: 'edit', says: 'this format of video is not taken' },
    {
      code: 9004,
      subcode: 2207052,
      next: 'edit',
      says: 'the media could not be fetched from this Crier’s public address',
    },
    { code: 100, subcode: 2207023, next: 'edit', says: 'this kind of media is not known' },
    {
      code: 100,
      subcode: 2207028,
      next: 'edit',
      says: 'this carousel is not taken: 2 to 10 images and videos',
    },
    { code: 100, subcode: 2207040, next: 'edit', says: 'there are too many @ tags' },
    { code: 1, subcode: 2207057, next: 'edit', says: 'the cover lies outside of the video' },
    {
      code: 9,
      subcode: 2207042,
      next: 'quota',
      says: 'the account has published as much as it may in a day',
    },
    {
      code: 25,
      subcode: 2207050,
      next: 'edit',
      says: 'the account is restricted: somebody has to sign in to its app and put that right',
    },
    {
      code: 4,
      subcode: 2207051,
      next: 'edit',
      says: 'this was blocked as spam: somebody has to look at the account in its app',
    },
  ],
  [PRACTICE]: [
    { code: 4279013, next: 'edit', says: 'the account is restricted: somebody has to look at it in its app' },
    { code: 1390008, next: 'quota', says: 'the account is posting too fast' },
    { code: 1363047, next: 'check' },
    { code: 1609010, next: 'check' },
    { code: 1346003, next: 'edit', says: 'the content was flagged as abusive' },
    { code: 1404102, next: 'edit', says: 'the content was flagged as spam' },
    {
      code: 1404078,
      next: 'reconnect',
      says: 'the Page asks for Page Publishing Authorization, which one of its people has to go through',
    },
    { code: 1609008, next: 'edit', says: 'links to facebook.com are not taken' },
    { code: 2061006, next: 'edit', says: 'the link is not taken' },
    { code: 1366046, next: 'edit', says: 'a photo has to be JPG or PNG and smaller than 4 MB' },
  ],
  [ERRORS]: [
    { code: [1, 2], next: 'check' },
    { code: 4, next: 'limit' },
    { code: 17, next: 'limit' },
    { code: 32, next: 'limit' },
    { code: 341, next: 'limit' },
    { code: 613, next: 'limit' },
    { code: [80000, 80014], next: 'limit' },
    { code: 3, next: 'reconnect', says: 'the app lacks a permission for this' },
    { code: 10, next: 'reconnect', says: 'a permission for this is missing' },
    { code: 102, next: 'reconnect' },
    { code: 190, subcode: 458, next: 'reconnect', says: 'somebody removed Crier from the account’s apps' },
    { code: 190, subcode: 459, next: 'reconnect', says: 'the account’s owner has to pass a security check' },
    { code: 190, subcode: 460, next: 'reconnect', says: 'the account’s password has changed' },
    { code: 190, subcode: 463, next: 'reconnect', says: 'the login has expired' },
    { code: 190, next: 'reconnect' },
    { code: [200, 299], next: 'reconnect', says: 'a permission for this is missing' },
    {
      code: 368,
      next: 'edit',
      says: 'the account is blocked for a while for breaking a rule: somebody has to look at it',
    },
    { code: 506, next: 'edit', says: 'this very text has just been posted' },
    { code: 1609005, next: 'edit', says: 'the link could not be read for its preview' },
  ],
}

/** A day's quota opens again bit by bit. */
export const QUOTA_WAIT = 3 * HOUR

/** Reads a refusal of the Graph API by `GRAPH_ERRORS`; its code becomes `code` or `code/subcode`. */
export const graphRefusal =
  (label: string): ReadRefusal =>
  (answer) => {
    const parsed = GraphError.safeParse(answer.body)
    if (!parsed.success) return undefined
    const { code, error_subcode: subcode, error_user_msg: told } = parsed.data.error
    const row = rowOf(code, subcode)
    const said = row?.says ?? told
    return {
      code: subcode === undefined ? String(code) : `${code}/${subcode}`,
      ...(row ? { next: nextOf(row.next, answer) } : {}),
      ...(said === undefined ? {} : { message: `${label}: ${said}` }),
    }
  }

/** The code of a Graph API refusal, for what one platform makes of it. */
const graphCode = (body: unknown): number | undefined => GraphError.safeParse(body).data?.error.code

/** There is no such object or field any more, or the numbers asked for are not kept of it: (#100). */
export const isUnknownToGraph = ({ body }: Pick<RefusedAnswer, 'body'>): boolean => graphCode(body) === 100

function rowOf(code: number, subcode: number | undefined): Row | undefined {
  const rows = Object.values(GRAPH_ERRORS).flat()
  const fits = (row: Row): boolean =>
    (typeof row.code === 'number' ? row.code === code : code >= row.code[0] && code <= row.code[1]) &&
    (row.subcode === undefined || row.subcode === subcode)
  return rows.find((row) => row.subcode !== undefined && fits(row)) ?? rows.find(fits)
}

function nextOf(next: Row['next'], { header, now }: RefusedAnswer): Next {
  switch (next) {
    case 'limit':
    case 'quota': {
      const after =
        waitOf(429, header, now) ??
        usageWait(header, now) ??
        (next === 'quota' ? now + QUOTA_WAIT : undefined)
      return after === undefined ? { do: 'retry' } : { do: 'retry', after }
    }
    case 'retry':
    case 'reconnect':
    case 'edit':
    case 'check':
      return { do: next }
    default:
      return next satisfies never
  }
}

const Usage = z.record(
  z.string(),
  z.array(z.object({ estimated_time_to_regain_access: z.number().optional() })),
)

/** Minutes until an account may call again. https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers-2 */
function usageWait(header: Headers, now: EpochMs): EpochMs | undefined {
  const said = header('x-business-use-case-usage')
  if (said === undefined || !said.startsWith('{')) return undefined
  try {
    const usage = Usage.safeParse(JSON.parse(said))
    const minutes = Object.values(usage.data ?? {})
      .flat()
      .map((one) => one.estimated_time_to_regain_access ?? 0)
    const longest = Math.max(0, ...minutes)
    return longest > 0 ? now + longest * MINUTE : undefined
  } catch (unreadable) {
    if (unreadable instanceof SyntaxError) return undefined
    throw unreadable
  }
}

/** What a container's error says, where it names one of Meta's subcodes: `Media upload has failed with error code 2207026`. */
export function verdictOfWords(
  words: string | undefined,
): { next: Next; says?: string; code: string } | undefined {
  const subcode = /\b(22\d{5})\b/.exec(words ?? '')?.[1]
  const row = Object.values(GRAPH_ERRORS)
    .flat()
    .find((one) => String(one.subcode) === subcode)
  if (subcode === undefined || row?.next !== 'edit') return undefined
  return { next: { do: 'edit' }, code: subcode, ...(row.says === undefined ? {} : { says: row.says }) }
}
