import { z } from 'zod'
import { postNumber, revision } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { goesOut } from '../src/app/goes-out.ts'
import { postFor, seenArg } from '../src/app/post-form.ts'
import { decide } from '../src/app/review-posts.ts'
import { time } from '../src/message/message.ts'
import { postNews } from '../src/views/post-card.ts'
import { counted } from '../src/views/words.ts'

export default defineCommand({
  name: 'approve',
  summary: 'Let a post go out at its time',
  usage: '<post> [@<seen>]',
  examples: ['approve 42'],
  who: 'viewer',
  args: z.object({ post: postNumber, seen: revision.optional() }),
  fields: [postFor('in_review'), seenArg],

  async run({ post: number, seen }, context) {
    const { post, missing } = await decide(context, number, { kind: 'approve', seen })
    if (missing > 0) return postNews(post, `has your approval; ${counted(missing, 'more')} needed`)
    return goesOut(
      context,
      post,
      'is approved and goes out ',
      ...(post.when ? [time(post.when.at, context.zone)] : []),
    )
  },
})
