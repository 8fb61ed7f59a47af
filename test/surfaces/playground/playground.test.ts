import { request as rawRequest } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { SendError } from '../../../src/app/surface.ts'
import { type Message, message, text } from '../../../src/message/message.ts'
import { plainText } from '../../../src/message/plain-text.ts'
import type { TranscriptEntry } from '../../../src/playground/transcript.ts'
import { isLoopbackHost } from '../../../src/surfaces/playground/guard.ts'
import { LivePages } from '../../../src/surfaces/playground/live.ts'
import { everything } from '../small-desk.ts'
import { memoryTranscripts } from './memory-stores.ts'
import { type Served, servePlayground } from './serve-playground.ts'

const open: Served[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((served) => served.close()))
})

async function serve(options: Parameters<typeof servePlayground>[0] = {}): Promise<Served> {
  const served = await servePlayground(options)
  open.push(served)
  return served
}

interface State {
  me: string
  cursor: string
  members: { id: string }[]
  channels: { name: string }[]
  entries: Record<string, TranscriptEntry[]>
  feed: { text: string }[]
}
const stateOf = async ({ url }: Served, as = 'ada', headers: Record<string, string> = {}): Promise<State> =>
  (await fetch(`${url}/playground/state?as=${as}`, { headers })).json() as Promise<State>

const post = ({ url }: Served, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/playground/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

type Said = {
  type: string
  entries: TranscriptEntry[]
  form: { errors?: Record<string, string>; fields: unknown[] }
}
const say = async (served: Served, said: Record<string, unknown>): Promise<Said> =>
  (await post(served, 'say', { as: 'ada', channel: 'general', ...said })).json() as Promise<Said>

const words = (entries: readonly TranscriptEntry[] | undefined) =>
  (entries ?? []).map((entry) => `${entry.memberId ?? 'crier'}: ${plainText(entry.message).split('\n')[0]}`)

const place = { chat: 'local', channel: '#review' }
const hello = (words = 'Hello'): Message => message(text(words))

/** Status of a request whose Host header is one's own choice, which `fetch` does not allow. */
function statusWithHost(url: string, host: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const request = rawRequest({ hostname, port, path: '/', headers: { ...headers, host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    request.end()
  })
}

test('a line and its answer are for the person alone, or for the channel', async () => {
  const served = await serve()
  await say(served, { line: 'calendar' })
  await say(served, { as: 'grace', line: '/shout hear ye' })
  expect(words((await stateOf(served, 'ada')).entries.general)).toEqual([
    'ada: calendar',
    'crier: Week 48',
    'grace: /shout hear ye',
    'crier: hear ye',
  ])
  expect(words((await stateOf(served, 'grace')).entries.general)).toEqual([
    'grace: /shout hear ye',
    'crier: hear ye',
  ])
})

test('a form comes back with its mistakes and what was typed; taken, it becomes a card that others can press', async () => {
  const served = await serve()
  const asked = await say(served, { line: '/schedule' })
  expect(asked.type).toBe('form')
  expect((await stateOf(served)).entries.general).toEqual([])

  const values = { seen: '9f3c', text: 'We ship', when: 'whenever', accounts: ['bluesky'] }
  const refused = await say(served, { command: 'schedule', values })
  expect(refused.form.errors).toEqual({ when: 'I can\'t read "whenever" as a time.' })
  expect(JSON.stringify(refused.form.fields)).toContain('We ship')

  await say(served, { command: 'schedule', values: { ...values, when: 'tomorrow 9am' } })
  const [card] = (await stateOf(served, 'grace')).entries.review ?? []
  expect(plainText(card?.message ?? hello(''))).toContain('> We ship')

  const pressed = { as: 'grace', channel: 'review', line: 'approve 42 @9f3c', press: true, entry: card?.id }
  await say(served, pressed)
  const review = (await stateOf(served, 'grace')).entries.review
  expect(words(review)).toEqual([
    'crier: #42 is scheduled',
    'crier: It goes out tomorrow.',
    'crier: You approved #42.',
  ])
  expect(review?.map(({ threadOf }) => threadOf)).toEqual([null, card?.id, null])
})

test('pressing on through one’s own answer turns its page instead of adding another', async () => {
  const served = await serve()
  const { entries } = await say(served, { line: 'calendar' })
  const shown = entries.at(-1)
  await say(served, { line: 'calendar 1', press: true, entry: shown?.id })
  expect(words((await stateOf(served)).entries.general)).toEqual(['ada: calendar', 'crier: Week 49'])
})

test('files come with their descriptions', async () => {
  const served = await serve()
  const body = new FormData()
  const values = { text: 'Look', when: 'tomorrow 9am', accounts: ['bluesky'] }
  body.set(
    'say',
    JSON.stringify({ as: 'ada', channel: 'general', command: 'schedule', values, alts: ['A bell'] }),
  )
  body.append('file', new File([new Uint8Array(3)], 'bell.png', { type: 'image/png' }))
  const response = await fetch(`${served.url}/playground/say`, {
    method: 'POST',
    body,
    headers: { origin: served.url },
  })
  expect(response.status).toBe(200)
  const [card] = (await stateOf(served)).entries.review ?? []
  expect(plainText(card?.message ?? hello(''))).toContain('Files: bell.png (A bell)')
})

test('a repeated send is one message, and says where it stands', async () => {
  const served = await serve()
  const id = await served.playground.send(place, hello('First'), { key: 'k1' })
  served.clock.advance(5000)
  expect(await served.playground.send(place, hello('Again'), { key: 'k1' })).toBe(id)
  await served.playground.send(place, hello('A reply'), { key: 'k2', thread: id })
  await served.playground.update(place, id, hello('Changed'))
  expect(words((await stateOf(served)).entries.review)).toEqual(['crier: Changed', 'crier: A reply'])
  await expect(served.playground.send({ chat: 'T123', channel: 'x' }, hello(), { key: 'k' })).rejects.toThrow(
    SendError,
  )
})

test('what Crier tells one member, others are not shown', async () => {
  const served = await serve()
  await served.playground.tell({ chat: 'local', person: 'pg-ada' }, hello('For you'), { key: 'k' })
  await served.playground.tell({ chat: 'local', person: 'pg-ada' }, hello('For you'), { key: 'k' })
  const [ada, grace] = [await stateOf(served, 'ada'), await stateOf(served, 'grace')]
  expect(words(ada.entries['direct:ada'])).toEqual(['crier: For you'])
  expect(JSON.stringify(grace)).not.toContain('For you')
  expect((await fetch(`${served.url}/playground/earlier?as=grace&channel=direct:ada`)).status).toBe(403)
  expect((await post(served, 'say', { as: 'grace', channel: 'direct:ada', line: 'help' })).status).toBe(403)
  await expect(
    served.playground.tell({ chat: 'local', person: 'nobody' }, hello(), { key: 'k' }),
  ).rejects.toThrow('Nobody on the playground')
})

test('only members who have an identity here can be switched to', async () => {
  const served = await serve()
  expect((await stateOf(served)).members.map(({ id }) => id)).toEqual(['ada', 'grace'])
  expect((await post(served, 'say', { as: 'sam', channel: 'general', line: 'help' })).status).toBe(404)
})

test('a restart shows what was said, pictures included', async () => {
  const transcripts = memoryTranscripts()
  const first = await serve({ transcripts })
  await first.playground.send(place, everything(0), { key: 'k' })
  const kept = [...first.images.keys()]
  await first.playground.stop()
  const second = await serve({ transcripts })
  const [entry] = (await stateOf(second)).entries.review ?? []
  expect(entry?.message.blocks.find(({ type }) => type === 'image')).toMatchObject({
    image: { mediaId: kept[0] },
  })

  const picture = await fetch(`${first.url}/playground/image/${kept[0]}`)
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(picture.headers.get('content-security-policy')).toContain('sandbox')
  expect((await fetch(`${first.url}/playground/image/none`)).status).toBe(404)
})

test('a channel that the settings name is on the page from its first message', async () => {
  const served = await serve()
  await served.playground.send({ chat: 'local', channel: 'news' }, hello('Weekly'), { key: 'k' })
  const state = await stateOf(served)
  expect(state.channels.map(({ name }) => name)).toEqual([
    'general',
    'review',
    'results',
    'news',
    'direct:ada',
  ])
  expect(words(state.entries.news)).toEqual(['crier: Weekly'])
})

test('completion and readings are answered, and what cannot be read is an empty list', async () => {
  const served = await serve()
  const ask = async (path: string, body: object) => (await post(served, path, { as: 'ada', ...body })).json()
  expect(await ask('complete', { line: '/cal' })).toEqual([
    { label: 'calendar: The week, day by day', insert: '/calendar ' },
  ])
  const when = { command: 'schedule', arg: 'when', partial: 'tomorrow 9am', zone: 'Europe/Berlin' }
  expect(await ask('suggest', when)).toMatchObject([
    { insert: 'tomorrow 9am', label: expect.stringContaining('09:00') },
  ])
  expect(await ask('suggest', { ...when, zone: 'Nowhere/At_all' })).toHaveLength(1)
  expect(await ask('complete', {})).toEqual([])
})

test('what the page cannot have sent is refused in one sentence', async () => {
  const served = await serve()
  for (const body of [
    '{',
    '[]',
    '{}',
    { as: 'ada', channel: 'general' },
    { as: 'ada', channel: 'general', line: 'x', command: 'y' },
  ]) {
    const response = await post(served, 'say', body)
    expect([response.status, Object.keys((await response.json()) as object)]).toEqual([400, ['error']])
  }
  expect((await fetch(`${served.url}/playground/nothing`)).status).toBe(404)
  expect((await fetch(`${served.url}/elsewhere`)).status).toBe(404)
})

// Who may see it

test('without a key only loopback names are served: another name that points here is not', async () => {
  const { url } = await serve()
  const { port } = new URL(url)
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'localhost', '[::1]:3000', '127.8.9.1']) {
    expect([host, await statusWithHost(url, host)]).toEqual([host, 200])
  }
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    '10.0.0.5:3000',
    'localhost:3000.evil.example',
  ]) {
    expect([host, await statusWithHost(url, host)]).not.toEqual([host, 200])
    expect(isLoopbackHost(host)).toBe(false)
  }
  // A proxy on this machine that hands requests on under its own name speaks for somebody else.
  for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip']) {
    expect([name, await statusWithHost(url, 'localhost', { [name]: '203.0.113.7' })]).toEqual([name, 403])
  }
  expect(isLoopbackHost('')).toBe(false)
})

test('only the page itself may post: no origin and another origin are refused', async () => {
  const served = await serve()
  const body = { as: 'ada', channel: 'general', line: 'shout hi' }
  const send = (origin: string | undefined) =>
    fetch(`${served.url}/playground/say`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: origin ? { origin } : {},
    })
  for (const origin of [
    undefined,
    'null',
    'https://evil.example',
    'http://127.0.0.1:1',
    `${served.url}.evil.example`,
  ]) {
    expect([origin, (await send(origin)).status]).toEqual([origin, 403])
  }
  expect((await stateOf(served)).entries.general).toEqual([])
  expect((await send(served.url)).status).toBe(200)
})

test('with a key the printed link opens the page, and nothing else does', async () => {
  const served = await serve({ key: 'right-key', publicUrl: 'https://crier.example' })
  const { url } = served
  for (const path of [
    '/',
    '/playground/app.js',
    '/playground/state',
    '/playground/live?as=ada',
    '/playground/image/x',
    '/?key=wrong',
  ]) {
    const refused = await fetch(url + path)
    expect([path, refused.status]).toEqual([path, 401])
    expect((await refused.text()).trim().split('\n')).toHaveLength(1)
  }
  expect((await post(served, 'say', { as: 'ada', channel: 'general', line: 'help' })).status).toBe(401)

  const entered = await fetch(`${url}/?key=right-key`)
  const cookie = entered.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^crier_key=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/)
  expect(cookie).not.toContain('right-key')
  expect(await entered.text()).not.toContain('right-key')

  const headers = { cookie: cookie.split(';')[0] ?? '' }
  expect((await fetch(url, { headers })).status).toBe(200)
  expect((await stateOf(served, 'ada', headers)).me).toBe('ada')
  expect(await statusWithHost(url, 'crier.example', headers)).toBe(200)
  const proxied = { ...headers, origin: 'https://crier.example' }
  expect((await post(served, 'say', { as: 'ada', channel: 'general', line: 'help' }, proxied)).status).toBe(
    200,
  )
  const elsewhere = { ...headers, origin: 'https://evil.example' }
  expect((await post(served, 'say', { as: 'ada', channel: 'general', line: 'help' }, elsewhere)).status).toBe(
    403,
  )
  expect((await fetch(url, { headers: { cookie: 'crier_key=forged' } })).status).toBe(401)
})

test('the page allows no script but its own and turns no text into markup', async () => {
  const { url } = await serve()
  const page = await fetch(url)
  const policy = page.headers.get('content-security-policy') ?? ''
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "require-trusted-types-for 'script'",
    "frame-ancestors 'none'",
  ]) {
    expect(policy).toContain(rule)
  }
  expect(policy).not.toContain('unsafe')
  const html = await page.text()
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|style="/)
  for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
  }
  const again = await fetch(url, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })
  expect(again.status).toBe(304)
})

// What open pages are told

/** Reads events of a stream until `count` have come. */
async function events(
  url: string,
  count: number,
  headers: Record<string, string> = {},
): Promise<{ id: string; event: string; data: string }[]> {
  const stopped = new AbortController()
  const response = await fetch(url, { headers, signal: stopped.signal })
  const found: { id: string; event: string; data: string }[] = []
  let rest = ''
  for await (const chunk of response.body ?? []) {
    rest += new TextDecoder().decode(chunk)
    const whole = rest.split('\n\n')
    rest = whole.pop() ?? ''
    for (const block of whole) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
      if (field('event')) found.push({ id: field('id'), event: field('event'), data: field('data') })
    }
    if (found.length >= count) break
  }
  stopped.abort()
  return found
}

test('an open page is told of every change that is its reader’s business', async () => {
  const served = await serve()
  const { cursor } = await stateOf(served, 'grace')
  const told = events(`${served.url}/playground/live?as=grace&since=${cursor}`, 4)
  const id = await served.playground.send(place, hello('A card\nof two lines'), { key: 'k' })
  await say(served, { line: 'calendar' })
  await served.playground.update(place, id, hello('Another card'))
  await served.publish({ key: 'p', text: 'Live!' })
  await served.playground.feedChanged()
  await served.playground.send(place, hello('Last'), { key: 'k3' })
  const found = await told
  expect(found.map(({ event }) => event)).toEqual(['entry', 'update', 'feed', 'entry'])
  expect(found[0]?.data).toContain('A card\\nof two lines')
  expect(JSON.parse(found[2]?.data ?? '')).toMatchObject({ items: [{ text: 'Live!' }] })
  expect(found.map(({ data }) => data).join()).not.toContain('Week 48')
})

test('an open page is told when a member changes', async () => {
  const served = await serve()
  const { cursor } = await stateOf(served)
  const told = events(`${served.url}/playground/live?as=ada&since=${cursor}`, 1)
  Object.assign(served.people[1] ?? {}, { role: 'viewer', zone: 'Asia/Tokyo' })
  await say(served, { as: 'grace', line: 'calendar' })
  const [found] = await told
  expect(found?.event).toBe('members')
  expect(JSON.parse(found?.data ?? '').members[1]).toEqual({
    id: 'grace',
    name: 'Grace Hopper',
    role: 'viewer',
    zone: 'Asia/Tokyo',
    locale: null,
  })
})

test('a page that was away catches up from where it was, or is told to load anew', async () => {
  const served = await serve()
  const live = `${served.url}/playground/live?as=ada`
  const { cursor } = await stateOf(served)
  for (const key of ['1', '2', '3']) await served.playground.send(place, hello(`Message ${key}`), { key })

  const all = await events(`${live}&since=${cursor}`, 3)
  expect(all.map(({ event }) => event)).toEqual(['entry', 'entry', 'entry'])
  const rest = await events(`${live}&since=${cursor}`, 1, { 'last-event-id': all[1]?.id ?? '' })
  expect(rest.map(({ data }) => data).join()).toContain('Message 3')
  expect(rest).toHaveLength(1)

  const earlierRun = await events(live, 1, { 'last-event-id': 'another-run-7' })
  expect(earlierRun.map(({ event }) => event)).toEqual(['reset'])
})

test('what is too long ago to catch up with is loaded anew', async () => {
  const pages = new LivePages('run', () => {})
  for (let count = 0; count < 600; count += 1) pages.push({ type: 'feed', items: [] })
  const first = async (since: string) => {
    const reader = pages.connect('ada', since)?.body?.getReader()
    await reader?.read()
    const { value } = (await reader?.read()) ?? {}
    await reader?.cancel()
    return new TextDecoder().decode(value).split('\n')[1]
  }
  expect(await first('run-50')).toBe('event: reset')
  expect(await first('run-100')).toBe('event: feed')
  expect(await first('run-601')).toBe('event: reset')
  expect(pages.open).toBe(0)
})

test('stopping ends the streams, and pages that leave are forgotten', async () => {
  const served = await serve()
  const response = await fetch(`${served.url}/playground/live?as=ada`)
  expect(served.playground.health()).toEqual({ ok: true, detail: '1 open page' })
  await served.playground.stop()
  await response.text()
  expect(served.playground.health().detail).toBe('0 open pages')
})
