import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ASKED } from '../../src/deliveries/delivery.ts'
import { MINUTE, SECOND } from '../../src/kit/clock.ts'
import { freePort } from '../e2e/crier-process.ts'
import { furnish } from './furnish.ts'
import { type Kind, planPosts } from './plan.ts'
import { newCrier, startPlatform } from './processes.ts'
import { growthOf, median, quantile, type Sample } from './samples.ts'
import { openStage } from './stage.ts'
import { sampleOf, type Talk, talkTo } from './talk.ts'
import { judge } from './verdict.ts'

// npm run soak -- [--minutes 30] [--rate 2] [--seed 1]: the program as people start it, on SQLite, with platforms that fail.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed)
const posts = Math.round(minutes * 60 * Number(values.rate))
const say = (line: string): void => void process.stdout.write(`${line}\n`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

/** Nothing may be overdue for longer than this (ms) at the end. */
const MOST_OVERDUE = MINUTE
const SAMPLE_EVERY = 5 * SECOND
/** People answer what they are asked. */
const SETTLE_EVERY = 30 * SECOND
/** People look around meanwhile. */
const READ_EVERY = 2 * SECOND
const READS = ['queue', 'calendar', 'show 1', 'accounts', 'health', 'help']
/** Posts are scheduled this much ahead. */
const AHEAD = 'in 20 seconds'
/** Some 25 MB of posts that wait for their time. */
const OTHER_TEAMS = 50
const POSTS_OF_OTHERS = 300
/** So many accounts of each kind that their rates are not what is tried. */
const ACCOUNTS = 40

const platform = await startPlatform({ CHAOS_SEED: String(seed) })
const stage = await openStage({ platformUrl: platform.url, accountsPerKind: ACCOUNTS })
// Others' posts fill the database's page cache before it begins: its filling would look like growth.
await furnish(stage, platform.url, OTHER_TEAMS, POSTS_OF_OTHERS)
const port = await freePort()
const crier = newCrier('Crier', { ...stage.environment, PORT: String(port) }, true)
let broken = false
try {
  const url = `http://127.0.0.1:${port}`
  await crier.begin().ready
  const pid = crier.pid()
  if (pid === undefined) throw new Error(crier.mishaps.join('\n'))
  const talk = await talkTo(url, stage.house, stage.house.home)
  say(`${posts} posts over ${minutes} minutes, seed ${seed}, process ${pid}`)
  const began = performance.now()
  const over = began + minutes * MINUTE
  const samples: Sample[] = []
  const answers: number[] = []
  const refused: string[] = []
  const planned = planPosts(seed, posts, ACCOUNTS, minutes * MINUTE)
  await Promise.all([
    write(talk, began, planned, answers, refused),
    every(SAMPLE_EVERY, over, async () => {
      const sample = await sampleOf(url, pid, began)
      samples.push(sample)
      if (samples.length % 12 === 0) say(inWords(sample))
    }),
    every(READ_EVERY, over, async (turn) => {
      answers.push((await talk.say({ line: READS[turn % READS.length] ?? 'queue' })).ms)
    }),
    every(SETTLE_EVERY, over, () => answerQuestions(talk)),
  ])
  // What was scheduled last is due now, and a retry takes its time.
  await sleep(90 * SECOND)
  await answerQuestions(talk)
  const calm = await stage.house.storage.queue.overdue(Date.now())
  const overdueFor = calm.oldest === undefined ? 0 : Date.now() - calm.oldest
  await untilStill()
  const rss = growthOf(samples.map(({ rssMb }) => rssMb))
  const heap = growthOf(samples.map(({ heapMb }) => heapMb))
  const verdict = await judge(stage, planned, await platform.ledger(), [])
  const mishaps = [...crier.mishaps, ...refused.map((text) => `A post was refused: ${text}`)]
  const rows: [string, string][] = [
    ['posts / deliveries', `${posts} / ${verdict.deliveries}`],
    ['published, asked about, failed', `${verdict.published}, ${verdict.unsure}, ${verdict.failed}`],
    [
      'lost after / before acceptance, 429',
      `${verdict.lostAfter} / ${verdict.lostBefore}, ${verdict.tooMany}`,
    ],
    ['resident memory, second and last fifth', `${mb(rss.second)}, ${mb(rss.last)}`],
    ['heap in use, second and last fifth', `${mb(heap.second)}, ${mb(heap.last)}`],
    [
      'event loop, slowest hundredth',
      `median ${ms(median(samples.map(({ loopMs }) => loopMs)))}, worst ${ms(Math.max(...samples.map(({ loopMs }) => loopMs)))}`,
    ],
    ['overdue, most at once', String(Math.max(...samples.map(({ overdue }) => overdue)))],
    ['overdue at the end', `${calm.count}, the oldest for ${ms(overdueFor)}`],
    [
      'answers to commands',
      `${answers.length}, p50 ${ms(quantile(answers, 0.5))}, p99 ${ms(quantile(answers, 0.99))}`,
    ],
    ['errors logged', String(crier.errors.length)],
    ['posted twice, lost', `${verdict.duplicates}, ${verdict.lost}`],
  ]
  say('')
  for (const [name, value] of rows) say(`${name.padEnd(42)}${value}`)
  const wrong = [
    ...(rss.grows ? [`Resident memory grows: ${mb(rss.second)} to ${mb(rss.last)}`] : []),
    ...(heap.grows ? [`The heap grows: ${mb(heap.second)} to ${mb(heap.last)}`] : []),
    ...(overdueFor > MOST_OVERDUE
      ? [`${calm.count} deliveries are overdue, the oldest for ${ms(overdueFor)}`]
      : []),
    ...verdict.violations,
    ...mishaps,
  ]
  for (const line of new Set(crier.errors)) say(`logged: ${line.slice(0, 300)}`)
  for (const sentence of wrong.slice(0, 20)) say(`\n${sentence}`)
  broken = wrong.length > 0
  await crier.stop()
} finally {
  await crier.kill()
  await platform.stop()
  await stage.close()
}
process.exitCode = broken ? 1 : 0

/** Schedules each post over the API at its time. */
async function write(
  talk: Talk,
  began: number,
  planned: ReturnType<typeof planPosts>,
  answers: number[],
  refused: string[],
): Promise<void> {
  for (const post of [...planned].sort((a, b) => a.dueAfter - b.dueAfter)) {
    await sleep(Math.max(0, began + post.dueAfter - performance.now()))
    const accounts = post.kinds.map((kind) => `@${kind}${post.account}`)
    const {
      ok,
      text,
      ms: took,
    } = await talk.say({
      command: 'schedule',
      args: { when: AHEAD, text: post.text, accounts },
    })
    answers.push(took)
    if (!ok) refused.push(text)
  }
}

/** What a person would press after a look at the platform. */
async function answerQuestions(talk: Talk): Promise<void> {
  const { storage, home } = stage.house
  const stores = storage.workspace(home.id)
  const asked = (await stores.deliveries.list({ states: ['unsure'] })).filter(
    ({ problem }) => problem?.code === ASKED,
  )
  if (asked.length === 0) return
  const { live } = await platform.ledger()
  for (const delivery of asked) {
    const post = await stores.posts.get(delivery.postId)
    const account = await stores.accounts.get(delivery.accountId)
    if (!post || !account) continue
    const isLive = live.some(
      (one) =>
        one.kind === (delivery.platform as Kind) &&
        one.account === account.externalId &&
        one.text === post.content.text,
    )
    const place = (await stores.deliveries.ofPosts([post.id])).findIndex(({ id }) => id === delivery.id) + 1
    await talk.say({ line: `settle ${post.number}.${place} ${isLive ? 'live' : 'publish'}` })
  }
}

/** Looks and retries that are under way, and messages. */
async function untilStill(): Promise<void> {
  const { storage, home } = stage.house
  for (const until = Date.now() + 5 * MINUTE; Date.now() < until; await sleep(SECOND)) {
    const open = await storage
      .workspace(home.id)
      .deliveries.list({ states: ['scheduled', 'publishing', 'unsure'] })
    const moving = open.filter(({ state, problem }) => state !== 'unsure' || problem?.code !== ASKED)
    if (moving.length === 0 && (await storage.outboxQueue.depth()) === 0) return
  }
}

async function every(wait: number, end: number, doing: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; performance.now() < end; turn++) {
    await doing(turn)
    await sleep(wait)
  }
}

function inWords({ at, rssMb, heapMb, loopMs, overdue, overdueMs }: Sample): string {
  const facts = [`RSS ${mb(rssMb)}`, `heap ${mb(heapMb)}`, `loop p99 ${ms(loopMs)}`]
  return `${String(at).padStart(5)} s  ${facts.join('  ')}  overdue ${overdue} (${ms(overdueMs)})`
}

function mb(value: number): string {
  return `${value.toFixed(1)} MB`
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
