import { addPosts, allOut, newTeam, openCrier, percentile, schedulerOf } from './crier.ts'
import { report } from './post.ts'

// (b): deliveries at random times. Arguments: <receiver> <how many> <database url, or "sqlite"> <within ms>
const [receiver = '', many = '1000', database = 'sqlite', within = '20000'] = process.argv.slice(2)
const house = await openCrier({ database, receiver })
const team = await newTeam(house, receiver, { accounts: 10 })
const from = house.clock.now() + 3_000
await addPosts(
  house,
  team,
  Array.from({ length: Number(many) }, () => from + Math.floor(Math.random() * Number(within))),
)
const scheduler = await schedulerOf(house)
await scheduler.start()
await allOut(house, team, 500)
const { deliveries } = house.storage.workspace(team.id)
// When its attempt began: what follows is the platform's time.
const late = await Promise.all(
  (await deliveries.list({ states: ['published'] })).map(
    async ({ id, dueAt }) => ((await deliveries.attempts(id))[0]?.startedAt ?? Number.NaN) - dueAt,
  ),
)
late.sort((a, b) => a - b)
report({ p50: percentile(late, 0.5), p99: percentile(late, 0.99), max: late.at(-1) ?? Number.NaN })
