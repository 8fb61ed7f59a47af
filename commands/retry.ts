import { z } from 'zod'
import { postNumber, standstill } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { postFor, standstillArg } from '../src/app/post-form.ts'
import { retryPost } from '../src/app/send-posts.ts'
import { postMoves } from '../src/posts/moves.ts'
import { postNews } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'retry',
  summary: 'Try again what failed; what is live stays as it is',
  usage: '<post> [@<seen>]',
  examples: ['retry 42'],
  who: 'author',
  args: z.object({ post: postNumber, seen: standstill.optional() }),
  fields: [postFor(...postMoves.retry.from), standstillArg],

  async run({ post: number, seen }, context) {
    return postNews(await retryPost(context, number, seen), 'is tried again')
  },
})
