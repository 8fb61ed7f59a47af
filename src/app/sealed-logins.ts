import type { SealedStore } from '../accounts/account-store.ts'
import { SEALED } from '../accounts/credentials.ts'
import { UserError } from '../kit/user-error.ts'
import { counted } from '../views/words.ts'
import { record } from './record.ts'
import type { Workbench } from './workbench.ts'

type Bench = Pick<Workbench, 'stores' | 'sealer' | 'clock'>

/**
 * Looks whether the key that Crier was started with is the one that sealed the logins. With another one nothing could go
 * out, so it does not begin; where it opens some of them it does, and says how many it does not.
 *
 * @param keptIn where the key comes from, in words
 * @throws UserError where it opens none
 */
export async function refuseForeignKey(
  { sealer, log }: Pick<Workbench, 'sealer' | 'log'>,
  store: Pick<SealedStore, 'all'>,
  keptIn: string,
): Promise<void> {
  const sealed = await store.all()
  const foreign = sealed.filter((one) => !sealer.knows(one.sealed)).length
  if (foreign === 0) return
  if (foreign === sealed.length)
    throw new UserError(
      `The key in ${keptIn} is not the one that sealed the ${counted(foreign, 'login')} in the database`,
      {
        wayOut:
          'Set that one again. If it is lost, `crier rotate-key --forget` forgets those logins, and the accounts are connected anew.',
      },
    )
  log.warn(
    { foreign, sealed: sealed.length },
    'Some logins were sealed with another CRIER_SECRET_KEY: what is due there is parked until that one is set again',
  )
}

/** Lets go on what was parked because another key was set: its logins open again. @returns how many deliveries */
export async function unparkOpened({ stores, sealer, clock }: Bench): Promise<number> {
  let count = 0
  for (const { id } of await stores.directory.all()) {
    const { deliveries, accounts } = stores.workspace(id)
    const parked = (await deliveries.list({ states: ['parked'] })).filter(
      ({ problem }) => problem?.code === SEALED,
    )
    for (const one of parked) {
      const kept = await accounts.credentials(one.accountId)
      if (!kept || !sealer.knows(kept.sealed)) continue
      if (await deliveries.move(one.id, 'unpark', { at: clock.now(), problem: null }, one)) count += 1
    }
  }
  return count
}

/** The key is lost: forgets every login that no key here opens, so that people connect those accounts anew. @returns how many */
export async function forgetSealed({ stores, sealer, clock }: Bench): Promise<number> {
  let count = 0
  const at = clock.now()
  for (const { id } of await stores.directory.all()) {
    await stores.transaction(id, async (inside) => {
      for (const account of await inside.accounts.list()) {
        const kept = await inside.accounts.credentials(account.id)
        if (!kept || sealer.knows(kept.sealed)) continue
        await inside.accounts.replaceCredentials(account.id, null, kept.version)
        if (account.state === 'connected') await inside.accounts.change(account.id, { state: 'reconnect' })
        await record(inside, { by: null, at, verb: 'account.forgotten', subject: `account:${account.id}` })
        count += 1
      }
      for (const chat of await inside.workspace.chats()) {
        if (!chat.sealedToken || sealer.knows(chat.sealedToken)) continue
        await inside.workspace.changeChat(chat.id, { sealedToken: null })
        await record(inside, { by: null, at, verb: 'chat.forgotten', subject: `chat:${chat.id}` })
        count += 1
      }
      for (const hook of await inside.hooks.list()) {
        if (hook.sealed === null || sealer.knows(hook.sealed)) continue
        await inside.hooks.change(hook.id, { sealed: null, state: 'removed' })
        await record(inside, { by: null, at, verb: 'hook.forgotten', subject: `hook:${hook.number}` })
        count += 1
      }
    })
  }
  return count
}
