import { execFile, spawn } from 'node:child_process'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './e2e/crier-process.ts'

/** A real PgBouncer before a PostgreSQL, which lends out its connections for one transaction each. */
export interface TestPgBouncer {
  /** Which one it is, for what the suite prints. */
  says: string
  /** The same database by way of it. */
  through(url: string): string
  stop(): Promise<void>
}

/** From this version on it knows prepared statements. */
const LEAST = [1, 21] as const
const PLACES = [process.env.PGBOUNCER, 'pgbouncer', '/usr/sbin/pgbouncer', '/usr/local/bin/pgbouncer']
/** It refuses to run as root. */
const NOBODY = 65_534

/** Where none is installed that knows prepared statements, `missing` says so in words for the suite to print. */
export async function startPgBouncer(
  server: string,
  { connections = 5 } = {},
): Promise<TestPgBouncer | { missing: string }> {
  const found = await findPgBouncer()
  if (found === undefined)
    return {
      missing: `PgBouncer was not tried: there is none of version ${LEAST.join('.')} or newer (PGBOUNCER=/path/to/pgbouncer names one)`,
    }
  const { hostname, port, username } = new URL(server)
  const folder = await mkdtemp(join(tmpdir(), 'crier-pgbouncer-'))
  const own = await freePort()
  const users = join(folder, 'users')
  const settings = join(folder, 'pgbouncer.ini')
  await writeFile(
    users,
    [...new Set([username, 'postgres', 'crier'])].map((name) => `"${name}" ""\n`).join(''),
  )
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 200
max_prepared_statements = 200
`,
  )
  const isRoot = process.getuid?.() === 0
  await chmod(folder, 0o755)
  if (isRoot) for (const path of [folder, users, settings]) await chown(path, NOBODY, NOBODY)
  const child = spawn(found.path, [settings], {
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise<void>((ready, failed) => {
    let said = ''
    child.once('error', failed)
    child.once('exit', (code) => failed(new Error(`PgBouncer ended with ${code}: ${said}`)))
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-10_000)
      if (said.includes('process up')) ready()
    })
  })
  child.removeAllListeners('exit')
  return {
    says: found.says,
    through(url) {
      const by = new URL(url)
      by.host = `127.0.0.1:${own}`
      return by.href
    },
    async stop() {
      const gone = new Promise((end) => child.once('exit', end))
      child.kill('SIGQUIT')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function findPgBouncer(): Promise<{ path: string; says: string } | undefined> {
  for (const path of PLACES) {
    if (!path) continue
    const said = await promisify(execFile)(path, ['--version']).catch(() => undefined)
    const [says, major = '', minor = ''] = /PgBouncer (\d+)\.(\d+)\S*/.exec(said?.stdout ?? '') ?? []
    const [least, leastMinor] = LEAST
    if (says && (Number(major) > least || (Number(major) === least && Number(minor) >= leastMinor)))
      return { path, says }
  }
  return undefined
}
