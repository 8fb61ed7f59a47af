import { z } from 'zod'
import { postNumber } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { postArg } from '../src/app/post-form.ts'
import { postByNumber, sheetOf } from '../src/app/sheets.ts'
import { postCard } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'show',
  summary: 'Show a post: how it will look, where it stands',
  usage: '<post>',
  examples: ['show 42'],
  who: 'viewer',
  args: z.object({ post: postNumber }),
  fields: [postArg],

  async run({ post: number }, context) {
    const post = await postByNumber(context.stores, number)
    return postCard(await sheetOf(context.stores, context.bench, post, context))
  },
})
