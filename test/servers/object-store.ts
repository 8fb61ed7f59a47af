import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AwsClient } from 'aws4fetch'
import type { S3Settings } from '../../src/kit/config.ts'

/** A real S3-compatible server for one test file. */
export interface ObjectStore {
  /** Which one it is, for what the suite prints. */
  says: string
  /** A new bucket's settings. */
  createBucket(): Promise<S3Settings>
  /** A request as its owner, past Crier's own code: to look at what is there. */
  ask(settings: S3Settings, path: string, init?: RequestInit): Promise<Response>
  /** The machine stands still, and goes on. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

const ACCESS_KEY = 'crier:tester'
const SECRET = 'a-secret-of-the-tests'

/** Debian's: OpenStack Swift is written for it. */
const PYTHON = '/usr/bin/python3'
const SWIFT = '/usr/lib/python3/dist-packages/swift/common/middleware/s3api'

/** Starts OpenStack Swift behind its S3 door, which checks every signature. Where it is not installed, `missing` says so. */
export async function startObjectStore(): Promise<ObjectStore | { missing: string }> {
  if (!existsSync(PYTHON) || !existsSync(SWIFT))
    return {
      missing:
        "S3-compatible storage was not tried: OpenStack Swift is not installed (Debian's package python3-swift)",
    }
  const home = await mkdtemp(join(tmpdir(), 'crier-swift-'))
  const script = resolve(import.meta.dirname, 'object-store.py')
  const server = spawn(PYTHON, [script, home, ACCESS_KEY, SECRET], { stdio: ['pipe', 'pipe', 'pipe'] })
  const endpoint = `http://127.0.0.1:${await portOf(server)}`
  const owner = new AwsClient({
    accessKeyId: ACCESS_KEY,
    secretAccessKey: SECRET,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  })
  let buckets = 0
  return {
    says: 'OpenStack Swift',
    async createBucket() {
      const bucket = `crier-test-${++buckets}`
      const made = await owner.fetch(`${endpoint}/${bucket}`, { method: 'PUT' })
      if (!made.ok) throw new Error(`No bucket could be made: ${made.status} ${await made.text()}`)
      return {
        endpoint,
        region: 'us-east-1',
        bucket,
        accessKeyId: ACCESS_KEY,
        secretAccessKey: SECRET,
        pathStyle: true,
        prefix: 'media/',
      }
    },
    ask: ({ bucket }, path, init) => owner.fetch(`${endpoint}/${bucket}${path}`, init),
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async stop() {
      const ended = new Promise((end) => server.once('exit', end))
      server.kill('SIGCONT')
      server.kill('SIGKILL')
      await ended
      await rm(home, { recursive: true, force: true })
    },
  }
}

function portOf(server: ChildProcess): Promise<string> {
  let complaint = ''
  return new Promise((found, failed) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      complaint += chunk
    })
    server.stdout?.on('data', (chunk: Buffer) => {
      const port = /listening (\d+)/.exec(String(chunk))?.[1]
      if (port !== undefined) found(port)
    })
    server.once('error', failed)
    server.once('exit', (code) => failed(new Error(`Swift ended with ${code}: ${complaint}`)))
  })
}
