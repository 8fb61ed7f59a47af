import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const here = (part: string): string => join(import.meta.dirname, part)

/** Starts a part that stays, and answers the first line it prints. */
export async function stays(
  part: string,
  args: readonly string[] = [],
): Promise<{ said: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [here(part), ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  const said = await new Promise<string>((heard) =>
    child.stdout?.once('data', (line: Buffer) => heard(String(line).trim())),
  )
  process.once('exit', () => child.kill())
  return { said, child }
}

/** Runs a part in a process of its own, and answers what it measured. */
export async function measured(part: string, args: readonly string[]): Promise<Record<string, number>> {
  const { stdout } = await run(process.execPath, [here(part), ...args], {
    maxBuffer: 10_000_000,
    timeout: 420_000,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, number>
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN

export const freePort = (): Promise<number> =>
  new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => found(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** Redis as its documentation advises for queues that must outlive a crash; undefined where there is none. */
export async function startRedis(): Promise<{ port: number; stop(): void } | undefined> {
  if (!existsSync('/usr/bin/redis-server')) return undefined
  const port = await freePort()
  const dir = await mkdtemp(join(tmpdir(), 'crier-bench-redis-'))
  const child = spawn(
    '/usr/bin/redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      dir,
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
      '--save',
      '',
    ],
    { stdio: 'ignore' },
  )
  process.once('exit', () => child.kill())
  await new Promise((go) => setTimeout(go, 500))
  return { port, stop: () => child.kill() }
}

export const machineSays = (): string =>
  `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}, load ${loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')}`
