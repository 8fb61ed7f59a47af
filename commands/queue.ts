import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import type { PostState } from '../src/posts/post.ts'
import { type QueuePart, queueView } from '../src/views/queue.ts'

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

  async run(_, { stores, zone, locale, workspace }) {
    const of = async (...states: PostState[]): Promise<QueuePart> => {
      const posts = await stores.posts.list({ states, limit: MOST })
      return { posts, count: posts.length < MOST ? posts.length : await stores.posts.count({ states }) }
    }
    const [trouble, inReview, scheduled, drafts] = await Promise.all([
      of('failed', 'partly_published', 'publishing'),
      of('in_review'),
      of('scheduled'),
      of('draft'),
    ])
    return queueView({
      trouble,
      inReview,
      scheduled,
      drafts,
      pausedAt: workspace.settings.pausedAt,
      zone,
      locale,
    })
  },
})
