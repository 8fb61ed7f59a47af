import { z } from 'zod'
import { postNumber, revision } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { goesOut } from '../src/app/goes-out.ts'
import { postFor, seenArg } from '../src/app/post-form.ts'
import { publishNow } from '../src/app/send-posts.ts'
import { movable } from '../src/posts/moves.ts'

export default defineCommand({
  name: 'publish',
  summary: 'Send a post out now instead of at its time',
  usage: '<post> [@<seen>]',
  examples: ['publish 42'],
  who: 'author',
  args: z.object({ post: postNumber, seen: revision.optional() }),
  fields: [postFor(...movable), seenArg],

  async run({ post: number, seen }, context) {
    const post = await publishNow(context, number, seen)
    return goesOut(context, post, 'goes out now')
  },
})
