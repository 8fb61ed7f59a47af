import { Registry } from 'prom-client'
import { createSealer } from '../../src/accounts/seal.ts'
import { type Actor, actorOf } from '../../src/app/actor.ts'
import { enterReview } from '../../src/app/enter-review.ts'
import type { Surface } from '../../src/app/surface.ts'
import type { Workbench } from '../../src/app/workbench.ts'
import { draftIn } from '../../src/app/write-posts.ts'
import type { Delivery } from '../../src/deliveries/delivery.ts'
import type { Clock, EpochMs } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import { silentLog } from '../../src/kit/log.ts'
import { UserError } from '../../src/kit/user-error.ts'
import { createHttp } from '../../src/platforms/contract/http.ts'
import type { Platform } from '../../src/platforms/contract/platform.ts'
import type { Post } from '../../src/posts/post.ts'
import { createMeters } from '../../src/scheduler/meters.ts'
import { createScheduler, type Scheduler } from '../../src/scheduler/scheduler.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { unlimited } from '../../src/workspaces/plan.ts'
import { defaultSettings, type SurfaceName, type WorkspaceId } from '../../src/workspaces/workspace.ts'
import { type Life, mortal } from './mortal.ts'
import { firePlatform, KINDS } from './platforms.ts'

/** One process that publishes, with a clock that may differ from the others'. */
export interface Worker {
  life: Life
  bench: Workbench
  scheduler: Scheduler
  /** One beat; comes back when everything is done, or when it has died or frozen. */
  tick(): Promise<void>
}

const sealer = createSealer(['an old secret of many characters'])

function benchOn(
  storage: Workbench['stores'],
  clock: Clock,
  platforms: readonly Platform[],
  apiUrl: string,
): Workbench {
  const ways = new Map(
    platforms.map((platform) => [
      platform.name,
      createHttp({ platform, log: silentLog, now: clock.now, allowOrigins: [new URL(apiUrl).origin] }),
    ]),
  )
  return {
    stores: storage,
    platforms: new Map(platforms.map((platform) => [platform.name, platform])),
    sealer,
    clock,
    log: silentLog,
    blobs: {
      place: 'nowhere',
      of: () => {
        throw new Error('Nobody attaches anything here')
      },
      check: async () => ({ ok: true, sentence: 'none' }),
      close: async () => undefined,
    },
    mediaKeepDays: 0,
    incoming: '',
    worker: newId(clock.now()).slice(-12),
    httpOf: (platform) => {
      const way = ways.get(platform.name)
      if (!way) throw new Error(`There is no way to ${platform.name}`)
      return way
    },
    fetchOf: () => {
      throw new Error('Nobody fetches here')
    },
    fetchFile: () => {
      throw new Error('Nobody fetches here')
    },
    callOut: () => {
      throw new Error('Nobody calls out here')
    },
    plan: unlimited,
    apiUrlOf: () => apiUrl,
    apiVersionOf: () => undefined,
    publicAddress: false,
    publicProblem: async () => undefined,
    clientOf: () => undefined,
    ownAddress: () => 'http://127.0.0.1',
    publicMediaUrl: () => undefined,
  }
}

export const firePlatforms = KINDS.map(firePlatform)

export async function startWorker(
  storage: Storage,
  clock: Clock,
  {
    skew,
    url,
    surfaces = new Map(),
  }: { skew: number; url: string; surfaces?: ReadonlyMap<SurfaceName, Surface> },
): Promise<Worker> {
  const { stores, life } = mortal(storage)
  const own = { now: () => clock.now() + skew }
  const bench = benchOn(stores, own, firePlatforms, url)
  const scheduler = await createScheduler({
    bench,
    surfaces,
    meters: createMeters(new Registry(), () => 0),
    onWrite: () => () => undefined,
    random: () => 0.5,
    alone: false,
  })
  let beat: Promise<void> | undefined
  return {
    life,
    bench,
    scheduler,
    async tick() {
      if (life.state() !== 'alive') return
      // A beat that froze in its middle goes on first.
      beat = (beat ?? Promise.resolve()).then(() => scheduler.tick())
      await Promise.race([beat, life.stopped()])
      if (life.state() === 'alive') beat = undefined
    },
  }
}

/** A team of one, with an account on each platform. */
export async function newTeam(
  storage: Storage,
  now: EpochMs,
  platforms: readonly string[],
): Promise<{ id: WorkspaceId; accountIds: string[]; actor(bench: Workbench): Promise<Actor> }> {
  const id = newId(now) as WorkspaceId
  await storage.directory.create({
    id,
    name: 'Acme',
    settings: { ...defaultSettings, approvals: 0, lateMinutes: 100_000 },
    createdAt: now,
  })
  const stores = storage.workspace(id)
  const member = await stores.workspace.addMember({
    id: newId(now),
    name: 'Grace',
    role: 'admin',
    zone: null,
    locale: null,
    identities: [{ surface: 'playground', chat: `chat-${id}`, externalId: 'grace' }],
    createdAt: now,
  })
  await stores.workspace.addChat({
    id: newId(now),
    surface: 'playground',
    externalId: `chat-${id}`,
    name: 'Playground',
    channels: { review: 'review', results: 'results', digest: null },
    sealedToken: null,
    createdAt: now,
  })
  const accountIds: string[] = []
  for (const platform of platforms) {
    const account = newId(now)
    accountIds.push(account)
    await stores.accounts.add(
      {
        id: account,
        platform,
        externalId: account,
        handle: `@${platform}`,
        state: 'connected',
        facts: {},
        dryRun: false,
        connectedBy: member.id,
        expiresAt: null,
        failures: 0,
        leftAloneUntil: null,
        createdAt: now,
      },
      sealer.seal(JSON.stringify({ token: 't' }), account),
    )
  }
  return {
    id,
    accountIds,
    async actor(bench) {
      return actorOf(bench, await storage.workspace(id).workspace.get(), member)
    },
  }
}

/** A post that goes out at `at`. */
export const schedulePost = (actor: Actor, text: string, accountIds: string[], at: EpochMs): Promise<Post> =>
  actor.bench.stores.transaction(actor.workspace.id, async (stores) =>
    enterReview(
      stores,
      actor,
      await draftIn(stores, actor, { text, accountIds }, { at, zone: 'UTC', phrase: 'then' }),
    ),
  )

/** What a person tries, and may be told that it is too late for. */
export async function tried<Value>(doing: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await doing()
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

export const allDeliveries = async (storage: Storage, id: WorkspaceId): Promise<Delivery[]> =>
  storage.workspace(id).deliveries.list({})
