import { z } from 'zod'
import { postNumber } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { platformByName } from '../src/app/connect-accounts.ts'
import { postArg } from '../src/app/post-form.ts'
import { previewPost } from '../src/app/preview-post.ts'
import { postByNumber, sheetOf } from '../src/app/sheets.ts'

export default defineCommand({
  name: 'preview',
  summary: 'See how a post will look on each platform',
  usage: '<post> [<platform>]',
  examples: ['preview 42', 'preview 42 rehearsal'],
  who: 'viewer',
  args: z.object({ post: postNumber, platform: z.string().optional() }),
  fields: [postArg, { name: 'platform', kind: 'words', label: 'Only one platform', required: false }],

  async run({ post: number, platform }, context) {
    const post = await postByNumber(context.stores, number)
    const only = platform && platformByName(context.bench, platform).name
    const sheet = await sheetOf(context.stores, context.bench, post, context)
    return previewPost(context, sheet, only || undefined)
  },
})
