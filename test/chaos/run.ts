import { parseArgs } from 'node:util'
import { SECOND } from '../../src/kit/clock.ts'
import { startPostgres } from '../setup-postgres.ts'
import { type ChaosReport, runChaos } from './chaos.ts'

// npm run chaos -- --seed 7 [--posts 1000] [--on sqlite|postgres|both] [--speed 5] [--seconds 60]
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    posts: { type: 'string', default: '1000' },
    on: { type: 'string', default: 'both' },
    speed: { type: 'string', default: '5' },
    seconds: { type: 'string' },
  },
})
const seed = Number(values.seed)
const posts = Number(values.posts)
const window = Number(values.seconds ?? posts / 15) * SECOND
const say = (line: string): void => void process.stdout.write(`${line}\n`)

// Whoever was started goes with us.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const reports: [string, ChaosReport][] = []
say(`Seed ${seed}: repeat it with npm run chaos -- --seed ${seed} --posts ${posts} --speed ${values.speed}`)
if (values.on !== 'postgres') {
  const options = { seed, posts, window, speed: Number(values.speed), processes: 1 }
  reports.push(['SQLite', await runChaos({ ...options, say: (line) => say(`SQLite: ${line}`) })])
}
if (values.on !== 'sqlite') {
  const postgres = await startPostgres({ durable: true })
  if ('missing' in postgres) {
    say(postgres.missing)
    process.exitCode = 1
  } else {
    try {
      const database = await postgres.createDatabase()
      const options = { seed, posts, window, speed: Number(values.speed), processes: 3, database }
      reports.push(['PostgreSQL', await runChaos({ ...options, say: (line) => say(`PostgreSQL: ${line}`) })])
    } finally {
      await postgres.stop()
    }
  }
}

const ROWS: [string, (report: ChaosReport) => number][] = [
  ['posts', ({ posts }) => posts],
  ['deliveries', ({ deliveries }) => deliveries],
  ['published', ({ published }) => published],
  ['unsure, with a card that asks', ({ unsure }) => unsure],
  ['… though it could be known', ({ unsureButKnowable }) => unsureButKnowable],
  ['failed', ({ failed }) => failed],
  ['killed (SIGKILL)', ({ kills }) => kills],
  ['… while it started', ({ killsAtStart }) => killsAtStart],
  ['frozen beyond the lease (SIGSTOP)', ({ freezes }) => freezes],
  ['… with deliveries in hand', ({ heldWhenFrozen }) => heldWhenFrozen],
  ['answers lost after acceptance', ({ lostAfter }) => lostAfter],
  ['requests lost before acceptance', ({ lostBefore }) => lostBefore],
  ['429 with Retry-After', ({ tooMany }) => tooMany],
  ['repeats told by their key', ({ repeatsByKey }) => repeatsByKey],
  ['looks', ({ looks }) => looks],
  ['errors logged', ({ errors }) => errors.length],
  ['seconds', ({ took }) => Math.round(took)],
  ['posted twice', ({ duplicates }) => duplicates],
  ['lost', ({ lost }) => lost],
  ['violations', ({ violations }) => violations.length],
]
say('')
say(['', ...reports.map(([name]) => name.padStart(12))].join('').padStart(36 + 12 * reports.length))
for (const [name, of] of ROWS)
  say(name.padEnd(36) + reports.map(([, report]) => String(of(report)).padStart(12)).join(''))
for (const [name, { violations, errors }] of reports) {
  for (const line of new Set(errors.map(withoutFacts))) say(`\n${name} logged: ${line}`)
  for (const sentence of violations.slice(0, 10)) say(`\n${name}: ${sentence}`)
  if (violations.length > 10) say(`\n${name}: and ${violations.length - 10} more`)
  if (violations.length > 0) process.exitCode = 1
}

/** An error's line without what differs each time, so that the same one is said once. */
function withoutFacts(line: string): string {
  return line.replace(/"(time|pid|delivery|id)":("[^"]*"|\d+),?/g, '')
}
