import { addPosts, allOut, newTeam, openCrier, schedulerOf, standInChat } from './crier.ts'
import { report, stopwatch } from './post.ts'

// (a) and (g) for Crier: deliveries due at one instant. Arguments: <receiver> <how many> <database url, or "sqlite"> <cards: yes|no>
// <accounts that each post goes to>
const [receiver = '', many = '10000', database = 'sqlite', cards = 'no', spread = '1'] = process.argv.slice(2)
const count = Number(many)
const accounts = Number(spread)
const posts = count / accounts
const house = await openCrier({ database, receiver })
const team = await newTeam(house, receiver, { accounts: 10, chat: cards === 'yes' })
await addPosts(
  house,
  team,
  Array.from({ length: posts }, () => house.clock.now()),
  { accounts },
)
const chat = standInChat()
const scheduler = await schedulerOf(house, chat.surfaces)
const read = stopwatch()
await scheduler.start()
await allOut(house, team)
const measured = read(count)
while (chat.surfaces.size > 0 && (await house.storage.outboxQueue.depth()) > 0)
  await new Promise((go) => setTimeout(go, 50))
const { ms: toldMs, cpu: toldCpu } = read(count)
const published = await house.storage.workspace(team.id).posts.count({ states: ['published'] })
if (published !== posts) throw new Error(`${published} of ${posts} posts were published`)
report({
  ...measured,
  toldMs,
  toldCpu,
  messages: chat.said(),
  messagesPerSecond: (chat.said() / toldMs) * 1_000,
})
