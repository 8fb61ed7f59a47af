import { rollUp } from '../../app/post-outcome.ts'
import type { Workbench } from '../../app/workbench.ts'
import { LOOK_FOR, notSeen, settle } from '../../deliveries/settle.ts'
import { type EpochMs, SECOND } from '../../kit/clock.ts'
import { PublishError } from '../../platforms/contract/publish-error.ts'
import { askOnce } from '../afterwards.ts'
import { defineJob, type Tools } from '../job.ts'
import { openOutlet } from '../outlet.ts'
import { MOST_SKEW } from '../rescue.ts'

const BATCH = 200
/** A look that could not be made is made again after this (ms). */
const PATIENCE = 60 * SECOND
/** A platform's answer to a look (ms). */
const LOOK_TIMEOUT = 30 * SECOND

/** Until when (UTC ms) one is not looked at again, and since when: a clock that was set back before that ends it. */
interface Rest {
  from: EpochMs
  until: EpochMs
}

/** Per process. Only saves calls: a restart looks at once. */
const looks = new WeakMap<Workbench, Map<string, Rest>>()

const looksOf = (bench: Workbench): Map<string, Rest> => {
  const known = looks.get(bench) ?? new Map<string, Rest>()
  looks.set(bench, known)
  return known
}

/** Looks for commits whose answers were lost: published, proven absent and tried again, or a person is asked. */
export default defineJob({
  name: 'settle-unsure',
  every: 5 * SECOND,

  async run(tools) {
    const lookAgain = looksOf(tools.bench)
    const unsure = await tools.bench.stores.queue.unsure(BATCH)
    const open = new Set(unsure.map((one) => one.delivery.id))
    for (const id of lookAgain.keys()) if (!open.has(id)) lookAgain.delete(id)
    const now = tools.bench.clock.now()
    const due = unsure.filter((one) => {
      const rest = lookAgain.get(one.delivery.id)
      return !rest || rest.until <= now || now < rest.from
    })
    // One account after the other would let a platform that hangs hold up the looks at all others.
    const accounts = Map.groupBy(due, (one) => one.delivery.accountId)
    await Promise.all(
      [...accounts.values()].map(async (group) => {
        for (const one of group) await settleOne(tools, one)
      }),
    )
  },
})

async function settleOne(
  { bench, random }: Tools,
  { workspaceId, delivery }: Awaited<ReturnType<Tools['bench']['stores']['queue']['unsure']>>[number],
): Promise<void> {
  const lookAgain = looksOf(bench)
  const stores = bench.stores.workspace(workspaceId)
  const now = bench.clock.now()
  let found: Awaited<ReturnType<typeof settle>>
  try {
    const outlet = await openOutlet(bench, workspaceId, stores, delivery, AbortSignal.timeout(LOOK_TIMEOUT))
    const attempts = await stores.deliveries.attempts(delivery.id)
    // What another machine wrote, it wrote by its own clock.
    const skew = attempts.at(-1)?.worker.startsWith(bench.worker) ? 0 : MOST_SKEW
    found = await settle(delivery, attempts, outlet, { now, random: random(), skew })
  } catch (error) {
    if (!(error instanceof PublishError))
      bench.log.error({ delivery: delivery.id, platform: delivery.platform, err: error }, 'A look failed')
    const why = error instanceof PublishError ? error.message : 'something is wrong in Crier itself'
    found = now >= delivery.updatedAt + LOOK_FOR ? notSeen(now, why) : { lookAgainAt: now + PATIENCE }
  }
  if ('lookAgainAt' in found) {
    lookAgain.set(delivery.id, { from: now, until: found.lookAgainAt })
    return
  }
  const { move, changes } = found
  await bench.stores.transaction(workspaceId, async (inside) => {
    // Another process, or a person, may have drawn a consequence while it was looked for: what was found is old then.
    const moved = await inside.deliveries.move(delivery.id, move, changes, delivery)
    const post = moved && (await inside.posts.get(moved.postId))
    if (!moved || !post) return
    if (move === 'ask') await askOnce(inside, bench, moved)
    else await rollUp(inside, bench, post)
  })
}
