import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openTestHouse } from '../house.ts'

test.skipIf(process.platform === 'win32')('what is kept is for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crier-modes-'))
  const dataDir = join(folder, 'data')
  const before = process.umask(0o022)
  const world = await openTestHouse({ dataDir })
  try {
    const { bench, home } = world.house
    await bench.blobs.of(home.id).put('ab'.repeat(32), new Uint8Array([1]), 'image/png')
    expect((await stat(dataDir)).mode & 0o077).toBe(0)
    const found = await readdir(dataDir, { recursive: true, withFileTypes: true })
    expect(found.filter((one) => one.isFile()).length).toBeGreaterThan(2)
    // The lock file holds nothing.
    for (const one of found.filter(({ name }) => !name.endsWith('.lock')))
      expect([one.name, (await stat(join(one.parentPath, one.name))).mode & 0o077]).toEqual([one.name, 0])
  } finally {
    process.umask(before)
    await world.close()
    await rm(folder, { recursive: true, force: true })
  }
})

test('an error is written with its cause, whichever of the two names it goes by', async () => {
  const script = `
    import { createLog } from ${JSON.stringify(new URL('../../src/kit/log.ts', import.meta.url).href)}
    const log = createLog({ level: 'error' })
    log.error({ error: new Error('first cause') }, 'one')
    log.error({ err: new Error('second cause') }, 'other')`
  const { stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module-typescript',
    '-e',
    script,
  ])
  expect(stderr).toContain('first cause')
  expect(stderr).toContain('second cause')
})
