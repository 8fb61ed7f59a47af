import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { standingClock } from '../../src/kit/clock.ts'
import { createReach } from '../../src/kit/reach.ts'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function serve(body: string, status = 200): Promise<{ url: string; asked: () => number }> {
  let asked = 0
  const server = createServer((_, answered) => {
    asked += 1
    answered.writeHead(status).end(body)
  })
  servers.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked }
}

test('an address that leads here is believed for ten minutes', async () => {
  const clock = standingClock('2026-11-20T08:00:00Z')
  const here = await serve('{"ok":true}')
  const reach = createReach(here.url, clock)
  expect(await reach()).toBeUndefined()
  expect(await reach()).toBeUndefined()
  expect(here.asked()).toBe(1)
  clock.advance(11 * 60_000)
  expect(await reach()).toBeUndefined()
  expect(here.asked()).toBe(2)
})

test('what is in the way is said in words', async () => {
  const clock = standingClock('2026-11-20T08:00:00Z')
  expect(await createReach(undefined, clock)()).toContain('PUBLIC_URL is not set')
  expect(await createReach((await serve('not here', 404)).url, clock)()).toContain('it answered 404')
  expect(await createReach((await serve('{"hello":1}')).url, clock)()).toContain('does not lead to it')
  expect(await createReach('http://127.0.0.1:9', clock)()).toContain('nobody answered')
})
