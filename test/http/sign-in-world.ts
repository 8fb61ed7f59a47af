import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Account } from '../../src/accounts/account.ts'
import { connectIo, ioFor } from '../../src/app/connect-accounts.ts'
import type { Workbench } from '../../src/app/workbench.ts'
import type { Environment } from '../../src/kit/config.ts'
import type { Message } from '../../src/message/message.ts'
import { plainText } from '../../src/message/plain-text.ts'

import { loadPlatforms } from '../../src/platforms/contract/register.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { OPENS, type Opens, openToAll } from '../servers/oauth-accounts.ts'
import { createOAuthProvider } from '../servers/oauth-provider.ts'
import { type StandIn, startStandIn } from '../servers/stand-in.ts'
import { openBrowser, type Page } from './browser.ts'

const platforms = await loadPlatforms()
export const ways = [...platforms.values()].flatMap((platform) =>
  platform.connect.flatMap((way, place) => (way.by === 'oauth' ? [{ platform, way, place }] : [])),
)

export type Way = (typeof ways)[number]
export const nameOf = ({ platform, way }: Pick<Way, 'platform' | 'way'>): string =>
  `${platform.name}: ${way.label}`

export interface World extends Way {
  opens: Opens
  world: TestHouse
  bench: Workbench
  standIn: StandIn
  provider: ReturnType<typeof createOAuthProvider>
  close(): Promise<void>
}

/** The whole product, beside a provider that stands where the platform would. */
export async function openWorld(which: Way, environment: Environment = {}): Promise<World> {
  const opens = OPENS[nameOf(which)]
  if (!opens) throw new Error(`What a login opens at ${nameOf(which)} is not known`)
  const { platform, way } = which
  let provider: ReturnType<typeof createOAuthProvider> | undefined
  const standIn = await startStandIn((asked) => {
    if (!provider)
      return (
        openToAll(asked, { client: { id: 'first', secret: 'first' } } as World['provider']) ?? { status: 503 }
      )
    const bearer = asked.headers.authorization ?? `Bearer ${tokenIn(asked.query)}`
    const own = provider.answer(asked) ?? openToAll(asked, provider)
    if (own) return own
    if (!provider.isValid(bearer)) return { status: 401, json: { error: { code: 190, message: 'No.' } } }
    return opens.answer(asked, provider) ?? { status: 404, json: { error: 'Not found' } }
  })
  const folder = await mkdtemp(join(tmpdir(), 'crier-'))
  const prefix = platform.name.toUpperCase()
  // The client's names are the provider's own; the log is read in the end for what must not be in it.
  const names = createOAuthProvider({
    authorize: '',
    token: '',
    authentication: 'post',
    pkce: true,
    rotates: true,
    accessLives: 1,
  }).client
  const world = await openTestHouse({
    dataDir: folder,
    environment: {
      [`${prefix}_API_URL`]: standIn.url,
      [`${prefix}_CLIENT_ID`]: names.id,
      [`${prefix}_CLIENT_SECRET`]: names.secret,
      LOG_LEVEL: 'trace',
      LOG_FILE: join(folder, 'log'),
      ...environment,
    },
  })
  const { bench } = world.house
  const redirectUri = `${bench.ownAddress()}/oauth/${platform.name}/callback`
  const values = opens.values?.(new URL(standIn.url).host) ?? {}
  const server = await way.server(values, { ...connectIo(bench, world.house.home.id, platform), redirectUri })
  const pathOf = (url: string | undefined) => (url === undefined ? undefined : new URL(url).pathname)
  const revoke = pathOf(server.revocationEndpoint)
  provider = createOAuthProvider({
    authorize: pathOf(server.authorizationEndpoint) ?? '',
    token: pathOf(server.tokenEndpoint) ?? '',
    ...(revoke === undefined ? {} : { revoke }),
    authentication: server.clientAuthentication,
    ...(server.clientIdParameter === undefined ? {} : { clientIdParameter: server.clientIdParameter }),
    pkce: way.pkce,
    rotates: true,
    replayEndsAll: true,
    accessLives: 7_200,
    codeLives: 30,
    needsState: true,
    redirects: [redirectUri],
    now: () => world.clock.now(),
    ...opens.rules,
  })
  return {
    ...which,
    opens,
    world,
    bench,
    standIn,
    provider,
    async close() {
      await world.close()
      await standIn.stop()
      const lines = await logOf(folder)
      await rm(folder, { recursive: true, force: true })
      expect(lines.length, 'the log was written').toBeGreaterThan(0)
      for (const secret of [...(provider?.given ?? []), names.secret]) expect(lines).not.toContain(secret)
    },
  }
}

async function logOf(folder: string): Promise<string> {
  for (let tries = 0; tries < 40; tries++) {
    const files = (await readdir(folder)).filter((name) => name.startsWith('log'))
    const lines = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('')
    if (lines.length > 0) return lines
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return ''
}

const tokenIn = (query: URLSearchParams): string =>
  query.get('access_token') ?? query.get('fb_exchange_token') ?? query.get('token') ?? ''

/** What Grace is answered in the chat: the link, after the form if there is one. */
export async function askLink({ world, platform, place, opens, standIn }: World): Promise<string> {
  const grace = await world.speaker('Grace')
  let answer = await world.house.desk.ask(grace, { line: `connect ${platform.name} ${place + 1}` })
  if (answer.type === 'form') {
    const { command, hidden } = answer.form
    const values = { ...hidden, ...opens.values?.(new URL(standIn.url).host) }
    answer = await world.house.desk.ask(grace, { command, values })
  }
  if (answer.type !== 'message') throw new Error(`A form: ${JSON.stringify(answer.form)}`)
  expect(answer.audience).toBe('person')
  for (const scope of ways.find((one) => one.platform.name === platform.name && one.place === place)?.way
    .scopes ?? [])
    expect(plainText(answer.message)).toContain(scope.name)
  return linkIn(answer.message)
}

const linkIn = (message: Message): string => {
  const spans = message.blocks.flatMap((block) => ('spans' in block ? block.spans : []))
  const found = spans.find((span) => span.type === 'link')
  if (found?.type !== 'link') throw new Error(`No link in: ${plainText(message)}`)
  return found.href
}

/** Up to where the platform sends the person back. */
export async function signInAt(
  world: World,
  browser = openBrowser(),
): Promise<{ browser: ReturnType<typeof openBrowser>; back: string }> {
  const start = await browser.go(await askLink(world))
  expect(start.status).toBe(200)
  expect(start.text).toContain('Your team')
  const away = await browser.submit(start)
  expect(away.status, away.text).toBe(303)
  const consent = await fetch(away.headers.get('location') ?? '', { redirect: 'manual' })
  expect(consent.status, world.provider.mistakes.join()).toBe(302)
  return { browser, back: consent.headers.get('location') ?? '' }
}

export async function connect(
  world: World,
): Promise<{ accounts: Account[]; page: Page; back: string; browser: ReturnType<typeof openBrowser> }> {
  const { browser, back } = await signInAt(world)
  const landed = await browser.go(back)
  let page = landed
  if (world.opens.handles.length > 1) {
    expect(browser.labels(landed).map((label) => label.replace(/ \(.*\)$/, ''))).toEqual(world.opens.handles)
    page = await browser.submit(landed, world.opens.handles)
  }
  expect(page.status, page.text).toBe(200)
  return { accounts: await accountsOf(world), page, back, browser }
}

export const accountsOf = ({ world, platform }: World): Promise<Account[]> =>
  world.house.storage.workspace(world.house.home.id).accounts.list({ platform: platform.name })

export const openIo = ({ bench, world, platform }: World, account: Account, stale?: number) =>
  ioFor(
    bench,
    world.house.home.id,
    bench.stores.workspace(world.house.home.id),
    platform,
    account,
    AbortSignal.timeout(20_000),
    stale,
  )

/** Past the end of the access (or into the time in which it is renewed), as the platform's file tells it. */
export function expire({ world, platform }: World, credentials: unknown): void {
  const end = platform.expiresAt?.(credentials)
  if (typeof end !== 'number') throw new Error('It has no end')
  const ahead = platform.refreshAhead ?? 0
  world.clock.set(end - ahead + (ahead === 0 ? 1_000 : 60_000))
}
