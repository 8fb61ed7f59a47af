import { fileURLToPath } from 'node:url'
// croner: the cron library that keeps wall clocks over DST; here its second is the heartbeat.
import { Cron } from 'croner'
// p-limit: so many at a time, in turn.
import pLimit from 'p-limit'
import { pulseOf } from '../app/pulse.ts'
import type { Surface } from '../app/surface.ts'
import type { Workbench } from '../app/workbench.ts'
import { createLeases } from '../deliveries/leases.ts'
import { createBatch } from '../kit/batch.ts'
import type { EpochMs } from '../kit/clock.ts'
import { shortCode } from '../kit/ids.ts'
import { loadFolder } from '../kit/load-folder.ts'
import type { SurfaceName } from '../workspaces/workspace.ts'
import { type Ended, tellOf } from './afterwards.ts'
import { createBreaker } from './breaker.ts'
import { type Job, LEASE, type Tools } from './job.ts'
import type { Meters } from './meters.ts'
import { rememberedStores } from './remember-reads.ts'
import { rescueAbandoned } from './rescue.ts'
import { createUnderWay } from './under-way.ts'

export interface SchedulerNeeds {
  bench: Workbench
  surfaces: ReadonlyMap<SurfaceName, Surface>
  meters: Meters
  /** Calls back after a write that somebody may be waiting for; returns what stops it. */
  onWrite(listener: (written: 'deliveries' | 'outbox') => void): () => void
  random?: () => number
  /** Hears when a burst begins and when it ends. */
  onBurst?(lasts: boolean): void
  /** Is this the only process that publishes? Then whatever is under way at its start was abandoned. */
  alone: boolean
}

export interface Scheduler {
  start(): Promise<void>
  /** Begins nothing new, and waits up to `grace` ms for what is in flight. Says whether everything ended. */
  stop(grace: number): Promise<boolean>
  /** Runs every job that is due now, and everything they began: for tests. */
  tick(): Promise<void>
  /** UTC ms of the last beat; undefined before the first. */
  lastTick(): EpochMs | undefined
}

/** Node turns a time-out of 2^31 ms and more into 1 ms; and clocks move, so the next beat looks again anyway. */
const LONGEST_TIMER = 60_000

/** Of these, so many with media: some platforms take a file only as a whole. */
const MOST_WITH_MEDIA = 48
/** What follows the ends of deliveries: so many are written together at most, and gathered for so long (ms) after a write. */
const ENDS_OF_A_WRITE = 500
const GATHER_ENDS_FOR = 40

const jobsFolder = (): string => fileURLToPath(new URL('./jobs', import.meta.url))

/**
 * The loop. croner's second is the heartbeat and the net; a timer to the next due time, and a word after each write, are
 * the precision. A job never runs beside itself in one process; across processes each claims what it works on.
 */
export async function createScheduler({
  bench,
  surfaces,
  meters,
  onWrite,
  random = Math.random,
  onBurst = () => undefined,
  alone,
}: SchedulerNeeds): Promise<Scheduler> {
  const jobs = await loadFolder<Job>(jobsFolder())
  const lastRun = new Map<string, EpochMs>()
  const running = new Map<string, Promise<void>>()
  const woken = new Set<string>()
  const stopping = new AbortController()
  const breaker = createBreaker(bench.clock)
  const endings = createBatch<Ended, void>({
    groupOf: ({ workspaceId }) => workspaceId,
    write: async (ended) => {
      await tellOf(bench, breaker, ended)
      return ended.map(() => undefined)
    },
    largest: ENDS_OF_A_WRITE,
    gatherFor: GATHER_ENDS_FOR,
  })
  const onFault: Tools['onFault'] = (error, { id, platform }) =>
    bench.log.error(
      { id: shortCode(8), delivery: id, platform, err: error },
      'A delivery failed in a way nobody classified',
    )
  const pulse = pulseOf(bench)
  pulse.platformsLeftAlone = () => breaker.leftAlone()
  const underWay = createUnderWay({
    pulse,
    clock: bench.clock,
    log: bench.log,
    onBurst,
    // What found no room must not wait for the next beat.
    onRoom: () => wake('deliveries'),
  })
  let claims = 0
  let beat: EpochMs | undefined
  let timer: NodeJS.Timeout | undefined
  let timerAt = Number.POSITIVE_INFINITY

  const besideFewWithMedia = pLimit(MOST_WITH_MEDIA)
  const tools: Tools = {
    bench,
    surfaces,
    meters,
    breaker,
    leases: createLeases({ queue: bench.stores.queue, clock: bench.clock, lease: LEASE, onFault }),
    onFault,
    nameClaim() {
      claims += 1
      return `${bench.worker}-${claims}`
    },
    storesFor: rememberedStores((id) => bench.stores.workspace(id), bench.clock),
    ended: (one) => endings.add(one),
    besideFewWithMedia,
    random,
    stopping: stopping.signal,
    room: underWay.room,
    busy: underWay.busy,
    follow: underWay.follow,
    tellLater: underWay.tellLater,
    wakeAt(at) {
      if (at >= timerAt || stopping.signal.aborted || !cron) return
      clearTimeout(timer)
      timerAt = at
      timer = setTimeout(
        () => {
          timerAt = Number.POSITIVE_INFINITY
          wake('deliveries')
        },
        Math.min(LONGEST_TIMER, Math.max(0, at - bench.clock.now())),
      )
      timer.unref()
    },
  }

  /** Whatever was begun; what that begins is waited for as well. */
  async function everything(): Promise<true> {
    while (running.size > 0 || !underWay.isEmpty()) await Promise.all([...running.values(), underWay.ended()])
    return true
  }

  function run(job: Job): Promise<void> {
    const now = running.get(job.name)
    if (now) {
      // It may have looked already: it runs once more when it is done.
      woken.add(job.name)
      return now
    }
    lastRun.set(job.name, bench.clock.now())
    const work = job
      .run(tools)
      .catch((error: unknown) => {
        meters.jobFailures.inc({ job: job.name })
        bench.log.error({ job: job.name, err: error }, 'A job failed; it runs again at its next time')
      })
      .finally(() => {
        running.delete(job.name)
        if (woken.delete(job.name) && !stopping.signal.aborted) void run(job)
      })
    running.set(job.name, work)
    return work
  }

  function wake(written: 'deliveries' | 'outbox'): void {
    if (stopping.signal.aborted) return
    for (const job of jobs) if (job.wokenBy === written) void run(job)
  }

  function dueJobs(): Job[] {
    const now = bench.clock.now()
    beat = now
    pulse.tickedAt = now
    return jobs.filter((job) => {
      const last = lastRun.get(job.name)
      // A clock that was set back must not stop the jobs until it has caught up.
      return last === undefined || now < last || now - last >= job.every
    })
  }

  let cron: Cron | undefined
  let unhook: (() => void) | undefined

  return {
    async start() {
      if (alone) {
        await rescueAbandoned(bench, Number.MAX_SAFE_INTEGER)
        await bench.stores.outboxQueue.takeOver(bench.clock.now())
      }
      cron = new Cron('* * * * * *', { protect: false, unref: true }, () => {
        for (const job of dueJobs()) void run(job)
      })
      unhook = onWrite(wake)
      for (const job of dueJobs()) void run(job)
    },
    async stop(grace) {
      stopping.abort()
      // Who waits for a turn gives back what it was to publish.
      besideFewWithMedia.concurrency = Number.POSITIVE_INFINITY
      cron?.stop()
      unhook?.()
      clearTimeout(timer)
      // A claim that was under way when the stop came still adds what it claimed: waited for until nothing is left.
      return Promise.race([
        everything(),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), grace).unref()),
      ])
    },
    async tick() {
      await Promise.all(dueJobs().map(run))
      await everything()
      for (const job of jobs) if (job.wokenBy === 'outbox') await run(job)
    },
    lastTick: () => beat,
  }
}
