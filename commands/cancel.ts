import { z } from 'zod'
import { postNumber } from '../src/app/args.ts'
import { type CommandContext, defineCommand } from '../src/app/command.ts'
import { type EndedSeries, endSeries } from '../src/app/plan-series.ts'
import { postFor } from '../src/app/post-form.ts'
import { mayTouch } from '../src/app/post-refusals.ts'
import { postByNumber } from '../src/app/sheets.ts'
import { cancelPost } from '../src/app/write-posts.ts'
import {
  bold,
  button,
  buttons,
  list,
  type Message,
  message,
  type Span,
  text,
} from '../src/message/message.ts'
import { postMoves } from '../src/posts/moves.ts'
import type { Post } from '../src/posts/post.ts'
import { postNews } from '../src/views/post-card.ts'
import { counted, dayAndTime, postStateWords } from '../src/views/words.ts'

export default defineCommand({
  name: 'cancel',
  summary: 'Take a post back before it goes out, or end its series',
  usage: '<post> [<scope>]',
  examples: ['cancel 42'],
  who: 'author',
  args: z.object({ post: postNumber, scope: z.enum(['post', 'series']).default('post') }),
  fields: [
    postFor(...postMoves.cancel.from, 'publishing'),
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
    if (scope === 'series' && before.seriesId) {
      const ended = await endSeries(context, before.seriesId)
      return seriesNews(await postByNumber(context.stores, number), ended, context)
    }
    const post = await cancelPost(context, number)
    if (post.state !== 'cancelled')
      return postNews(post, `${postStateWords[post.state]}; what of it still waited is cancelled`)
    const news = postNews(post, 'is cancelled')
    const { blocks } = message(
      ...news.blocks,
      before.seriesId !== null && buttons(button('End the series too', `cancel ${number} series`)),
    )
    return { ...news, blocks }
  },
})

/** The post that was named first, then the others of its series. */
function seriesNews(
  post: Post,
  { cancelled, goingOut }: EndedSeries,
  { zone, locale }: CommandContext,
): Message {
  const others = cancelled.filter(({ id }) => id !== post.id)
  const news = postNews(post, `is ${postStateWords[post.state]}, and its series has ended`)
  const { blocks } = message(
    ...news.blocks,
    others.length > 0 &&
      text(`${counted(others.length, 'other post')} of it ${others.length === 1 ? 'is' : 'are'} cancelled:`),
    others.length > 0 && list(others.map((one) => runLine(one, zone, locale))),
    goingOut.length > 0 && text('Going out already:'),
    goingOut.length > 0 && list(goingOut.map((one) => runLine(one, zone, locale))),
  )
  return { ...news, blocks }
}

const runLine = ({ number, when, updatedAt }: Post, zone: string, locale: string): Span[] => [
  bold(`#${number}`),
  { type: 'plain', text: when ? ` ${dayAndTime(when.at, zone, updatedAt, locale)}` : '' },
]
