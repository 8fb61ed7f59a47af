import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isPublicAddress, publicAgent } from '../../src/kit/public-network.ts'
import { everyNameIsAt, namesAreAsked } from './names.ts'

describe('which addresses are public', () => {
  it.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s is',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )
  it.each([
    ['this host', '0.0.0.0'],
    ['loopback', '127.0.0.1'],
    ['loopback, all of it', '127.255.255.254'],
    ['private', '10.1.2.3'],
    ['private', '172.16.0.1'],
    ['private', '192.168.1.1'],
    ['link-local, where clouds keep their metadata', '169.254.169.254'],
    ["a carrier's own, where Alibaba keeps its metadata", '100.100.100.200'],
    ["Oracle's metadata", '192.0.0.192'],
    ["Azure's host", '168.63.129.16'],
    ['documentation', '192.0.2.1'],
    ['benchmarking', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['unique local', 'fd00::1'],
    ["AWS's metadata", 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['IPv4 loopback, mapped', '::ffff:127.0.0.1'],
    ['IPv4 private, mapped in hex', '::ffff:a00:1'],
    ['IPv4 loopback, compatible', '::127.0.0.1'],
    ['IPv4 loopback behind NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::1'],
    ['6to4 of a loopback', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378::1'],
    ['documentation', '2001:db8::1'],
    ['discard', '100::1'],
    ['multicast', 'ff02::1'],
    ['not handed out', '4000::1'],
    ['no address', 'localhost'],
  ])('%s (%s) is not', (_name, address) => expect(isPublicAddress(address)).toBe(false))
})

describe('the agent', () => {
  let asked: string[]
  let server: Server
  let port: number
  beforeAll(async () => {
    server = createServer((got, response) => {
      asked.push(got.headers.host ?? '')
      response.end('inside')
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => server.close())

  afterEach(namesAreAsked)

  async function reach(url: string, allowOrigins: string[] = []): Promise<string> {
    asked = []
    const agent = publicAgent({ allowOrigins, connectTimeout: 300 })
    try {
      const answer = await request(url, { dispatcher: agent })
      return await answer.body.text()
    } finally {
      await agent.close()
    }
  }

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '017700000001',
    '[::ffff:127.0.0.1]',
    'localhost',
  ])('does not go to %s', async (host) => {
    await expect(reach(`http://${host}:${port}/`)).rejects.toMatchObject({ code: 'ERR_PRIVATE_ADDRESS' })
    expect(asked).toEqual([])
  })

  it.each([['10.0.0.7'], ['::1'], ['169.254.169.254', 'fd00::1'], ['::ffff:192.168.0.1']])(
    'does not go where a name leads to %s',
    async (...addresses) => {
      everyNameIsAt(...addresses)
      await expect(reach('http://innocent.example/')).rejects.toMatchObject({ code: 'ERR_PRIVATE_ADDRESS' })
    },
  )

  it('judges a name anew for each connection', async () => {
    everyNameIsAt('127.0.0.1')
    const agent = publicAgent({ allowOrigins: [`http://one.example:${port}`] })
    asked = []
    const answer = await request(`http://one.example:${port}/`, { dispatcher: agent })
    expect(await answer.body.text()).toBe('inside')
    // The same agent, another name at the same address: nothing is remembered in its favour.
    await expect(request(`http://two.example:${port}/`, { dispatcher: agent })).rejects.toMatchObject({
      code: 'ERR_PRIVATE_ADDRESS',
    })
    expect(asked).toEqual([`one.example:${port}`])
    await agent.close()
  })

  it('goes where the operator said, to that origin and no other', async () => {
    const origin = `http://127.0.0.1:${port}`
    expect(await reach(`${origin}/x`, [origin])).toBe('inside')
    await expect(reach(`http://localhost:${port}/x`, [origin])).rejects.toMatchObject({
      code: 'ERR_PRIVATE_ADDRESS',
    })
    await expect(reach(origin, [`http://127.0.0.1:${port + 1}`])).rejects.toMatchObject({
      code: 'ERR_PRIVATE_ADDRESS',
    })
    await expect(reach(origin, [`https://127.0.0.1:${port}`])).rejects.toMatchObject({
      code: 'ERR_PRIVATE_ADDRESS',
    })
  })
})
