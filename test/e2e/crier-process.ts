import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../until.ts'

const root = resolve(import.meta.dirname, '../..')

/** A connection that was kept may be closed by a server that has heard nothing for some seconds, just as it is used again. */
export const ONE_CALL = { connection: 'close' }

/** Crier as people run it: a process of its own, spoken to over its API. */
export interface CrierProcess {
  url: string
  child: ChildProcess
  /** Says a line as a member and returns the answer's words. */
  say(line: string, as?: string): Promise<string>
  /** Runs a command with its arguments. */
  call(
    command: string,
    args: Record<string, unknown>,
    as?: string,
  ): Promise<{ status: number; text: string; body: Record<string, unknown> }>
  kill(): Promise<void>
  stop(): Promise<number | null>
}

export async function startCrier(
  dataDir: string,
  environment: Record<string, string> = {},
  tree = root,
): Promise<CrierProcess> {
  const port = environment.PORT ?? String(await freePort())
  const env = {
    ...process.env,
    DATA_DIR: dataDir,
    PORT: port,
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
    ...environment,
  }
  const child = spawn(process.execPath, ['src/crier.js', 'start'], {
    cwd: tree,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const url = `http://127.0.0.1:${port}`
  await until(`Crier at ${url}`, async () => {
    if (child.exitCode !== null) throw new Error(`Crier ended with ${child.exitCode}:\n${said}`)
    return fetch(`${url}/healthz`, { headers: ONE_CALL })
      .then((answer) => answer.ok)
      .catch(() => false)
  })
  await until('its surfaces', async () => {
    const { surfaces } = (await (await fetch(`${url}/readyz`, { headers: ONE_CALL })).json()) as {
      surfaces: Record<string, { ok: boolean }>
    }
    return Object.values(surfaces).every((surface) => surface.ok)
  })
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (as: string): Promise<string> => {
    const token =
      tokens.get(as) ??
      promisify(execFile)(process.execPath, ['src/crier.js', 'token', '--as', as], { cwd: tree, env }).then(
        ({ stdout }) => stdout.trim(),
      )
    tokens.set(as, token)
    return token
  }
  const post = async (body: unknown, as: string) => {
    const answer = await fetch(`${url}/api/commands`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await tokenOf(as)}`,
        'content-type': 'application/json',
        ...ONE_CALL,
      },
      body: JSON.stringify(body),
    })
    const json = (await answer.json()) as Record<string, unknown>
    return { status: answer.status, text: String(json.text ?? JSON.stringify(json)), body: json }
  }
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  return {
    url,
    child,
    say: async (line, as = 'Grace') => (await post({ line }, as)).text,
    call: (command, args, as = 'Grace') => post({ command, args }, as),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((found, failed) => {
    const server = createServer()
    server.on('error', failed).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => found(typeof address === 'object' && address ? address.port : 0))
    })
  })
