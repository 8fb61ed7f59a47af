import { afterEach, beforeEach, expect, test } from 'vitest'
import { actorOf } from '../../src/app/actor.ts'
import { keepAccount } from '../../src/app/connect-accounts.ts'
import { HOUR, MINUTE } from '../../src/kit/clock.ts'
import type { Platform, Published } from '../../src/platforms/contract/platform.ts'
import { PublishError } from '../../src/platforms/contract/publish-error.ts'
import { Tokens } from '../../src/platforms/contract/tokens.ts'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse, type TestHouse } from '../house.ts'

const NOW = Temporal.Instant.from('2026-11-20T08:00:00Z').epochMilliseconds

let world: TestHouse
let used: string[]
let refreshes: number
let metered: string[]
beforeEach(async () => {
  world = await openTestHouse()
  used = []
  metered = []
  refreshes = 0
})
afterEach(() => world.close())

/** A platform that has ended the first access long before its time, and says so. */
function earlyEnding(): Platform {
  const takes = (credentials: unknown, seen: string[]): void => {
    const { accessToken } = Tokens.parse(credentials)
    seen.push(accessToken)
    if (accessToken === 'a0')
      throw new PublishError('early', { do: 'retry', refresh: true }, 'The access has ended', {
        code: 'ExpiredToken',
      })
  }
  const platform: Platform = {
    name: 'early',
    label: 'Early',
    text: { limit: () => 500, count: (text) => text.length, unit: 'characters' },
    media: { images: { max: 0, types: [], maxBytes: 0 } },
    postTypes: ['text'],
    setUp: { operator: 'Nothing' },
    connect: [{ by: 'form', label: 'x', fields: [], open: () => Promise.reject(new Error('unused')) }],
    credentials: Tokens,
    expiresAt: (credentials) => Tokens.parse(credentials).expiresAt,
    async refresh(credentials) {
      refreshes += 1
      return { ...Tokens.parse(credentials), accessToken: `a${refreshes}`, refreshToken: `r${refreshes}` }
    },
    check: () => [],
    show: (text) => [{ type: 'plain', text }],
    async commit(_publication, { credentials }): Promise<Published> {
      takes(credentials, used)
      return { remoteId: String(used.length), url: null }
    },
    look: { says: 'nothing', repeatableFor: 0, trustAfter: 0 },
    metrics: {
      names: ['likes'],
      async read(remotes, { credentials }) {
        takes(credentials, metered)
        return new Map(remotes.map(({ remoteId }) => [remoteId, { likes: 3 }]))
      },
    },
  }
  const platforms = world.house.bench.platforms as Map<string, Platform>
  platforms.set('early', platform)
  return platform
}

async function connectEarly(accessToken: string) {
  const { bench, home, storage } = world.house
  const grace = (await storage.workspace(home.id).workspace.members()).find((one) => one.name === 'Grace')
  if (!grace) throw new Error('Grace is missing')
  return keepAccount(actorOf(bench, home, grace), earlyEnding(), {
    externalId: '1',
    handle: '@acme',
    credentials: { accessToken, refreshToken: 'r0', expiresAt: NOW + 100 * 24 * HOUR },
    facts: {},
  })
}

test('access that ended before its time is refreshed before the next try, once', async () => {
  await connectEarly('a0')
  await play(
    world,
    `
    Grace: settings approvals 0
    Grace: schedule in 5 minutes to early: We ship
    `,
  )
  await world.pass(5 * MINUTE + 1_000)
  expect(used).toEqual(['a0'])
  await world.pass(5 * MINUTE)
  expect(used).toEqual(['a0', 'a1'])
  expect(refreshes).toBe(1)
  await play(world, 'Grace: show 1\nbot: published')
})

test('the numbers are read with fresh access at once', async () => {
  const account = await connectEarly('b0')
  await play(
    world,
    `
    Grace: settings approvals 0
    Grace: schedule in 5 minutes to early: We ship
    `,
  )
  await world.pass(5 * MINUTE + 1_000)
  expect(used).toEqual(['b0'])
  // Now the platform ends it.
  const { accounts } = world.house.storage.workspace(world.house.home.id)
  const kept = await accounts.credentials(account.id)
  const ended = { accessToken: 'a0', refreshToken: 'r0', expiresAt: NOW + 100 * 24 * HOUR }
  const sealed = world.house.bench.sealer.seal(JSON.stringify(ended), account.id)
  await accounts.replaceCredentials(account.id, sealed, kept?.version ?? 0)
  await world.pass(HOUR)
  expect(metered.slice(0, 2)).toEqual(['a0', 'a1'])
  expect(refreshes).toBe(1)
})
