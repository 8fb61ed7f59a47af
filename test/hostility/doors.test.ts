import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/kit/ids.ts'
import type { WorkspaceId } from '../../src/workspaces/workspace.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { secretsOf } from './answers.ts'
import { NASTY } from './nasty.ts'

let world: TestHouse
let own: string
let token: string
let secrets: string[]

beforeAll(async () => {
  world = await openTestHouse()
  own = world.house.bench.ownAddress()
  const ada = await world.speaker('Ada')
  token = world.house.keys.apiToken(world.house.home.id, ada.person.externalId)
  secrets = await secretsOf(world.house)
})
afterAll(() => world?.close())

const stores = () => world.house.storage.workspace(world.house.home.id)

/** Whatever is refused is refused in a sentence, without a word of what is inside. */
async function expectRefused(response: Response, statuses: readonly number[], about: string): Promise<void> {
  const said = await response.text()
  expect(statuses, `${about}: ${response.status} ${said.slice(0, 200)}`).toContain(response.status)
  const isPage = response.headers.get('content-type')?.startsWith('text/html')
  const words: unknown = isPage ? pageWords(said) : said.startsWith('{') ? JSON.parse(said).error : said
  expect(String(words).trim().split('\n'), about).toHaveLength(1)
  expect(String(words).length, about).toBeLessThan(400)
  expect(said, about).not.toMatch(/\bat .+:\d+:\d+|node_modules|\/src\/|TypeError|SQLITE|drizzle/)
  for (const secret of secrets) expect(said, about).not.toContain(secret)
  expect(response.headers.get('x-content-type-options'), about).toBe('nosniff')
}

const pageWords = (html: string): string =>
  (/<main>([\s\S]*)<\/main>/.exec(html)?.[1] ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

describe('the API', () => {
  const call = (authorization: string | undefined, body: BodyInit = JSON.stringify({ line: 'help' })) =>
    fetch(`${own}/api/commands`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    })

  test('a token that is not whole, not ours, or another member’s name on it, opens nothing', async () => {
    const { home, keys } = world.house
    const grace = (await world.speaker('Grace')).person.externalId
    const [workspace = '', member = '', mark = ''] = token.split('.')
    const forged = (secret: string) =>
      createHmac('sha256', secret).update(`${workspace}.${member}`).digest('base64url')
    for (const one of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      `Basic ${token}`,
      `bearer  ${token}`.replace(token, token.slice(0, -1)),
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token}A`,
      `Bearer ${workspace}.${member}`,
      `Bearer ${workspace}.${member}.`,
      `Bearer ${workspace}.${grace}.${mark}`,
      `Bearer ${newId(0)}.${member}.${mark}`,
      `Bearer ${workspace}.${member}.${forged('')}`,
      `Bearer ${workspace}.${member}.${forged('crier/api/v1')}`,
      `Bearer .${mark}`,
      `Bearer ${mark}`,
      `Bearer ${keys.feedToken(home.id)}`,
      `Bearer ${keys.playgroundKey}`,
      `Bearer ${'A'.repeat(10_000)}`,
      'Bearer __proto__.constructor.x',
    ])
      await expectRefused(await call(one), [401], String(one).slice(0, 80))
    expect((await call(`Bearer ${token}`)).status).toBe(200)
  })

  test('a token of a team that is not here, or of nobody in it, opens nothing, however well it is signed', async () => {
    const { keys, home } = world.house
    const strangers = [
      keys.apiToken(newId(0) as WorkspaceId, 'nobody'),
      keys.apiToken(home.id, newId(0)),
      keys.apiToken(home.id, ''),
      keys.apiToken(home.id, '../x'),
    ]
    for (const one of strangers) await expectRefused(await call(`Bearer ${one}`), [401], one)
  })

  test('bodies that are no request, too deep, too long or with keys into every object', async () => {
    const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000)
    for (const [about, body, statuses] of [
      ['nothing', '', [400]],
      ['null', 'null', [400]],
      ['a list', '[]', [400]],
      ['half', '{"line":', [400]],
      ['deep', deep('[', ']'), [400]],
      ['deep objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, [400]],
      ['deep values', `{"command":"draft","args":{"text":${deep('[', ']')}}}`, [400]],
      ['both', '{"line":"help","command":"help"}', [400]],
      ['a prototype', '{"__proto__":{"line":"help"}}', [400]],
      ['a command that is none', '{"command":"__proto__","args":{}}', [404]],
      ['a command that every object has', '{"command":"constructor"}', [404]],
      ['numbers beyond all', '{"command":"show","args":{"post":1e999}}', [400, 422]],
      ['half a letter', '{"line":"show \\ud800"}', [422]],
      ['not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), [400]],
      ['endless', 'x'.repeat(20 * 1024 * 1024), [413]],
    ] as const)
      await expectRefused(await call(`Bearer ${token}`, body as BodyInit), statuses, about)
    const proto = await call(`Bearer ${token}`, '{"command":"draft","args":{"__proto__":"x","text":"Kept"}}')
    expect(proto.status).toBe(200)
    expect(({} as Record<string, unknown>).text).toBeUndefined()
  })
})

describe('every address', () => {
  test('paths that climb, hide or name what is inside lead nowhere', async () => {
    for (const path of [
      '/../../etc/passwd',
      '/..%2f..%2fetc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/playground/../../package.json',
      '/playground/..%2f..%2f..%2fpackage.json',
      '/playground/%00app.js',
      '/playground/app.js%00.html',
      '/playground/image/..%2f..%2fsecret-key',
      '/playground/image/%2e%2e',
      '/media/../secret-key',
      '/media/..%2fsecret-key',
      '/media/a.b.c.d',
      `/media/${token}`,
      '/hooks/__proto__',
      `/hooks/${'a'.repeat(128)}`,
      `/hooks/${token}`,
      '/oauth/__proto__/start',
      '/oauth/constructor/callback',
      '/oauth/pinterest/start?ticket=__proto__',
      '/.git/config',
      '/.env',
      '/data/crier.sqlite',
      '/secret-key',
      '/src/main.ts',
      '//evil.example/',
      '/\\evil.example',
      '/api/commands',
      '/api/../metrics/../.env',
      '/rehearsal/items',
      '/%',
      '/%ff%fe',
      `/${'a'.repeat(8_000)}`,
    ])
      await expectRefused(await fetch(own + path), [400, 401, 403, 404, 405, 414], path)
  })

  test('what anybody may read holds no secret', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/api/openapi.json', '/', '/playground/state']) {
      const response = await fetch(own + path)
      const said = await response.text()
      for (const secret of secrets) expect(said, path).not.toContain(secret)
      expect(said, path).not.toMatch(/sealed|passw|BEGIN [A-Z ]*PRIVATE/i)
    }
  })

  /** Says it byte for byte, as no client library would. */
  const say = (bytes: string | Buffer, patience = 1_500): Promise<string> =>
    new Promise((resolve) => {
      const { port } = new URL(own)
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes))
      let said = ''
      const end = () => {
        socket.destroy()
        resolve(said)
      }
      socket.on('data', (chunk) => {
        said += chunk.toString('latin1')
      })
      socket.on('close', end)
      socket.on('error', end)
      setTimeout(end, patience)
    })
  const HOST = 'Host: 127.0.0.1\r\n'

  test('requests that two readers would read differently are read by none', async () => {
    for (const [about, bytes] of [
      [
        'two lengths',
        `POST /api/commands HTTP/1.1\r\n${HOST}Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd`,
      ],
      [
        'a length and chunks',
        `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      ['chunks of another kind', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
      ['a negative length', `POST / HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`],
      ['a folded head', `GET / HTTP/1.1\r\n${HOST}X-A: b\r\n c\r\n\r\n`],
      ['a blank before the colon', `GET / HTTP/1.1\r\n${HOST}X-A : b\r\n\r\n`],
      ['nothing in a head', `GET / HTTP/1.1\r\n${HOST}X-A: a\u0000b\r\n\r\n`],
      ['no host', 'GET / HTTP/1.1\r\n\r\n'],
      ['a tunnel', 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n'],
      ['a long head', `GET / HTTP/1.1\r\n${HOST}X-A: ${'a'.repeat(40_000)}\r\n\r\n`],
      ['no HTTP', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])],
    ] as const) {
      const said = await say(bytes)
      expect(said, about).not.toMatch(/HTTP\/1\.1 2\d\d/)
      expect(said, about).not.toMatch(/\bat .+:\d+:\d+|node_modules/)
    }
    // Paths as they are, where a client library would have tidied them.
    for (const path of [
      '/../../../etc/passwd',
      '/playground/../../package.json',
      '/media/../../secret-key',
      '//',
      '*',
    ])
      expect(await say(`GET ${path} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`), path).not.toMatch(
        /root:|"version"|HTTP\/1\.1 200 OK\r\n(?![\s\S]*text\/html)/,
      )
    // A proxy's request for another host is not passed on.
    const proxied = await say(
      'GET http://169.254.169.254/latest/ HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n',
    )
    expect(proxied).not.toMatch(/HTTP\/1\.1 2\d\d/)
    expect((await fetch(`${own}/healthz`)).status).toBe(200)
  })

  test('a page of another site, under whatever name it points here, neither reads nor writes', async () => {
    const post = `Content-Type: text/plain\r\nContent-Length: 60\r\n\r\n${'{"as":"x","channel":"general","line":"draft Stolen"}'.padEnd(60)}`
    const before = (await stores().posts.list({})).length
    for (const [about, heads] of [
      ['rebinding', 'Host: evil.example\r\nOrigin: http://evil.example\r\n'],
      ['rebinding, its own name first', 'Host: 127.0.0.1.evil.example\r\n'],
      ['another port’s page', 'Host: 127.0.0.1\r\nOrigin: http://127.0.0.1:1\r\n'],
      ['a sandboxed frame', `${HOST}Origin: null\r\n`],
      ['no origin', HOST],
      ['passed on', `${HOST}X-Forwarded-For: 203.0.113.7\r\nOrigin: http://127.0.0.1\r\n`],
    ] as const) {
      const said = await say(`POST /playground/say HTTP/1.1\r\n${heads}Connection: close\r\n${post}`)
      expect(said, about).toMatch(/^HTTP\/1\.1 403/)
    }
    for (const host of ['evil.example', 'localhost.evil.example', '169.254.169.254'])
      expect(
        await say(`GET /playground/state HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      ).toMatch(/^HTTP\/1\.1 403/)
    expect((await stores().posts.list({})).length).toBe(before)
  })

  test('what the page may send is read as what it is, and the rest refused', async () => {
    const send = (path: string, body: BodyInit, type = 'application/json') =>
      fetch(`${own}/playground/${path}`, {
        method: 'POST',
        body,
        headers: { origin: own, 'content-type': type },
      })
    const state = (await (await fetch(`${own}/playground/state`)).json()) as { me: string }
    for (const path of ['say', 'complete', 'suggest']) {
      for (const body of [
        '',
        'null',
        '[]',
        '{"as":1}',
        '{"__proto__":{"as":"x"}}',
        `${'['.repeat(50_000)}`,
      ]) {
        const response = await send(path, body)
        expect([200, 400, 403, 404], `${path} ${body.slice(0, 40)}`).toContain(response.status)
        expect(await response.text()).not.toMatch(/\bat .+:\d+:\d+|node_modules|TypeError/)
      }
    }
    for (const text of NASTY) {
      const said = await send('say', JSON.stringify({ as: state.me, channel: 'general', line: text }))
      expect([200, 400], JSON.stringify(text)).toContain(said.status)
      for (const as of [text, '__proto__'])
        expect([400, 403, 404], JSON.stringify(as)).toContain(
          (await send('say', JSON.stringify({ as, channel: 'general', line: 'help' }))).status,
        )
    }
    const boundary = 'x'
    const parts = (count: number) =>
      `${`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n`.repeat(count)}--${boundary}--\r\n`
    const many = await send('say', parts(5_000), `multipart/form-data; boundary=${boundary}`)
    expect([200, 400, 413], await many.text()).toContain(many.status)
    const broken = await send('say', `--y\r\n`, 'multipart/form-data; boundary=x')
    await expectRefused(broken, [400], 'a form that is cut short')
  })
})

describe('reports from outside', () => {
  test('an address is guessed by nobody, a report again changes nothing, and odd ones are refused', async () => {
    const grace = await world.speaker('Grace')
    const answer = await world.house.desk.ask(grace, { line: 'hooks incoming' })
    const path = /\/hooks\/[\w-]+/.exec(JSON.stringify(answer))?.[0] ?? ''
    expect(path.length).toBeGreaterThan(30)
    const report = (to: string, body: BodyInit) => fetch(own + to, { method: 'POST', body })
    const good = JSON.stringify({ delivery: '1.1', state: 'published' })
    for (const wrong of [
      path.slice(0, -1),
      `${path}A`,
      path.toUpperCase(),
      `${path}/`,
      `${path}%00`,
      '/hooks/',
    ])
      await expectRefused(await report(wrong, good), [404], wrong)
    for (const body of [
      '',
      'null',
      '[]',
      '{"__proto__":{"delivery":"1.1"}}',
      `${'['.repeat(30_000)}`,
      '{"delivery":"__proto__","state":"published"}',
      '{"delivery":"1.1","state":"constructor"}',
      '{"delivery":"1.1","metrics":{"__proto__":1}}',
      '{"delivery":"1.1","metrics":{"likes":1e400}}',
      ...NASTY.map((text) => JSON.stringify({ delivery: text, state: 'published', url: text })),
    ])
      await expectRefused(await report(path, body), [400, 404, 409, 413], body.slice(0, 80))
  })
})
