import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { EVERY_WORKSPACE } from '../../src/storage/driver.ts'
import { openSqlite } from '../../src/storage/sqlite/sqlite-driver.ts'

const folder = mkdtempSync(join(tmpdir(), 'crier-durability-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** SQLite's names for FULL and NORMAL: https://sqlite.org/pragma.html#pragma_synchronous */
const FULL = [[2]]
const NORMAL = [[1]]

test('on SQLite only a relaxed commit leaves the waiting out, and nothing after it does', async () => {
  const driver = openSqlite({ url: `file:${join(folder, 'crier.sqlite')}`, log: silentLog })
  const durable = driver.lane(EVERY_WORKSPACE, 'durable')
  const asked = 'pragma synchronous'
  expect(await durable.query(asked, [])).toEqual(FULL)
  expect(await driver.lane(EVERY_WORKSPACE, 'relaxed').query(asked, [])).toEqual(NORMAL)
  expect(await durable.query(asked, [])).toEqual(FULL)

  for (const end of ['commit', 'rollback'] as const) {
    const relaxed = await driver.begin(EVERY_WORKSPACE, 'relaxed')
    expect(await relaxed.lane.query(asked, [])).toEqual(NORMAL)
    await relaxed[end]()
    expect(await durable.query(asked, [])).toEqual(FULL)
  }
  const full = await driver.begin(EVERY_WORKSPACE, 'durable')
  expect(await full.lane.query(asked, [])).toEqual(FULL)
  await full.commit()

  // What cannot begin leaves it as it was.
  const one = await driver.begin(EVERY_WORKSPACE, 'durable')
  await one.lane.query('create table t (a)', [])
  await one.rollback()
  await expect(driver.lane(EVERY_WORKSPACE, 'relaxed').query('not sql', [])).rejects.toThrow()
  expect(await durable.query(asked, [])).toEqual(FULL)
  await driver.close()
})
