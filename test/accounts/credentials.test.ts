import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Account } from '../../src/accounts/account.ts'
import { createCredentials } from '../../src/accounts/credentials.ts'
import { createSealer } from '../../src/accounts/seal.ts'
import { HOUR, MINUTE } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import type { Io, Platform } from '../../src/platforms/contract/platform.ts'
import { PublishError } from '../../src/platforms/contract/publish-error.ts'
import { Tokens } from '../../src/platforms/contract/tokens.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { failureOf } from '../platforms/stage.ts'

/** A platform whose refresh tokens rotate: one that was used, or never given, is dead. */
function rotating({ takes = 0 }: { takes?: number } = {}) {
  const alive = new Set<string>(['r0'])
  let given = 0
  const state = {
    calls: [] as string[],
    weather: false,
    /** What the next refresh answers besides new access. */
    gives: (count: number): Record<string, unknown> => ({ refreshToken: `r${count}` }),
    expiresIn: 2 * HOUR,
  }
  const Shape = Tokens.extend({ board: z.string() })
  const platform = {
    name: 'made-up',
    label: 'Made-up',
    credentials: Shape,
    expiresAt: ({ expiresAt }: Tokens) => expiresAt,
    async refresh(kept: z.infer<typeof Shape>, io: Io<never>) {
      state.calls.push(kept.refreshToken ?? 'none')
      if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes))
      if (state.weather) throw new PublishError('made-up', { do: 'retry' }, 'It is down')
      if (!kept.refreshToken || !alive.delete(kept.refreshToken))
        throw new PublishError('made-up', { do: 'reconnect' }, 'invalid_grant')
      given += 1
      const fresh = {
        ...kept,
        accessToken: `a${given}`,
        expiresAt: io.now + state.expiresIn,
        ...state.gives(given),
      }
      alive.add(String(fresh.refreshToken))
      return fresh
    },
  } as unknown as Platform
  return { platform, state, alive }
}

let world: TestHouse
beforeAll(async () => {
  world = await openTestHouse()
})
afterAll(() => world.close())

const NOW = Temporal.Instant.from('2026-11-20T08:00:00Z').epochMilliseconds
beforeEach(() => world.clock.set(NOW))

const storesOf = () => world.house.storage.workspace(world.house.home.id)
const sealer = () => world.house.bench.sealer

const door = (worker: string) =>
  createCredentials({
    store: storesOf().accounts,
    together: (run) => world.house.storage.transaction(world.house.home.id, ({ accounts }) => run(accounts)),
    sealer: sealer(),
    clock: world.clock,
    worker,
  })

const io = () => ({ now: world.clock.now() }) as Io<unknown>

let added: string[] = []
afterEach(async () => {
  for (const id of added) {
    const kept = await storesOf().accounts.credentials(id)
    if (kept) await storesOf().accounts.replaceCredentials(id, null, kept.version)
    await storesOf().accounts.change(id, { state: 'disconnected' })
  }
  added = []
})

async function add(credentials: Record<string, unknown>): Promise<Account> {
  const [member] = await storesOf().workspace.members()
  const id = newId(NOW)
  const account: Account = {
    id,
    platform: 'made-up',
    externalId: id,
    handle: '@acme',
    state: 'connected',
    facts: {},
    dryRun: false,
    connectedBy: member?.id ?? '',
    expiresAt: null,
    failures: 0,
    leftAloneUntil: null,
    createdAt: NOW,
  }
  await storesOf().accounts.add(account, sealer().seal(JSON.stringify(credentials), id))
  added.push(id)
  return account
}

const login = (changes: Record<string, unknown> = {}) => ({
  accessToken: 'a0',
  refreshToken: 'r0',
  expiresAt: NOW + HOUR,
  board: 'one',
  ...changes,
})

const stored = async ({ id }: Account) => {
  const kept = await storesOf().accounts.credentials(id)
  return JSON.parse(sealer().open(kept?.sealed ?? '', id)) as Record<string, unknown>
}

describe('a refresh', () => {
  test('is not made while access holds, and made ahead of its end', async () => {
    const { platform, state } = rotating()
    const account = await add(login())
    expect((await door('one').of(account, platform, io)).credentials).toMatchObject({ accessToken: 'a0' })
    world.clock.advance(HOUR - 4 * MINUTE)
    const opened = await door('one').of(account, platform, io)
    expect(opened.credentials).toMatchObject({ accessToken: 'a1', refreshToken: 'r1' })
    expect(await stored(account)).toEqual(opened.credentials)
    expect(state.calls).toEqual(['r0'])
  })

  test('ten callers on two machines make one, and all get what it gave', async () => {
    const { platform, state } = rotating({ takes: 200 })
    const account = await add(login({ expiresAt: NOW }))
    const opened = await Promise.all(
      Array.from({ length: 10 }, (_, index) => door(index % 2 ? 'one' : 'two').of(account, platform, io)),
    )
    expect(state.calls).toEqual(['r0'])
    for (const { credentials } of opened)
      expect(credentials).toMatchObject({ accessToken: 'a1', refreshToken: 'r1' })
  })

  test('is stored before it is used: what the caller holds is what the next process reads', async () => {
    const { platform } = rotating()
    const account = await add(login({ expiresAt: NOW }))
    const { credentials, version } = await door('one').of(account, platform, io)
    const kept = await storesOf().accounts.credentials(account.id)
    expect(kept?.version).toBe(version)
    expect(await stored(account)).toEqual(credentials)
  })

  test.each([
    ['none', {}],
    ['undefined', { refreshToken: undefined }],
    ['empty', { refreshToken: '' }],
  ])('that gives no new refresh token (%s) leaves the old one', async (_what, gives) => {
    const { platform, state, alive } = rotating()
    state.gives = () => gives
    const account = await add(login({ expiresAt: NOW }))
    alive.add('r0')
    await door('one').of(account, platform, io)
    expect((await stored(account)).refreshToken).toBe('r0')
  })

  test('that gives nonsense is not stored over what works', async () => {
    const { platform, state } = rotating()
    state.gives = () => ({ accessToken: '' })
    const account = await add(login({ expiresAt: NOW }))
    await expect(door('one').of(account, platform, io)).rejects.toThrow()
    expect(await stored(account)).toEqual(login({ expiresAt: NOW }))
  })

  test('made for a reason is made once, though the access seems to hold', async () => {
    const { platform, state } = rotating()
    const account = await add(login())
    const { version } = await door('one').of(account, platform, io)
    const again = await Promise.all(
      ['one', 'two'].map((worker) => door(worker).of(account, platform, io, version)),
    )
    expect(state.calls).toEqual(['r0'])
    for (const { credentials } of again) expect(credentials).toMatchObject({ accessToken: 'a1' })
    // Whoever comes later with the same complaint is answered by what is new since.
    await door('one').of(account, platform, io, version)
    expect(state.calls).toEqual(['r0'])
  })
})

describe('what goes wrong', () => {
  test('weather: access that still holds is used, else it is tried again later', async () => {
    const { platform, state } = rotating()
    const account = await add(login({ expiresAt: NOW + 4 * MINUTE }))
    state.weather = true
    expect((await door('one').of(account, platform, io)).credentials).toMatchObject({ accessToken: 'a0' })
    world.clock.advance(5 * MINUTE)
    expect((await failureOf(door('one').of(account, platform, io))).next.do).toBe('retry')
    state.weather = false
    expect((await door('one').of(account, platform, io)).credentials).toMatchObject({ accessToken: 'a1' })
  })

  test('weather does not make a refused access good', async () => {
    const { platform, state } = rotating()
    const account = await add(login())
    const { version } = await door('one').of(account, platform, io)
    state.weather = true
    expect((await failureOf(door('one').of(account, platform, io, version))).next.do).toBe('retry')
  })

  test('a dead login', async () => {
    const { platform, alive } = rotating()
    const account = await add(login({ expiresAt: NOW }))
    alive.clear()
    expect((await failureOf(door('one').of(account, platform, io))).next.do).toBe('reconnect')
  })

  test('a login that nothing renews is used to its last moment', async () => {
    const { platform, state } = rotating()
    const account = await add(login({ refreshToken: undefined }))
    world.clock.advance(HOUR - 1_000)
    expect((await door('one').of(account, platform, io)).credentials).toMatchObject({ accessToken: 'a0' })
    world.clock.advance(1_000)
    expect((await failureOf(door('one').of(account, platform, io))).next.do).toBe('reconnect')
    expect(state.calls).toEqual(['none'])
  })

  test('a worker that died with the lock holds nobody up for more than a minute', async () => {
    const { platform } = rotating()
    const account = await add(login({ expiresAt: NOW }))
    await storesOf().accounts.lockRefresh(account.id, 'the dead', NOW, NOW + MINUTE)
    world.clock.advance(MINUTE)
    expect((await door('one').of(account, platform, io)).credentials).toMatchObject({ accessToken: 'a1' })
  })

  test('another key opens nothing', async () => {
    const { platform } = rotating()
    const account = await add(login())
    const kept = await storesOf().accounts.credentials(account.id)
    const foreign = createSealer(['another-secret-of-sixteen']).seal('{}', account.id)
    await storesOf().accounts.replaceCredentials(account.id, foreign, kept?.version ?? 0)
    expect((await failureOf(door('one').of(account, platform, io))).next.do).toBe('reconnect')
  })
})

describe('somebody else writes while a refresh is under way', () => {
  test('who signed in anew wins, and the caller gets their login', async () => {
    const { platform } = rotating({ takes: 100 })
    const account = await add(login({ expiresAt: NOW }))
    const refreshing = door('one').of(account, platform, io)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const kept = await storesOf().accounts.credentials(account.id)
    const anew = login({ accessToken: 'signed-in-anew', refreshToken: 'r9' })
    await storesOf().accounts.replaceCredentials(
      account.id,
      sealer().seal(JSON.stringify(anew), account.id),
      kept?.version ?? 0,
    )
    expect((await refreshing).credentials).toEqual(anew)
    expect(await stored(account)).toEqual(anew)
  })

  test('who signed in anew has ended the refresh token before: the caller gets the new login', async () => {
    const { platform, alive } = rotating({ takes: 100 })
    const account = await add(login({ expiresAt: NOW }))
    alive.clear()
    const refreshing = door('one').of(account, platform, io)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const kept = await storesOf().accounts.credentials(account.id)
    const anew = login({ accessToken: 'signed-in-anew', refreshToken: 'r9' })
    const sealed = sealer().seal(JSON.stringify(anew), account.id)
    await storesOf().accounts.replaceCredentials(account.id, sealed, kept?.version ?? 0)
    expect((await refreshing).credentials).toEqual(anew)
  })

  test('the same login sealed anew does not cost what the refresh gave', async () => {
    const { platform } = rotating({ takes: 100 })
    const account = await add(login({ expiresAt: NOW }))
    const refreshing = door('one').of(account, platform, io)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const kept = await storesOf().accounts.credentials(account.id)
    const sealed = sealer().seal(JSON.stringify(login({ expiresAt: NOW })), account.id)
    await storesOf().accounts.replaceCredentials(account.id, sealed, kept?.version ?? 0)
    expect((await refreshing).credentials).toMatchObject({ accessToken: 'a1' })
    expect(await stored(account)).toMatchObject({ refreshToken: 'r1' })
  })

  test('whoever was disconnected meanwhile stays so', async () => {
    const { platform } = rotating({ takes: 100 })
    const account = await add(login({ expiresAt: NOW }))
    const refreshing = failureOf(door('one').of(account, platform, io))
    await new Promise((resolve) => setTimeout(resolve, 30))
    const kept = await storesOf().accounts.credentials(account.id)
    await storesOf().accounts.replaceCredentials(account.id, null, kept?.version ?? 0)
    expect((await refreshing).next.do).toBe('reconnect')
    expect(await storesOf().accounts.credentials(account.id)).toBeUndefined()
  })
})

describe('accounts that stand on one login', () => {
  test('refresh it once between them, and keep what is their own', async () => {
    const { platform, state } = rotating({ takes: 100 })
    const one = await add(login({ expiresAt: NOW, board: 'one' }))
    const two = await add(login({ expiresAt: NOW, board: 'two' }))
    const [first, second] = await Promise.all([
      door('one').of(one, platform, io),
      door('two').of(two, platform, io),
    ])
    expect(state.calls).toEqual(['r0'])
    expect(first.credentials).toMatchObject({ accessToken: 'a1', refreshToken: 'r1', board: 'one' })
    expect(second.credentials).toMatchObject({ accessToken: 'a1', refreshToken: 'r1', board: 'two' })
    world.clock.advance(2 * HOUR)
    await door('two').of(two, platform, io)
    expect(await stored(one)).toMatchObject({ accessToken: 'a2', refreshToken: 'r2', board: 'one' })
  })

  test('one that is disconnected meanwhile does not cost the other its login', async () => {
    const { platform } = rotating({ takes: 100 })
    const one = await add(login({ expiresAt: NOW, board: 'one' }))
    const two = await add(login({ expiresAt: NOW, board: 'two' }))
    const refreshing = failureOf(door('one').of(one, platform, io))
    await new Promise((resolve) => setTimeout(resolve, 30))
    const kept = await storesOf().accounts.credentials(one.id)
    await storesOf().accounts.replaceCredentials(one.id, null, kept?.version ?? 0)
    expect((await refreshing).next.do).toBe('reconnect')
    expect(await stored(two)).toMatchObject({ accessToken: 'a1', refreshToken: 'r1', board: 'two' })
  })

  test('another login of the same platform is left alone', async () => {
    const { platform } = rotating()
    const one = await add(login({ expiresAt: NOW }))
    const other = await add(login({ refreshToken: 'somebody-else', expiresAt: NOW }))
    await door('one').of(one, platform, io)
    expect(await stored(other)).toMatchObject({ accessToken: 'a0', refreshToken: 'somebody-else' })
  })
})

test('what is remembered of its end is the end of the login, not of the access', async () => {
  const { platform, state } = rotating()
  const ends = NOW + 180 * 24 * HOUR
  state.gives = (count) => ({ refreshToken: `r${count}`, refreshExpiresAt: ends })
  const account = await add(login({ expiresAt: NOW }))
  await door('one').of(account, platform, io)
  expect((await storesOf().accounts.get(account.id))?.expiresAt).toBe(ends)
})
