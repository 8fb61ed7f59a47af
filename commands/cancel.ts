import { z } from 'zod'
import { postNumber } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { endSeries } from '../src/app/plan-series.ts'
import { postArg } from '../src/app/post-form.ts'
import { mayTouch } from '../src/app/post-refusals.ts'
import { postByNumber } from '../src/app/sheets.ts'
import { cancelPost } from '../src/app/write-posts.ts'
import { button, buttons, message } from '../src/message/message.ts'
import { postNews } from '../src/views/post-card.ts'
import { postStateWords } from '../src/views/words.ts'

export default defineCommand({
  name: 'cancel',
  summary: 'Take a post back before it goes out, or end its series',
  usage: '<post> [<scope>]',
  examples: ['cancel 42'],
  who: 'author',
  args: z.object({ post: postNumber, scope: z.enum(['post', 'series']).default('post') }),
  fields: [
    postArg,
    {
      name: 'scope',
      kind: 'choice',
      label: 'What',
      required: false,
      choices: [
        { label: 'This post', value: 'post' },
        { label: 'The whole series', value: 'series' },
      ],
    },
  ],

  async run({ post: number, scope }, context) {
    const before = await postByNumber(context.stores, number)
    mayTouch(context, before)
    if (scope === 'series' && before.seriesId) await endSeries(context, before.seriesId)
    if (scope === 'series' && before.state === 'cancelled')
      return postNews(before, 'was cancelled before; its series has ended too')
    const post = await cancelPost(context, number)
    if (post.state !== 'cancelled')
      return postNews(post, `${postStateWords[post.state]}; what of it still waited is cancelled`)
    const goesOn = before.seriesId !== null && scope === 'post'
    return message(
      ...postNews(
        post,
        scope === 'series' && before.seriesId ? 'is cancelled, and its series has ended' : 'is cancelled',
      ).blocks,
      goesOn && buttons(button('End the series too', `cancel ${number} series`)),
    )
  },
})
