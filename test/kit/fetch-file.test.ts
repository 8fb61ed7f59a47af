import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { fetchFile as openFile } from '../../src/kit/fetch-file.ts'
import { publicAgent } from '../../src/kit/public-network.ts'

const open: { server: Server; close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function fetchFile(...asked: Parameters<typeof openFile>) {
  const { name, body } = await openFile(...asked)
  return { name, bytes: Buffer.concat(await Array.fromAsync(body)) }
}

/** A server on this machine, and an agent that may reach it and nothing else that is private. */
async function serve(answer: RequestListener) {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const agent = publicAgent({ allowOrigins: [origin] })
  open.push({
    server,
    async close() {
      await agent.destroy()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  })
  return { origin, options: { agent, largest: 1_000_000, within: 2_000 } }
}

test('a file, by the name that its link or its server gives it, also behind redirects', async () => {
  const { origin, options } = await serve((request, response) => {
    if (request.url === '/old') response.writeHead(302, { location: '/media/blue%20kettle.png?w=1' }).end()
    else if (request.url === '/named')
      response.writeHead(200, { 'content-disposition': 'attachment; filename="../k.png"' }).end('x')
    else response.end('bytes')
  })
  const file = await fetchFile(`${origin}/old`, options)
  expect({ ...file, bytes: String(file.bytes) }).toEqual({ name: 'blue kettle.png', bytes: 'bytes' })
  expect((await fetchFile(`${origin}/named`, options)).name).toBe('..k.png')
})

test('what is in a private network is not reached, neither at once nor behind a redirect', async () => {
  let reached = 0
  const inside = await serve((_request, response) => {
    reached += 1
    response.end('secret')
  })
  const { origin, options } = await serve((_request, response) => {
    response.writeHead(302, { location: `${inside.origin}/secret` }).end()
  })
  for (const link of [
    `${inside.origin}/secret`,
    `${origin}/onward`,
    'http://169.254.169.254/latest/meta-data',
  ]) {
    await expect(fetchFile(link, options)).rejects.toThrow(`${link} is not on the public internet`)
  }
  expect(reached).toBe(0)
})

test.each([
  ['ftp://acme.example/a.png', 'is no link to a file'],
  ['https://user:secret@acme.example/a.png', 'is no link to a file'],
  ['https://', 'is no link to a file'],
])('%s %s', async (link, words) => {
  const { options } = await serve((_request, response) => response.end())
  await expect(fetchFile(link, options)).rejects.toThrow(words)
})

test('a refusal, a circle, a flood and a server that says nothing end in words', async () => {
  const { origin, options } = await serve((request, response) => {
    if (request.url === '/gone') response.writeHead(404).end()
    else if (request.url === '/circle') response.writeHead(302, { location: '/circle' }).end()
    else if (request.url === '/flood') {
      const pour = (): void => {
        while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return
        response.once('drain', pour)
      }
      pour()
    }
  })
  await expect(fetchFile(`${origin}/gone`, options)).rejects.toThrow('/gone answers 404')
  await expect(fetchFile(`${origin}/circle`, options)).rejects.toThrow('without an end')
  await expect(fetchFile(`${origin}/flood`, { ...options, largest: 3 * 1024 ** 2 })).rejects.toThrow(
    'is larger than 3 MB',
  )
  await expect(fetchFile(`${origin}/silent`, { ...options, within: 300 })).rejects.toThrow(
    'did not answer within 0.3 s',
  )
})
