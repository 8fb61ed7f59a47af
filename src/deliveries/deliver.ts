import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, type EpochMs, MINUTE, SECOND } from '../kit/clock.ts'
import { isAway } from '../kit/database-away.ts'
import { newId } from '../kit/ids.ts'
import { partStep } from '../platforms/contract/parts.ts'
import type { Io, Platform, Publication, Published } from '../platforms/contract/platform.ts'
import { PublishError, STOOD_STILL } from '../platforms/contract/publish-error.ts'
import { type AfterFailure, afterFailure } from './after-failure.ts'
import {
  doubtStep,
  isInDoubt,
  mayRepeat,
  publishedParts,
  STALE,
  TRIES,
  whereItStands,
} from './bookkeeping.ts'
import { ASKED, type Attempt, type AttemptOutcome, type Delivery } from './delivery.ts'
import type { Begun, DeliveryChanges, DeliveryQueue } from './delivery-store.ts'
import { KeptProgress } from './kept-progress.ts'
import type { Held, Lease, Leases } from './leases.ts'
import type { DeliveryMove } from './moves.ts'
import { type Cap, untilThereIsRoom, type Wait } from './pace.ts'

/** What is needed to publish one delivery, opened once it is claimed. */
export interface Outlet {
  platform: Platform
  publication: Publication
  io: Io<unknown>
  /** Which credentials it publishes with, where there may be newer ones. */
  credentialsVersion?: number
  /** When they end (UTC ms), where newer ones can be had then without a person. */
  accessEndsAt?: EpochMs
}

/** What all deliveries of a claim share. */
export interface DeliverNeeds {
  queue: DeliveryQueue
  leases: Leases
  clock: Clock
  /** In [0, 1). */
  random: () => number
  /** What is found later than this (ms) is asked about. */
  lateAfter: number
  /** @throws PublishError where the login is dead or the content can't be read */
  open(delivery: Delivery, signal: AbortSignal): Promise<Outlet>
  /** Which credentials of the account are stored now; undefined where there are none. */
  credentialsVersion(delivery: Delivery): Promise<number | undefined>
  /** When the account may publish next, if that is later than now: its rates, its breaker. */
  pace(delivery: Delivery): Promise<Wait | undefined>
  /** Why nothing more begins: the process is asked to stop, or the team has paused meanwhile. */
  heldBack(): Promise<HeldBack | undefined>
  /** Its attempt is on the disk and counts by itself from now on, or was not to be. */
  begun(delivery: Delivery): void
  /** An error that is ours, for the log. */
  onFault(error: unknown, delivery: Delivery): void
}

export type HeldBack = 'stopping' | 'paused'

/** What became of a claim: the move that was made, `lost` where another worker has it now. */
export type Delivered = { move: DeliveryMove; failure?: AfterFailure } | { move: 'lost' }

/**
 * Publishes one claimed delivery by the protocol: late policy, pace, prepare (repeatable), then for each part an attempt
 * on disk and its commit. Every write is guarded by the lease; without it nothing more is called and nothing is written.
 */
export async function deliver(delivery: Held, needs: DeliverNeeds): Promise<Delivered> {
  const { queue, clock, lateAfter } = needs
  const lease = needs.leases.hold(delivery)
  const progress = new KeptProgress(delivery.progress, (steps) =>
    queue.keepProgress(delivery.id, delivery.worker, steps, clock.now()),
  )
  const run: Run = { delivery, needs, lease, progress, outlet: undefined }
  try {
    const late = clock.now() - delivery.dueAt
    if (late > lateAfter) {
      const found = `It was found ${sayMinutes(late)} after its time`
      // It may be live already: whether to send it late is no question before that is known.
      return await (isInDoubt(delivery.progress)
        ? release(run, 'lose', {
            problem: { ask: 'check', message: `${found}, and an answer was lost before` },
          })
        : release(run, 'tooLate', { problem: { ask: 'late', message: found } }))
    }
    const paced = await whenBack(run, () => needs.pace(delivery))
    if (paced !== undefined)
      return await release(run, 'retryLater', {
        dueAt: paced.until,
        problem: { ask: 'retry', message: paced.why },
      })
    return await publish(run)
  } finally {
    lease.letGo()
  }
}

/** One claim of one delivery under way. */
interface Run {
  delivery: Held
  needs: DeliverNeeds
  lease: Lease
  progress: KeptProgress
  outlet: Outlet | undefined
}

/** A move without an attempt's end. */
async function release<Move extends DeliveryMove>(
  run: Run,
  move: Move,
  changes: Omit<DeliveryChanges, 'at'>,
): Promise<{ move: Move | 'lost' }> {
  const { delivery, needs } = run
  const { queue, clock } = needs
  const done = await whenBack(run, () =>
    queue.release(delivery.id, delivery.worker, move, { at: clock.now(), ...changes }),
  )
  return { move: done ? move : 'lost' }
}

/** What nobody has begun waits as before, for another process or for `resume`. A thread that is live in part goes on. */
async function givenBack(run: Run): Promise<Delivered | undefined> {
  const why = await whenBack(run, () => run.needs.heldBack())
  if (why === undefined) return undefined
  if (why === 'paused' && publishedParts(run.progress.all()).length > 0) return undefined
  return release(run, 'retryLater', {})
}

async function failed(run: Run, caught: unknown, phase: 'prepare' | 'commit'): Promise<AfterFailure> {
  const { delivery, needs, progress, outlet } = run
  const error = (await isOfEarlierAccess(run, caught)) ? accessEnded(delivery.platform, caught) : caught
  if (!isVerdict(error)) needs.onFault(error, delivery)
  if (error instanceof PublishError && error.next.do === 'retry' && error.next.refresh)
    progress.set(STALE, outlet?.credentialsVersion)
  const tries = (progress.get<number>(TRIES) ?? 0) + 1
  progress.set(TRIES, tries)
  const found = afterFailure(error, { phase, tries, now: needs.clock.now(), random: needs.random() })
  return withWhatIsLive(found, progress.all())
}

/** Was access refused that has ended, or been renewed, since it was opened? That says nothing of the login as it is now. */
async function isOfEarlierAccess(run: Run, error: unknown): Promise<boolean> {
  const { delivery, needs, outlet } = run
  const used = outlet?.credentialsVersion
  if (used === undefined || !(error instanceof PublishError) || error.next.do !== 'reconnect') return false
  if ((outlet?.accessEndsAt ?? Number.POSITIVE_INFINITY) <= needs.clock.now()) return true
  const kept = await whenBack(run, () => needs.credentialsVersion(delivery))
  return kept !== undefined && kept !== used
}

const accessEnded = (platform: string, cause: unknown): PublishError =>
  new PublishError(platform, { do: 'retry' }, 'Its access ended while it was being used', { cause })

async function publish(run: Run): Promise<Delivered> {
  const opened = await prepare(run)
  if ('move' in opened) return opened
  const { platform, publication } = opened
  const parts = platform.parts?.(publication) ?? 1
  const first = publishedParts(run.progress.all()).length
  for (let part = first; part < parts; part++) {
    const stopped = await publishPart(run, opened, { part, first, isLast: part === parts - 1 })
    if (stopped) return stopped
  }
  return { move: 'publish' }
}

/** Everything that may be repeated. Answers what became of the delivery where it goes no further. */
async function prepare(run: Run): Promise<Outlet | Delivered> {
  const { delivery, needs, lease, progress } = run
  try {
    const outlet = await whenBack(run, () => needs.open(delivery, lease.signal))
    run.outlet = outlet
    const held = await givenBack(run)
    if (held) return held
    await outlet.platform.prepare?.(outlet.publication, outlet.io, progress)
    return outlet
  } catch (error) {
    const found = await failed(run, error, 'prepare')
    const failure = isInDoubt(progress.all()) ? stillInDoubt(found) : found
    await whenBack(run, () =>
      needs.queue.keepProgress(delivery.id, delivery.worker, progress.all(), needs.clock.now()),
    )
    const { move } = await release(run, failure.move, changesOf(failure))
    return move === 'lost' ? { move } : { move, failure }
  }
}

/** An attempt on the disk, then its commit. Answers what became of the delivery unless this part is live. */
async function publishPart(
  run: Run,
  { platform, publication, io }: Outlet,
  { part, first, isLast }: { part: number; first: number; isLast: boolean },
): Promise<Delivered | undefined> {
  const { delivery, needs, lease, progress } = run
  const { queue, clock } = needs
  const doubtSince = progress.get<number | null>(doubtStep(part)) ?? undefined
  if (doubtSince !== undefined && !mayRepeat(doubtSince, clock.now(), platform.look.repeatableFor)) {
    // It waited too long (a pause, a stop): the platform has forgotten the key, so it is looked into again, not repeated.
    const message = 'It is too late to send it again without a second post'
    return release(run, 'lose', { problem: { ask: 'check', message } })
  }
  if (lease.signal.aborted) return { move: 'lost' }
  const held = await givenBack(run)
  if (held) return held
  const attempt: Attempt = {
    id: newId(clock.now()),
    deliveryId: delivery.id,
    number: delivery.attempts + 1 + part - first,
    part,
    worker: delivery.worker,
    startedAt: clock.now(),
    endedAt: null,
    outcome: null,
    message: null,
  }
  const begun = await whenBack(run, () => begin(queue, attempt, platform.rates?.account ?? []))
  needs.begun(delivery)
  if (begun === 'lost') return { move: 'lost' }
  if (begun !== 'begun') {
    const { until, why } = untilThereIsRoom(platform.label, begun.full, clock.now())
    return release(run, 'retryLater', { dueAt: until, problem: { ask: 'retry', message: why } })
  }

  let published: Published
  try {
    // The process may have stood still since: what is sent now could meet what somebody else sends instead.
    if (!lease.holds()) throw notSent(delivery.platform)
    // Each part before took one attempt at least: one more than those was of the part that is gone on with.
    const again = doubtSince !== undefined || (part === first && delivery.attempts > part)
    published = await platform.commit(publication, { ...io, now: clock.now() }, progress, part, again)
  } catch (error) {
    const found = await failed(run, error, 'commit')
    const failure = doubtSince === undefined ? found : stillInDoubt(found)
    const end = { outcome: failure.outcome, message: failure.problem.message }
    const ended = await endAttempt(run, attempt, end, failure.move, changesOf(failure))
    return ended ? { move: failure.move, failure } : { move: 'lost' }
  }

  progress.set(partStep(part), published)
  // What comes next has tries of its own.
  progress.set(TRIES, undefined)
  const end = { outcome: 'published', message: null } as const
  const changes = {
    published: whereItStands(progress.all()) ?? published,
    publishedAt: clock.now(),
    problem: null,
  }
  const ended = await (isLast
    ? endAttempt(run, attempt, end, 'publish', changes)
    : endAttempt(run, attempt, end, null, {}))
  return ended ? undefined : { move: 'lost' }
}

/** Says whether the delivery was still this worker's. */
const endAttempt = (
  run: Run,
  { id, deliveryId, number, worker }: Attempt,
  end: { outcome: AttemptOutcome; message: string | null },
  move: DeliveryMove | null,
  changes: Omit<DeliveryChanges, 'at' | 'progress'>,
): Promise<boolean> =>
  insist(run, () => {
    const at = run.needs.clock.now()
    return run.needs.queue.endAttempt({ id, deliveryId, number, worker, ...end, at }, move, {
      at,
      ...changes,
      progress: run.progress.all(),
    })
  })

/** An account without caps costs no counting. */
const begin = async (queue: DeliveryQueue, attempt: Attempt, caps: readonly Cap[]): Promise<Begun> => {
  if (caps.length > 0) return queue.beginCapped(attempt, caps)
  return (await queue.beginAttempt(attempt)) ? 'begun' : 'lost'
}

const isVerdict = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'PublishError' || error.name === 'LeaseLost')

const changesOf = ({ problem, dueAt }: AfterFailure) =>
  dueAt === undefined ? { problem } : { problem, dueAt }

/** Tries again each second as long as the lease lasts. */
async function insistOn<T>(
  { delivery, needs, lease }: Run,
  work: () => Promise<T>,
  passes: (error: unknown) => boolean,
): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!passes(error) || !lease.holds()) throw error
      needs.onFault(error, delivery)
      await sleep(SECOND, undefined, { ref: false })
    }
  }
}

const anything = (): boolean => true

/** The platform has answered: what it said is written down, whatever keeps it from that. */
const insist = (run: Run, write: () => Promise<boolean>): Promise<boolean> => insistOn(run, write, anything)

/** What a database that is away holds up goes on when it is back. */
const whenBack = <T>(run: Run, work: () => Promise<T>): Promise<T> => insistOn(run, work, isAway)

const notSent = (platform: string): PublishError =>
  new PublishError(platform, { do: 'retry' }, 'Crier stood still before it was sent', { code: STOOD_STILL })

/** An earlier commit of it may be live: what the platform refuses now is no proof, so a person is asked before it ends. */
function stillInDoubt(found: AfterFailure): AfterFailure {
  if (found.move !== 'fail') return found
  const { dueAt: _never, ...rest } = found
  return {
    ...rest,
    move: 'lose',
    problem: {
      ask: 'check',
      message: `${found.problem.message}; but an earlier answer was lost, so it may be live all the same`,
      code: ASKED,
    },
  }
}

/** A thread that stops in the middle: people must know that its beginning stands. */
function withWhatIsLive(found: AfterFailure, progress: Record<string, unknown>): AfterFailure {
  const live = publishedParts(progress).length
  if (live === 0 || found.move !== 'fail') return found
  const parts = live === 1 ? 'its first part is live' : `its first ${live} parts are live`
  return { ...found, problem: { ...found.problem, message: `${found.problem.message}; ${parts}` } }
}

const sayMinutes = (ms: number): string => {
  const minutes = Math.round(ms / MINUTE)
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}
