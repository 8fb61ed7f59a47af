import { rollUp } from '../../app/post-outcome.ts'
import type { Workbench } from '../../app/workbench.ts'
import type { Delivery } from '../../deliveries/delivery.ts'
import { LOOK_FOR, notSeen, type Settled, settle } from '../../deliveries/settle.ts'
import { type EpochMs, SECOND } from '../../kit/clock.ts'
import { PublishError } from '../../platforms/contract/publish-error.ts'
import { askOnce } from '../afterwards.ts'
import { defineJob, type Tools } from '../job.ts'
import { openOutlet } from '../outlet.ts'
import { MOST_SKEW } from '../rescue.ts'

/** How many that are neither at rest nor under way one run takes. */
const BATCH = 200
/** A look that could not be made is made again after this (ms). */
const PATIENCE = 60 * SECOND
/** A platform's answer to a look (ms). */
const LOOK_TIMEOUT = 30 * SECOND

type Unsure = Awaited<ReturnType<Tools['bench']['stores']['queue']['unsure']>>[number]

/** Until when (UTC ms) one is not looked at again, and since when: a clock that was set back before that ends it. */
interface Rest {
  from: EpochMs
  until: EpochMs
}

/** Per process. Only saves calls: a restart looks at once. */
interface Looks {
  rests: Map<string, Rest>
  /** What is looked at, by account, with how many more wait behind it. */
  underWay: Map<string, { waiting: number; work: Promise<void> }>
}

const looks = new WeakMap<Workbench, Looks>()

const looksOf = (bench: Workbench): Looks => {
  const known = looks.get(bench) ?? { rests: new Map(), underWay: new Map() }
  looks.set(bench, known)
  return known
}

/**
 * Looks for commits whose answers were lost: published, proven absent and tried again, or a person is asked. One account
 * after the other would let a platform that hangs hold up all others, so each account has its own row of looks, which
 * goes on while the next runs look after the rest.
 */
export default defineJob({
  name: 'settle-unsure',
  every: 5 * SECOND,

  async run(tools) {
    const { rests, underWay } = looksOf(tools.bench)
    // Those that rest and those that are under way must not stand before the others.
    const passedOver = [...underWay.values()].reduce((all, { waiting }) => all + waiting, rests.size)
    const unsure = await tools.bench.stores.queue.unsure(BATCH + passedOver)
    const open = new Set(unsure.map((one) => one.delivery.id))
    for (const id of rests.keys()) if (!open.has(id)) rests.delete(id)
    const now = tools.bench.clock.now()
    const due = unsure.filter(({ delivery }) => {
      const rest = rests.get(delivery.id)
      return !underWay.has(delivery.accountId) && (!rest || rest.until <= now || now < rest.from)
    })
    const idle = underWay.size === 0
    for (const [account, row] of Map.groupBy(due, ({ delivery }) => delivery.accountId)) {
      const work = settleRow(tools, row).finally(() => underWay.delete(account))
      underWay.set(account, { waiting: row.length, work })
    }
    if (idle && underWay.size > 0) tools.tellLater(ended(underWay))
  },
})

/** One promise for all rows, so that they take one place from what goes out, not hundreds. */
async function ended(underWay: Looks['underWay']): Promise<void> {
  while (underWay.size > 0) await Promise.race([...underWay.values()].map(({ work }) => work))
}

/** The unsure deliveries of one account, one after the other. Never throws. */
async function settleRow(tools: Tools, row: readonly Unsure[]): Promise<void> {
  const { bench, meters, stopping } = tools
  let hangs = false
  for (const one of row) {
    if (stopping.aborted) return
    try {
      // Once it hung for one, the others do not wait for as long each.
      const now = bench.clock.now()
      if (hangs) await write(tools, one, notLookedFor(one.delivery, now, 'the platform does not answer'), now)
      else hangs = await settleOne(tools, one)
    } catch (error) {
      meters.jobFailures.inc({ job: 'settle-unsure' })
      bench.log.error(
        { delivery: one.delivery.id, err: error },
        'What was found of a delivery was not written',
      )
    }
  }
}

/** @returns whether the platform hung */
async function settleOne(tools: Tools, one: Unsure): Promise<boolean> {
  const { bench, random } = tools
  const { workspaceId, delivery } = one
  const stores = bench.stores.workspace(workspaceId)
  const now = bench.clock.now()
  const signal = AbortSignal.timeout(LOOK_TIMEOUT)
  let found: Settled
  try {
    const outlet = await openOutlet(bench, workspaceId, stores, delivery, signal)
    const attempts = await stores.deliveries.attempts(delivery.id)
    // What another machine wrote, it wrote by its own clock.
    const skew = attempts.at(-1)?.worker.startsWith(bench.worker) ? 0 : MOST_SKEW
    found = await settle(delivery, attempts, outlet, { now, random: random(), skew })
  } catch (error) {
    if (!(error instanceof PublishError))
      bench.log.error({ delivery: delivery.id, platform: delivery.platform, err: error }, 'A look failed')
    const why = error instanceof PublishError ? error.message : 'something is wrong in Crier itself'
    found = notLookedFor(delivery, now, why)
  }
  await write(tools, one, found, now)
  return signal.aborted
}

/** Later, or a person is asked where that has gone on for too long. */
const notLookedFor = ({ updatedAt }: Delivery, now: EpochMs, why: string): Settled =>
  now >= updatedAt + LOOK_FOR ? notSeen(now, why) : { lookAgainAt: now + PATIENCE }

async function write(
  { bench }: Tools,
  { workspaceId, delivery }: Unsure,
  found: Settled,
  now: EpochMs,
): Promise<void> {
  if ('lookAgainAt' in found) {
    looksOf(bench).rests.set(delivery.id, { from: now, until: found.lookAgainAt })
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
