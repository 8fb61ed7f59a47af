import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUR } from '../../src/kit/clock.ts'
import { type CrierProcess, ONE_CALL, startCrier } from '../e2e/crier-process.ts'
import { type HookReceiver, startReceiver } from '../servers/hook-receiver.ts'
import { until } from '../until.ts'

let home: string
let receiver: HookReceiver
let crier: CrierProcess | undefined

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'crier-jump-'))
  receiver = await startReceiver()
})
afterEach(async () => {
  await crier?.kill()
  crier = undefined
  await receiver.stop()
  await rm(home, { recursive: true, force: true })
})

const setClock = async (by: number): Promise<void> => {
  await writeFile(join(home, 'shift'), String(by))
  await new Promise((passes) => setTimeout(passes, 200))
}
const posts = (): string[] =>
  receiver.received.flatMap(({ body }) => /"type":"post\.published".*"text":"([^"]+)"/.exec(body)?.[1] ?? [])

test('a running Crier whose clock is set hours ahead, and back again', async () => {
  await setClock(0)
  crier = await startCrier(join(home, 'data'), {
    WEBHOOK_API_URL: receiver.origin,
    SHIFT_FILE: join(home, 'shift'),
    NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs'))}`,
  })
  const { say, call, url } = crier
  const ready = async () => {
    const answer = await fetch(`${url}/readyz`, { headers: ONE_CALL })
    return { status: answer.status, ...((await answer.json()) as { tickAgeMs: number }) }
  }
  await call('connect', { platform: 'webhook', url: `${receiver.origin}/in` })
  await say('settings approvals 0')
  await say('schedule in 2 hours to webhook: In two hours')
  await say('schedule in 9 hours to webhook: In nine hours')

  await setClock(4 * HOUR)
  const asked = await until('the question', async () => {
    const shown = await say('show 1')
    return shown.includes('too late') ? shown : undefined
  })
  expect(asked).toContain('1.1: publish now')
  expect(posts()).toEqual([])
  await until('readiness', async () => (await ready()).status === 200)

  // Back: the heartbeat goes on at once, and not only when the clock has caught up.
  await setClock(0)
  await say('schedule in 2 seconds to webhook: Right again')
  await until('the post', () => posts().length === 1)
  const { status, tickAgeMs } = await ready()
  expect(status).toBe(200)
  expect(Math.abs(tickAgeMs)).toBeLessThan(5_000)
  const metrics = await (await fetch(`${url}/metrics`, { headers: ONE_CALL })).text()
  expect(Number(/^crier_tick_age_seconds (\S+)$/m.exec(metrics)?.[1])).toBeLessThan(5)
  await say('settle 1.1 publish')
  await until('the late one', () => posts().length === 2)
  await new Promise((passes) => setTimeout(passes, 2_000))
  expect(posts()).toEqual(['Right again', 'In two hours'])
}, 60_000)
