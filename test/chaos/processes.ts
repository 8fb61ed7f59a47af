import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Pace } from './clock.ts'
import type { Ledger } from './plan.ts'

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

export interface PlatformProcess {
  url: string
  /** From now on its lists lag by the run's clock. */
  begin(pace: Pace): void
  ledger(): Promise<Ledger>
  stop(): Promise<void>
}

export async function startPlatform(environment: Record<string, string>): Promise<PlatformProcess> {
  const child = fork(here('./platform-process.ts'), { env: { ...process.env, ...environment } })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    begin: (pace) => void child.send(pace),
    ledger: async () => (await (await fetch(`${url}/ledger`)).json()) as Ledger,
    async stop() {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** One Crier that is started again and again. */
export interface Crier {
  name: string
  /** The process's id while it runs. */
  pid(): number | undefined
  /** Starts it; `ready` resolves once it says that it is up. */
  begin(): { ready: Promise<void> }
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  freeze(): void
  wake(): void
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>
  /** Where it ended although nobody killed it: its last words. */
  mishaps: string[]
  /** Lines that it logged at `error`. */
  errors: string[]
}

/** The last of what a process said, for people. */
const LAST_WORDS = 4_000

/** As `npm start` runs it. */
const START_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1']

/**
 * @param real the program as people run it, on the machine's clock; else the same with a faster one
 */
export function newCrier(name: string, environment: Record<string, string>, real: boolean): Crier {
  const [file, ...args] = real
    ? [...START_FLAGS, here('../../src/crier.js'), 'start']
    : [here('./fast-crier.ts')]
  const crier: Crier = {
    name,
    mishaps: [],
    errors: [],
    pid: () => (child?.exitCode === null && child.signalCode === null ? child.pid : undefined),
    begin() {
      const mine = spawn(process.execPath, [file, ...args], {
        env: { ...process.env, LOG_LEVEL: 'error', NODE_ENV: 'production', ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = mine
      expected = false
      const dieWithUs = (): void => void mine.kill('SIGKILL')
      process.once('exit', dieWithUs)
      let said = ''
      let waiting = true
      const up = Promise.withResolvers<void>()
      const hear = (chunk: Buffer): void => {
        said = (said + chunk.toString()).slice(-LAST_WORDS)
        if (waiting && said.includes('Crier is ')) {
          waiting = false
          up.resolve()
        }
        for (const line of chunk.toString().split('\n'))
          if (line.startsWith('{"level":50')) crier.errors.push(line.slice(0, 600))
      }
      for (const stream of [mine.stdout, mine.stderr]) stream.on('data', hear)
      gone = once(mine, 'exit').then(() => {
        process.off('exit', dieWithUs)
        if (!expected)
          crier.mishaps.push(`${name} (${mine.pid}) ended by itself with ${mine.exitCode}: ${said}`)
        up.resolve()
        return mine.exitCode
      })
      return { ready: up.promise }
    },
    async kill() {
      expected = true
      child?.kill('SIGKILL')
      await gone
    },
    freeze: () => void child?.kill('SIGSTOP'),
    wake: () => void child?.kill('SIGCONT'),
    async stop() {
      expected = true
      child?.kill('SIGTERM')
      return gone
    },
  }
  let child: ChildProcess | undefined
  let gone: Promise<number | null> = Promise.resolve(null)
  let expected = true
  return crier
}
