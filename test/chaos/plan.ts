import { createHash } from 'node:crypto'
import type { EpochMs } from '../../src/kit/clock.ts'
import { SECOND } from '../../src/kit/clock.ts'

/** The three kinds of platforms there are, each by one that is in use. */
export const KINDS = {
  /** Takes a key: what is sent again under it is one post. */
  mastodon: 'key',
  /** Can be looked at, somewhat later: its list lags. */
  x: 'look',
  /** Tells nothing: a person decides. */
  telegram: 'nothing',
} as const
export type Kind = keyof typeof KINDS
export const kinds = Object.keys(KINDS) as Kind[]

/** In [0, 1), always the same for the same seed and words: nothing in a run depends on who asked first. */
export function chance(seed: number, ...words: (string | number)[]): number {
  const bytes = createHash('sha256')
    .update([seed, ...words].join('|'))
    .digest()
  return bytes.readUIntBE(0, 6) / 2 ** 48
}

const between = (from: number, to: number, by: number): number => Math.floor(from + (to - from) * by)

export interface PlannedPost {
  n: number
  kinds: Kind[]
  /** Which of each kind's accounts. */
  account: number
  /** Milliseconds of the machine's clock after the run's beginning. */
  dueAfter: number
  text: string
}

/** What is posted, where and when. One in four goes to all three kinds, one in ten is a thread of two parts. */
export function planPosts(seed: number, count: number, accounts: number, windowMs: number): PlannedPost[] {
  return Array.from({ length: count }, (_, index) => {
    const n = index + 1
    const kind = kinds[Math.floor(chance(seed, 'kind', n) * 4)]
    const text =
      chance(seed, 'thread', n) < 0.1 ? `${partText(n, 0)}\n---\n${partText(n, 1)}` : partText(n, 0)
    return {
      n,
      kinds: kind === undefined ? kinds : [kind],
      account: n % accounts,
      dueAfter: between(0, windowMs, chance(seed, 'due', n)),
      text,
    }
  })
}

export const partText = (n: number, part: number): string =>
  `Chaos ${n}${part === 0 ? '' : `, part ${part + 1}`}`

/** Which post and part a text that a platform was sent belongs to. */
export function partOf(text: string): { n: number; part: number } | undefined {
  const [, n, part] = /^Chaos (\d+)(?:, part (\d+))?/.exec(text) ?? []
  return n === undefined ? undefined : { n: Number(n), part: part === undefined ? 0 : Number(part) - 1 }
}

/** What goes wrong with one request. */
export type Fault =
  | 'none'
  /** The connection dies before it counts, or after. */
  | 'lost before'
  | 'lost after'
  /** Half an answer. */
  | 'cut'
  /** 503, before it counts or after. */
  | 'busy before'
  | 'busy after'
  /** 429 with Retry-After. */
  | 'too many'

/** Shares of requests that publish; the rest goes well. */
const FAULTS: readonly [Fault, number][] = [
  ['lost after', 0.02],
  ['lost before', 0.02],
  ['cut', 0.005],
  ['busy after', 0.005],
  ['busy before', 0.01],
  ['too many', 0.03],
]
/** Requests that only look take nothing in, so nothing is lost after it. */
const FAULTS_OF_LOOKS: readonly [Fault, number][] = [
  ['lost before', 0.02],
  ['busy before', 0.02],
  ['too many', 0.02],
]

/** What the platform does to a request, and how long (ms of the machine's clock) it takes before it counts and after. */
export interface Treatment {
  fault: Fault
  before: number
  after: number
  /** Seconds. */
  retryAfter: number
}

/** @param words what tells this request apart from all others: the post's number, its part, the how-manyth it is */
export function treatmentOf(seed: number, looks: boolean, ...words: (string | number)[]): Treatment {
  let left = chance(seed, 'fault', ...words)
  const found = (looks ? FAULTS_OF_LOOKS : FAULTS).find(([, share]) => {
    left -= share
    return left < 0
  })
  const slow = chance(seed, 'slow', ...words)
  // One in five is slow, one in a hundred very slow.
  const takes = slow < 0.01 ? 2 * SECOND : slow < 0.2 ? between(50, 600, slow / 0.2) : 0
  return {
    fault: found?.[0] ?? 'none',
    before: Math.min(200, takes / 2),
    after: takes - Math.min(200, takes / 2),
    retryAfter: between(1, 4, chance(seed, 'wait', ...words)),
  }
}

/** How much later (ms of the run's clock) a list shows a post. */
export const lagOf = (seed: number, text: string): number =>
  between(SECOND, 6 * SECOND, chance(seed, 'lag', text))

/** When (ms) a process dies: mostly 0.2 to 0.4 s after it is ready, one in six while it starts. */
export function deathOf(seed: number, name: string, life: number): { ready: boolean; after: number } {
  const early = chance(seed, 'early', name, life) < 1 / 6
  const by = chance(seed, 'death', name, life)
  return early ? { ready: false, after: between(50, 700, by) } : { ready: true, after: between(200, 400, by) }
}

/** One request that a platform was sent, as its server saw it. */
export interface Seen {
  /** UTC ms of the run's clock. */
  at: EpochMs
  kind: Kind
  account: string
  n: number
  part: number
  /** The how-manyth request for this part at this platform, from 1. */
  request: number
  fault: Fault
  did: 'published' | 'told the repeat by its key' | 'nothing'
}

/** What the platforms hold and have seen. */
export interface Ledger {
  seen: Seen[]
  looks: number
  /** Posts that are live, with the id each was given. */
  live: { kind: Kind; account: string; text: string; id: string; at: EpochMs }[]
}
