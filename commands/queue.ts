import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import { queueView } from '../src/views/queue.ts'

/** As many as a chat's message holds without scrolling for ever. */
const MOST = 20

export default defineCommand({
  name: 'queue',
  summary: 'What waits: for a decision, for its time, for a person',
  usage: '',
  examples: ['queue'],
  who: 'viewer',
  args: z.object({}),
  fields: [],

  async run(_, { stores, zone, workspace }) {
    const of = (...states: Parameters<typeof stores.posts.list>[0]['states'] & object) =>
      stores.posts.list({ states, limit: MOST })
    return queueView({
      trouble: await of('failed', 'partly_published', 'publishing'),
      inReview: await of('in_review'),
      scheduled: await of('scheduled'),
      drafts: await of('draft'),
      more: Math.max(0, (await stores.posts.count({ states: ['scheduled'] })) - MOST),
      pausedAt: workspace.settings.pausedAt,
      zone,
    })
  },
})
