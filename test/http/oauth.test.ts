import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectIo } from '../../src/app/connect-accounts.ts'
import { plainText } from '../../src/message/plain-text.ts'

import { failureOf } from '../platforms/stage.ts'
import { OPENS } from '../servers/oauth-accounts.ts'
import { openBrowser } from './browser.ts'

import {
  accountsOf,
  askLink,
  connect,
  expire,
  nameOf,
  openIo,
  openWorld,
  signInAt,
  type World,
  ways,
} from './sign-in-world.ts'

test('there are platforms with a sign-in, and each is known here', () => {
  expect(ways.length).toBeGreaterThan(0)
  const unknown = ways.map(nameOf).filter((name) => !(name in OPENS))
  expect(unknown, 'Say in test/servers/oauth-accounts.ts what a login opens there').toEqual([])
})

describe.each(ways.map((one) => [nameOf(one), one] as const))('%s', (_name, which) => {
  let world: World
  let connected: Awaited<ReturnType<typeof connect>>
  beforeAll(async () => {
    world = await openWorld(which)
    connected = await connect(world)
  })
  afterAll(() => world.close())

  test('connects what the login opens, and tells so on the page and in the chat', async () => {
    const { accounts, page } = connected
    expect(world.provider.mistakes).toEqual([])
    expect(accounts.map(({ handle }) => handle.replace(/(?<=^@[^@]+)@.*/, '')).toSorted()).toEqual(
      world.opens.handles.toSorted(),
    )
    expect(page.text).toContain('connected')
    await world.world.pass(0)
    const home = world.world.house.home.id
    const members = await world.bench.stores.workspace(home).workspace.members()
    const grace = members.find((member) => member.name === 'Grace')
    const told = (
      await world.world.house.storage.workspace(home).transcript.list(`direct:${grace?.id}`, 20)
    ).map((one) => plainText(one.message))
    for (const handle of world.opens.handles) expect(told.join('\n'), 'told in the chat').toContain(handle)
  })

  test('the page has no script, is kept by nobody, and tells no address on', () => {
    const { headers, html } = connected.page
    expect(html).not.toMatch(/<script|\son\w+=|javascript:/i)
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('the way back opens once', async () => {
    const again = await connected.browser.go(connected.back)
    expect(again.status).toBe(400)
    expect(again.text).toContain('used already')
  })

  test('another browser can not end it, and the right one still can', async () => {
    const { browser, back } = await signInAt(world)
    const stranger = await openBrowser().go(back)
    expect(stranger.status).toBe(400)
    expect(stranger.text).toContain('another browser')
    expect((await browser.go(back)).status).toBe(200)
  })

  test('a state that Crier did not make, and one that is too old', async () => {
    const { browser, back } = await signInAt(world)
    const forged = new URL(back)
    forged.searchParams.set('state', `${forged.searchParams.get('state')?.slice(0, -4)}AAAA`)
    expect((await browser.go(forged.href)).text).toContain('not begun by Crier')
    forged.searchParams.delete('state')
    expect((await browser.go(forged.href)).text).toContain('not begun by Crier')
    world.world.clock.advance(10 * 60_000)
    const late = await browser.go(back)
    expect(late.text).toContain('longer than ten minutes')
    expect(late.status).toBe(400)
  })

  test('a code that the platform finds too old', async () => {
    const { browser, back } = await signInAt(world)
    world.world.clock.advance(60_000)
    const late = await browser.go(back)
    expect(late.text).toContain('did not take the sign-in')
    expect(late.html).toContain('Try again')
    expect(world.provider.mistakes.splice(0)).toEqual(['invalid_grant: the code has expired'])
  })

  test('whoever says no at the platform is told that nothing happened', async () => {
    world.provider.next.refuse = 'access_denied'
    const before = await accountsOf(world)
    const { browser, back } = await signInAt(world)
    const page = await browser.go(back)
    expect(page.text).toContain('You did not let Crier in')
    expect(await accountsOf(world)).toEqual(before)
    const link = /<a class="button" href="([^"]+)"/.exec(page.html)?.[1] ?? ''
    expect((await browser.go(link)).status, 'the way back in').toBe(200)
  })

  test('a platform that is down', async () => {
    const { browser, back } = await signInAt(world)
    const path = new URL((await serverOf(world)).tokenEndpoint).pathname
    world.standIn.failNext(new RegExp(`^POST ${path}$`), { status: 503 })
    const page = await browser.go(back)
    expect(page.status).toBe(502)
    expect(page.text).toMatch(/can't be reached/)
    const cut = await signInAt(world)
    world.standIn.failNext(new RegExp(`^POST ${path}$`), 'drop')
    expect((await cut.browser.go(cut.back)).status).toBe(502)
  })

  test('a client that the platform does not know is the operator’s to put right', async () => {
    const { browser, back } = await signInAt(world)
    const path = new URL((await serverOf(world)).tokenEndpoint).pathname
    world.standIn.failNext(new RegExp(`^POST ${path}$`), {
      status: 401,
      json: { error: 'invalid_client', error_description: `Unknown ${world.provider.client.secret}` },
    })
    const page = await browser.go(back)
    expect(page.text).toContain(`/oauth/${world.platform.name}/callback`)
    expect(page.text).toContain('operator')
    expect(page.text).not.toContain(world.provider.client.secret)
  })

  test('permissions that were left out are named with what they would be for', async () => {
    const needed = world.way.scopes.filter(({ optional }) => !optional)
    const spare = world.way.scopes.filter(({ optional }) => optional)
    if (world.opens.silentAboutScopes) {
      console.log(`${nameOf(which)}: not told by its token answer, so nobody can say what was left out`)
      return
    }
    const [first] = needed
    if (!first) throw new Error('Something must be needed')
    if (world.way.scopes.length === 1) {
      console.log(`${nameOf(which)}: has one permission, and without it there is no login at all`)
      return
    }
    world.provider.next.scopes = world.way.scopes.filter((scope) => scope !== first).map(({ name }) => name)
    const { browser, back } = await signInAt(world)
    const page = await browser.go(back)
    expect(page.status).toBe(400)
    expect(page.text).toContain(`${first.name} (for ${first.for})`)
    expect(page.text).toContain('Nothing was connected')
    for (const scope of spare) {
      world.provider.next.scopes = world.way.scopes.filter((one) => one !== scope).map(({ name }) => name)
      const less = await connect(world)
      expect(less.page.text).toContain(`${scope.name} (for ${scope.for})`)
    }
    world.provider.next.scopes = undefined
  })

  test('what the app may not ask for is named, with the other ways in', async () => {
    world.provider.next.refuse = 'invalid_scope'
    const { browser, back } = await signInAt(world)
    const page = await browser.go(back)
    for (const { name, optional } of world.way.scopes) if (!optional) expect(page.text).toContain(name)
    for (const other of world.platform.connect)
      if (other !== world.way) expect(page.text).toContain(other.label)
  })

  test('access is renewed once, whoever asks for it at the same time', async () => {
    const [account, other] = await accountsOf(world)
    if (!account) throw new Error('It was not connected')
    const before = await openIo(world, account)
    if (!world.platform.expiresAt?.(before.credentials)) {
      expect(account.expiresAt, 'a login without an end').toBe(null)
      return
    }
    expire(world, before.credentials)
    const granted = world.provider.granted()
    world.provider.mistakes.splice(0)
    const [one, two, three] = await Promise.all([
      openIo(world, account),
      openIo({ ...world, bench: { ...world.bench, worker: 'another-machine' } }, account),
      // Accounts that stand on one login share its tokens.
      openIo({ ...world, bench: { ...world.bench, worker: 'a-third-machine' } }, other ?? account),
    ])
    expect(world.provider.granted() - granted).toBe(1)
    expect(one.credentials).toEqual(two.credentials)
    expect(one.credentials).not.toEqual(before.credentials)
    expect(tokensOf(three.credentials)).toEqual(tokensOf(one.credentials))
    expect(world.provider.mistakes).toEqual([])
    // And once more, with what the first renewal gave.
    expire(world, one.credentials)
    const later = await openIo(world, other ?? account)
    expect(tokensOf(later.credentials)).not.toEqual(tokensOf(one.credentials))
    expect(world.provider.mistakes).toEqual([])
  })

  test('weather leaves the login alone; a dead one is told from it', async () => {
    const [account] = await accountsOf(world)
    if (!account) throw new Error('It was not connected')
    const { credentials } = await openIo(world, account)
    if (!world.platform.expiresAt?.(credentials)) return
    // Wholly over, so that there is nothing left to go on with.
    world.world.clock.set(world.platform.expiresAt(credentials) ?? 0)
    const renewing = /^(POST|GET) .*(token|accessToken|access_token|refresh_access_token)\/?$/
    world.standIn.failNext(renewing, { status: 503 })
    expect((await failureOf(openIo(world, account))).next.do).toBe('retry')
    world.provider.endAll()
    expect((await failureOf(openIo(world, account))).next.do).toBe('reconnect')
  })

  test('disconnecting ends the access at the platform, with the last account that stands on it', async () => {
    const fresh = await connect(world)
    const accounts = fresh.accounts.filter((one) => one.state === 'connected')
    const grace = await world.world.speaker('Grace')
    const words: string[] = []
    for (const { id } of accounts) {
      const answer = await world.world.house.desk.ask(grace, {
        command: 'disconnect',
        values: { account: id },
      })
      words.push(answer.type === 'message' ? plainText(answer.message) : JSON.stringify(answer.form))
    }
    expect((await accountsOf(world)).map(({ state }) => state)).toEqual(accounts.map(() => 'disconnected'))
    if (!world.platform.revoke) {
      expect(words.join()).toContain('End its access at the platform too')
      return
    }
    expect(words.at(-1)).toContain('has ended at the platform')
    for (const earlier of words.slice(0, -1)) expect(earlier).toContain('the same login')
    expect(world.provider.revoked.length).toBeGreaterThan(0)
    expect(world.provider.given).toEqual(expect.arrayContaining(world.provider.revoked))
  })
})

const tokensOf = (credentials: unknown) => {
  const { accessToken, refreshToken, token } = credentials as Record<string, unknown>
  return { accessToken, refreshToken, token }
}

async function serverOf({ bench, world, platform, way, opens, standIn }: World) {
  const redirectUri = `${bench.ownAddress()}/oauth/${platform.name}/callback`
  const io = connectIo(bench, world.house.home.id, platform)
  return way.server(opens.values?.(new URL(standIn.url).host) ?? {}, { ...io, redirectUri })
}

test('LinkedIn for a person alone works without what organisations ask for', async () => {
  const which = ways.find((one) => nameOf(one) === 'linkedin: Sign in for organisation pages')
  if (!which) throw new Error('LinkedIn has lost a way in')
  const world = await openWorld(which)
  try {
    world.provider.next.scopes = ['openid', 'profile', 'w_member_social']
    const { browser, back } = await signInAt(world)
    const page = await browser.go(back)
    expect(page.status, page.text).toBe(200)
    expect(page.text).toContain('Ada Lovelace')
    expect(page.text).toContain('w_organization_social (for publishing as an organisation)')
    expect(await accountsOf(world)).toMatchObject([{ handle: 'Ada Lovelace', state: 'connected' }])
  } finally {
    await world.close()
  }
})

describe('pages and links', () => {
  const which = ways.find((one) => one.platform.name === 'pinterest')
  if (!which) throw new Error('There is no platform with a choice')
  let world: World
  beforeAll(async () => {
    world = await openWorld(which)
  })
  afterAll(() => world.close())

  test('a link works for ten minutes, and for its platform alone', async () => {
    const link = await askLink(world)
    const browser = openBrowser()
    expect((await browser.go(link.replace('/oauth/pinterest/', '/oauth/x/'))).text).toContain(
      'does not know this link',
    )
    expect((await browser.go(`${link.slice(0, -3)}AAA`)).text).toContain('does not know this link')
    expect((await browser.go(link.replace('pinterest', 'nowhere'))).status).toBe(404)
    world.world.clock.advance(10 * 60_000)
    expect((await browser.go(link)).text).toContain('This link has ended')
  })

  test('no other site can send the form, and the cookie is for the way back alone', async () => {
    const link = await askLink(world)
    const browser = openBrowser()
    const start = await browser.go(link)
    expect(browser.jar.size, 'nothing is begun by looking').toBe(0)
    const body = new URLSearchParams({ ticket: new URL(link).searchParams.get('ticket') ?? '' })
    const post = (headers: Record<string, string>) =>
      browser.go(link.split('?')[0] ?? '', { method: 'POST', body, headers })
    expect((await post({ origin: 'https://elsewhere.example' })).status).toBe(403)
    expect((await post({ origin: 'null' })).status).toBe(403)
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(browser.jar.size).toBe(0)
    expect((await browser.submit(start)).status).toBe(303)
    const [cookie] = [...browser.jar.values()]
    expect(cookie?.attributes).toMatch(/Path=\/oauth\/pinterest.*HttpOnly.*SameSite=Lax/)
    expect(cookie?.value.length).toBeLessThan(3_000)
  })

  test('a sign-in of one’s own does not end another’s, not even under its name', async () => {
    const theirs = await signInAt(world)
    const mine = await signInAt(world)
    const [name = ''] = [...theirs.browser.jar.keys()]
    const [own] = [...mine.browser.jar.values()]
    if (!own) throw new Error('There is no cookie')
    mine.browser.jar.set(name, own)
    expect((await mine.browser.go(theirs.back)).text).toContain('another browser')
  })

  test('a choice is the same browser’s, is made once, and of what was offered', async () => {
    const { browser, back } = await signInAt(world)
    const page = await browser.go(back)
    expect(await accountsOf(world), 'nothing is kept before the choice').toEqual([])
    expect((await openBrowser().submit(page, ['@acme / Kettles'])).text).toContain('another browser')
    expect((await browser.submit(page, [])).text).toContain('No account was chosen')
    expect((await browser.submit(page, ['@acme / Kettles'])).text).toContain('is connected')
    expect((await accountsOf(world)).map(({ handle }) => handle)).toEqual(['@acme / Kettles'])
    expect((await browser.submit(page, ['@acme / Teapots'])).text).toContain('used already')
    expect(await accountsOf(world)).toHaveLength(1)
    // Whoever signs in again finds ticked what the team has.
    const later = await signInAt(world)
    expect(later.browser.ticked(await later.browser.go(later.back))).toEqual(['@acme / Kettles'])
  })

  test('an account more than the plan allows is refused on the page, which says what was kept', async () => {
    const small = await openWorld(which, { LIMIT_ACCOUNTS: '1' })
    try {
      const { browser, back } = await signInAt(small)
      const page = await browser.submit(await browser.go(back), ['@acme / Kettles', '@acme / Teapots'])
      expect(page.status).toBe(400)
      expect(page.headers.get('content-type')).toContain('text/html')
      expect(page.text).toContain('The plan of this workspace allows 1 account, and it is connected already.')
      expect(page.text).toContain('@acme / Kettles on Pinterest is connected.')
      expect((await accountsOf(small)).map(({ handle }) => handle)).toEqual(['@acme / Kettles'])
      // Also where there is nothing to choose: the login's only account is one too many.
      const again = await signInAt(small)
      const refused = await again.browser.submit(await again.browser.go(again.back), ['@acme / Teapots'])
      expect(refused.headers.get('content-type')).toContain('text/html')
      expect(refused.text).toContain('allows 1 account')
      expect(refused.text).not.toContain('is connected.')
    } finally {
      await small.close()
    }
  })

  test('whoever has lost their role since they asked connects nothing', async () => {
    const link = await askLink(world)
    const { workspace } = world.bench.stores.workspace(world.world.house.home.id)
    const grace = (await workspace.members()).find((one) => one.name === 'Grace')
    await workspace.changeMember(grace?.id ?? '', { role: 'author' })
    expect((await openBrowser().go(link)).text).toContain('needs the role of approver; Grace is author')
    await workspace.changeMember(grace?.id ?? '', { role: 'admin' })
  })

  test('what a person or a platform wrote is text on the page, never markup', async () => {
    const { workspace } = world.bench.stores.workspace(world.world.house.home.id)
    await workspace.rename('<script>alert(1)</script>')
    const page = await openBrowser().go(await askLink(world))
    expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page.html).not.toContain('<script')
  })

  test('the state fits what X takes: 500 characters', async () => {
    await world.bench.stores.workspace(world.world.house.home.id).workspace.rename('Your team')
    const { back } = await signInAt(world)
    expect(new URL(back).searchParams.get('state')?.length).toBeLessThan(500)
  })
})

test('by default nobody is sent, and no secret goes, anywhere but to the platform by https', async () => {
  for (const { platform, way } of ways) {
    if (!platform.apiUrl) continue
    const nowhere = () => Promise.reject(new Error('It asked the network'))
    const server = await way.server(
      {},
      {
        http: { send: nowhere, find: nowhere },
        apiUrl: platform.apiUrl,
        client: { id: 'one', secret: 'two' },
        signal: AbortSignal.timeout(1_000),
        now: 0,
        redirectUri: 'https://crier.example.com/callback',
      },
    )
    const { authorizationEndpoint, tokenEndpoint, revocationEndpoint } = server
    for (const address of [authorizationEndpoint, tokenEndpoint, revocationEndpoint ?? tokenEndpoint])
      expect(new URL(address).protocol, `${nameOf({ platform, way })} ${address}`).toBe('https:')
  }
})
