import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fetchFile as openFile } from '../../src/kit/fetch-file.ts'
import { publicAgent } from '../../src/kit/public-network.ts'
import { UserError } from '../../src/kit/user-error.ts'
import { inspect } from '../../src/library/inspect.ts'
import { openTestHouse } from '../house.ts'
import { everyNameIsAt, namesAreAsked } from '../kit/names.ts'
import { film, gif, photo } from '../library/files.ts'
import { expectHarmless, wordsOf } from './answers.ts'

const MB = 1024 ** 2
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  namesAreAsked()
  await Promise.all(open.splice(0).map((close) => close()))
})

async function fetchFile(...asked: Parameters<typeof openFile>): Promise<{ name: string; size: number }> {
  const { name, body } = await openFile(...asked)
  let size = 0
  for await (const chunk of body) size += chunk.byteLength
  return { name, size }
}

/** A server on this machine that the agent may reach, as if it were on the internet. */
async function serve(answer: RequestListener, largest = 2 * MB, within = 1_500) {
  const server: Server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const agent = publicAgent({ allowOrigins: [origin, `http://good.example:${port}`], connectTimeout: 300 })
  open.push(async () => {
    await agent.destroy()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return { origin, port, options: { agent, largest, within } }
}

/** Fails with a sentence for the person, within its time. */
async function expectRefused(link: string, options: Parameters<typeof openFile>[1], words: RegExp) {
  const began = performance.now()
  const error = await fetchFile(link, options).catch((caught: unknown) => caught)
  expect(error, link).toBeInstanceOf(UserError)
  expect((error as UserError).message, link).toMatch(words)
  expect((error as UserError).message.length, link).toBeLessThan(400)
  expect(performance.now() - began, link).toBeLessThan((options.within ?? 60_000) + 5_000)
}

describe('where a link may lead', () => {
  /** Every way to write this machine, its neighbours and its cloud that a URL has. */
  const INSIDE = [
    'http://127.0.0.1/',
    'http://127.1/',
    'http://127.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://0/',
    'http://0.0.0.0/',
    'http://127.0.0.1./',
    'http://127。0。0。1/',
    'http://①②⑦.⓪.⓪.①/',
    'http://１２７.0.0.1/',
    'http://%31%32%37.0.0.1/',
    'http://localhost/',
    'http://LOCALHOST/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
    'http://[ff02::1]/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://192.0.0.192/',
    'http://168.63.129.16/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    'http:/127.0.0.1/',
    'http:\\\\127.0.0.1/',
    'https://127.0.0.1:443/',
  ]
  test('into no private network, however its address is written', async () => {
    const { options } = await serve((_request, response) => response.end('inside'))
    for (const link of INSIDE) await expectRefused(link, options, /is not on the public internet/)
  })

  test('with nobody’s name and password, by http alone, to no other service’s port', async () => {
    const { options, port } = await serve((_request, response) => response.end('inside'))
    for (const link of [
      'ftp://acme.example/a.png',
      'file:///etc/passwd',
      'data:image/png;base64,AAAA',
      'javascript:alert(1)',
      'gopher://127.0.0.1:25/x',
      'blob:http://acme.example/x',
      'ws://127.0.0.1/',
      `http://8.8.8.8@127.0.0.1:${port}/`,
      'http://user:secret@acme.example/',
      'http://acme.example:secret@8.8.8.8/',
      'http://',
      'http://[::1',
      'http://a b/',
      'http://acme.example:99999/',
      '',
    ])
      await expectRefused(link, options, /is no link to a file/)
    // Ports of mail, SSH and the like, which a request could be made to speak to.
    for (const bad of [22, 25, 587, 6000])
      await expectRefused(`http://93.184.216.34:${bad}/`, options, /can’t be reached/)
  })

  test('also not behind redirects of any kind, nor around in circles', async () => {
    let reached = 0
    const inside = await serve((_request, response) => {
      reached += 1
      response.end('secret')
    })
    const { origin, options } = await serve((request, response) => {
      const [, code = '', ...rest] = (request.url ?? '').split('/')
      const to = decodeURIComponent(rest.join('/'))
      response.writeHead(Number(code), { location: to }).end()
    })
    const via = (code: number, to: string) => `${origin}/${code}/${encodeURIComponent(to)}`
    for (const code of [301, 302, 303, 307, 308]) {
      await expectRefused(via(code, `${inside.origin}/x`), options, /is not on the public internet/)
      await expectRefused(via(code, '//169.254.169.254/'), options, /is not on the public internet/)
    }
    await expectRefused(via(302, via(302, `${inside.origin}/x`)), options, /is not on the public internet/)
    for (const to of ['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://a:b@8.8.8.8/', 'data:,x'])
      await expectRefused(via(302, to), options, /is no link to a file/)
    const circle = `${origin}/302/`
    await expectRefused(circle, options, /without an end|is no link|can’t be reached/)
    expect(reached).toBe(0)
  })

  test('nor where a name leads to another address the second time', async () => {
    let reached = 0
    const { port, options } = await serve((request, response) => {
      if (request.url === '/first') {
        // The name was good once. From here on it leads inside, as an attacker's own name server would have it.
        everyNameIsAt('127.0.0.1')
        response
          .writeHead(302, { location: `http://rebound.example:${port}/second`, connection: 'close' })
          .end()
        return
      }
      reached += 1
      response.end('secret')
    })
    everyNameIsAt('127.0.0.1')
    await expectRefused(`http://good.example:${port}/first`, options, /is not on the public internet/)
    // Of several addresses only the public ones are tried.
    everyNameIsAt('127.0.0.1', '::1', '10.0.0.1')
    await expectRefused(`http://mixed.example:${port}/second`, options, /is not on the public internet/)
    expect(reached).toBe(0)
  })
})

describe('what a server sends', () => {
  const grown = async (run: () => Promise<void>): Promise<number> => {
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    await run()
    return process.memoryUsage().rss - before
  }

  test('a kilobyte that unfolds to a gigabyte is let go of at the limit', async () => {
    // Twice compressed: each of its two encodings unfolds a thousandfold.
    const gigabyte = gzipSync(gzipSync(Buffer.alloc(200 * MB), { level: 9 }), { level: 9 })
    const once = gzipSync(Buffer.alloc(100 * MB))
    const { origin, options } = await serve(
      (request, response) => {
        const encoding = decodeURIComponent(request.url?.slice(1) ?? '')
        response.writeHead(200, { 'content-type': 'image/png', 'content-encoding': encoding })
        response.end(encoding === 'gzip' ? once : gigabyte)
      },
      2 * MB,
      15_000,
    )
    const more = await grown(async () => {
      await expectRefused(`${origin}/gzip`, options, /is larger than 2 MB/)
      await expectRefused(
        `${origin}/${encodeURIComponent('gzip, gzip')}`,
        options,
        /is larger than 2 MB|can’t be reached/,
      )
    })
    expect(more).toBeLessThan(250 * MB)
  })

  test('an endless answer, a drip, silence, and lengths that lie end in words and in time', async () => {
    const { origin, options } = await serve((request, response) => {
      switch (request.url) {
        case '/endless': {
          const pour = (): void => {
            while (!response.destroyed && response.write(Buffer.alloc(65_536)));
            if (!response.destroyed) response.once('drain', pour)
          }
          return pour()
        }
        case '/drip': {
          response.write('a')
          const timer = setInterval(() => response.write('a'), 50)
          response.once('close', () => clearInterval(timer))
          return
        }
        case '/head-drip': {
          const socket = response.socket
          socket?.write('HTTP/1.1 200 OK\r\n')
          const timer = setInterval(() => socket?.write('X-Slow: a\r\n'), 50)
          socket?.once('close', () => clearInterval(timer))
          return
        }
        case '/silent':
          return
        case '/says-more':
          response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nshort')
          return
        case '/says-huge':
          response.socket?.write(`HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(15)}\r\n\r\n`)
          response.socket?.write(Buffer.alloc(3 * MB))
          return
        case '/twice':
          response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!')
          return
        case '/no-http':
          response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n')
          return
        case '/long-head':
          response.socket?.end(`HTTP/1.1 200 OK\r\nX-Long: ${'a'.repeat(200_000)}\r\n\r\n`)
          return
        case '/many-heads':
          response.socket?.end(`HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(50_000)}\r\n`)
          return
        default:
          response.socket?.destroy()
      }
    })
    const patient = { ...options, within: 20_000 }
    const more = await grown(async () => {
      await expectRefused(`${origin}/endless`, patient, /is larger than 2 MB/)
      await expectRefused(`${origin}/says-huge`, patient, /is larger than 2 MB/)
      for (const path of ['drip', 'head-drip', 'silent'])
        await expectRefused(`${origin}/${path}`, options, /did not answer within 1\.5 s/)
      for (const path of ['says-more', 'twice', 'no-http', 'long-head', 'many-heads', 'gone'])
        await expectRefused(`${origin}/${path}`, patient, /can’t be reached/)
    })
    expect(more).toBeLessThan(150 * MB)
  })

  test('names that servers give are names and no paths', async () => {
    const names = ['../../etc/passwd', '..\\..\\boot.ini', 'a\u0000b.png', '%2e%2e%2f', 'x'.repeat(5_000), '']
    const { origin, options } = await serve((request, response) => {
      const at = Number(request.url?.slice(1))
      response.setHeader(
        'content-disposition',
        `attachment; filename="${(names[at] ?? '').replace('\u0000', '')}"`,
      )
      response.end('x')
    })
    for (const at of names.keys()) {
      const { name } = await fetchFile(`${origin}/${at}`, options)
      expect(name).not.toMatch(/[/\\\p{Cc}]/u)
      expect(name.length).toBeGreaterThan(0)
      expect(name.length).toBeLessThanOrEqual(120)
    }
  })
})

describe('what a file unfolds to', () => {
  /** Refused with a sentence, or taken, within seconds and without the memory it promises to fill. */
  async function expectBounded(name: string, bytes: Uint8Array): Promise<'refused' | 'taken'> {
    const before = process.memoryUsage().rss
    const began = performance.now()
    const outcome = await inspect(name, bytes).then(
      () => 'taken' as const,
      (error: unknown) => {
        expect(error, name).toBeInstanceOf(UserError)
        expect((error as UserError).message, name).toMatch(/^"[^\n]*" [^\n]*$/)
        return 'refused' as const
      },
    )
    expect(performance.now() - began, `${name}: time`).toBeLessThan(10_000)
    expect(process.memoryUsage().rss - before, `${name}: memory`).toBeLessThan(700 * MB)
    return outcome
  }

  const chunk = (name: string, data: Uint8Array): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(data.length)
    head.write(name, 4, 'latin1')
    const body = Buffer.concat([head.subarray(4), data])
    const check = Buffer.alloc(4)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([head.subarray(0, 4), body, check])
  }
  const png = (width: number, height: number, ...between: Buffer[]): Buffer => {
    const header = Buffer.alloc(13)
    header.writeUInt32BE(width, 0)
    header.writeUInt32BE(height, 4)
    header.set([1, 0, 0, 0, 0], 8)
    const pixels = deflateSync(Buffer.alloc(Math.min((width / 8 + 1) * height, 40 * MB)), { level: 9 })
    return Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      ...between,
      chunk('IDAT', pixels),
      chunk('IEND', Buffer.alloc(0)),
    ])
  }
  const gifOf = (width: number, height: number): Buffer => {
    const head = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\0\0\0\0\0', 'latin1')
    head.writeUInt16LE(width, 6)
    head.writeUInt16LE(height, 8)
    head.writeUInt16LE(width, 24)
    head.writeUInt16LE(height, 26)
    return Buffer.concat([head, Buffer.from([2, 2, 0x44, 1, 0, 0x3b])])
  }
  const webpOf = (width: number, height: number): Buffer => {
    const file = Buffer.alloc(64)
    file.write('RIFF', 0, 'latin1')
    file.writeUInt32LE(56, 4)
    file.write('WEBPVP8X', 8, 'latin1')
    file.writeUInt32LE(10, 16)
    file.writeUIntLE(width - 1, 24, 3)
    file.writeUIntLE(height - 1, 27, 3)
    file.write('VP8L', 30, 'latin1')
    file.writeUInt32LE(26, 34)
    file[38] = 0x2f
    file.writeUInt32LE(((width - 1) & 0x3fff) | (((height - 1) & 0x3fff) << 14), 39)
    return file
  }

  test('pictures of gigapixels are refused by their heads', async () => {
    for (const [name, bytes] of [
      ['wide.png', png(50_000, 50_000)],
      ['widest.png', png(2 ** 31 - 1, 2 ** 31 - 1)],
      ['line.png', png(2 ** 31 - 1, 1)],
      ['bomb.gif', gifOf(65_535, 65_535)],
      ['bomb.webp', webpOf(16_384, 16_384)],
      ['huge.webp', webpOf(2 ** 24, 2 ** 24)],
    ] as const)
      expect(await expectBounded(name, bytes), name).toBe('refused')
  })

  test('compressed text in a picture unfolds nowhere', async () => {
    const bomb = deflateSync(Buffer.alloc(200 * MB), { level: 9 })
    const text = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), bomb])
    const profile = Buffer.concat([Buffer.from('icc\0\0', 'latin1'), bomb])
    await expectBounded('text.png', png(8, 8, chunk('zTXt', text)))
    await expectBounded('profile.png', png(8, 8, chunk('iCCP', profile)))
  })

  test('drawings and documents that name others are no media', async () => {
    const entities = [...'bcdefghi']
      .map((n, i) => `<!ENTITY ${n} "${`&${'abcdefgh'[i]};`.repeat(10)}">`)
      .join('')
    for (const [name, text] of [
      ['laughs.svg', `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "lol">${entities}]><svg>&i;</svg>`],
      [
        'outside.svg',
        '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
      ],
      ['linked.svg', '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://169.254.169.254/"/></svg>'],
      [
        'script.svg',
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
      ],
      ['page.html', '<!doctype html><script>alert(1)</script>'],
      ['feed.xml', '<?xml version="1.0"?><rss/>'],
      ['macro.docx', 'PK\u0003\u0004'],
      ['run.exe', 'MZ'],
      ['empty', ''],
      ['picture.png', '<svg onload=alert(1)>'],
    ] as const)
      expect(await expectBounded(name, Buffer.from(text, 'latin1')), name).toBe('refused')
  })

  test('films whose parts are larger than the world, or inside one another without an end', async () => {
    const box = (name: string, body: Uint8Array, size = body.length + 8): Buffer => {
      const head = Buffer.alloc(8)
      head.writeUInt32BE(size >>> 0)
      head.write(name, 4, 'latin1')
      return Buffer.concat([head, body])
    }
    const ftyp = box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2avc1mp41', 'latin1'))
    const nested = (depth: number): Buffer => (depth === 0 ? Buffer.alloc(0) : box('moov', nested(depth - 1)))
    const count = Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])
    const table = (name: string) =>
      box('moov', box('trak', box('mdia', box('minf', box('stbl', box(name, count))))))
    const long = Buffer.alloc(16)
    long.writeUInt32BE(1)
    long.write('moov', 4, 'latin1')
    long.writeBigUInt64BE(2n ** 63n - 1n, 8)
    for (const [name, bytes] of [
      ['huge.mp4', Buffer.concat([ftyp, box('moov', Buffer.alloc(8), 0xffffffff)])],
      ['long.mp4', Buffer.concat([ftyp, long])],
      ['none.mp4', Buffer.concat([ftyp, box('moov', Buffer.alloc(0), 0)])],
      ['tiny.mp4', Buffer.concat([ftyp, box('moov', Buffer.alloc(40), 4)])],
      ['deep.mp4', Buffer.concat([ftyp, nested(2_000)])],
      ...['stts', 'stsz', 'stco', 'stsc', 'stss', 'ctts', 'elst', 'stsd'].map(
        (name) => [`${name}.mp4`, Buffer.concat([ftyp, table(name)])] as const,
      ),
      ['ebml.webm', Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.alloc(64, 0xff)])],
      ['ogg.ogg', Buffer.concat([Buffer.from('OggS\0\x02', 'latin1'), Buffer.alloc(300, 0xff)])],
      ['riff.wav', Buffer.concat([Buffer.from('RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff', 'latin1')])],
    ] as const)
      await expectBounded(name, bytes)
  })

  describe('damaged files', () => {
    let files: [string, Buffer][]
    beforeAll(async () => {
      files = [
        ['photo.jpg', await photo(64, 48)],
        ['photo.png', await photo(64, 48, 'png')],
        ['play.gif', await gif([100, 100])],
        ['film.mp4', await film({ width: 64, height: 48, seconds: 1 })],
      ]
    })
    test('are refused in words or taken, and never more than a moment', { timeout: 60_000 }, async () => {
      const seed = Math.floor(Math.random() * 2 ** 31)
      console.info(`Damaged files of seed ${seed}`)
      const outcomes = { refused: 0, taken: 0 }
      const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
        minLength: 1,
        maxLength: 12,
      })
      const cut = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 1 })
      await fc.assert(
        fc.asyncProperty(fc.nat(3), damage, cut, async (which, changes, at) => {
          const [name, whole] = files[which] as [string, Buffer]
          const bytes = Buffer.from(whole)
          // Behind the mark by which its type is told; most of what decides stands near the beginning.
          for (const [where, value] of changes)
            bytes[12 + Math.floor(where ** 2 * (bytes.length - 12))] = value
          outcomes[
            await expectBounded(name, at === null ? bytes : bytes.subarray(0, Math.floor(at * bytes.length)))
          ] += 1
        }),
        { seed, numRuns: 400 },
      )
      expect(outcomes.refused).toBeGreaterThan(50)
      expect(outcomes.taken).toBeGreaterThan(20)
    })
  })
})

describe('said to Crier', () => {
  test('a link that can’t be taken is one sentence, and writes nothing', async () => {
    const world = await openTestHouse()
    try {
      const ada = await world.speaker('Ada')
      for (const media of [
        'http://169.254.169.254/latest/meta-data/iam/',
        'http://127.0.0.1:8080/x.png',
        'http://[::ffff:10.0.0.1]/x.png',
        `http://0x7f.1/${'a'.repeat(5_000)}`,
        'https://user:secret@acme.example/x.png',
      ])
        for (const values of [
          { text: 'Look', media },
          { text: 'Look', alt: `${media} a kettle` },
        ]) {
          const answer = await world.house.desk.ask(ada, { command: 'draft', values })
          expectHarmless(answer, media, [])
          expect(wordsOf(answer), media).toMatch(/is not on the public internet|is no link to a file/)
        }
      const many = await world.house.desk.ask(ada, {
        command: 'draft',
        values: { text: 'Look', media: 'http://acme.example/x.png '.repeat(1_000) },
      })
      expect(wordsOf(many)).toContain('1000 links are more than a post can hold. Name 35 at most.')
      const { posts } = world.house.storage.workspace(world.house.home.id)
      expect(await posts.list({})).toEqual([])
    } finally {
      await world.close()
    }
  })
})
