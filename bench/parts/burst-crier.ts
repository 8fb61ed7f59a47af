import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addPosts, allOut, newTeam, openCrier, schedulerOf } from './crier.ts'

// (a) for Crier: deliveries due at one instant. Arguments: <receiver> <how many> <database url, or "sqlite"> <cards: yes|no>
const [receiver = '', many = '10000', database = 'sqlite', cards = 'no'] = process.argv.slice(2)
const dataDir = await mkdtemp(join(tmpdir(), 'crier-bench-'))
const house = await openCrier({
  url: database === 'sqlite' ? 'file:bench.sqlite' : database,
  dataDir,
  receiver,
})
const team = await newTeam(house, receiver, { accounts: 10, chat: cards === 'yes' })
const count = Number(many)
await addPosts(
  house,
  team,
  Array.from({ length: count }, () => house.clock.now()),
)
const scheduler = await schedulerOf(house)
const began = performance.now()
await scheduler.start()
await allOut(house, team)
const ms = performance.now() - began
const attempts = await house.storage.workspace(team.id).deliveries.list({ states: ['published'] })
process.stdout.write(
  `${JSON.stringify({ ms, perSecond: (count / ms) * 1000, published: attempts.length })}\n`,
)
await scheduler.stop(5_000)
await house.close()
await rm(dataDir, { recursive: true, force: true })
process.exit(0)
