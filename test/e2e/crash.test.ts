import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTelegram, type TelegramServer } from '../servers/telegram.ts'
import { until } from '../until.ts'
import { type CrierProcess, startCrier } from './crier-process.ts'

/** Stands before a platform: passes everything on, and can keep an answer for itself, as a dying network does. */
interface Gate {
  url: string
  withhold: boolean
  /** How many answers it kept. */
  kept: number
  close(): Promise<void>
}

async function openGate(target: string | ((body: string, id: string) => void)): Promise<Gate> {
  const server: Server = createServer((asked, answered) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.on('end', () => {
      const body = Buffer.concat(chunks)
      const answer = (status: number, headers: Record<string, unknown>, text: Buffer | string) => {
        if (gate.withhold && asked.method === 'POST' && !/getMe|getChat/.test(asked.url ?? '')) {
          gate.kept += 1
          return
        }
        answered
          .writeHead(status, { 'content-type': String(headers['content-type'] ?? 'application/json') })
          .end(text)
      }
      if (typeof target === 'function') {
        target(body.toString(), String(asked.headers['webhook-id'] ?? ''))
        return answer(200, {}, '{}')
      }
      const on = request(
        `${target}${asked.url}`,
        { method: asked.method, headers: { ...asked.headers, host: new URL(target).host } },
        (back) => {
          const parts: Buffer[] = []
          back.on('data', (chunk: Buffer) => parts.push(chunk))
          back.on('end', () => answer(back.statusCode ?? 500, back.headers, Buffer.concat(parts)))
        },
      )
      on.end(body)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    withhold: false,
    kept: 0,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
  return gate
}

let dataDir: string
let telegram: TelegramServer
let gate: Gate
let hook: Gate
let received: string[]
let crier: CrierProcess | undefined

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'crier-crash-'))
  telegram = await startTelegram()
  gate = await openGate(telegram.url)
  received = []
  hook = await openGate((_, id) => received.push(id))
})

afterEach(async () => {
  await crier?.kill()
  crier = undefined
  await Promise.all([gate.close(), hook.close(), telegram.stop()])
  await rm(dataDir, { recursive: true, force: true })
})

const start = () => startCrier(dataDir, { TELEGRAM_API_URL: gate.url, WEBHOOK_API_URL: hook.url })

async function connectBoth(to: CrierProcess): Promise<void> {
  telegram.chat.username = 'acme'
  const first = await to.call('connect', { platform: 'telegram', token: telegram.token, channel: '@acme' })
  expect(first.text).toContain('is connected')
  const second = await to.call('connect', { platform: 'webhook', url: `${hook.url}/in` })
  expect(second.text).toContain('is connected')
  await to.say('settings approvals 0')
}

const sent = () => telegram.messages.filter((one) => one.method === 'sendMessage')

test('kill -9 while the answers are out: nothing twice, nothing lost, and a person is asked where nobody can know', async () => {
  crier = await start()
  await connectBoth(crier)
  received.length = 0
  gate.withhold = true
  hook.withhold = true
  await crier.say('draft to telegram, webhook: The only time')
  await crier.say('publish 1')
  await until('both commits', () => gate.kept === 1 && hook.kept === 1)
  await crier.kill()
  expect(sent()).toHaveLength(1)

  gate.withhold = false
  hook.withhold = false
  crier = await start()
  const again = crier
  const card = await until('the question', async () => {
    const text = await again.say('show 1')
    return text.includes('it is live') && text.includes('is live:') === false && /Webhook.*is live/.test(text)
      ? text
      : undefined
  })
  expect(card).toMatch(/1\.1 .*Telegram.*may be live: the answer was lost/)
  // The webhook's receiver tells copies by their id: sent again under the same one.
  expect(new Set(received).size).toBe(1)
  expect(sent()).toHaveLength(1)

  await again.say('settle 1.1 live')
  expect(await again.say('show 1')).toContain('#1 is published')
  expect(sent()).toHaveLength(1)
})

test('kill -9 before anything was sent: it goes out once Crier is back', async () => {
  crier = await start()
  await connectBoth(crier)
  await crier.say('schedule in 3 seconds to telegram: After the crash')
  await crier.kill()
  await new Promise((go) => setTimeout(go, 3_500))
  expect(sent()).toHaveLength(0)
  crier = await start()
  await until('the post', () => sent().length === 1)
  await until('its end', async () => (await crier?.say('show 1'))?.includes('#1 is published'))
  expect(sent()).toHaveLength(1)
})

test('SIGTERM finishes what is in flight', async () => {
  crier = await start()
  await connectBoth(crier)
  await crier.say('draft to telegram: Last words')
  await crier.say('publish 1')
  expect(await crier.stop()).toBe(0)
  const before = sent().length
  crier = await start()
  await until('its end', async () => (await crier?.say('show 1'))?.includes('#1 is published'))
  expect(before).toBeLessThanOrEqual(1)
  expect(sent()).toHaveLength(1)
})
