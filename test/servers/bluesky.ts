import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const folder = new URL('.', import.meta.url)

/** Why the Bluesky server can't be started here, or undefined where it can. */
export const blueskyMissing = (): string | undefined =>
  existsSync(new URL('node_modules/@atproto/pds', folder))
    ? undefined
    : 'the Bluesky server is not installed; run `npm ci` in test/servers'

export interface BlueskyServer {
  /** The data server: what BLUESKY_API_URL is set to. */
  url: string
  /** The directory of identities, as https://plc.directory. */
  directory: string
  account(handle: string, password: string): Promise<{ did: string; handle: string; password: string }>
  /** The posts of an account, newest first, as the network sees them. */
  posts(did: string): Promise<{ uri: string; cid: string; value: Record<string, unknown> }[]>
  /** Sets what people did with a post. */
  engage(
    uri: string,
    counts: { likeCount?: number; repostCount?: number; replyCount?: number; quoteCount?: number },
  ): Promise<void>
  /** An access token of `did` that has ended already, signed by the server's own key. */
  expiredToken(did: string): string
  stop(): Promise<void>
}

/** Starts a real Bluesky data server on loopback, in a process of its own; takes some seconds. */
export async function startBluesky(): Promise<BlueskyServer> {
  const missing = blueskyMissing()
  if (missing) throw new Error(missing)
  const child = spawn(process.execPath, [fileURLToPath(new URL('bluesky-process.mjs', folder))], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { url, directory, index, jwtSecret } = await firstLine(child)

  async function call(address: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(
      address,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    )
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }

  return {
    url,
    directory,
    async account(handle, password) {
      const email = `${handle.split('.')[0]}@example.test`
      const made = await call(`${url}/xrpc/com.atproto.server.createAccount`, { handle, email, password })
      return { did: String(made.did), handle, password }
    },
    async posts(did) {
      const query = new URLSearchParams({ repo: did, collection: 'app.bsky.feed.post' })
      const { records } = await call(`${url}/xrpc/com.atproto.repo.listRecords?${query}`)
      return records as { uri: string; cid: string; value: Record<string, unknown> }[]
    },
    async engage(uri, counts) {
      await call(`${index}/engage`, { uri, ...counts })
    },
    expiredToken(did) {
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
      const claims = {
        scope: 'com.atproto.access',
        aud: 'did:web:localhost',
        sub: did,
        iat: 1_700_000_000,
        exp: 1_700_007_200,
      }
      const signed = `${part({ typ: 'at+jwt', alg: 'HS256' })}.${part(claims)}`
      return `${signed}.${createHmac('sha256', jwtSecret).update(signed).digest('base64url')}`
    },
    async stop() {
      if (child.exitCode !== null) return
      child.stdin?.end()
      await once(child, 'exit')
    },
  }
}

interface Started {
  url: string
  directory: string
  index: string
  jwtSecret: string
}

async function firstLine(child: ChildProcess): Promise<Started> {
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('The process has no output')
  let complaints = ''
  stderr.on('data', (chunk) => {
    complaints += chunk
  })
  const lines = createInterface({ input: stdout })
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The Bluesky server ended with ${code}: ${complaints.slice(-2000)}`)
    }),
  ])
  return JSON.parse(line)
}
