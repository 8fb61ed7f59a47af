import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { freePort, startCrier } from './crier-process.ts'

const root = resolve(import.meta.dirname, '../..')

/** `crier` as somebody types it, with nothing else in its environment that Crier reads. */
const crier = async (
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> => {
  const { PORT: _said, ...own } = process.env
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['src/crier.js', ...words], {
      cwd: root,
      env: { ...own, ...environment },
    })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

test('a verb that does not exist is named, with the nearest one', async () => {
  expect(await crier(['strat'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('crier knows no verb "strat". Did you mean: crier start'),
  })
  for (const verb of ['foo', 'constructor'])
    expect(await crier([verb])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`crier knows no verb "${verb}".\ncrier help lists what there is.`),
    })
  expect(await crier(['help'])).toMatchObject({ code: 0, out: expect.stringContaining('crier start') })
})

test('a command beside a running server says the address of that, whatever port it was given', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crier-'))
  const addressSaid = async (): Promise<string | undefined> => {
    const { out } = await crier(['exec', 'connect linkedin'], { DATA_DIR: dataDir, LOG_LEVEL: 'silent' })
    return /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0]
  }
  try {
    const server = await startCrier(dataDir, { PORT: String(await freePort()) })
    expect(await addressSaid()).toBe(server.url)
    await server.kill()
    expect(await addressSaid()).toBe('http://127.0.0.1:3000')
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('a SIGTERM to npm, which its shell does not pass on, stops Crier', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crier-'))
  const PORT = String(await freePort())
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, PORT, LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own: what is left of it can be ended as a whole.
    detached: true,
  })
  let ended = false
  npm.stdout.once('close', () => (ended = true))
  let said = ''
  npm.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  try {
    await until('Crier behind npm', () => said.includes('Crier is up'))
    npm.kill('SIGTERM')
    // Crier holds it open for as long as it lives.
    await until('its end', () => ended)
  } finally {
    if (!ended && npm.pid) process.kill(-npm.pid, 'SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
})
