import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPasses } from '../../src/accounts/passes.ts'
import { newSecretKey } from '../../src/accounts/seal.ts'
import { openTestHouse } from '../house.ts'
import { openBrowser } from '../http/browser.ts'
import { accountsOf, askLink, nameOf, openWorld, signInAt, type World, ways } from '../http/sign-in-world.ts'
import { NASTY } from './nasty.ts'

/** One way of each platform: what is tried here is Crier's own, the same for each. */
const tried = ways.filter((way, at) => ways.findIndex((one) => one.platform === way.platform) === at)

describe.each(tried.map((way) => [nameOf(way), way] as const))('%s', (_, way) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(way)
  })
  afterAll(() => world?.close())

  const nothingConnected = async (about: string) =>
    expect(
      (await accountsOf(world)).filter(({ state }) => state === 'connected'),
      about,
    ).toEqual([])

  test('a sign-in that was changed on its way connects nothing, and says so on a page', async () => {
    const { browser, back } = await signInAt(world)
    const good = new URL(back)
    const state = good.searchParams.get('state') ?? ''
    const changed = (change: (url: URL) => void): string => {
      const url = new URL(back)
      change(url)
      return url.href
    }
    const flipped = (at: number) =>
      `${state.slice(0, at)}${state[at] === 'A' ? 'B' : 'A'}${state.slice(at + 1)}`
    const elsewhere = tried.find(({ platform }) => platform !== way.platform)?.platform.name ?? ''
    const attempts: [string, string][] = [
      ['no state', changed((url) => url.searchParams.delete('state'))],
      ['an empty state', changed((url) => url.searchParams.set('state', ''))],
      ['half a state', changed((url) => url.searchParams.set('state', state.slice(0, state.length / 2)))],
      ['a longer state', changed((url) => url.searchParams.set('state', `${state}A`))],
      ['a state and more', changed((url) => url.searchParams.set('state', `${state}.AAAA`))],
      ...['', 'A', 'AAAA', 'AAAAAA', 'A'.repeat(11), 'A'.repeat(16), 'A'.repeat(20), 'A'.repeat(22)].map(
        (mark): [string, string] => [
          `a state whose mark is ${mark.length} letters`,
          changed((url) => url.searchParams.set('state', [...state.split('.').slice(0, 3), mark].join('.'))),
        ],
      ),
      ...['', 'A', 'A'.repeat(15), 'A'.repeat(17), 'A'.repeat(100)].map((nonce): [string, string] => [
        `a state whose nonce is ${nonce.length} letters`,
        changed((url) =>
          url.searchParams.set(
            'state',
            [...state.split('.').slice(0, 2), nonce, state.split('.')[3]].join('.'),
          ),
        ),
      ]),
      ...[0, 1, 2, 5, 8, 13, 21, 34, 55]
        .filter((at) => at < state.length)
        .map((at): [string, string] => [
          `a state with letter ${at} changed`,
          changed((url) => url.searchParams.set('state', flipped(at))),
        ]),
      [
        'another platform’s callback',
        changed((url) => {
          url.pathname = `/oauth/${elsewhere}/callback`
        }),
      ],
      ...NASTY.slice(0, 12).map((said): [string, string] => [
        `a state of ${JSON.stringify(said)}`,
        changed((url) => url.searchParams.set('state', said.toWellFormed())),
      ]),
    ]
    for (const [about, address] of attempts) {
      const page = await browser.go(address)
      expect(page.status, about).toBe(400)
      expect(page.headers.get('content-type'), about).toContain('text/html')
      expect(page.html, about).not.toMatch(/<script|onerror=|node_modules|\bat .+:\d+:\d+/)
      await nothingConnected(about)
    }
  })

  test('a state that another install made, or that was made for another use, is none', async () => {
    const { browser, back } = await signInAt(world)
    const other = await openTestHouse({ environment: { CRIER_SECRET_KEY: newSecretKey() } })
    try {
      const holds = { nonce: 'n', workspace: world.world.house.home.id, platform: way.platform.name }
      const theirs = createPasses(other.house.bench.sealer, other.clock)
      const ours = createPasses(world.bench.sealer, world.world.clock)
      for (const [about, state] of [
        ['another install’s', theirs.issue('sign-in state', holds, 600_000)],
        ['a ticket’s', ours.issue('sign-in ticket', holds, 600_000)],
        ['a choice’s', ours.issue('sign-in choice', holds, 600_000)],
        ['one whose browser began nothing', ours.issue('sign-in state', holds, 600_000)],
      ] as const) {
        const url = new URL(back)
        url.searchParams.set('state', state)
        expect((await browser.go(url.href)).status, about).toBe(400)
        await nothingConnected(about)
      }
    } finally {
      await other.close()
    }
  })

  test('a code from somebody else’s sign-in, or another issuer’s answer, connects nothing', async () => {
    const [mine, theirs] = [await signInAt(world), await signInAt(world)]
    const url = new URL(mine.back)
    if (way.way.pkce) {
      // What an attacker was given at the platform, put into the victim's way back: their verifier does not fit it.
      url.searchParams.set('code', new URL(theirs.back).searchParams.get('code') ?? '')
      expect((await mine.browser.go(url.href)).status).toBeGreaterThanOrEqual(400)
      await nothingConnected('a code of another sign-in')
    }
    const mixed = await signInAt(world)
    const answer = new URL(mixed.back)
    answer.searchParams.set('iss', 'https://evil.example')
    expect((await mixed.browser.go(answer.href)).status).toBeGreaterThanOrEqual(400)
    await nothingConnected('an answer of another issuer')
    const twice = await signInAt(world)
    const doubled = new URL(twice.back)
    doubled.searchParams.append('code', 'another')
    expect((await twice.browser.go(doubled.href)).status).toBeGreaterThanOrEqual(400)
    await nothingConnected('two codes')
  })

  test('where the platform sends people back to is ours alone, whatever the request says', async () => {
    const link = await askLink(world)
    const ticket = new URL(link).searchParams.get('ticket') ?? ''
    const own = world.bench.ownAddress()
    for (const headers of [
      { 'x-forwarded-host': 'evil.example' },
      { 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
      { referer: 'https://evil.example/' },
    ] as Record<string, string>[]) {
      const away = await fetch(`${link.split('?')[0]}?redirect_uri=https://evil.example/`, {
        method: 'POST',
        body: new URLSearchParams({ ticket, redirect_uri: 'https://evil.example/' }),
        headers: { origin: own, ...headers },
        redirect: 'manual',
      })
      expect(away.status).toBe(303)
      const asked = new URL(away.headers.get('location') ?? '')
      expect(asked.searchParams.get('redirect_uri')).toBe(`${own}/oauth/${way.platform.name}/callback`)
      expect(asked.href).not.toContain('evil.example')
    }
  })

  test('what the platform says of a refusal is text, and nobody who lost the role meanwhile connects', async () => {
    const { browser, back } = await signInAt(world)
    const refused = new URL(back)
    refused.searchParams.delete('code')
    refused.searchParams.set('error', 'access_denied"><script>alert(1)</script>')
    refused.searchParams.set('error_description', '<img src=x onerror=alert(1)>')
    const page = await browser.go(refused.href)
    expect(page.status).toBeGreaterThanOrEqual(400)
    expect(page.html).not.toMatch(/<script>|<img/)

    const late = await signInAt(world)
    const { workspace } = world.bench.stores.workspace(world.world.house.home.id)
    const grace = (await workspace.members()).find(({ name }) => name === 'Grace')
    await workspace.changeMember(grace?.id ?? '', { role: 'author' })
    expect((await late.browser.go(late.back)).text).toContain('needs the role of approver')
    await workspace.changeMember(grace?.id ?? '', { role: 'admin' })
    await nothingConnected('somebody who lost the role')
    // The log is looked at when the world closes: a refusal writes a line.
    await openBrowser().go(`${world.bench.ownAddress()}/oauth/${way.platform.name}/callback?state=x&code=y`)
  })
})
