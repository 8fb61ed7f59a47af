import { z } from 'zod'
import { accounts, postText } from '../src/app/args.ts'
import { attachSaid } from '../src/app/attach-media.ts'
import { defineCommand } from '../src/app/command.ts'
import { accountsArg, altArg, mediaArg, postForm, textArg, whenArg } from '../src/app/post-form.ts'
import { resolveAccounts } from '../src/app/read-accounts.ts'
import { noteBlocks, oneTimeFromWords } from '../src/app/read-time.ts'
import { sheetOf } from '../src/app/sheets.ts'
import { draftPost } from '../src/app/write-posts.ts'
import { postCard } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'draft',
  summary: 'Write a post and keep it, to be submitted later',
  usage: '[to <accounts>:] <text>',
  examples: ['draft We ship on Friday', 'draft to rehearsal: We ship on Friday'],
  who: 'author',
  args: z.object({
    text: postText.optional(),
    accounts: accounts.optional(),
    when: z.string().optional(),
    alt: z.string().optional(),
    media: z.string().optional(),
  }),
  fields: [{ ...textArg, required: false }, accountsArg, { ...whenArg, required: false }, altArg, mediaArg],

  form: (values, context) =>
    postForm(context, {
      command: 'draft',
      title: 'Draft a post',
      submit: 'Keep',
      values,
      asksWhen: 'optional',
    }),

  async run(said, context) {
    // `draft to rehearsal:` names where and says nothing yet.
    const only = /^to\s+([^:\n]+):$/i.exec(said.text?.trim() ?? '')?.[1]
    if (only !== undefined && said.accounts === undefined && context.files.length === 0) {
      const accounts = await resolveAccounts(context.stores, context.bench.platforms, only)
      return postForm(context, {
        command: 'draft',
        title: 'Draft a post',
        submit: 'Keep',
        values: { accounts: accounts.map(({ id }) => id) },
        asksWhen: 'optional',
      })
    }
    if (said.text === undefined && said.media === undefined && context.files.length === 0) {
      return postForm(context, {
        command: 'draft',
        title: 'Draft a post',
        submit: 'Keep',
        values: {},
        asksWhen: 'optional',
      })
    }
    const read = said.when?.trim() ? oneTimeFromWords(context, said.when) : undefined
    const where = said.accounts?.length
      ? await resolveAccounts(context.stores, context.bench.platforms, said.accounts)
      : []
    const { media, text } = await attachSaid(context, context.files, said)
    const post = await draftPost(
      context,
      {
        text: text ?? '',
        accountIds: where.map((one) => one.id),
        media,
      },
      read?.when ?? null,
    )
    const card = postCard(await sheetOf(context.stores, context.bench, post, context))
    return { ...card, blocks: [...card.blocks, ...noteBlocks(read?.notes ?? [])] }
  },
})
