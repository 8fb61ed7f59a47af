import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadPlatforms } from '../../src/platforms/contract/register.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platforms-'))
})
afterEach(() => rm(folder, { recursive: true }))

const PLATFORM = `{
  name: 'telegraph', label: 'Telegraph', postTypes: ['text'],
  text: { limit: () => 100, count: (text) => text.length, unit: 'characters' },
  media: { images: { max: 0, types: [], maxBytes: 0 } },
  setUp: { operator: 'A wire.' },
  connect: [{ by: 'form', label: 'Key', fields: [], open: async () => ({}) }],
  credentials: { parse: (value) => value },
  check: () => [], show: (text) => [{ type: 'plain', text }],
  commit: async () => ({ remoteId: '1', url: null }),
  look: { says: 'asks the clerk', repeatableFor: 0, trustAfter: 0 },
}`

const file = (name: string, platform: string) => writeFile(join(folder, name), `export default ${platform}\n`)

it('takes a new platform from one file', async () => {
  await file('telegraph.js', PLATFORM)
  expect([...(await loadPlatforms(folder)).keys()]).toEqual(['telegraph'])
})

it.each([
  ['a file with another name', 'telex.js', PLATFORM, /"telegraph".*"telex"/],
  [
    'a missing commit',
    'telegraph.js',
    PLATFORM.replace('commit:', 'comit:'),
    /telegraph .*commit is missing/,
  ],
  [
    'no way to connect',
    'telegraph.js',
    PLATFORM.replace(/connect: \[.*\],/, 'connect: [],'),
    /no way to connect/,
  ],
  [
    'an end of access that nothing renews',
    'telegraph.js',
    PLATFORM.replace('check:', 'expiresAt: () => 1, check:'),
    /expiresAt without refresh/,
  ],
  [
    'no verdict on lost answers',
    'telegraph.js',
    PLATFORM.replace("says: 'asks the clerk'", "says: ''"),
    /look\.says/,
  ],
])('refuses %s, and says why', async (_name, name, platform, words) => {
  await file(name, platform)
  await expect(loadPlatforms(folder)).rejects.toThrow(words)
})
