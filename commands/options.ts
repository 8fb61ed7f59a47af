import { z } from 'zod'
import { postNumber } from '../src/app/args.ts'
import { type CommandContext, defineCommand } from '../src/app/command.ts'
import { platformByName } from '../src/app/connect-accounts.ts'
import { postFor } from '../src/app/post-form.ts'
import { mustStillTake } from '../src/app/post-refusals.ts'
import { postByNumber, sheetOf } from '../src/app/sheets.ts'
import { editPost } from '../src/app/write-posts.ts'
import { UserError } from '../src/kit/user-error.ts'
import type { Field, Form, FormValues } from '../src/message/form.ts'
import { button, buttons, message, text } from '../src/message/message.ts'
import type { Platform } from '../src/platforms/contract/platform.ts'
import { postMoves } from '../src/posts/moves.ts'
import type { Post } from '../src/posts/post.ts'
import { postCard } from '../src/views/post-card.ts'
import { optionFields } from '../src/views/post-options.ts'

export default defineCommand({
  name: 'options',
  summary: 'What a platform asks besides a text: title, privacy, format',
  usage: '<post> [<platform>]',
  examples: ['options 42', 'options 42 rehearsal'],
  who: 'author',
  // The fields stand in the platform's own file, so the rest of the values are read by them.
  args: z.object({ post: postNumber, platform: z.string().optional(), seen: z.string().optional() }).loose(),
  fields: [
    postFor(...postMoves.edit.from),
    { name: 'platform', kind: 'words', label: 'Platform', required: false },
  ],

  async form(values, context) {
    const post = await postByNumber(context.stores, postNumber.parse(values.post))
    return formFor(post, platformByName(context.bench, String(values.platform ?? '')), values)
  },

  async run({ post: number, platform: name, seen, ...values }, context) {
    const post = await postByNumber(context.stores, number)
    await mustStillTake(context, number, 'edit')
    if (!name) return choosePlatform(post, context)
    const platform = platformByName(context.bench, name)
    const fields = optionFields(platform, post)
    if (fields.length === 0) throw new UserError(`${platform.label} asks for nothing besides a text`)
    if (!fields.some((field) => field.name in values)) return formFor(post, platform, {})

    const options = Object.fromEntries(fields.flatMap((field) => optionOf(field, values[field.name])))
    const edited = await editPost(context, number, { options: { [platform.name]: options } }, seen)
    return postCard(await sheetOf(context.stores, context.bench, edited, context))
  },
})

/** Options are kept as text: a tick is `true`, several choices stand with commas between them, what is empty is left out. */
function optionOf(field: Field, value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.length > 0 ? [[field.name, value.join(',')]] : []
  if (typeof value === 'boolean') return value ? [[field.name, 'true']] : []
  const said = typeof value === 'string' ? value.trim() : ''
  return said === '' ? [] : [[field.name, said]]
}

async function choosePlatform(post: Post, context: CommandContext) {
  const sheet = await sheetOf(context.stores, context.bench, post, context)
  const asking = [...new Set(sheet.accounts.map((account) => account.platform))].flatMap((name) => {
    const platform = context.bench.platforms.get(name)
    return platform && optionFields(platform, post).length > 0 ? [platform] : []
  })
  const [only] = asking
  if (!only) throw new UserError(`Nothing that #${post.number} goes to asks for more than a text`)
  if (asking.length === 1) return formFor(post, only, {})
  return message(
    text(`Options of #${post.number} for which platform?`),
    buttons(...asking.map((platform) => button(platform.label, `options ${post.number} ${platform.name}`))),
  )
}

const formFor = (post: Post, platform: Platform, values: FormValues): Form => ({
  type: 'form',
  title: `${platform.label}: #${post.number}`,
  command: 'options',
  hidden: { post: String(post.number), platform: platform.name, seen: post.revision },
  fields: optionFields(platform, post, values),
  submit: 'Keep',
})
