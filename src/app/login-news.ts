import type { Account } from '../accounts/account.ts'
import type { EpochMs } from '../kit/clock.ts'
import { loginDiedView, loginEndsView } from '../views/accounts.ts'
import { tell } from './announce.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/**
 * The platform said that a login is dead: the account's deliveries are parked from now on, and the one who connected it
 * gets the way back. In the transaction of what happened.
 */
export async function loginDied(
  bench: Pick<Workbench, 'platforms' | 'clock'>,
  stores: WorkspaceStores,
  accountId: string,
): Promise<void> {
  const known = await stores.accounts.get(accountId)
  if (known?.state !== 'connected') return
  const account = await stores.accounts.change(accountId, { state: 'reconnect' })
  await record(stores, {
    by: null,
    at: bench.clock.now(),
    verb: 'account.login-died',
    subject: `account:${accountId}`,
  })
  await tellConnector(bench, stores, account, loginDiedView(account, bench.platforms))
}

/** Tells who connected it, once for each end (UTC ms), that a login ends and nothing but a person can renew it. */
export async function loginEndsSoon(
  bench: Pick<Workbench, 'platforms' | 'clock'>,
  stores: WorkspaceStores,
  account: Account,
  endsAt: EpochMs,
  zone: string,
): Promise<void> {
  if (!(await stores.marks.setOnce(`login-ends ${account.id} ${endsAt}`, bench.clock.now()))) return
  await tellConnector(bench, stores, account, loginEndsView(account, bench.platforms, endsAt, zone))
}

const tellConnector = async (
  { clock }: Pick<Workbench, 'clock'>,
  stores: WorkspaceStores,
  account: Account,
  said: Parameters<typeof tell>[3],
): Promise<void> => tell(stores, await stores.workspace.chats(), account.connectedBy, said, clock.now())
