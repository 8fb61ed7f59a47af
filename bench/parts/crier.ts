import { mkdtempSync, rmSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import type { Surface } from '../../src/app/surface.ts'
import { build, type House } from '../../src/build.ts'
import type { Delivery } from '../../src/deliveries/delivery.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { readConfig } from '../../src/kit/config.ts'
import { newId } from '../../src/kit/ids.ts'
import { emptyContent } from '../../src/posts/post.ts'
import { createMeters } from '../../src/scheduler/meters.ts'
import { createScheduler, type Scheduler } from '../../src/scheduler/scheduler.ts'
import { defaultSettings, type SurfaceName, type WorkspaceId } from '../../src/workspaces/workspace.ts'

// As crier.js does for each start: what was parsed once need not be again.
enableCompileCache()

/** One kilobyte of a post, short of what the webhook's envelope adds. */
export const TEXT = 'x'.repeat(750)

/**
 * Crier as it is built, in a folder of its own.
 *
 * @param database PostgreSQL's url, or `sqlite`
 * @param settings more of its environment
 */
export async function openCrier({
  database,
  receiver,
  dataDir,
  settings = {},
}: {
  database: string
  receiver: string
  dataDir?: string
  settings?: Record<string, string>
}): Promise<House> {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir ?? folder(),
    DATABASE_URL: database === 'sqlite' ? 'file:bench.sqlite' : database,
    LOG_LEVEL: 'error',
    WEBHOOK_API_URL: receiver,
    CRIER_SECRET_KEY: 'a secret for measuring with, of no use elsewhere',
    ...settings,
  })
  return build(config, { clock: systemClock, zone: 'UTC', role: 'server' })
}

/** A folder that is gone when this process ends. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'crier-bench-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}

export interface BenchTeam {
  id: WorkspaceId
  accountIds: string[]
  authorId: string
}

/** A team with so many webhook accounts. With `chat` its posts have cards in a review and words in a results channel. */
export async function newTeam(
  house: House,
  receiver: string,
  { accounts = 1, chat = false } = {},
): Promise<BenchTeam> {
  const { storage, clock } = house
  const now = clock.now()
  const id = newId(now) as WorkspaceId
  await storage.directory.create({
    id,
    name: 'Bench',
    settings: { ...defaultSettings, approvals: 0 },
    createdAt: now,
  })
  const stores = storage.workspace(id)
  const author = await stores.workspace.addMember({
    id: newId(now),
    name: 'Ada',
    role: 'admin',
    zone: null,
    locale: null,
    identities: [],
    createdAt: now,
  })
  if (chat)
    await stores.workspace.addChat({
      id: newId(now),
      surface: 'discord',
      externalId: id,
      name: 'Bench',
      channels: { review: 'review', results: 'results', digest: null },
      sealedToken: null,
      createdAt: now,
    })
  return { id, authorId: author.id, accountIds: await addAccounts(house, id, author.id, receiver, accounts) }
}

/** Webhook accounts that post to the receiver. */
export async function addAccounts(
  { storage, clock, bench }: House,
  id: WorkspaceId,
  authorId: string,
  receiver: string,
  many: number,
): Promise<string[]> {
  const now = clock.now()
  const stores = storage.workspace(id)
  const accountIds: string[] = []
  for (let n = 0; n < many; n++) {
    const account = newId(now)
    accountIds.push(account)
    const sealed = bench.sealer.seal(
      JSON.stringify({ url: `${receiver}/in`, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` }),
      account,
    )
    await stores.accounts.add(
      {
        id: account,
        platform: 'webhook',
        externalId: account,
        handle: `hook ${n}`,
        state: 'connected',
        facts: {},
        dryRun: false,
        connectedBy: authorId,
        expiresAt: null,
        failures: 0,
        leftAloneUntil: null,
        createdAt: now,
      },
      sealed,
    )
  }
  return accountIds
}

/** A chat that takes everything at once, and how many messages it was told. */
export function standInChat(): { surfaces: Map<SurfaceName, Surface>; said(): number } {
  let said = 0
  const take = async (): Promise<string> => {
    said += 1
    return new Promise((taken) => setImmediate(taken, String(said)))
  }
  const chat: Surface = {
    name: 'discord',
    start: async () => undefined,
    stop: async () => undefined,
    health: () => ({ ok: true, detail: '' }),
    send: take,
    update: async () => void (await take()),
    tell: async () => void (await take()),
  }
  return { surfaces: new Map([['discord', chat]]), said: () => said }
}

/** Posts due at the times given (UTC ms), to so many accounts each. */
export async function addPosts(
  { storage, clock }: House,
  team: BenchTeam,
  dueAt: readonly number[],
  { state = 'scheduled', accounts = 1 }: { state?: 'scheduled' | 'published'; accounts?: number } = {},
): Promise<void> {
  const at = clock.now()
  for (let from = 0; from < dueAt.length; from += 1_000)
    await storage.transaction(team.id, async (stores) => {
      const deliveries: Delivery[] = []
      for (const [n, due] of dueAt.slice(from, from + 1_000).entries()) {
        const accountIds = Array.from(
          { length: accounts },
          (_, place) => team.accountIds[(from + n + place) % team.accountIds.length] ?? '',
        )
        const post = await stores.posts.create({
          id: newId(at),
          authorId: team.authorId,
          state,
          content: { ...emptyContent, text: TEXT },
          revision: '0123456789abcdef',
          accountIds,
          when: { at: due, zone: 'UTC', phrase: 'then' },
          round: 1,
          edited: null,
          seriesId: null,
          createdAt: at,
          updatedAt: at,
        })
        for (const accountId of accountIds)
          deliveries.push({
            id: newId(at),
            postId: post.id,
            accountId,
            platform: 'webhook',
            revision: post.revision,
            state,
            scheduledFor: due,
            dueAt: due,
            attempts: 0,
            key: newId(at),
            worker: null,
            leaseUntil: null,
            progress: {},
            published: state === 'published' ? { remoteId: 'r', url: null } : null,
            publishedAt: state === 'published' ? due : null,
            problem: null,
            createdAt: at,
            updatedAt: at,
          })
      }
      await stores.deliveries.createMany(deliveries)
    })
}

export const schedulerOf = (
  house: House,
  surfaces: ReadonlyMap<SurfaceName, Surface> = new Map(),
): Promise<Scheduler> =>
  createScheduler({
    bench: house.bench,
    surfaces,
    meters: createMeters(new Registry(), () => 0),
    onWrite: (listener) => house.storage.onWrite(listener),
    onBurst: (lasts) => void house.storage.burst(lasts),
    alone: house.storage.dialect === 'sqlite',
  })

/** Resolves once no post of the team is scheduled or going out. All posts are counted only when nothing waits: to count is work too. */
export async function allOut({ storage }: House, team: BenchTeam, look = 20): Promise<void> {
  const { posts } = storage.workspace(team.id)
  while (
    (await storage.queue.nextDueAt()) !== undefined ||
    (await posts.count({ states: ['scheduled', 'publishing'] })) > 0
  )
    await new Promise((go) => setTimeout(go, look))
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
