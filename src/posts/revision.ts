import { createHash } from 'node:crypto'
import type { Content } from './post.ts'

/**
 * How much of the hash is kept: 128 bits. Whoever writes a post chooses what is hashed, and two texts of one revision would
 * be one approval for both: of 64 bits such a pair is found in minutes.
 */
const REVISION = 32
/** How many characters of a revision people see: `@9f3c`. Nothing is decided by so few: buttons carry all of them. */
const SHORT_REVISION = 4

/**
 * The hash of everything that would be published: any change makes a new one, and an approval is bound to one.
 * Thirty-two hex characters of SHA-256. The time is not part of it: moving a post does not change what was approved.
 */
export function revisionOf(content: Content, accountIds: readonly string[]): string {
  const whole = JSON.stringify([
    content.text,
    sorted(content.variants),
    content.media.map(({ mediaId, alt }) => [mediaId, alt]),
    sorted(content.options).map(([platform, options]) => [platform, sorted(options)]),
    [...accountIds].sort(),
  ])
  return createHash('sha256').update(whole).digest('hex').slice(0, REVISION)
}

const sorted = <Value>(record: Record<string, Value>): [string, Value][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))

export const shortRevision = (revision: string): string => revision.slice(0, SHORT_REVISION)
