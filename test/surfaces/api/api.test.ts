import { Ajv2020 } from 'ajv/dist/2020.js'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServer, type HttpServer } from '../../../src/http/server.ts'
import { standingClock } from '../../../src/kit/clock.ts'
import { silentLog } from '../../../src/kit/log.ts'
import { createApi } from '../../../src/surfaces/api/api.ts'
import { smallDesk } from '../small-desk.ts'

const clock = standingClock('2026-11-26T08:00:00Z')
const desk = smallDesk(clock)
let server: HttpServer
let url: string

beforeAll(async () => {
  server = createServer({
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
    clock,
    metrics: new Registry(),
    readiness: async () => ({ ok: true }),
    routes: [
      createApi({
        desk,
        version: '1.2.3',
        verify: async (token) =>
          token === 'right'
            ? {
                surface: 'api',
                chat: { externalId: 'local', name: 'API' },
                person: { externalId: 'ci', name: 'CI', zone: 'Europe/Berlin' },
              }
            : undefined,
      }),
    ],
  })
  url = (await server.start()).url
})
afterAll(() => server.close(100))

interface Answer {
  error: string
  text: string
  type: string
  form: { errors?: Record<string, string> }
}

async function call(body: unknown, headers: Record<string, string> = { authorization: 'Bearer right' }) {
  const response = await fetch(`${url}/api/commands`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text) as Answer, headers: response.headers }
}

test('a line is run and answered as a message, in words too', async () => {
  const { status, body, headers } = await call({ line: '/calendar' })
  expect([status, body.type, body.text.split('\n')[0]]).toEqual([200, 'message', 'Week 48'])
  expect(headers.get('cache-control')).toBe('no-store')
})

test('a command with its values is run; what is missing or wrong comes back with the form', async () => {
  const args = { text: 'We ship', accounts: ['bluesky'], when: 'tomorrow 9am', quiet: false }
  expect((await call({ command: 'schedule', args })).body.text).toContain('is in review')

  const wrong = await call({ command: 'schedule', args: { ...args, when: 'whenever' } })
  expect([wrong.status, wrong.body.error]).toEqual([422, 'when: I can\'t read "whenever" as a time.'])
  expect(wrong.body.form.errors).toHaveProperty('when')

  const bare = await call({ line: 'schedule' })
  expect([bare.status, bare.body.error]).toEqual([422, 'schedule needs text, accounts, when.'])
})

test('what cannot be run is refused in one sentence', async () => {
  const refusals = [
    await call('{'),
    await call({}),
    await call({ line: '' }),
    await call({ line: 'x', command: 'y' }),
    await call({ command: 'schedule', args: { text: { deep: 1 } } }),
    await call({ command: 'launch' }),
    await call({ line: 'help' }, {}),
    await call({ line: 'help' }, { authorization: 'Bearer wrong' }),
    await call({ line: 'x'.repeat(1024 * 1024) }),
  ]
  expect(refusals.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 404, 401, 401, 413])
  for (const { body } of refusals) {
    expect(Object.keys(body)).toEqual(['error'])
    expect(body.error).toMatch(/[.…}]$/)
  }
  const wrongMethod = await fetch(`${url}/api/commands`)
  expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST'])
  expect((await fetch(`${url}/api/elsewhere`)).status).toBe(404)
})

test('the description is derived from the commands, and each example fits it', async () => {
  const document = await (await fetch(`${url}/api/openapi.json`)).json()
  expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
  const ajv = new Ajv2020({ strict: false })
  ajv.addSchema(document, 'crier')
  const fits = ajv.compile({
    $ref: 'crier#/paths/~1api~1commands/post/requestBody/content/application~1json/schema',
  })
  const { examples } = document.paths['/api/commands'].post.requestBody.content['application/json']
  expect(Object.keys(examples)).toEqual([
    'schedule',
    'approve',
    'calendar',
    'calendar-2',
    'everything',
    'shout',
    'help',
  ])
  for (const { value } of Object.values(examples) as { value: unknown }[])
    expect([value, fits(value)]).toEqual([value, true])
  expect(fits({ command: 'schedule', args: { when: 'now', text: 'x', quiet: true } })).toBe(true)
  expect(fits({ command: 'schedule', args: { when: 'now' } })).toBe(false)
  expect(fits({ command: 'launch' })).toBe(false)
})
