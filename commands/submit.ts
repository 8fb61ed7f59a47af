import { z } from 'zod'
import { postNumber } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { postFor, whenArg } from '../src/app/post-form.ts'
import { reachBlocks } from '../src/app/public-reach.ts'
import { noteBlocks, oneTimeFromWords } from '../src/app/read-time.ts'
import { reviewPlace, reviewPlaceNote } from '../src/app/review-channel.ts'
import { submitPost } from '../src/app/review-posts.ts'
import { sheetOf } from '../src/app/sheets.ts'
import { postCard } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'submit',
  summary: 'Send a draft to review',
  usage: '<post> [<when>]',
  examples: ['submit 42', 'submit 42 tomorrow 9am'],
  who: 'author',
  args: z.object({ post: postNumber, when: z.string().optional() }),
  fields: [postFor('draft'), { ...whenArg, required: false }],

  async run({ post: number, when }, context) {
    const read = when ? oneTimeFromWords(context, when, (phrase) => `submit ${number} ${phrase}`) : undefined
    const reviewIn = reviewPlace(context)
    const post = await submitPost(context, number, { when: read?.when, reviewIn })
    const card = postCard(await sheetOf(context.stores, context.bench, post, context))
    const reach = await reachBlocks(context, post.accountIds, post.content.media.length > 0)
    const notes = [...noteBlocks(read?.notes ?? []), ...reviewPlaceNote(reviewIn)]
    return { ...card, blocks: [...card.blocks, ...notes, ...reach] }
  },
})
