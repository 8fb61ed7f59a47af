import { z } from 'zod'
import { accounts } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { type Access, disconnectAccount } from '../src/app/connect-accounts.ts'
import { resolveAccounts } from '../src/app/read-accounts.ts'
import { UserError } from '../src/kit/user-error.ts'
import { message, prose, text } from '../src/message/message.ts'
import { accountName } from '../src/views/post-card.ts'
import { counted } from '../src/views/words.ts'

export default defineCommand({
  name: 'disconnect',
  summary: "End an account's access and forget its credentials",
  usage: '<account>',
  examples: ['disconnect rehearsal'],
  who: 'admin',
  args: z.object({ account: accounts }),
  fields: [{ name: 'account', kind: 'accounts', label: 'Account', required: true }],

  async run({ account: said }, context) {
    const [account, ...others] = await resolveAccounts(context.stores, context.bench.platforms, said)
    if (!account || others.length > 0)
      throw new UserError('Only one account is disconnected at a time', {
        wayOut: 'Choose one.',
        field: 'account',
      })
    const waiting = await context.stores.posts.count({
      states: ['scheduled', 'in_review'],
      accountId: account.id,
    })
    const { access } = await disconnectAccount(context, account)
    return message(
      text(
        `${accountName(account, context.bench.platforms)} is disconnected; its credentials are forgotten`,
        accessWords[access],
      ),
      waiting > 0 &&
        text(
          ...prose(
            `⚠️ ${counted(waiting, 'post')} still ${waiting === 1 ? 'waits' : 'wait'} to go there; they are parked at their time until it is connected again. \`queue\` shows them.`,
          ),
        ),
    )
  },
})

const accessWords: Record<Access, string> = {
  ended: ' and its access has ended at the platform.',
  shared: '. Other accounts stand on the same login, which ends with the last of them.',
  theirs: '. End its access at the platform too, if it has a page for that.',
}
