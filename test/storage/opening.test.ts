import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { StorageError } from '../../src/storage/storage-error.ts'
import { dueDelivery, newTeam } from './ground.ts'
import { startChild } from './processes.ts'

describe('opening a SQLite file', () => {
  let folder: string
  let file: string
  let url: string
  const open = (role: 'server' | 'visitor' = 'server', at = url) =>
    openStorage({ url: at, log: silentLog, role })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crier-opening-'))
    file = join(folder, 'crier.db')
    url = `file:${file}`
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** Refused with a StorageError of one sentence that names what it is about. */
  async function refused(at: Promise<unknown>, about: RegExp): Promise<void> {
    const error: unknown = await at.then(
      () => 'not refused',
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(StorageError)
    const { message } = error as StorageError
    expect(message).toMatch(about)
    expect(message).not.toContain('\n')
  }

  async function filled(): Promise<void> {
    const storage = await open()
    await storage.migrate()
    const team = await newTeam(storage)
    for (let n = 0; n < 60; n++) await dueDelivery(team, { progress: { text: 'x'.repeat(4_000) } })
    await storage.close()
  }

  test('a new one is made, with its folder', async () => {
    const storage = await open('server', `file:${join(folder, 'a/b/crier.db')}`)
    await storage.migrate()
    await storage.migrate()
    expect(await storage.check()).toMatchObject({ ok: true })
    for (const name of await readdir(join(folder, 'a/b')))
      if (name.startsWith('crier.db') && name !== 'crier.db.lock')
        expect((await stat(join(folder, 'a/b', name))).mode & 0o777, name).toBe(0o600)
    await storage.close()
    await expect(storage.directory.all()).rejects.toThrow('closed')
  })

  test('a bare name lies in the data folder', async () => {
    const storage = await openStorage({ url: 'file:bare.db', dataDir: folder, log: silentLog })
    await storage.close()
    expect(await readdir(folder)).toContain('bare.db')
  })

  test('what is no database is refused, and left as it is', async () => {
    await writeFile(file, 'Dear diary, this is not a database. '.repeat(100))
    await refused(open(), /crier\.db is not a SQLite database/)
    expect(await readFile(file, 'utf8')).toMatch(/^Dear diary/)
  })

  test("somebody else's database is refused, and left as it is", async () => {
    const other = new BetterSqlite(file)
    other.exec('create table recipes (id integer)')
    other.close()
    await refused(open(), /a SQLite database of something else/)
  })

  test('a damaged one is refused', async () => {
    await filled()
    const bytes = await readFile(file)
    bytes.fill(0x5a, 4096 * 6, 4096 * 20)
    await writeFile(file, bytes)
    await refused(open(), /crier\.db is damaged .*restore a backup/)
  })

  test('one that a newer Crier has used is refused', async () => {
    await filled()
    const db = new BetterSqlite(file)
    db.exec("insert into crier_migrations (name) values ('9999_from-the-future')")
    db.close()
    await refused(open(), /newer Crier .*"9999_from-the-future"/)
    await refused(open('visitor'), /newer Crier/)
  })

  test('a folder that cannot be made, or a folder in place of the file, is refused', async () => {
    await writeFile(join(folder, 'plain'), '')
    await refused(
      open('server', `file:${join(folder, 'plain/crier.db')}`),
      /crier\.db cannot be made \(\w+\)/,
    )
    await refused(open('server', `file:${folder}`), /cannot be opened/)
    await refused(open('visitor', `file:${folder}`), /cannot be opened/)
  })

  test('a read-only file is refused', async (context) => {
    await filled()
    const attribute = startReadOnly(file)
    if (attribute === undefined)
      return context.skip('A read-only file was not tried: this disk has none for this user')
    try {
      await refused(open(), /cannot be (written|opened)/)
    } finally {
      attribute()
    }
  })

  test('an address of another kind is refused without saying it', async () => {
    await refused(
      openStorage({ url: 'mysql://root:secret@host/db', log: silentLog }),
      /^(?!.*secret).*mysql:…/,
    )
    await refused(
      openStorage({ url: 'postgres://u:secret@127.0.0.1:1/db', log: silentLog }),
      /^(?!.*secret)Nothing answers/,
    )
    await refused(openStorage({ url: 'file:', log: silentLog }), /names no file/)
  })

  test('a second server is refused, visitors are not, and a killed server leaves no lock', async () => {
    await filled()
    const server = startChild(url, 'serve')
    await server.heard('serving')
    await refused(open(), /Another Crier is running on .*crier\.db/)
    const visitor = await open('visitor')
    const team = await newTeam(visitor)
    expect(await team.stores.posts.list({})).toEqual([])
    await visitor.close()
    server.child.kill('SIGKILL')
    await server.ended
    const next = await open()
    expect(await next.workspace(team.id).workspace.members()).toHaveLength(1)
    await refused(open(), /Another Crier/)
    await next.close()
    await (await open()).close()
  })

  test('a backup is whole, is taken while others write, and overwrites nothing', async () => {
    await filled()
    const storage = await open()
    const [{ id } = { id: '' as never }] = await storage.directory.all()
    const target = join(folder, 'backup.db')
    const writing = Promise.all(
      Array.from({ length: 200 }, (_, n) => storage.workspace(id).marks.setOnce(`m${n}`, n)),
    )
    expect(await storage.backup(target)).toMatch(/Backed up to .*backup\.db/)
    await writing
    await refused(storage.backup(target), /there already/)
    await refused(storage.backup(join(folder, 'none/backup.db')), /failed/)
    await storage.close()
    const restored = await open('server', `file:${target}`)
    expect(await restored.workspace(id).deliveries.list({})).toHaveLength(60)
    await restored.close()
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([])
  })
})

/** Makes a file unwritable even for root, where the disk can; answers what undoes it. */
function startReadOnly(file: string): (() => void) | undefined {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { chmodSync, closeSync, openSync } = process.getBuiltinModule('node:fs')
  if (process.getuid?.() !== 0) {
    chmodSync(file, 0o444)
    return () => chmodSync(file, 0o644)
  }
  const made = spawnSync('chattr', ['+i', file])
  const undo = (): void => {
    spawnSync('chattr', ['-i', file])
  }
  if (made.status !== 0) return undefined
  try {
    closeSync(openSync(file, 'r+'))
  } catch {
    return undo
  }
  undo()
  return undefined
}
