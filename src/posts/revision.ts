import { createHash } from 'node:crypto'
import type { Content } from './post.ts'

/** How many characters of a revision people see and buttons carry: `@9f3c`. */
const SHORT_REVISION = 4

/**
 * The hash of everything that would be published: any change makes a new one, and an approval is bound to one.
 * Sixteen hex characters of SHA-256. The time is not part of it: moving a post does not change what was approved.
 */
export function revisionOf(content: Content, accountIds: readonly string[]): string {
  const whole = JSON.stringify([
    content.text,
    sorted(content.variants),
    content.media.map(({ mediaId, alt }) => [mediaId, alt]),
    sorted(content.options).map(([platform, options]) => [platform, sorted(options)]),
    [...accountIds].sort(),
  ])
  return createHash('sha256').update(whole).digest('hex').slice(0, 16)
}

const sorted = <Value>(record: Record<string, Value>): [string, Value][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))

export const shortRevision = (revision: string): string => revision.slice(0, SHORT_REVISION)
