import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetLeftovers, type ReceiveOptions, receive } from '../../src/library/receive.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crier-receive-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const options = (): ReceiveOptions => ({
  folder,
  largest: 1_000,
  tooLarge: () => new RangeError('It is too large'),
  held: 100,
})

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += size) yield bytes.subarray(from, from + size)
}

test.each([
  { size: 0, onDisk: false },
  { size: 100, onDisk: false },
  { size: 101, onDisk: true },
  { size: 1_000, onDisk: true },
])('$size bytes arrive whole, on disk: $onDisk', async ({ size, onDisk }) => {
  const bytes = randomBytes(size)
  for (const source of [[bytes], inChunks(bytes, 30)]) {
    const found = await receive(source, options(), async ({ content, ...facts }) => {
      if (content instanceof Uint8Array) return { ...facts, bytes: Buffer.from(content), onDisk: false }
      // Nobody else may read what is not published yet.
      expect((await stat(content.path)).mode & 0o077).toBe(0)
      return { ...facts, bytes: await readFile(content.path), onDisk: true }
    })
    expect(found).toEqual({ size, sha256: createHash('sha256').update(bytes).digest('hex'), bytes, onDisk })
    expect(await readdir(folder)).toEqual([])
  }
})

test('what is too large is not read to its end, and leaves nothing', async () => {
  let read = 0
  async function* flood(): AsyncGenerator<Uint8Array> {
    for (;;) {
      read += 90
      yield randomBytes(90)
    }
  }
  await expect(receive(flood(), options(), async () => 'kept')).rejects.toThrow('It is too large')
  expect(read).toBe(1_080)
  expect(await readdir(folder)).toEqual([])
})

test('what a dead process left is removed in time, and no sooner', async () => {
  await writeFile(join(folder, 'old'), 'x')
  await utimes(join(folder, 'old'), 1_000, 1_000)
  await writeFile(join(folder, 'new'), 'x')
  await forgetLeftovers(folder, 2_000_000)
  expect(await readdir(folder)).toEqual(['new'])
  await rm(join(folder, 'new'))
  await forgetLeftovers(join(folder, 'none'), 2_000_000)
})

test('a source that breaks, and a use that fails, leave nothing', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield randomBytes(500)
    throw new Error('The line is cut')
  }
  await expect(receive(broken(), options(), async () => 'kept')).rejects.toThrow('The line is cut')
  const fails = () => Promise.reject(new Error('No room'))
  await expect(receive([randomBytes(500)], options(), fails)).rejects.toThrow('No room')
  expect(await readdir(folder)).toEqual([])
})
