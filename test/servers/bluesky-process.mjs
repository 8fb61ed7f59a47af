// A whole Bluesky on loopback: a data server (@atproto/pds) with its directory of identities (@did-plc/server) and, in
// place of the network's index, a small one that knows numbers only. A process of its own, because the data server
// brings its own better-sqlite3, and two copies of that in one process crash it. Ends when its standard input does.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secp256k1Keypair } from '@atproto/crypto'
import { PDS } from '@atproto/pds'
import * as plc from '@did-plc/server'

const listening = async (app, port = 0) => {
  const server = createServer(app)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: server.address().port }
}

// The server's own `start` would listen on every interface; its app is served on loopback instead.
const directory = await listening(plc.PlcServer.create({ db: plc.Database.mock(), port: 0 }).app)

const numbers = new Map()
const index = await listening(async (request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  if (url.pathname === '/engage') {
    const { uri, ...counts } = JSON.parse(Buffer.concat(chunks).toString())
    numbers.set(uri, counts)
    return answer(200, {})
  }
  if (url.pathname === '/xrpc/app.bsky.feed.getPosts') {
    const posts = url.searchParams.getAll('uris').map((uri) => ({
      uri,
      likeCount: 0,
      repostCount: 0,
      replyCount: 0,
      quoteCount: 0,
      ...numbers.get(uri),
    }))
    return answer(200, { posts })
  }
  answer(501, { error: 'MethodNotImplemented', message: 'Method not implemented' })
})

// The data server's address is part of its settings, so its port is found before it starts.
const probe = await listening((_request, response) => response.end())
const { port } = probe
await new Promise((done) => probe.server.close(done))

const folder = await mkdtemp(join(tmpdir(), 'bluesky-'))
const jwtSecret = randomBytes(16).toString('hex')
const rotation = await Secp256k1Keypair.create({ exportable: true })
const pds = await PDS.fromEnv({
  devMode: true,
  port,
  hostname: 'localhost',
  dataDirectory: folder,
  blobstoreDiskLocation: join(folder, 'blobs'),
  recoveryDidKey: (await Secp256k1Keypair.create()).did(),
  adminPassword: randomBytes(16).toString('hex'),
  jwtSecret,
  serviceHandleDomains: ['.test'],
  didPlcUrl: `http://localhost:${directory.port}`,
  bskyAppViewUrl: `http://localhost:${index.port}`,
  bskyAppViewDid: 'did:example:index',
  modServiceUrl: 'https://moderator.invalid',
  modServiceDid: 'did:example:moderator',
  plcRotationKeyK256PrivateKeyHex: Buffer.from(await rotation.export()).toString('hex'),
  inviteRequired: false,
  disableSsrfProtection: true,
  logEnabled: false,
})
await pds.ctx.sequencer.start()
const data = await listening(pds.app, port)

process.stdout.write(
  `${JSON.stringify({
    url: `http://localhost:${port}`,
    directory: `http://localhost:${directory.port}`,
    index: `http://localhost:${index.port}`,
    jwtSecret,
  })}\n`,
)

process.stdin.resume()
await once(process.stdin, 'end')
for (const { server } of [data, index, directory]) {
  server.closeAllConnections()
  server.close()
}
await rm(folder, { recursive: true, force: true })
process.exit(0)
