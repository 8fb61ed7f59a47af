import { setTimeout as sleep } from 'node:timers/promises'
import { ASKED } from '../../src/deliveries/delivery.ts'
import { MINUTE, SECOND } from '../../src/kit/clock.ts'
import { fastClock, type Pace, paceInWords } from './clock.ts'
import { deathOf, planPosts } from './plan.ts'
import { type Crier, newCrier, startPlatform } from './processes.ts'
import { openStage, type Stage, schedulePlanned } from './stage.ts'
import { type Blow, judge, type Verdict } from './verdict.ts'

export interface ChaosOptions {
  seed: number
  posts: number
  /** A PostgreSQL of its own; SQLite where absent. */
  database?: string | undefined
  /** How much faster than the machine's the run's clock is. At 1 the program runs as people start it. */
  speed: number
  /** Milliseconds of the machine's clock over which posts become due. */
  window: number
  /** How many processes; those but the last are killed, and of several the last is frozen. */
  processes: number
  say?(line: string): void
}

export interface ChaosReport extends Verdict {
  posts: number
  kills: number
  /** Of the kills, those before it was up. */
  killsAtStart: number
  freezes: number
  /** Deliveries that were held by a process when it was frozen. */
  heldWhenFrozen: number
  /** Seconds of the machine's clock. */
  took: number
  /** What the processes logged as errors. */
  errors: string[]
}

/** A lease, the most by which clocks may differ, by how much they do, and something: who sleeps this long (ms of the run's clock) has lost its claims to others. */
const BEYOND_LEASE = 90 * SECOND + MINUTE + 55 * SECOND + 30 * SECOND
/** After the last blow everything must have found its end within this (ms of the run's clock). */
const CALM_WITHIN = 20 * MINUTE
/** Clocks of machines may be a minute apart (ms); the last one is ahead, so that it finds work first and is frozen in it. */
const SKEWS = [0, -15 * SECOND, 40 * SECOND]
/** Before the first post is due (ms of the machine's clock): processes start. */
const LEAD = 2 * SECOND
/** Each of those that are killed dies at least once for so many posts, however slow the machine starts them. */
const POSTS_A_LIFE = 24
/** Longer than this (ms) nobody waits for a process to start. */
const START_WITHIN = 30_000

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, posts, speed, window, database, processes, say = () => undefined } = options
  const accountsPerKind = Math.max(3, Math.ceil(posts / 30))
  // Written down while the clock of the run stands; the first is due when it begins.
  const lead = 3 * SECOND + posts * 30
  const seededAt = Date.now()
  const start = seededAt + lead
  const began = performance.now()
  let stage: Stage | undefined
  const criers: Crier[] = []
  const platform = await startPlatform({ CHAOS_SEED: String(seed) })
  try {
    const planned = planPosts(seed, posts, accountsPerKind, window)
    stage = await openStage({ database, platformUrl: platform.url, accountsPerKind })
    await schedulePlanned(stage, planned, ({ dueAfter }) => start + (LEAD + dueAfter) * speed)
    if (speed === 1) await sleep(Math.max(0, start - Date.now()))
    const pace: Pace = { since: Date.now(), start: speed === 1 ? Date.now() : start, speed }
    const clock = fastClock(pace)
    platform.begin(pace)
    say(`${posts} posts are scheduled over ${Math.round(window / SECOND)} s; it begins`)
    const end = Date.now() + window + LEAD

    const blows: Blow[] = []
    const strike = (who: Crier, pid: number | undefined, what: Blow['what'], held?: number): void =>
      void blows.push({ at: clock.now(), who: who.name, pid, what, ...(held === undefined ? {} : { held }) })
    for (let index = 0; index < processes; index++) {
      const skew = processes === 1 ? 0 : (SKEWS[index % SKEWS.length] ?? 0)
      const environment = {
        ...stage.environment,
        DATA_DIR: `${stage.environment.DATA_DIR}/${index}`,
        CHAOS_PACE: paceInWords(pace),
        CHAOS_SKEW: String(speed === 1 ? 0 : skew),
      }
      criers.push(newCrier(String.fromCharCode(65 + index), environment, speed === 1))
    }
    const sleeper = processes > 1 ? criers.at(-1) : undefined
    // It is up before the others, so that there is work for it to be frozen in, however slow the machine starts it.
    if (sleeper) await within(sleeper.begin().ready, START_WITHIN, `${sleeper.name} to start`)
    await Promise.all(
      criers.map((crier) =>
        crier === sleeper
          ? putToSleep(crier, { stage: stage as Stage, end, napMs: BEYOND_LEASE / speed, strike })
          : killAgain(crier, { seed, end, fewest: Math.ceil(posts / POSTS_A_LIFE), strike }),
      ),
    )
    say('The blows are over; what is left must find its end')
    await settled(stage, clock.now, CALM_WITHIN, say)
    const exits = await Promise.all(criers.map((crier) => crier.stop()))
    const verdict = await judge(stage, planned, await platform.ledger(), blows)
    const mishaps = criers.flatMap((crier) => crier.mishaps)
    for (const [index, code] of exits.entries())
      if (code !== 0) mishaps.push(`${criers[index]?.name} was stopped and ended with ${code}`)
    const killed = blows.filter(({ what }) => what.startsWith('killed'))
    const frozen = blows.filter(({ what }) => what === 'frozen')
    return {
      ...verdict,
      violations: [...verdict.violations, ...mishaps],
      posts,
      kills: killed.length,
      killsAtStart: killed.filter(({ what }) => what !== 'killed').length,
      freezes: frozen.length,
      heldWhenFrozen: frozen.reduce((sum, { held = 0 }) => sum + held, 0),
      took: (performance.now() - began) / SECOND,
      errors: criers.flatMap((crier) => crier.errors),
    }
  } finally {
    for (const crier of criers) await crier.kill()
    await platform.stop()
    await stage?.close()
  }
}

type Strike = (who: Crier, pid: number | undefined, what: Blow['what'], held?: number) => void

/** Kills it 0.2 to 0.4 s after it is up, and now and then while it starts, until `end`; then leaves it running. */
async function killAgain(
  crier: Crier,
  { seed, end, fewest, strike }: { seed: number; end: number; fewest: number; strike: Strike },
): Promise<void> {
  for (let life = 1; ; life++) {
    const { ready } = crier.begin()
    const pid = crier.pid()
    strike(crier, pid, 'started')
    if (Date.now() >= end && life > fewest) return within(ready, START_WITHIN, `${crier.name} to start`)
    const death = deathOf(seed, crier.name, life)
    if (death.ready) await within(ready, START_WITHIN, `${crier.name} to start`)
    await sleep(death.after)
    await crier.kill()
    strike(crier, pid, death.ready ? 'killed' : 'killed while it started')
  }
}

/** Freezes it in the middle of its work for longer than its lease, wakes it, and lets it work a while, until `end`. */
async function putToSleep(
  crier: Crier,
  { stage, end, napMs, strike }: { stage: Stage; end: number; napMs: number; strike: Strike },
): Promise<void> {
  const pid = crier.pid()
  strike(crier, pid, 'started')
  const { storage, home } = stage.house
  const held = async (): Promise<number> =>
    (await storage.workspace(home.id).deliveries.list({ states: ['publishing'] })).filter(({ worker }) =>
      worker?.startsWith(`${pid}-`),
    ).length
  for (let freezes = 0; Date.now() < end || freezes === 0; ) {
    if (Date.now() > end + START_WITHIN) throw new Error(`${crier.name} never had anything in hand`)
    await sleep(5)
    if ((await held()) === 0) continue
    crier.freeze()
    // It may have finished in between: then nothing is tried by keeping it asleep.
    const inHand = await held()
    if (inHand > 0) {
      freezes += 1
      strike(crier, pid, 'frozen', inHand)
      await sleep(napMs)
      strike(crier, pid, 'woken')
    }
    crier.wake()
    if (inHand > 0) await sleep(500)
  }
}

/** Waits until nothing moves by itself any more, or the time is over: the verdict names what is left. */
async function settled(
  { house }: Stage,
  now: () => number,
  patience: number,
  say: (line: string) => void,
): Promise<void> {
  const { storage, home } = house
  const stores = storage.workspace(home.id)
  const until = now() + patience
  let toldAt = Date.now()
  while (now() < until) {
    await sleep(500)
    const open = await stores.deliveries.list({ states: ['scheduled', 'publishing', 'unsure'] })
    const moving = open.filter(({ state, problem }) => state !== 'unsure' || problem?.code !== ASKED)
    if (Date.now() - toldAt > 10 * SECOND) {
      toldAt = Date.now()
      const states = Map.groupBy(moving, ({ state }) => state)
      const counts = [...states].map(([state, those]) => `${those.length} ${state}`)
      say(`Still under way: ${counts.join(', ') || 'messages only'}`)
    }
    if (moving.length > 0) continue
    const waiting = new Set(open.map(({ postId }) => postId))
    const going = await stores.posts.list({ states: ['publishing', 'scheduled'] })
    if (going.some(({ id }) => !waiting.has(id))) continue
    if ((await storage.outboxQueue.depth()) > 0) continue
    const asked = await Promise.all(
      open.map((one) => stores.marks.get(`asked ${one.id} ${one.attempts} ${one.updatedAt}`)),
    )
    if (asked.every((mark) => mark !== undefined)) return
  }
}

async function within(what: Promise<void>, ms: number, name: string): Promise<void> {
  const over = sleep(ms, 'over' as const, { ref: false })
  if ((await Promise.race([what, over])) === 'over') throw new Error(`Waited ${ms} ms for ${name}`)
}
