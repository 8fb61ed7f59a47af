import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Actor, actorOf } from '../../src/app/actor.ts'
import { schedulePost } from '../../src/app/review-posts.ts'
import { build, type House } from '../../src/build.ts'
import { type Clock, type EpochMs, systemClock } from '../../src/kit/clock.ts'
import { readConfig } from '../../src/kit/config.ts'
import { newId } from '../../src/kit/ids.ts'
import { type Kind, kinds, type PlannedPost } from './plan.ts'

/** A database with a team, its accounts, and a harness that looks into it as a visitor. */
export interface Stage {
  house: House
  actor: Actor
  /** What every Crier on it is started with. */
  environment: Record<string, string>
  /** Accounts' ids by kind. */
  accounts: Record<Kind, string[]>
  close(): Promise<void>
}

const SECRET = 'a passphrase that only this run knows'
/** Posts are never too late here: being killed for minutes is the point. */
const NEVER_LATE = 10_000_000

/** @param database `file:…` is made in a folder of its own; a PostgreSQL is used as it is */
export async function openStage(options: {
  database?: string | undefined
  platformUrl: string
  accountsPerKind: number
  clock?: Clock
  folder?: string
}): Promise<Stage> {
  const { database, platformUrl, accountsPerKind, clock = systemClock } = options
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'crier-chaos-')))
  const environment = {
    DATA_DIR: folder,
    DATABASE_URL: database ?? `file:${join(folder, 'chaos.sqlite')}`,
    CRIER_SECRET_KEY: SECRET,
    MASTODON_API_URL: platformUrl,
    X_API_URL: platformUrl,
    TELEGRAM_API_URL: platformUrl,
    TZ: 'UTC',
    PORT: '0',
  }
  const house = await build(readConfig(environment), { clock, zone: 'UTC', role: 'visitor' })
  const stores = house.storage.workspace(house.home.id)
  await stores.workspace.changeSettings({ approvals: 0, lateMinutes: NEVER_LATE })
  const admin = (await stores.workspace.members()).find(({ role }) => role === 'admin')
  if (!admin) throw new Error('The home workspace has no admin')
  const credentials: Record<Kind, (account: string) => object> = {
    mastodon: (account) => ({ server: platformUrl, token: account, accountId: account }),
    x: (account) => ({ accessToken: account, expiresAt: null, userId: account }),
    telegram: (account) => ({ token: `${account}:secret`, chatId: account }),
  }
  const accounts: Record<Kind, string[]> = { mastodon: [], x: [], telegram: [] }
  for (const kind of kinds)
    for (let which = 0; which < accountsPerKind; which++) {
      const id = newId(clock.now())
      const externalId = externalIdOf(kind, which)
      await stores.accounts.add(
        {
          id,
          platform: kind,
          externalId,
          handle: `@${kind}${which}`,
          state: 'connected',
          facts: {},
          dryRun: false,
          connectedBy: admin.id,
          expiresAt: null,
          failures: 0,
          leftAloneUntil: null,
          createdAt: clock.now(),
        },
        house.bench.sealer.seal(JSON.stringify(credentials[kind](externalId)), id),
      )
      accounts[kind].push(id)
    }
  return {
    house,
    actor: actorOf(house.bench, await stores.workspace.get(), admin),
    environment,
    accounts,
    async close() {
      await house.close()
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The account's id at its platform: by it the ledger says which account it was. */
export const externalIdOf = (kind: Kind, which: number): string =>
  String(1_000 * (kinds.indexOf(kind) + 1) + which)

/** Schedules what was planned as people do, the first of them due at `from` (UTC ms). */
export async function schedulePlanned(
  { actor, accounts }: Stage,
  posts: readonly PlannedPost[],
  dueAt: (post: PlannedPost) => EpochMs,
): Promise<void> {
  for (const post of posts) {
    const accountIds = post.kinds.flatMap((kind) => accounts[kind][post.account] ?? [])
    await schedulePost(
      actor,
      { text: post.text, accountIds },
      { at: dueAt(post), zone: 'UTC', phrase: 'then' },
    )
  }
}
