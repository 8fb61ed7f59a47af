import { afterEach, beforeEach, expect, test } from 'vitest'
import { actorOf } from '../../src/app/actor.ts'
import { keepAccount, platformByName } from '../../src/app/connect-accounts.ts'
import { DAY, HOUR, MINUTE } from '../../src/kit/clock.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { OPENS } from '../servers/oauth-accounts.ts'
import { createOAuthProvider } from '../servers/oauth-provider.ts'
import { type StandIn, startStandIn } from '../servers/stand-in.ts'

const NOW = Temporal.Instant.from('2026-11-20T08:00:00Z').epochMilliseconds

/** LinkedIn, whose access lasts 60 days and which gives a refresh token to approved partners only. */
const rules = {
  authorize: '/oauth/v2/authorization',
  token: '/oauth/v2/accessToken',
  revoke: '/oauth/v2/revoke',
  authentication: 'post',
  pkce: false,
  rotates: true,
  accessLives: 60 * 24 * 3_600,
} as const

let provider: ReturnType<typeof createOAuthProvider>
let standIn: StandIn
let world: TestHouse
beforeEach(async () => {
  provider = createOAuthProvider({ ...rules, now: () => world.clock.now() })
  standIn = await startStandIn(
    (asked) =>
      provider.answer(asked) ??
      OPENS['linkedin: Sign in as a person']?.answer(asked, provider) ?? { status: 404 },
  )
  world = await openTestHouse({
    environment: {
      LINKEDIN_API_URL: standIn.url,
      LINKEDIN_CLIENT_ID: provider.client.id,
      LINKEDIN_CLIENT_SECRET: provider.client.secret,
    },
  })
})
afterEach(async () => {
  await world.close()
  await standIn.stop()
})

const storesOf = () => world.house.storage.workspace(world.house.home.id)

async function connectLinkedIn({ renewable }: { renewable: boolean }) {
  const { bench, home } = world.house
  const grace = (await storesOf().workspace.members()).find((one) => one.name === 'Grace')
  if (!grace) throw new Error('Grace is missing')
  const { accessToken, refreshToken } = provider.grant()
  const account = await keepAccount(actorOf(bench, home, grace), platformByName(bench, 'linkedin'), {
    externalId: 'urn:li:person:abc',
    handle: 'Ada Lovelace',
    credentials: {
      author: 'urn:li:person:abc',
      accessToken,
      expiresAt: NOW + 60 * DAY,
      ...(renewable ? { refreshToken, refreshExpiresAt: NOW + 365 * DAY } : {}),
    },
    facts: { kind: 'person' },
  })
  return { account, grace }
}

const toldTo = async (memberId: string): Promise<string[]> =>
  (await storesOf().transcript.list(`direct:${memberId}`, 50)).map((one) => plainText(one.message))

test('days before an end that nothing renews, who connected it is told once, and again when it is over', async () => {
  const { account, grace } = await connectLinkedIn({ renewable: false })
  expect(account.expiresAt).toBe(NOW + 60 * DAY)
  await world.pass(52 * DAY)
  expect(await toldTo(grace.id)).toEqual([])
  await world.pass(DAY + MINUTE)
  const [told = '', ...more] = await toldTo(grace.id)
  expect(told).toContain('Ada Lovelace')
  expect(told).toContain('ends')
  expect(told).toContain('Sign in again')
  expect(more).toEqual([])
  await world.pass(2 * HOUR)
  await world.pass(DAY)
  expect(await toldTo(grace.id)).toHaveLength(1)

  await world.pass(6 * DAY)
  expect((await storesOf().accounts.get(account.id))?.state).toBe('reconnect')
  const words = await toldTo(grace.id)
  expect(words).toHaveLength(2)
  expect(words.join()).toContain('must be connected again')
})

test('a login that can be renewed is renewed unasked, and nobody is told anything', async () => {
  const { account, grace } = await connectLinkedIn({ renewable: true })
  expect(account.expiresAt, 'the end of the login').toBe(NOW + 365 * DAY)
  const granted = provider.granted()
  await world.pass(60 * DAY)
  expect(provider.granted()).toBe(granted + 1)
  expect((await storesOf().accounts.get(account.id))?.state).toBe('connected')
  expect(await toldTo(grace.id)).toEqual([])
})

test('weather while it is renewed unasked ends no login', async () => {
  const { account, grace } = await connectLinkedIn({ renewable: true })
  standIn.failNext(/accessToken/, { status: 503 })
  await world.pass(60 * DAY)
  expect((await storesOf().accounts.get(account.id))?.state).toBe('connected')
  await world.pass(13 * HOUR)
  expect((await storesOf().accounts.get(account.id))?.state).toBe('connected')
  expect(await toldTo(grace.id)).toEqual([])
})
