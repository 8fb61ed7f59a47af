import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Agent, request } from 'undici'
import { percentile } from './crier.ts'
import { report } from './post.ts'

// (d): commands at 100 a second while a burst goes out, half over the API and half as Slack's signed slash commands. Each
// is sent at its time, whether or not those before it were answered, and is measured from that time on. A process that has
// just started reads and compiles its code for some seconds, and what it can't answer meanwhile queues up: the burst begins
// when that is over, or it would be measured instead.
// Arguments: those of asked.ts
const RATE = 100
const WARM_UP = 10_000
const LONGEST = 60_000
const LAST_ANSWERS = 10_000
const LINES = ['show 1', 'draft We ship on Friday', 'help', 'queue']

const server = spawn(process.execPath, [`${import.meta.dirname}/asked.ts`, ...process.argv.slice(2)], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
process.once('exit', () => server.kill())
const said = createInterface(server.stdout)[Symbol.asyncIterator]()
const nextLine = async () => JSON.parse((await said.next()).value ?? '{}')
const { port, token, secret } = await nextLine()
const agent = new Agent({ connections: 200, pipelining: 1 })

async function overApi(line: string): Promise<number> {
  const answer = await request(`http://127.0.0.1:${port}/api/commands`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ line }),
    dispatcher: agent,
  })
  await answer.body.dump()
  return answer.statusCode
}

async function overSlack(line: string): Promise<number> {
  const at = String(Math.floor(Date.now() / 1_000))
  const body = new URLSearchParams({
    command: '/crier',
    text: line,
    team_id: 'T1',
    user_id: 'U1',
    user_name: 'grace',
    channel_id: 'C1',
    trigger_id: '1.1',
    response_url: `${process.argv[2]}/slack/respond`,
  }).toString()
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`
  const answer = await request(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': at,
      'x-slack-signature': signature,
    },
    body,
    dispatcher: agent,
  })
  await answer.body.dump()
  return answer.statusCode
}

/** How long (ms) the server's main thread has been on a processor; on a machine of its own, a wait is not longer. */
function worked(): number {
  try {
    return (
      Number(readFileSync(`/proc/${server.pid}/task/${server.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
    )
  } catch {
    // Only Linux tells.
    return Number.NaN
  }
}

const work: number[] = []
const waits = { api: [] as number[], slack: [] as number[] }
const asking = new Set<Promise<void>>()
let failed = 0
let burst = false
let asked = 0
const began = performance.now()
const arrivals = setInterval(() => {
  for (; began + (asked * 1_000) / RATE <= performance.now(); asked++) {
    const due = began + (asked * 1_000) / RATE
    const way = asked % 2 === 0 ? 'api' : 'slack'
    const line = LINES[Math.floor(asked / 2) % LINES.length] ?? ''
    const counts = burst
    const before = worked()
    const one = (way === 'api' ? overApi(line) : overSlack(line))
      .then(
        (status) => {
          if (status !== 200) failed += 1
          else if (counts) {
            waits[way].push(performance.now() - due)
            work.push(worked() - before)
          }
        },
        () => {
          failed += 1
        },
      )
      .finally(() => asking.delete(one))
    asking.add(one)
  }
}, 1)
await new Promise((go) => setTimeout(go, WARM_UP))
burst = true
server.stdin.write('go\n')
// On a machine that others use, the burst may not end while so many ask: what was heard until then is what counts.
const within = <Value>(ms: number, work: Promise<Value>): Promise<Value | undefined> =>
  Promise.race([work, new Promise<undefined>((late) => setTimeout(late, ms, undefined))])
const { perSecond, delayP99, delayMax } = (await within(LONGEST, nextLine())) ?? {}
clearInterval(arrivals)
await within(LAST_ANSWERS, Promise.all(asking))
failed += asking.size
for (const all of Object.values(waits)) all.sort((a, b) => a - b)
work.sort((a, b) => a - b)
const every = [...waits.api, ...waits.slack].sort((a, b) => a - b)
report({
  p50: percentile(every, 0.5),
  p99: percentile(every, 0.99),
  max: every.at(-1) ?? Number.NaN,
  apiP99: percentile(waits.api, 0.99),
  slackP99: percentile(waits.slack, 0.99),
  workP99: percentile(work, 0.99),
  asked: every.length,
  failed,
  perSecond,
  delayP99,
  delayMax,
})
