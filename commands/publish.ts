import { z } from 'zod'
import { postNumber, revision } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { postArg, seenArg } from '../src/app/post-form.ts'
import { pausedNote } from '../src/app/review-posts.ts'
import { publishNow } from '../src/app/send-posts.ts'
import { sheetOf } from '../src/app/sheets.ts'
import { message, text } from '../src/message/message.ts'
import { parkedLines } from '../src/views/parked.ts'
import { postNews } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'publish',
  summary: 'Send a post out now instead of at its time',
  usage: '<post> [@<seen>]',
  examples: ['publish 42'],
  who: 'author',
  args: z.object({ post: postNumber, seen: revision.optional() }),
  fields: [postArg, seenArg],

  async run({ post: number, seen }, context) {
    const post = await publishNow(context, number, seen)
    const parked = parkedLines(await sheetOf(context.stores, context.bench, post, context))
    return message(
      ...postNews(post, 'goes out now').blocks,
      ...parked.map((line) => text(line)),
      pausedNote(context.workspace.settings.pausedAt),
    )
  },
})
