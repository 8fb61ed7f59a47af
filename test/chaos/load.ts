import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { build } from '../../src/build.ts'
import { DAY, MINUTE, SECOND, systemClock } from '../../src/kit/clock.ts'
import { readConfig } from '../../src/kit/config.ts'
import { start } from '../../src/start.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'
import { freePort } from '../e2e/crier-process.ts'
import { startPostgres } from '../setup-postgres.ts'
import { furnish } from './furnish.ts'
import { newCrier, startPlatform } from './processes.ts'
import { median, quantile } from './samples.ts'
import { openStage, type Stage } from './stage.ts'
import { rssOf, talkTo } from './talk.ts'

// npm run load -- [--workspaces 500] [--posts 200] [--due 1000] [--on sqlite|postgres]: Crier with that many scheduled.
const { values } = parseArgs({
  options: {
    workspaces: { type: 'string', default: '500' },
    posts: { type: 'string', default: '200' },
    due: { type: 'string', default: '1000' },
    on: { type: 'string', default: 'sqlite' },
  },
})
const teams = Number(values.workspaces)
const postsEach = Number(values.posts)
const dueAtOnce = Number(values.due)
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const row = (name: string, value: string): void => say(`${name.padEnd(48)}${value}`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const STARTS = 3
const ANSWERS = 20
const LINES = ['queue', 'calendar', 'show 1', 'accounts', 'health']
/** Those that are due at one instant are due this long (ms) after the start. */
const DUE_AFTER = 25 * SECOND

const postgres = values.on === 'postgres' ? await startPostgres({ durable: true }) : undefined
if (postgres && 'missing' in postgres) throw new Error(postgres.missing)
const platform = await startPlatform({ CHAOS_SEED: '1', CHAOS_FAULTS: 'off' })
const database = await postgres?.createDatabase()
const stage = await openStage({ platformUrl: platform.url, accountsPerKind: 1, database })
const port = await freePort()
const crier = newCrier('Crier', { ...stage.environment, PORT: String(port) }, true)
try {
  const began = performance.now()
  const workspaces = await furnish(stage, platform.url, teams, postsEach, [stage.house.home])
  row(
    'workspaces, posts scheduled',
    `${workspaces.length}, ${(workspaces.length * postsEach).toLocaleString('en')}`,
  )
  row('written in', `${Math.round((performance.now() - began) / SECOND)} s`)
  await measureProgram(stage, workspaces)
  await measureInside(stage)
} finally {
  await crier.kill()
  await platform.stop()
  await stage.close()
  await postgres?.stop()
}

/** The program as people start it: how fast it is up, what it holds, how it answers, how late a burst goes out. */
async function measureProgram({ house }: Stage, workspaces: readonly Workspace[]): Promise<void> {
  const url = `http://127.0.0.1:${port}`
  const starts: number[] = []
  for (let turn = 0; turn < STARTS; turn++) {
    if (turn > 0) await crier.stop()
    const began = performance.now()
    const { ready } = crier.begin()
    await ready
    starts.push(performance.now() - began)
  }
  const pid = crier.pid()
  if (pid === undefined) throw new Error(crier.mishaps.join('\n'))
  row('start, until it is up', `${ms(median(starts))} (${starts.map(ms).join(', ')})`)

  const dueAt = systemClock.now() + DUE_AFTER
  let left = dueAtOnce
  for (const { id } of workspaces) {
    const stores = house.storage.workspace(id)
    const mine = Math.min(left, Math.ceil(dueAtOnce / workspaces.length))
    left -= mine
    for (let number = 1; number <= mine; number++) {
      const post = await stores.posts.byNumber(number)
      if (post) await stores.deliveries.rescheduleOfPost(post.id, dueAt, systemClock.now())
    }
  }
  await sleep(5 * SECOND)
  row('resident memory, idle', `${(await rssOf(pid)).toFixed(0)} MB`)

  const talk = await talkTo(url, house, house.home)
  for (const line of LINES) {
    const took: number[] = []
    for (let turn = 0; turn < ANSWERS; turn++) {
      const { ok, text, ms: time } = await talk.say({ line })
      if (!ok) throw new Error(`"${line}" was refused: ${text}`)
      took.push(time)
    }
    row(`"${line}" is answered`, `p50 ${ms(quantile(took, 0.5))}, worst ${ms(Math.max(...took))}`)
  }
  const scheduled: number[] = []
  for (let turn = 0; turn < ANSWERS; turn++) {
    const text = `Chaos ${workspaces.length * postsEach + turn + 1}`
    const said = { command: 'schedule', args: { when: 'in 40 days', text, accounts: ['@team0'] } }
    const { ok, text: answer, ms: time } = await talk.say(said)
    if (!ok) throw new Error(`A post was refused: ${answer}`)
    scheduled.push(time)
  }
  row('"schedule …" is answered', `p50 ${ms(quantile(scheduled, 0.5))}, worst ${ms(Math.max(...scheduled))}`)

  const until = dueAt + 5 * MINUTE
  let live = (await platform.ledger()).live
  while (live.length < dueAtOnce && systemClock.now() < until) {
    await sleep(SECOND)
    live = (await platform.ledger()).live
  }
  const late = live.map(({ at }) => at - dueAt)
  row(
    `${dueAtOnce} due at one instant, late`,
    `p50 ${ms(quantile(late, 0.5))}, p99 ${ms(quantile(late, 0.99))}, last ${ms(Math.max(...late))}`,
  )
  if (live.length !== dueAtOnce) throw new Error(`${dueAtOnce} were due, and ${live.length} are live`)
  row('resident memory, afterwards', `${(await rssOf(pid)).toFixed(0)} MB`)
  const code = await crier.stop()
  if (code !== 0 || crier.errors.length > 0)
    throw new Error([`It ended with ${code}`, ...crier.errors].join('\n'))
}

/** One beat after the other by hand, with a clock that goes a second further each time; then claims. */
async function measureInside({ environment }: Stage): Promise<void> {
  let ahead = 0
  const clock = { now: () => systemClock.now() + ahead }
  const house = await build(readConfig(environment), { clock, zone: 'UTC', role: 'server' })
  const running = await start(house, { beating: false })
  try {
    // The first does what was left and fills caches.
    await running.scheduler.tick()
    const ticks: number[] = []
    for (let turn = 0; turn < 60; turn++) {
      ahead += SECOND
      ticks.push(await timed(() => running.scheduler.tick()))
    }
    row('a tick with nothing due', `p50 ${ms(median(ticks))}, worst of a minute ${ms(Math.max(...ticks))}`)
    const { queue } = house.storage
    const claim = (now: number, limit: number) =>
      queue.claimDue({ now, leaseUntil: now + MINUTE, worker: 'measured', limit })
    const idle: number[] = []
    for (let turn = 0; turn < 200; turn++) idle.push(await timed(() => claim(clock.now(), 200)))
    row('a claim with nothing due', `p50 ${us(median(idle))}`)
    const next: number[] = []
    for (let turn = 0; turn < 200; turn++) next.push(await timed(() => queue.nextDueAt()))
    row('the next due time', `p50 ${us(median(next))}`)
    const claims: number[] = []
    for (let turn = 0; turn < 20; turn++) claims.push(await timed(() => claim(clock.now() + 40 * DAY, 200)))
    row('a claim of 200', `p50 ${ms(median(claims))}`)
    const everything = await timed(() => queue.overdue(clock.now() + 40 * DAY))
    row('counting all that is due', ms(everything))
  } finally {
    await running.stop(SECOND)
  }
}

async function timed(doing: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await doing()
  return performance.now() - began
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

function us(value: number): string {
  return `${Math.round(value * 1_000)} µs`
}
