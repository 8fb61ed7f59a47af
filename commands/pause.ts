import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import { record } from '../src/app/record.ts'
import { UserError } from '../src/kit/user-error.ts'
import { button, buttons, message, text } from '../src/message/message.ts'

export default defineCommand({
  name: 'pause',
  summary: 'Stop everything at once: nothing goes out until resume',
  usage: '',
  examples: ['pause'],
  who: 'approver',
  args: z.object({}),
  fields: [],

  async run(_, { bench, workspace, member, now }) {
    if (workspace.settings.pausedAt !== null) {
      throw new UserError('Everything is paused already', { offers: [{ label: 'Resume', line: 'resume' }] })
    }
    await bench.stores.transaction(workspace.id, async (stores) => {
      await stores.workspace.changeSettings({ pausedAt: now })
      await record(stores, { by: member.id, at: now, verb: 'workspace.paused', subject: 'workspace' })
    })
    const said = message(
      text(`⏸️ ${member.name} has paused everything. What was under way is finished; nothing else goes out.`),
      buttons(button('Resume', 'resume')),
    )
    return { type: 'for-channel', message: said }
  },
})
