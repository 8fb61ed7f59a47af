import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Findings, Row, Target } from './findings.ts'
import { type Ground, prepare } from './ground.ts'
import { acknowledgement } from './measures/acknowledgement.ts'
import { burst, cards } from './measures/burst.ts'
import { claim } from './measures/claim.ts'
import { lateness } from './measures/lateness.ts'
import { several } from './measures/several.ts'
import { start } from './measures/start.ts'
import { machineSays } from './parts/machine.ts'

// npm run bench [-- --only a,b --runs 3 --many 10000 --json figures.json | --quick]
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'a,b,c,d,e,f,g' },
    runs: { type: 'string' },
    many: { type: 'string' },
    finished: { type: 'string' },
    idle: { type: 'string' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
})
const usual = values.quick
  ? { runs: 1, many: 2_000, finished: 100_000, idle: 5 }
  : { runs: 3, many: 10_000, finished: 1_000_000, idle: 30 }
const number = (said: string | undefined, otherwise: number): number =>
  said === undefined ? otherwise : Number(said)

const PARTS: Record<string, { about: string; measure(ground: Ground): Promise<Findings> }> = {
  a: { about: 'deliveries due at one instant', measure: burst },
  b: { about: 'lateness of 1,000 at random times', measure: lateness },
  c: { about: 'the claim among a million finished', measure: claim },
  d: { about: 'commands beside a burst', measure: acknowledgement },
  e: { about: 'start and idle', measure: start },
  f: { about: 'several processes on PostgreSQL', measure: several },
  g: { about: 'a burst with cards in a chat', measure: cards },
}

const say = (line = ''): void => void process.stdout.write(`${line}\n`)
const load = (): string => loadavg()[0]?.toFixed(1) ?? '?'

const asked = {
  runs: number(values.runs, usual.runs),
  many: number(values.many, usual.many),
  finished: number(values.finished, usual.finished),
  idle: number(values.idle, usual.idle),
}
// So that the servers end with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const ground = await prepare(asked)
const machine = machineSays()
for (const line of [`Machine: ${machine}`, ...ground.says]) say(line)

const rows: Row[] = []
const targets: Target[] = []
const loads: Record<string, string> = {}
for (const [part, { about, measure }] of Object.entries(PARTS)) {
  if (!values.only.split(',').includes(part)) continue
  const began = performance.now()
  process.stderr.write(`(${part}) ${about} `)
  try {
    const found = await measure(ground)
    rows.push(...found.rows)
    targets.push(...found.targets)
  } catch (error) {
    say(`(${part}) was not measured: ${error instanceof Error ? error.message : error}`)
  }
  loads[part] = load()
  process.stderr.write(`    ${Math.round((performance.now() - began) / 1_000)} s, load ${loads[part]}\n`)
}
await ground.stop()

const figure = (value: number): string =>
  Number.isNaN(value)
    ? '–'
    : value.toLocaleString('en', {
        maximumFractionDigits: Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0,
      })
const line = (...cells: [string, string, string, string, string]): string => {
  const [what, middle, unit, least, most] = cells
  return `${what.padEnd(62)} ${middle.padStart(9)} ${unit.padEnd(3)} ${least.padStart(9)} ${most.padStart(9)}`
}
say()
say(line('', 'median', '', 'least', 'most'))
let part = ''
for (const row of rows) {
  if (row.part !== part) {
    part = row.part
    say(`(${part}) ${PARTS[part]?.about}; load ${loads[part]}`)
  }
  say(line(`    ${row.what}`, figure(row.median), row.unit, figure(row.least), figure(row.most)))
}
say()
for (const { part: of, what, wanted, found, met } of targets)
  say(`${met ? '✓' : '✗'} (${of}) ${what}: ${figure(found)}, wanted ${wanted}`)
say(`${targets.filter(({ met }) => met).length} of ${targets.length} targets were met`)
if (values.json !== undefined)
  await writeFile(values.json, JSON.stringify({ machine, loads, asked, rows, targets }, null, 2))
process.exit(0)
