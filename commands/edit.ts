import { z } from 'zod'
import { accounts, postNumber, postText, revision } from '../src/app/args.ts'
import { attachSaid } from '../src/app/attach-media.ts'
import { type CommandContext, defineCommand } from '../src/app/command.ts'
import { platformByName } from '../src/app/connect-accounts.ts'
import { accountsArg, altArg, mediaArg, postFor, postForm, seenArg, textArg } from '../src/app/post-form.ts'
import { mustStillTake } from '../src/app/post-refusals.ts'
import { resolveAccounts } from '../src/app/read-accounts.ts'
import { postByNumber, sheetOf } from '../src/app/sheets.ts'
import { editPost, type PostWords } from '../src/app/write-posts.ts'
import { UserError } from '../src/kit/user-error.ts'
import { postMoves } from '../src/posts/moves.ts'
import type { Post } from '../src/posts/post.ts'
import { accountName, postCard } from '../src/views/post-card.ts'
import { andList } from '../src/views/words.ts'

export default defineCommand({
  name: 'edit',
  summary: 'Change a post; what waited for a decision is reviewed again',
  usage: '<post> [on <platform>]: <text>',
  examples: ['edit 42: We ship on Monday', 'edit 42 on rehearsal: We ship on Monday!'],
  who: 'author',
  args: z.object({
    post: postNumber,
    text: postText.optional(),
    platform: z.string().optional(),
    accounts: accounts.optional(),
    alt: z.string().optional(),
    media: z.string().optional(),
    seen: revision.optional(),
  }),
  fields: [
    postFor(...postMoves.edit.from),
    {
      name: 'platform',
      kind: 'words',
      label: 'Only for one platform',
      hint: 'its name, such as bluesky',
      required: false,
    },
    { ...textArg, required: false },
    accountsArg,
    altArg,
    mediaArg,
    seenArg,
  ],

  async form(values, context) {
    const post = await postByNumber(context.stores, postNumber.parse(values.post))
    return postForm(context, {
      command: 'edit',
      title: `Edit #${post.number}`,
      submit: 'Change',
      values,
      post,
      asksWhen: 'no',
    })
  },

  async run(said, context) {
    const before = await postByNumber(context.stores, said.post)
    if (
      said.text === undefined &&
      said.accounts === undefined &&
      said.alt === undefined &&
      said.media === undefined &&
      context.files.length === 0
    ) {
      await mustStillTake(context, said.post, 'edit')
      return postForm(context, {
        command: 'edit',
        title: `Edit #${before.number}`,
        submit: 'Change',
        values: {},
        post: before,
        asksWhen: 'no',
      })
    }
    const accountIds =
      said.accounts === undefined
        ? undefined
        : (await resolveAccounts(context.stores, context.bench.platforms, said.accounts)).map(({ id }) => id)
    if (said.platform && said.text?.trim())
      await mustGoThere(context, before, accountIds ?? before.accountIds, said.platform)
    const { media, text } = await attachSaid(context, context.files, said, before.content)
    const words: PostWords = {}
    if (text !== undefined && said.platform)
      words.variants = { [platformByName(context.bench, said.platform).name]: text }
    else if (text !== undefined) words.text = text
    if (accountIds) words.accountIds = accountIds
    if (context.files.length > 0 || said.alt !== undefined || said.media !== undefined) words.media = media

    const post = await editPost(context, said.post, words, said.seen)
    return postCard(await sheetOf(context.stores, context.bench, post, context))
  },
})

/** Words for a platform that the post does not go to would be read by nobody. A post that goes nowhere yet may go anywhere. */
async function mustGoThere(
  { stores, bench }: CommandContext,
  post: Post,
  accountIds: readonly string[],
  name: string,
): Promise<void> {
  const { name: platform, label } = platformByName(bench, name)
  if (accountIds.length === 0) return
  const accounts = (await stores.accounts.list()).filter(({ id }) => accountIds.includes(id))
  if (accounts.some((account) => account.platform === platform)) return
  throw new UserError(`#${post.number} does not go to ${label}`, {
    wayOut: `It goes to ${andList(accounts.map((account) => accountName(account, bench.platforms)))}; choose an account on ${label} first.`,
    field: 'platform',
    offers: [{ label: 'Edit', line: `edit ${post.number}` }],
  })
}
