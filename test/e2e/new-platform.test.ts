import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../until.ts'
import { type CrierProcess, startCrier } from './crier-process.ts'

const root = resolve(import.meta.dirname, '../..')

/** A network nobody has heard of: signs by a form, takes a text of 40 letters, has no way to look. */
const HELIOGRAPH = `
import { z } from 'zod'
import { checkLength } from './contract/media.ts'
import { definePlatform } from './contract/platform.ts'

export default definePlatform<{ key: string }>({
  name: 'heliograph',
  label: 'Heliograph',
  apiUrl: 'https://heliograph.example',
  text: { limit: () => 40, count: (text) => text.length, unit: 'flashes' },
  media: { images: { max: 0, types: [], maxBytes: 0 } },
  postTypes: ['text'],
  options: [{ kind: 'flag', name: 'bright', label: 'By full sun', required: false }],
  setUp: { operator: 'A mirror.', environment: ['HELIOGRAPH_CLIENT_ID'] },
  connect: [
    {
      by: 'form',
      label: 'A station and its key',
      fields: [
        { kind: 'text', name: 'station', label: 'Station', required: true },
        { kind: 'secret', name: 'key', label: 'Key', required: true },
      ],
      open: async (values) => ({
        externalId: String(values.station),
        handle: '@' + String(values.station),
        credentials: { key: String(values.key) },
        facts: {},
      }),
    },
  ],
  credentials: z.object({ key: z.string() }),
  check: (content) => checkLength('Heliograph', content.text.length, 40, 'flashes'),
  show: (text) => [{ type: 'plain', text }],
  async commit({ text, options }, io) {
    const { data } = await io.http.send({
      phase: 'commit', name: 'flash', url: io.apiUrl + '/flash', token: io.credentials.key,
      body: { json: { text, bright: options.bright === 'true' } }, answer: z.object({ id: z.string() }), signal: io.signal,
    })
    return { remoteId: data.id, url: null }
  },
  look: { says: 'nobody writes flashes down', repeatableFor: 0, trustAfter: 0 },
})
`

let tree: string
let server: Server
let crier: CrierProcess
const flashes: unknown[] = []

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'crier-new-platform-'))
  for (const part of ['src', 'commands', 'migrations', 'package.json'])
    await cp(join(root, part), join(tree, part), { recursive: true })
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'))
  await writeFile(join(tree, 'src/platforms/heliograph.ts'), HELIOGRAPH)
  server = createServer((asked, answered) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.on('end', () => {
      flashes.push({
        token: asked.headers.authorization,
        ...(JSON.parse(Buffer.concat(chunks).toString()) as object),
      })
      answered
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ id: `f${flashes.length}` }))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  crier = await startCrier(join(tree, 'data'), { HELIOGRAPH_API_URL: `http://127.0.0.1:${port}` }, tree)
})
afterAll(async () => {
  await crier?.kill()
  server?.close()
  await rm(tree, { recursive: true, force: true })
})

test('a platform costs one file: everything else follows from it', async () => {
  expect(await crier.say('connect')).toContain('Heliograph')
  const form = await crier.call('connect', { platform: 'heliograph' })
  expect(JSON.stringify(form.body)).toContain('"Station"')
  expect(
    (await crier.call('connect', { platform: 'heliograph', station: 'gibraltar', key: 's3cret' })).text,
  ).toContain('is connected')
  expect(await crier.say('settings approvals 0')).toContain('approvals')

  expect(await crier.say(`schedule tomorrow 9am to heliograph: ${'x'.repeat(50)}`)).toMatch(/40/)
  await crier.say('draft to heliograph: Enemy in sight')
  expect(await crier.say('show 1')).toContain('Heliograph: 14 of 40 flashes')
  await crier.call('options', { post: '1', platform: 'heliograph', bright: true })
  await crier.say('publish 1')
  await until('the flash', () => flashes.length === 1)
  expect(flashes).toEqual([{ token: 'Bearer s3cret', text: 'Enemy in sight', bright: true }])
  await until('its end', async () => (await crier.say('show 1')).includes('#1 is published'))

  const env = { ...process.env, DATA_DIR: join(tree, 'data') }
  const doctor = execFileSync(process.execPath, ['src/crier.js', 'doctor'], {
    cwd: tree,
    env,
    encoding: 'utf8',
  })
  expect(doctor).toContain('Heliograph needs HELIOGRAPH_CLIENT_ID')
}, 60_000)
