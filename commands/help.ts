import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import { commandByName } from '../src/app/dispatch.ts'
import { commandHelp, helpView } from '../src/views/help.ts'
import { mayAct } from '../src/workspaces/workspace.ts'

export default defineCommand({
  name: 'help',
  summary: 'What you can say',
  usage: '<command>',
  examples: ['help', 'help schedule'],
  who: 'viewer',
  args: z.object({ command: z.string().optional() }),
  fields: [{ name: 'command', kind: 'words', label: 'Command', required: false }],

  async run({ command }, { commands, member }) {
    if (command) return commandHelp(commandByName(commands, command.replace(/^\//, '')))
    return helpView(commands.filter((one) => mayAct(member.role, one.who)))
  },
})
