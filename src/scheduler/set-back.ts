import type { Workbench } from '../app/workbench.ts'
import { doubtStep } from '../deliveries/bookkeeping.ts'
import { ASKED, type Delivery, isOpen } from '../deliveries/delivery.ts'
import { SET_BACK } from '../deliveries/settle.ts'
import { type EpochMs, MINUTE, SECOND } from '../kit/clock.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import { askOnce } from './afterwards.ts'
import { takeOver, tellOfRescue } from './rescue.ts'
import { teamsOf } from './teams.ts'

/** Looks at which a lease from a time to come has stood still before its worker is taken for dead. */
const LOOKS = 5
/** Between two looks (ms): four of them are more than a worker lets pass between two renewals. */
export const LOOK_EVERY = 15 * SECOND
/** No lease that is kept by today's clock ends later than this from now (ms). */
const LONGEST_LEASE = 90 * SECOND + MINUTE

/**
 * Mends what a clock that has been set back has left in a time to come. A lease there would keep its delivery for as long
 * as the clock was wrong; and how long ago a commit in doubt was made is not known any more, so that sending it again under
 * its key might come too late for the platform to know it: a person is asked. What waits for another try, or to be said in
 * a chat, would wait until the clock is where it was.
 */
export interface SetBack {
  look(): Promise<void>
}

export function createSetBack(bench: Workbench): SetBack {
  let seen = new Map<string, { leaseUntil: EpochMs; looks: number }>()

  const looksAt = ({ id, leaseUntil }: Delivery): number => {
    const before = seen.get(id)
    return before && before.leaseUntil === leaseUntil ? before.looks + 1 : 1
  }

  return {
    async look() {
      const now = bench.clock.now()
      const still: typeof seen = new Map()
      await bench.stores.outboxQueue.hurry(now, now + SET_BACK)
      await bench.stores.hookQueue.hurry(now, now + SET_BACK)
      for await (const { id } of teamsOf(bench)) {
        const { deliveries } = bench.stores.workspace(id)
        const states = ['scheduled', 'publishing'] as const
        for (const delivery of await deliveries.list({ states, updatedFrom: now + SET_BACK })) {
          const { leaseUntil } = delivery
          if (delivery.state === 'scheduled')
            await (inDoubt(bench, delivery) ? ask : retryAnew)(bench, id, delivery)
          if (leaseUntil === null || leaseUntil <= now + LONGEST_LEASE) continue
          const looks = looksAt(delivery)
          if (looks < LOOKS) {
            still.set(delivery.id, { leaseUntil, looks })
            continue
          }
          const attempts = await deliveries.attempts(delivery.id)
          if (await takeOver(bench, delivery, attempts.findLast(isOpen)))
            await tellOfRescue(bench, id, [delivery.postId])
        }
      }
      seen = still
    },
  }
}

/** Does it wait for being sent again under a key that the platform may have forgotten meanwhile? */
function inDoubt({ platforms }: Pick<Workbench, 'platforms'>, { platform, progress }: Delivery): boolean {
  if (platforms.get(platform)?.look.repeatableFor === Number.POSITIVE_INFINITY) return false
  const anyPart = doubtStep(0).replace(/0$/, '')
  return Object.entries(progress).some(
    ([step, since]) => step.startsWith(anyPart) && typeof since === 'number',
  )
}

/** It waits for its next try, of which nothing is in doubt: for as long as it was to wait, from now on. */
async function retryAnew(bench: Workbench, workspaceId: WorkspaceId, delivery: Delivery): Promise<void> {
  const { problem, dueAt, updatedAt } = delivery
  // A time that a person chose is that time, whatever clock it was said by.
  if (problem?.ask !== 'retry') return
  await bench.stores.transaction(workspaceId, async ({ deliveries }) => {
    const at = bench.clock.now()
    if (!(await deliveries.move(delivery.id, 'park', { at }, delivery))) return
    await deliveries.move(delivery.id, 'unpark', { at, dueAt: at + Math.max(0, dueAt - updatedAt) })
  })
}

async function ask(bench: Workbench, workspaceId: WorkspaceId, delivery: Delivery): Promise<void> {
  const problem = {
    ask: 'check' as const,
    code: ASKED,
    message: 'The clock was set back since, so nobody can look for it but a person',
  }
  await bench.stores.transaction(workspaceId, async (stores) => {
    const at = bench.clock.now()
    const moved = await stores.deliveries.move(delivery.id, 'doubt', { at, problem }, delivery)
    if (moved) await askOnce(stores, bench, moved)
  })
}
