import type { Account } from '../accounts/account.ts'
import { type Credentials, createCredentials } from '../accounts/credentials.ts'
import { loginEnds } from '../accounts/login-end.ts'
import { sharersOf } from '../accounts/shared-login.ts'
import { newId } from '../kit/ids.ts'
import { quoted, UserError } from '../kit/user-error.ts'
import type { FormValues } from '../message/form.ts'
import type { Connect, Connected, ConnectIo, Io, Platform } from '../platforms/contract/platform.ts'
import { PublishError } from '../platforms/contract/publish-error.ts'
import { andList } from '../views/words.ts'
import type { Role, WorkspaceId } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'
import { mustFitAccounts } from './within-plan.ts'
import type { Workbench } from './workbench.ts'

/** The least role that may connect accounts. */
export const CONNECTS: Role = 'approver'

/** A platform's answer to a form must not keep a person waiting longer than this (ms). */
const PATIENCE = 20_000

/** @throws UserError where there is no such platform */
export function platformByName({ platforms }: Pick<Workbench, 'platforms'>, name: string): Platform {
  const said = name.toLowerCase()
  const platform =
    platforms.get(said) ?? [...platforms.values()].find((one) => one.label.toLowerCase() === said)
  if (platform) return platform
  throw new UserError(`I know no platform called ${quoted(name)}`, {
    wayOut: `There are ${andList([...platforms.keys()])}.`,
    field: 'platform',
  })
}

const versionOf = (bench: Workbench, platform: Platform): { apiVersion?: string } => {
  const apiVersion = bench.apiVersionOf(platform)
  return apiVersion === undefined ? {} : { apiVersion }
}

/** What a platform may use before there is an account. */
export const connectIo = (
  bench: Workbench,
  workspaceId: WorkspaceId,
  platform: Platform,
  signal: AbortSignal = AbortSignal.timeout(PATIENCE),
): ConnectIo => ({
  http: bench.httpOf(platform),
  apiUrl: bench.apiUrlOf(platform),
  ...versionOf(bench, platform),
  client: bench.clientOf(platform, workspaceId),
  signal,
  now: bench.clock.now(),
})

/**
 * Tries what was typed at the platform at once, and keeps the account.
 *
 * @throws UserError with the field where something typed is wrong, or with what the platform said
 */
export async function connectByForm(
  actor: Actor,
  platform: Platform,
  way: Connect<unknown>,
  values: FormValues,
): Promise<KeptByForm> {
  if (way.by !== 'form')
    throw new UserError(`${platform.label} is connected in the browser`, {
      wayOut: `Say \`connect ${platform.name}\` again and follow the link.`,
    })
  let connected: Connected<unknown>
  try {
    connected = await way.open(values, connectIo(actor.bench, actor.workspace.id, platform))
  } catch (error) {
    if (error instanceof PublishError)
      throw new UserError(error.message, { wayOut: 'Nothing was stored; try again.', cause: error })
    throw error
  }
  return { account: await keepAccount(actor, platform, connected), showOnce: connected.showOnce ?? [] }
}

export interface KeptByForm {
  account: Account
  /** Secrets that Crier made: shown to who connected it, this once, and kept nowhere in the open. */
  showOnce: readonly { label: string; value: string }[]
}

/** Stores a connected identity: a new account, or an old one that works again; then its parked deliveries go on. */
export async function keepAccount(
  actor: Actor,
  platform: Platform,
  connected: Connected<unknown>,
): Promise<Account> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  const expiresAt = loginEnds(platform, connected.credentials)
  return bench.stores.transaction(workspace.id, async (stores) => {
    const known = await stores.accounts.byExternalId(platform.name, connected.externalId)
    const id = known?.id ?? newId(at)
    const sealed = bench.sealer.seal(JSON.stringify(connected.credentials), id)
    const changes = {
      handle: connected.handle,
      facts: { ...connected.facts },
      state: 'connected' as const,
      connectedBy: member.id,
      expiresAt,
      failures: 0,
      leftAloneUntil: null,
    }
    let account: Account
    if (known) {
      await overwrite(stores, id, sealed)
      account = await stores.accounts.change(id, changes)
      await stores.deliveries.moveOfAccount(id, 'unpark', { at, problem: null })
    } else {
      account = {
        id,
        platform: platform.name,
        externalId: connected.externalId,
        dryRun: false,
        createdAt: at,
        ...changes,
      }
      await stores.accounts.add(account, sealed)
    }
    await record(stores, {
      by: member.id,
      at,
      verb: 'account.connected',
      subject: `account:${id}`,
      details: { platform: platform.name, handle: connected.handle },
    })
    if (!known || known.state === 'disconnected') await mustFitAccounts(stores, bench)
    return account
  })
}

/**
 * What a person does counts, even where a refresh writes at the same time: what they brought by signing in is kept, and
 * what they disconnect (null) is forgotten.
 */
async function overwrite(
  { accounts }: Pick<WorkspaceStores, 'accounts'>,
  id: string,
  sealed: string | null,
): Promise<void> {
  for (;;) {
    const kept = await accounts.credentials(id)
    if (!kept && sealed === null) return
    if (await accounts.replaceCredentials(id, sealed, kept?.version ?? 0)) return
  }
}

/** Ends the access at the platform where it can be ended, and forgets the credentials. What was to go out there is cancelled with its posts by people. */
export async function disconnectAccount(actor: Actor, account: Account): Promise<{ access: Access }> {
  const { bench, workspace, member } = actor
  const platform = platformByName(bench, account.platform)
  const access = await revoke(actor, platform, account)
  const at = bench.clock.now()
  await bench.stores.transaction(workspace.id, async (stores) => {
    await overwrite(stores, account.id, null)
    await stores.accounts.change(account.id, { state: 'disconnected', expiresAt: null })
    await record(stores, {
      by: member.id,
      at,
      verb: 'account.disconnected',
      subject: `account:${account.id}`,
      details: { platform: account.platform, revoked: access === 'ended' },
    })
  })
  return { access }
}

/** What became of the access at the platform: ended there, kept since other accounts stand on the same login, or not in our hands. */
export type Access = 'ended' | 'shared' | 'theirs'

async function revoke(actor: Actor, platform: Platform, account: Account): Promise<Access> {
  const { bench, workspace, stores } = actor
  if (!platform.revoke) return 'theirs'
  try {
    const io = await ioFor(bench, workspace.id, stores, platform, account, AbortSignal.timeout(PATIENCE))
    const sharers = await sharersOf(stores.accounts, bench.sealer, platform, account.id, io.credentials)
    // The login is ended with the last account that stands on it.
    if (sharers.length > 0) return 'shared'
    await platform.revoke(io)
    return 'ended'
  } catch (error) {
    if (!(error instanceof PublishError)) throw error
    bench.log.warn(
      { platform: platform.name, account: account.id, reason: error.message },
      'The access could not be revoked at the platform',
    )
    return 'theirs'
  }
}

/** One for each set of stores: many deliveries go out by the same. */
const credentialsOf = new WeakMap<WorkspaceStores['accounts'], Credentials>()

function credentialsIn(
  bench: Workbench,
  workspaceId: WorkspaceId,
  store: WorkspaceStores['accounts'],
): Credentials {
  const known = credentialsOf.get(store)
  if (known) return known
  const made = createCredentials({
    store,
    together: (run) => bench.stores.transaction(workspaceId, ({ accounts }) => run(accounts)),
    sealer: bench.sealer,
    clock: bench.clock,
    worker: bench.worker,
  })
  credentialsOf.set(store, made)
  return made
}

/** What a platform's call may use, and which version of the credentials it holds. */
export type AccountIo = Io<unknown> & { credentialsVersion: number }

/**
 * What a platform's call may use for an account, with fresh credentials.
 *
 * @param staleVersion the platform refused this version before its time (`next.refresh`): it is refreshed now
 * @throws PublishError where the login is dead or is being refreshed
 */
export async function ioFor(
  bench: Workbench,
  workspaceId: WorkspaceId,
  stores: Pick<WorkspaceStores, 'accounts'>,
  platform: Platform,
  account: Account,
  signal: AbortSignal,
  staleVersion?: number,
): Promise<AccountIo> {
  const io = (credentials: unknown): Io<unknown> => ({
    ...connectIo(bench, workspaceId, platform, signal),
    credentials,
    account: { externalId: account.externalId, handle: account.handle, facts: account.facts },
  })
  const opened = await credentialsIn(bench, workspaceId, stores.accounts).of(
    account,
    platform,
    io,
    staleVersion,
  )
  return { ...io(opened.credentials), credentialsVersion: opened.version }
}
