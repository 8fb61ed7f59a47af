import { z } from 'zod'
import { postNumber } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { platformByName } from '../src/app/connect-accounts.ts'
import { postFor } from '../src/app/post-form.ts'
import { postByNumber, sheetOf } from '../src/app/sheets.ts'
import { editPost } from '../src/app/write-posts.ts'
import { UserError } from '../src/kit/user-error.ts'
import { postMoves } from '../src/posts/moves.ts'
import { textFor } from '../src/posts/post.ts'
import { splitIntoThread, THREAD_MARK } from '../src/posts/thread.ts'
import { postCard } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'split',
  summary: 'Cut a text that is too long for a platform into a thread',
  usage: '<post> <platform>',
  examples: ['split 42 bluesky'],
  who: 'author',
  args: z.object({ post: postNumber, platform: z.string() }),
  fields: [
    postFor(...postMoves.edit.from),
    { name: 'platform', kind: 'words', label: 'Platform', hint: 'its name, such as bluesky', required: true },
  ],

  async run({ post: number, platform: name }, context) {
    const post = await postByNumber(context.stores, number)
    const platform = platformByName(context.bench, name)
    if (!platform.parts)
      throw new UserError(`${platform.label} has no threads`, {
        wayOut: `Shorten it with \`edit ${number} on ${platform.name}: …\`.`,
      })
    const { accounts } = await sheetOf(context.stores, context.bench, post, context)
    const facts = accounts.find((account) => account.platform === platform.name)?.facts ?? {}
    const text = textFor(post.content, platform.name)
    const parts = splitIntoThread(
      text.replaceAll(THREAD_MARK, '\n\n'),
      (part) => platform.text.count(part, facts) <= platform.text.limit(facts),
    )
    if (!parts)
      throw new UserError(`One word of it alone is longer than ${platform.label} takes`, {
        wayOut: 'Shorten that first.',
      })
    if (parts.length === 1) throw new UserError(`It fits ${platform.label} in one post`)
    const edited = await editPost(context, number, { variants: { [platform.name]: parts.join(THREAD_MARK) } })
    return postCard(await sheetOf(context.stores, context.bench, edited, context))
  },
})
