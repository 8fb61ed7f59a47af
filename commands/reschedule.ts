import { z } from 'zod'
import { postNumber } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { postFor, whenArg } from '../src/app/post-form.ts'
import { mustStillTake } from '../src/app/post-refusals.ts'
import { noteBlocks, oneTimeFromWords } from '../src/app/read-time.ts'
import { postByNumber, sheetOf } from '../src/app/sheets.ts'
import { reschedulePost } from '../src/app/write-posts.ts'
import { quoted, UserError } from '../src/kit/user-error.ts'
import type { Form, FormValues } from '../src/message/form.ts'
import { movable } from '../src/posts/moves.ts'
import { postCard } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'reschedule',
  summary: 'Give a post another time',
  usage: '<post> [to] <when>',
  examples: ['reschedule 42 next Tuesday 14:30'],
  who: 'author',
  args: z.object({ post: postNumber, when: z.string().trim().min(1) }),
  fields: [postFor(...movable), whenArg],

  async form(values, { stores }) {
    const post = await postByNumber(stores, postNumber.parse(values.post ?? ''))
    return whenForm(post.number, values, post.when?.phrase)
  },

  mayOpen: (values, context) => mustStillTake(context, postNumber.parse(values.post), 'reschedule'),

  async run({ post: number, when }, context) {
    const read = oneTimeFromWords(context, when, (phrase) => `reschedule ${number} ${phrase}`)
    if (read.when.at <= context.now && !/^(now|right now|at once|asap)$/i.test(when)) {
      throw new UserError(`${quoted(when)} has passed`, { field: 'when' })
    }
    const post = await reschedulePost(context, number, read.when)
    const card = postCard(await sheetOf(context.stores, context.bench, post, context))
    return { ...card, blocks: [...card.blocks, ...noteBlocks(read.notes)] }
  },
})

const whenForm = (number: number, values: FormValues, before: string | undefined): Form => ({
  type: 'form',
  title: `When does #${number} go out?`,
  command: 'reschedule',
  hidden: { post: String(number) },
  fields: [
    {
      kind: 'when',
      name: 'when',
      label: 'When',
      hint: 'As you would say it, in your own time zone',
      required: true,
      placeholder: 'tomorrow 9am',
      value: typeof values.when === 'string' ? values.when : (before ?? ''),
    },
  ],
  submit: 'Reschedule',
})
