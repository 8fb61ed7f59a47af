import { createHash } from 'node:crypto'
import type { EpochMs } from '../../kit/clock.ts'

/** The alphabet of record keys, which sorts as it counts. */
const SORTABLE = '234567abcdefghijklmnopqrstuvwxyz'

/**
 * The record key of a publication: a TID (https://atproto.com/specs/tid) made of the time it was scheduled for and a
 * digest of its key, so that every attempt writes the same record and no second one.
 */
export function recordKey(key: string, at: EpochMs): string {
  const digest = createHash('sha256').update(key).digest()
  const microseconds = BigInt(at) * 1000n + BigInt(digest.readUInt16BE(0) % 1000)
  let rest = (microseconds << 10n) | BigInt(digest.readUInt16BE(2) % 1024)
  let tid = ''
  for (let letter = 0; letter < 13; letter++) {
    tid = SORTABLE.charAt(Number(rest % 32n)) + tid
    rest /= 32n
  }
  return tid
}

/** Where a record is. `cid` is the hash of what it says. */
export interface RecordRef {
  uri: string
  cid: string
}

/** `at://did:plc:…/app.bsky.feed.post/3k…` or the address of a post on the web, in its parts; undefined for anything else. */
export function postAddress(words: string): { who: string; rkey: string } | undefined {
  const match =
    /^at:\/\/([^/\s]+)\/app\.bsky\.feed\.post\/([a-z0-9]+)$/.exec(words) ??
    /^https:\/\/[^/\s]+\/profile\/([^/\s]+)\/post\/([a-z0-9]+)\/?(?:[?#].*)?$/.exec(words)
  const [, who, rkey] = match ?? []
  return who && rkey ? { who, rkey } : undefined
}

/** UTC ms at which a JSON Web Token ends, or null where it does not say. */
export function endOfToken(jwt: string): EpochMs | null {
  const [, claims = ''] = jwt.split('.')
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1000 : null
  } catch (error) {
    // Another server's tokens may be of another make; then its ExpiredToken tells.
    if (error instanceof SyntaxError) return null
    throw error
  }
}
