import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import { digestFacts } from '../src/app/week-facts.ts'
import { digestView } from '../src/views/digest.ts'

export default defineCommand({
  name: 'digest',
  summary: 'The last week in one message, and the plan of the next',
  usage: '',
  examples: ['digest'],
  who: 'viewer',
  args: z.object({}),
  fields: [],

  async run(_, { stores, workspace, bench, locale, now }) {
    return digestView(await digestFacts(stores, now, workspace.settings.zone), bench.platforms, locale)
  },
})
