import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import { healthFacts } from '../src/app/health-facts.ts'
import { healthView } from '../src/views/health.ts'

export default defineCommand({
  name: 'health',
  summary: 'Say how Crier does: what is overdue, what fails, what waits for a word',
  usage: '',
  examples: ['health'],
  who: 'viewer',
  args: z.object({}),
  fields: [],

  run: async (_, { bench, stores, locale }) => healthView(await healthFacts(bench, stores), locale),
})
