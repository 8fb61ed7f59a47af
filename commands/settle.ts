import { z } from 'zod'
import { standstill } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { standstillArg } from '../src/app/post-form.ts'
import { SETTLEMENTS, settleDelivery } from '../src/app/send-posts.ts'
import { sheetOf } from '../src/app/sheets.ts'
import { postCard } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'settle',
  summary: 'Say what becomes of a delivery that Crier will not decide alone',
  usage: '<delivery> <as> [@<seen>]',
  examples: ['settle 42.1 drop'],
  who: 'author',
  args: z.object({
    delivery: z
      .string()
      .regex(/^#?\d{1,9}\.\d{1,3}$/, 'a delivery is called by its post and its place, such as 42.1')
      .transform((said) => said.replace('#', '').split('.').map(Number)),
    as: z.enum(SETTLEMENTS, { error: 'it is live, publish or drop' }),
    seen: standstill.optional(),
  }),
  fields: [
    {
      name: 'delivery',
      kind: 'delivery',
      label: 'Delivery',
      hint: 'as the card numbers it, such as 42.1',
      required: true,
    },
    {
      name: 'as',
      kind: 'choice',
      label: 'What becomes of it',
      required: true,
      choices: [
        { label: 'It is live', value: 'live' },
        { label: 'It is not there: publish it', value: 'publish' },
        { label: 'Drop it', value: 'drop' },
      ],
    },
    standstillArg,
  ],

  async run({ delivery: [number = 0, place = 0], as, seen }, context) {
    const post = await settleDelivery(context, number, place, as, seen)
    return postCard(await sheetOf(context.stores, context.bench, post, context))
  },
})
