import { z } from 'zod'
import { mustAct } from '../src/app/actor.ts'
import { accounts } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { resolveAccounts } from '../src/app/read-accounts.ts'
import { record } from '../src/app/record.ts'
import { UserError } from '../src/kit/user-error.ts'
import { accountsView } from '../src/views/accounts.ts'
import { mayAct } from '../src/workspaces/workspace.ts'

export default defineCommand({
  name: 'accounts',
  summary: 'The connected accounts and how they are; make one a dry run',
  usage: '[<account>] [dry-run <dry-run>]',
  examples: ['accounts', 'accounts rehearsal dry-run off'],
  who: 'viewer',
  args: z.object({ account: accounts.optional(), 'dry-run': z.boolean().optional() }),
  fields: [
    { name: 'account', kind: 'accounts', label: 'Account', required: false },
    { name: 'dry-run', kind: 'flag', label: 'Publish to the rehearsal feed instead', required: false },
  ],

  async run(said, { stores, bench, workspace, member, now, commands }) {
    const dryRun = said['dry-run']
    if (dryRun !== undefined) {
      mustAct(member.role, 'admin', 'Changing an account')
      if (!said.account?.length)
        throw new UserError('Say which account', {
          wayOut: 'For example: `accounts bluesky dry-run on`',
          field: 'account',
        })
      const chosen = await resolveAccounts(stores, bench.platforms, said.account)
      await bench.stores.transaction(workspace.id, async (inside) => {
        for (const account of chosen) {
          await inside.accounts.change(account.id, { dryRun })
          await record(inside, {
            by: member.id,
            at: now,
            verb: 'account.dry-run',
            subject: `account:${account.id}`,
            details: { dryRun },
          })
        }
      })
    }
    const connect = commands.find(({ name }) => name === 'connect')
    const mayConnect = connect !== undefined && mayAct(member.role, connect.who)
    return accountsView(await stores.accounts.list(), bench.platforms, mayConnect)
  },
})
