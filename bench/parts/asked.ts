import { monitorEventLoopDelay } from 'node:perf_hooks'
import { memberOn } from '../../src/app/home.ts'
import { newId } from '../../src/kit/ids.ts'
import { start } from '../../src/start.ts'
import { addAccounts, addPosts, allOut, type BenchTeam, openCrier } from './crier.ts'
import { stopwatch } from './post.ts'

// (d): the whole server, which works off a burst once it reads a line. Prints how it is spoken to, then what it did.
// Arguments: <receiver> <how many> <database url, or "sqlite"> <cards: yes|no>
const [receiver = '', many = '10000', database = 'sqlite', cards = 'no'] = process.argv.slice(2)
const count = Number(many)
const SIGNING_SECRET = 'a signing secret for measuring with'
const house = await openCrier({
  database,
  receiver,
  settings: {
    SLACK_BOT_TOKEN: 'xoxb-bench',
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: `${receiver}/slack/api/`,
  },
})
const { storage, home, clock, keys } = house
const stores = storage.workspace(home.id)
for (const { id } of await stores.workspace.chats())
  if (cards === 'no') await stores.workspace.changeChat(id, { channels: nowhere() })
await stores.workspace.addChat({
  id: newId(clock.now()),
  surface: 'slack',
  externalId: 'T1',
  name: 'Bench',
  channels: nowhere(),
  sealedToken: null,
  createdAt: clock.now(),
})
const admin = await memberOn(stores, 'api')
if (!admin) throw new Error('The home team has no admin')
await stores.workspace.addIdentity(admin.id, { surface: 'slack', chat: 'T1', externalId: 'U1' })
const team: BenchTeam = {
  id: home.id,
  authorId: admin.id,
  accountIds: await addAccounts(house, home.id, admin.id, receiver, 10),
}
await addPosts(
  house,
  team,
  Array.from({ length: count }, () => clock.now()),
)
const running = await start(house, { beating: false })
process.stdout.write(
  `${JSON.stringify({ port: running.port, token: keys.apiToken(home.id, admin.id), secret: SIGNING_SECRET })}\n`,
)
process.stdin.once('end', () => process.exit(1))
process.stdin.once('data', async () => {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const read = stopwatch()
  await running.scheduler.start()
  await allOut(house, team)
  delay.disable()
  const stood = { delayP99: delay.percentile(99) / 1e6, delayMax: delay.max / 1e6 }
  process.stdout.write(`${JSON.stringify({ ...read(count), ...stood })}\n`)
})

function nowhere() {
  return { review: null, results: null, digest: null }
}
