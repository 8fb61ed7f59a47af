import { parseArgs } from 'node:util'
import { startPostgres } from '../test/setup-postgres.ts'
import { machineSays, measured, medians, startRedis, stays } from './parts/machine.ts'

// npm run bench [-- --only a,b --runs 3 --many 10000]: everything side by side in one run, medians of several.
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'a,b,f' },
    runs: { type: 'string', default: '3' },
    many: { type: 'string', default: '10000' },
  },
})
const only = new Set(values.only.split(','))
const runs = Number(values.runs)
const say = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)
const number = (value: number | undefined): string =>
  value === undefined ? '–' : Math.round(value).toLocaleString('en')

const postgres = await startPostgres({ durable: true })
const redis = await startRedis()
const { said: port, child: receiverProcess } = await stays('receiver.ts')
const receiver = `http://127.0.0.1:${port}`
say(
  `Machine: ${machineSays()}`,
  `PostgreSQL: ${'missing' in postgres ? postgres.missing : postgres.says}`,
  '',
)
if (!redis) say('BullMQ is skipped: there is no /usr/bin/redis-server (apt install redis-server)')

const fresh = async (): Promise<string> => ('missing' in postgres ? '' : postgres.createDatabase())

if (only.has('a')) {
  say(`(a) ${values.many} deliveries due at one instant, each a POST of 1 KB over loopback; a second`)
  const contestants: [string, () => Promise<Record<string, number>>][] = [
    ['raw limit (POSTs and rows, no Crier)', () => measured('burst-raw.ts', [receiver, values.many])],
    [
      'Crier, SQLite, FULL, intent on',
      () => measured('burst-crier.ts', [receiver, values.many, 'sqlite', 'no']),
    ],
    [
      'Crier, the same with cards in a chat',
      () => measured('burst-crier.ts', [receiver, values.many, 'sqlite', 'yes']),
    ],
  ]
  if (!('missing' in postgres))
    contestants.push(
      [
        'Crier, PostgreSQL',
        async () => measured('burst-crier.ts', [receiver, values.many, await fresh(), 'no']),
      ],
      ['pg-boss', async () => measured('burst-pg-boss.ts', [receiver, values.many, await fresh()])],
      ['graphile-worker', async () => measured('burst-graphile.ts', [receiver, values.many, await fresh()])],
    )
  if (redis)
    contestants.push([
      'BullMQ',
      () => measured('burst-bullmq.ts', [receiver, values.many, String(redis.port)]),
    ])
  const rates = new Map<string, number>()
  // In turns, so that what else the machine does falls on all alike.
  const found = new Map<string, Record<string, number>[]>()
  for (let n = 0; n < runs; n++)
    for (const [name, once] of contestants)
      try {
        found.set(name, [...(found.get(name) ?? []), await once()])
      } catch (error) {
        say(`    ${name} failed: ${error instanceof Error ? error.message.slice(0, 300) : error}`)
      }
  for (const [name, ones] of found) {
    let next = 0
    const { perSecond = Number.NaN } = await medians(ones.length, async () => ones[next++] ?? {})
    rates.set(name, perSecond)
    say(`    ${name.padEnd(40)} ${number(perSecond).padStart(8)}`)
  }
  const crier = rates.get('Crier, SQLite, FULL, intent on') ?? Number.NaN
  const best = Math.max(...['pg-boss', 'graphile-worker', 'BullMQ'].map((name) => rates.get(name) ?? 0))
  const raw = rates.get('raw limit (POSTs and rows, no Crier)') ?? Number.NaN
  say(
    `    Crier : best of the three = ${(crier / best).toFixed(2)}, Crier : raw = ${(crier / raw).toFixed(2)}`,
    '',
  )
}

if (only.has('b')) {
  say('(b) lateness of 1,000 deliveries at random times within 20 s (ms)')
  for (const [name, url] of [
    ['SQLite', 'sqlite'],
    ...('missing' in postgres ? [] : [['PostgreSQL', await fresh()]]),
  ]) {
    const { p50, p99, max } = await medians(1, () =>
      measured('lateness.ts', [receiver, '1000', url ?? '', '20000']),
    )
    say(`    ${(name ?? '').padEnd(40)} p50 ${number(p50)}, p99 ${number(p99)}, max ${number(max)}`)
  }
  say('')
}

if (only.has('f') && !('missing' in postgres)) {
  say(`(f) ${values.many} deliveries on PostgreSQL by several processes; a second`)
  let one = Number.NaN
  for (const processes of ['1', '2', '4']) {
    const { perSecond } = await medians(runs, async () =>
      measured('several.ts', [receiver, values.many, await fresh(), processes]),
    )
    if (processes === '1') one = perSecond ?? Number.NaN
    say(
      `    ${processes} ${number(perSecond).padStart(8)}   ${((perSecond ?? 0) / one).toFixed(2)} times one`,
    )
  }
}

receiverProcess.kill()
redis?.stop()
if (!('missing' in postgres)) await postgres.stop()
process.exit(0)
