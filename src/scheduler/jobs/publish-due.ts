import { setTimeout as pause } from 'node:timers/promises'
import { type DeliverNeeds, deliver } from '../../deliveries/deliver.ts'
import type { Delivery } from '../../deliveries/delivery.ts'
import type { Claimed } from '../../deliveries/delivery-store.ts'
import { isHeld } from '../../deliveries/leases.ts'
import { MINUTE, SECOND } from '../../kit/clock.ts'
import { isAway } from '../../kit/database-away.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { beginPosts } from '../afterwards.ts'
import type { Place } from '../breaker.ts'
import { defineJob, LEASE, type Tools } from '../job.ts'
import { openOutlet } from '../outlet.ts'

/** A team's pause is heard of after this (ms). */
const LOOK_EVERY = 500

/** At most this many are claimed by one statement. */
const BATCH = 256

/** Claims what is due and publishes it, each delivery on its own. */
export default defineJob({
  name: 'publish-due',
  every: SECOND,
  wokenBy: 'deliveries',

  async run(tools) {
    const { bench, stopping } = tools
    while (!stopping.aborted) {
      const limit = Math.min(BATCH, tools.room())
      if (limit <= 0) return
      const now = bench.clock.now()
      const claimed = await bench.stores.queue.claimDue({
        now,
        leaseUntil: now + LEASE,
        worker: tools.nameClaim(),
        limit,
      })
      // More is claimed while these begin: each of them has its place already.
      for (const [id, group] of Map.groupBy(claimed, ({ workspaceId }) => workspaceId)) {
        const opened = openGroup(tools, id, group)
        for (const { delivery } of group)
          tools.follow(opened.then((batch) => batch && publishOne(delivery, batch, tools)))
      }
      if (claimed.length < limit) break
    }
    const next = await bench.stores.queue.nextDueAt()
    if (next !== undefined) tools.wakeAt(next)
  },
})

/** What was claimed is not dropped where the database is away for a moment: its leases last longer than that. */
async function whenBack<T>({ bench, stopping }: Tools, work: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += SECOND) {
    try {
      return await work()
    } catch (error) {
      if (!isAway(error) || waited >= LEASE / 2 || stopping.aborted) throw error
      bench.log.debug({ err: error }, 'What was claimed waits for the database')
      await pause(SECOND, undefined, { ref: false })
    }
  }
}

/** Undefined where that can't be had: then their leases will end, and they are looked into. */
async function openGroup(
  tools: Tools,
  id: WorkspaceId,
  group: readonly Claimed[],
): Promise<Batch | undefined> {
  try {
    return await whenBack(tools, () => openBatch(tools, id, group))
  } catch (error) {
    tools.bench.log.error({ err: error, deliveries: group.length }, 'What was claimed could not be begun')
    return undefined
  }
}

/** What the deliveries of one claim share: read once, made once. */
interface Batch {
  workspaceId: WorkspaceId
  needs: DeliverNeeds
  /** Its places among others are free again. */
  over(delivery: Delivery): void
}

async function openBatch(tools: Tools, id: WorkspaceId, claimed: readonly Claimed[]): Promise<Batch> {
  const { bench, breaker, stopping } = tools
  const workspace = await bench.stores.directory.get(id)
  if (!workspace) throw new Error(`A delivery of the unknown workspace ${id} was claimed`)
  const going = await beginPosts(bench, id, claimed)
  const stores = tools.storesFor(id)
  const rates = new Map<string, Place>()
  const turns = new Map<string, PromiseWithResolvers<void>>()
  const counted = ({ id }: Delivery): void => {
    rates.get(id)?.counted()
    rates.delete(id)
  }
  /** Its turn among those with media, which it keeps until it is over. */
  const turn = ({ id }: Delivery): Promise<void> => {
    const kept = turns.get(id) ?? Promise.withResolvers<void>()
    turns.set(id, kept)
    return new Promise((comes) => {
      void tools.besideFewWithMedia(() => {
        comes()
        return kept.promise
      })
    })
  }
  /** Of all that a claim has begun to prepare, nothing is begun once the team has paused. */
  let looked = bench.clock.now()
  let paused = Promise.resolve(workspace.settings.pausedAt !== null)
  const isPaused = (): Promise<boolean> => {
    const now = bench.clock.now()
    if (Math.abs(now - looked) >= LOOK_EVERY) {
      looked = now
      paused = stores.workspace.get().then(({ settings }) => settings.pausedAt !== null)
    }
    return paused
  }
  return {
    workspaceId: id,
    needs: {
      queue: bench.stores.queue,
      clock: bench.clock,
      leases: tools.leases,
      random: tools.random,
      lateAfter: workspace.settings.lateMinutes * MINUTE,
      async open(one, signal) {
        const post = going.get(one.postId)
        if (!post || post.content.media.length > 0) await turn(one)
        return openOutlet(bench, id, stores, one, signal, post)
      },
      credentialsVersion: async ({ accountId }) =>
        (await bench.stores.workspace(id).accounts.credentials(accountId))?.version,
      async pace(one) {
        const answer = await breaker.ask(stores, bench.platforms.get(one.platform), one)
        if ('wait' in answer) return answer.wait
        rates.set(one.id, answer.place)
        return undefined
      },
      heldBack: async () => (stopping.aborted ? 'stopping' : (await isPaused()) ? 'paused' : undefined),
      begun: counted,
      onFault: tools.onFault,
    },
    over(one) {
      counted(one)
      turns.get(one.id)?.resolve()
      turns.delete(one.id)
    },
  }
}

async function publishOne(
  delivery: Delivery,
  { workspaceId, needs, over }: Batch,
  tools: Tools,
): Promise<void> {
  const { bench, breaker } = tools
  if (!isHeld(delivery)) throw new Error(`The delivery ${delivery.id} was claimed by nobody`)
  const delivered = await deliver(delivery, needs).finally(() => over(delivery))
  const { move } = delivered
  tools.meters.claims.inc({ platform: delivery.platform, move })
  const failure = 'failure' in delivered ? delivered.failure : undefined
  // It says nothing of how the platform fares: where it was to find that out, another one does.
  if (move !== 'publish' && !failure) breaker.passed(delivery.platform, delivery.id)
  if (move === 'lost') return
  if (move === 'publish')
    tools.meters.lateness.observe(Math.max(0, bench.clock.now() - delivery.scheduledFor) / SECOND)
  const { id: deliveryId, postId, accountId } = delivery
  const ended = { workspaceId, deliveryId, postId, accountId, move, failure }
  // All of it is guarded, so that to write it twice (where a commit's answer was lost) changes nothing more.
  tools.tellLater(whenBack(tools, () => tools.ended(ended)))
}
