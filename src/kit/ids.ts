import { randomBytes, randomFillSync, randomInt } from 'node:crypto'
// uuid: time-ordered ids (RFC 9562, version 7), which Node cannot make itself.
import { v7 } from 'uuid'
import type { EpochMs } from './clock.ts'

/**
 * A UUIDv7. Ids sort by the time they were made, and those of one millisecond by the order in which this process made them
 * (RFC 9562, 6.2), so that indexes grow at their end, and what was made together lies together on the disk.
 */
export function newId(now: EpochMs): string {
  const random = sixteenRandom()
  sequence = now === newest ? (sequence + 1) >>> 0 : ((random[0] ?? 0) << 16) | ((random[1] ?? 0) << 8)
  newest = now
  return v7({ msecs: now, random, seq: sequence })
}

let newest: EpochMs = 0
let sequence = 0

const RANDOM_OF_AN_ID = 16
const drawn = new Uint8Array(256 * RANDOM_OF_AN_ID)
let used = drawn.length

/** Random bytes for one id. Many are drawn at once: each draw by itself costs more than the id. */
function sixteenRandom(): Uint8Array {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  used += RANDOM_OF_AN_ID
  return drawn.subarray(used - RANDOM_OF_AN_ID, used)
}

const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'

/** A short code a person can read out, without letters that look alike (31 to the power of `length` values). */
export const shortCode = (length = 6): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')

/** What nobody can guess: 128 random bits in 22 characters of an address. */
export const randomToken = (): string => randomBytes(16).toString('base64url')
