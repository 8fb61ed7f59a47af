import { describe, expect, it } from 'vitest'
import type { Attempt, AttemptOutcome } from '../../src/deliveries/delivery.ts'
import type { Held } from '../../src/deliveries/leases.ts'
import { settle } from '../../src/deliveries/settle.ts'
import { MINUTE } from '../../src/kit/clock.ts'
import type { Platform } from '../../src/platforms/contract/platform.ts'

const START = Temporal.Instant.from('2026-11-20T10:00:00Z').epochMilliseconds

const delivery: Held = {
  id: 'd',
  postId: 'p',
  accountId: 'a',
  platform: 'listed',
  revision: 'r',
  state: 'publishing',
  scheduledFor: START,
  dueAt: START,
  attempts: 0,
  key: 'k',
  worker: 'w',
  leaseUntil: START + MINUTE,
  progress: {},
  published: null,
  publishedAt: null,
  problem: null,
  createdAt: START,
  updatedAt: START,
}

const attempt = (number: number, startedAt: number, outcome: AttemptOutcome | null): Attempt => ({
  id: `a${number}`,
  deliveryId: 'd',
  number,
  part: 0,
  worker: 'w',
  startedAt,
  endedAt: outcome === null ? null : startedAt + 1000,
  outcome,
  message: null,
})

describe('a look', () => {
  it('begins at the first commit of the part, whichever of its answers was lost last', async () => {
    const since: number[] = []
    const platform = {
      look: {
        says: 'its list is read',
        repeatableFor: 0,
        trustAfter: 0,
        find: async (
          _post: unknown,
          _io: unknown,
          _progress: unknown,
          _part: number,
          committedAt: number,
        ) => {
          since.push(committedAt)
          return { remoteId: '1', url: null }
        },
      },
    } as unknown as Platform
    const attempts = [
      attempt(1, START, 'check'),
      attempt(2, START + MINUTE, 'retry'),
      attempt(3, START + 10 * MINUTE, 'check'),
    ]
    const outlet = { platform, publication: {}, io: {} } as Parameters<typeof settle>[2]
    const settled = await settle(delivery, attempts, outlet, { now: START + 20 * MINUTE, random: 0 })
    expect(since).toEqual([START])
    expect(settled).toMatchObject({ move: 'publish' })
  })
})
