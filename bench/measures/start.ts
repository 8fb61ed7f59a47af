import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Findings, rowOf } from '../findings.ts'
import type { Ground } from '../ground.ts'
import { folder } from '../parts/crier.ts'
import { freePort } from '../parts/machine.ts'

const root = resolve(import.meta.dirname, '../..')
/** Of /proc: a tick of the kernel's clock, 100 a second on every Linux. */
const TICKS = 100
const PATIENCE = 60_000

/** (e) `npm start`: until `/readyz` says 200, the first time and later; then what it costs to stand idle. */
export async function start({ runs, idle }: Ground): Promise<Findings> {
  const cold: number[] = []
  const warm: number[] = []
  const memory: number[] = []
  const busy: number[] = []
  for (let n = 0; n < runs; n++) {
    const place = folder()
    cold.push(await once(place, async () => undefined))
    warm.push(
      await once(place, async (server) => {
        if (n > 0 || idle === 0) return
        const before = cpuOf(server)
        await pause(idle * 1_000)
        memory.push(memoryOf(server))
        busy.push(((cpuOf(server) - before) / idle) * 100)
      }),
    )
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  return {
    rows: [
      rowOf('e', 'npm start to /readyz, the first time', 'ms', cold),
      rowOf('e', 'npm start to /readyz, later', 'ms', warm),
      ...(memory.length > 0
        ? [
            rowOf('e', `VmRSS after ${idle} s idle`, 'MB', memory),
            rowOf('e', `CPU over ${idle} s idle`, '%', busy),
          ]
        : []),
    ],
    targets: [],
  }
}

/** Starts it, waits for it, does something with it (its process id), ends it. How long it took to be ready (ms). */
async function once(place: string, meanwhile: (server: number) => Promise<void>): Promise<number> {
  const port = await freePort()
  const began = performance.now()
  const npm = spawn('npm', ['start', '--silent'], {
    cwd: root,
    detached: true,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: join(place, 'data'),
      NODE_COMPILE_CACHE: join(place, 'cache'),
    },
  })
  const leave = () => end(npm)
  process.once('exit', leave)
  try {
    while (!(await isReady(port))) {
      if (npm.exitCode !== null) throw new Error(`npm start ended with ${npm.exitCode}`)
      if (performance.now() - began > PATIENCE) throw new Error('npm start was not ready within a minute')
      await pause(5)
    }
    const took = performance.now() - began
    await meanwhile(serverOf(npm.pid ?? 0))
    return took
  } finally {
    process.off('exit', leave)
    const ended = new Promise((over) => npm.once('exit', over))
    end(npm)
    await ended
    // The next one must not meet the last one's lock.
    while (await isReady(port)) await pause(20)
  }
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )

/** npm, its shell and the server are a group of their own. */
function end({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGTERM')
}

/** The last of the line of children: npm has a shell, and that the server. */
function serverOf(pid: number): number {
  const child = readdirSync('/proc').find(
    (name) => /^\d+$/.test(name) && statOf(Number(name))?.parent === pid,
  )
  return child === undefined ? pid : serverOf(Number(child))
}

function statOf(pid: number): { parent: number; ticks: number } | undefined {
  try {
    // The name in brackets may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

/** Seconds of CPU so far. */
const cpuOf = (pid: number): number => (statOf(pid)?.ticks ?? Number.NaN) / TICKS

/** MB that stand in memory. */
const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_000
