import { z } from 'zod'
import { postNumber, revision } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { postFor, seenArg } from '../src/app/post-form.ts'
import { decide } from '../src/app/review-posts.ts'
import { postNews } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'reject',
  summary: 'Decide that a post will not go out',
  usage: '<post> [@<seen>] [: <comment>]',
  examples: ['reject 42', 'reject 42: Not our tone'],
  who: 'viewer',
  args: z.object({ post: postNumber, seen: revision.optional(), comment: z.string().max(2000).optional() }),
  fields: [postFor('in_review'), seenArg, { name: 'comment', kind: 'text', label: 'Why', required: false }],

  async run({ post: number, seen, comment }, context) {
    const { post } = await decide(context, number, { kind: 'reject', seen, comment })
    return postNews(post, 'is rejected and will not go out')
  },
})
