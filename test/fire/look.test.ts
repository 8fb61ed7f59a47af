import { describe, expect, it } from 'vitest'
import { type DeliverNeeds, deliver } from '../../src/deliveries/deliver.ts'
import type { Attempt, AttemptOutcome, Delivery } from '../../src/deliveries/delivery.ts'
import type { Held } from '../../src/deliveries/leases.ts'
import { settle } from '../../src/deliveries/settle.ts'
import { MINUTE, standingClock } from '../../src/kit/clock.ts'
import type { Platform } from '../../src/platforms/contract/platform.ts'

const START = Temporal.Instant.from('2026-11-20T10:00:00Z').epochMilliseconds

const delivery = (changes: Partial<Omit<Delivery, 'worker'>> = {}): Held => ({
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
  ...changes,
})

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
    const settled = await settle(delivery(), attempts, outlet, { now: START + 20 * MINUTE, random: 0 })
    expect(since).toEqual([START])
    expect(settled).toMatchObject({ move: 'publish' })
  })
})

describe('a commit is told whether an earlier attempt may have published the part', () => {
  async function told(changes: Parameters<typeof delivery>[0], parts = 1): Promise<unknown[]> {
    const again: unknown[] = []
    const platform = {
      name: 'listed',
      label: 'Listed',
      parts: () => parts,
      look: { says: '', repeatableFor: 60 * MINUTE, trustAfter: 0 },
      commit: async (...[, , , part, tried]: unknown[]) => {
        again.push(tried)
        return { remoteId: `${part}`, url: null }
      },
    } as unknown as Platform
    const needs: DeliverNeeds = {
      queue: {
        keepProgress: async () => true,
        beginAttempt: async () => true,
        endAttempt: async () => true,
        release: async () => true,
      } as unknown as DeliverNeeds['queue'],
      leases: {
        hold: () => ({ signal: new AbortController().signal, holds: () => true, letGo: () => undefined }),
      } as unknown as DeliverNeeds['leases'],
      clock: standingClock('2026-11-20T10:00:00Z'),
      random: () => 0,
      lateAfter: MINUTE,
      open: async () => ({ platform, publication: {}, io: {} }) as never,
      pace: async () => undefined,
      begun: () => undefined,
      onFault: () => undefined,
    }
    expect(await deliver(delivery(changes), needs)).toEqual({ move: 'publish' })
    return again
  }
  const live = { remoteId: '0', url: null }

  it.each<[string, Parameters<typeof delivery>[0], number, boolean[]]>([
    ['the first attempt', {}, 1, [false]],
    ['behind one that the process died in', { attempts: 1 }, 1, [true]],
    ['behind a lost answer that is repeated', { progress: { '#doubt:0': START } }, 1, [true]],
    ['the parts of a thread', {}, 3, [false, false, false]],
    ['behind a part that is live', { attempts: 1, progress: { '#part:0': live } }, 2, [false]],
    ['a later part once more', { attempts: 2, progress: { '#part:0': live } }, 2, [true]],
  ])('%s', async (_name, changes, parts, again) => {
    expect(await told(changes, parts)).toEqual(again)
  })
})
