import { createHash } from 'node:crypto'
import type { Event, NewEvent } from './event.ts'

/** What stands before the first line. */
export const FIRST_HASH = '0'.repeat(64)

/** The hash of a line: SHA-256 (hex) over the previous hash and the line's canonical JSON. */
export function hashEvent(event: NewEvent & { sequence: number }, previousHash: string): string {
  const line = JSON.stringify([
    event.sequence,
    event.id,
    event.at,
    event.memberId,
    event.verb,
    event.subject,
    canonical(event.details),
  ])
  return createHash('sha256').update(previousHash).update('\n').update(line).digest('hex')
}

/** The first line that does not fit the chain, or undefined where all do. `events` are oldest first, from sequence 1. */
export function firstBrokenLink(events: readonly Event[]): Event | undefined {
  let previous = FIRST_HASH
  for (const [index, event] of events.entries()) {
    if (
      event.sequence !== index + 1 ||
      event.previousHash !== previous ||
      event.hash !== hashEvent(event, previous)
    )
      return event
    previous = event.hash
  }
  return undefined
}

/** Keys in order, so that a database that reorders JSON does not break the chain. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  )
}
