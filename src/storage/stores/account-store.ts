import type { Account } from '../../accounts/account.ts'
import type { AccountStore } from '../../accounts/account-store.ts'
import { MINUTE } from '../../kit/clock.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, eq, gt, inArray, isNotNull, isNull, lte, or, sql } from '../drizzle.ts'
import { columnsOf, decode, given, type Handle, type Statement } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { must, saysSomething } from './rows.ts'

/** What a caller has seen who found no credentials: an account that was disconnected takes new ones from them. */
const SEEN_NONE = 0

/** Both are read for every delivery that goes out. */
const account: Statement = {
  name: 'account',
  build: ({ accounts }) => sql`
    select ${columnsOf(accounts)} from accounts
     where workspace_id = ${given('workspaceId')} and id = ${given('id')}`,
}

const credentials: Statement = {
  name: 'credentials',
  build: () => sql`
    select sealed_credentials, credentials_version from accounts
     where workspace_id = ${given('workspaceId')} and id = ${given('id')} and sealed_credentials is not null`,
}

export function createAccountStore(handle: Handle, workspaceId: WorkspaceId): AccountStore {
  const {
    db,
    t: { accounts },
  } = handle
  const mine = eq(accounts.workspaceId, workspaceId)
  const one = (id: string) => and(mine, eq(accounts.id, id))
  const get = async (id: string) => {
    const [row] = await handle.run(account, { workspaceId, id })
    return row && toAccount(decode(accounts, row))
  }
  return {
    list: async ({ states, platform } = {}) => {
      const rows = await db
        .select()
        .from(accounts)
        .where(
          and(
            mine,
            states && inArray(accounts.state, [...states]),
            platform === undefined ? undefined : eq(accounts.platform, platform),
          ),
        )
        .orderBy(asc(accounts.createdAt), asc(accounts.id))
      return rows.map(toAccount)
    },
    get,
    byExternalId: async (platform, externalId) => {
      const rows = await db
        .select()
        .from(accounts)
        .where(and(mine, eq(accounts.platform, platform), eq(accounts.externalId, externalId)))
      return rows.map(toAccount)[0]
    },
    add: async ({ leftAloneUntil, ...account }, sealedCredentials) => {
      const own = { workspaceId, pausedUntil: leftAloneUntil, sealedCredentials, credentialsVersion: 1 }
      await db.insert(accounts).values({ ...account, ...own })
    },
    change: async (id, changes) => {
      if (!saysSomething(changes)) return must(await get(id), `account ${id}`)
      const { handle, state, facts, dryRun, connectedBy, expiresAt, failures, leftAloneUntil } = changes
      const [changed] = await db
        .update(accounts)
        .set({ handle, state, facts, dryRun, connectedBy, expiresAt, failures, pausedUntil: leftAloneUntil })
        .where(one(id))
        .returning()
      return toAccount(must(changed, `account ${id}`))
    },
    credentials: async (id) => {
      const [row] = await handle.run(credentials, { workspaceId, id })
      return row && { sealed: String(row[0]), version: Number(row[1]) }
    },
    replaceCredentials: async (id, sealed, seenVersion) => {
      const unchanged =
        seenVersion === SEEN_NONE
          ? isNull(accounts.sealedCredentials)
          : and(eq(accounts.credentialsVersion, seenVersion), isNotNull(accounts.sealedCredentials))
      const replaced = await db
        .update(accounts)
        .set({ sealedCredentials: sealed, credentialsVersion: sql`${accounts.credentialsVersion} + 1` })
        .where(and(one(id), unchanged))
        .returning({ id: accounts.id })
      return replaced.length === 1
    },
    lockRefresh: async (id, holder, now, until) => {
      const locked = await db
        .update(accounts)
        .set({ refreshHolder: holder, refreshUntil: until })
        .where(
          and(
            one(id),
            or(
              isNull(accounts.refreshUntil),
              lte(accounts.refreshUntil, now),
              // Nobody locks for that long: a clock was set back since.
              gt(accounts.refreshUntil, until + MINUTE),
            ),
          ),
        )
        .returning({ id: accounts.id })
      return locked.length === 1
    },
    unlockRefresh: async (id, holder) => {
      await db
        .update(accounts)
        .set({ refreshHolder: null, refreshUntil: null })
        .where(and(one(id), eq(accounts.refreshHolder, holder)))
    },
  }
}

const toAccount = (row: Tables['accounts']['$inferSelect']): Account => ({
  id: row.id,
  platform: row.platform,
  externalId: row.externalId,
  handle: row.handle,
  state: row.state,
  facts: row.facts,
  dryRun: row.dryRun,
  connectedBy: row.connectedBy,
  expiresAt: row.expiresAt,
  failures: row.failures,
  leftAloneUntil: row.pausedUntil,
  createdAt: row.createdAt,
})
