import { z } from 'zod'
import { accounts, postText } from '../src/app/args.ts'
import { attachSaid } from '../src/app/attach-media.ts'
import { type CommandContext, defineCommand } from '../src/app/command.ts'
import { beginSeries } from '../src/app/plan-series.ts'
import { accountsArg, altArg, mediaArg, postForm, textArg, whenArg } from '../src/app/post-form.ts'
import { reachBlocks } from '../src/app/public-reach.ts'
import { resolveAccounts } from '../src/app/read-accounts.ts'
import { noteBlocks, type TimeWords, timeFromWords } from '../src/app/read-time.ts'
import { reviewPlace, reviewPlaceNote } from '../src/app/review-channel.ts'
import { pausedNote, schedulePost } from '../src/app/review-posts.ts'
import { sheetOf } from '../src/app/sheets.ts'
import { draftPost, type PostWords } from '../src/app/write-posts.ts'
import { Question, UserError } from '../src/kit/user-error.ts'
import type { Form } from '../src/message/form.ts'
import type { Message } from '../src/message/message.ts'
import { note, text as textBlock, time } from '../src/message/message.ts'
import { describeRule } from '../src/schedule/describe.ts'
import { postCard } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'schedule',
  summary: 'Write a post, say when it goes out, and submit it',
  usage: '<when> [to <accounts>]: <text>',
  examples: [
    'schedule tomorrow 9am to rehearsal: We ship on Friday',
    'schedule every weekday at 9 to rehearsal: Good morning',
  ],
  who: 'author',
  args: z.object({
    when: z.string().trim().min(1, 'say when, such as "tomorrow 9am"'),
    text: postText.optional(),
    accounts: accounts.optional(),
    alt: z.string().optional(),
    media: z.string().optional(),
  }),
  fields: [whenArg, textArg, accountsArg, altArg, mediaArg],

  form: (values, context) =>
    postForm(context, {
      command: 'schedule',
      title: 'Schedule a post',
      submit: 'Submit',
      values,
      asksWhen: 'required',
    }),

  async run(said, context) {
    const { media, text } = await attachSaid(context, context.files, said)
    const where = await accountsFor(said.accounts, context)
    if (!where || (text === undefined && media.length === 0)) {
      const values = {
        when: said.when,
        ...(text === undefined ? {} : { text }),
        ...(said.accounts === undefined ? {} : { accounts: said.accounts }),
      }
      const form = await postForm(context, {
        command: 'schedule',
        title: 'Schedule a post',
        submit: 'Submit',
        values,
        asksWhen: 'required',
      })
      return text === undefined ? { ...form, ...colonMissing(said.when, context) } : form
    }
    const words = { text: text ?? '', accountIds: where, media }
    const read = await timeOrDraft(context, said.when, words)
    if (read.kind === 'recurring') return scheduleSeries(context, read, words, said.when)

    const reviewIn = reviewPlace(context)
    const post = await schedulePost(context, words, read.when, reviewIn)
    const reach = await reachBlocks(context, where, words.media.length > 0)
    const card = postCard(await sheetOf(context.stores, context.bench, post, context))
    const shown = withNotes(card, context, read.notes)
    return { ...shown, blocks: [...shown.blocks, ...reviewPlaceNote(reviewIn), ...reach] }
  },
})

/** The accounts that were said; the only one where none was; undefined where somebody has to choose. */
async function accountsFor(
  said: string | string[] | undefined,
  context: CommandContext,
): Promise<string[] | undefined> {
  if (said?.length)
    return (await resolveAccounts(context.stores, context.bench.platforms, said)).map((one) => one.id)
  const usable = (await context.stores.accounts.list()).filter((account) => account.state !== 'disconnected')
  return usable.length === 1 ? usable.map((one) => one.id) : undefined
}

/** A line without its colon is all time: said beside the field, so that nobody wonders where the text went. */
function colonMissing(phrase: string, context: CommandContext): Pick<Form, 'errors'> {
  try {
    timeFromWords(context, phrase)
    return {}
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return {
      errors: { when: `${error.message} In a line, a colon stands between the time and the text.` },
    }
  }
}

/** Words with two meanings ask which one was meant; the post is kept as a draft meanwhile, and the answer is one press. */
async function timeOrDraft(context: CommandContext, phrase: string, words: PostWords): Promise<TimeWords> {
  const CHOICE = 'submit 0 '
  try {
    return timeFromWords(context, phrase, (choice) => `${CHOICE}${choice}`)
  } catch (error) {
    if (!(error instanceof Question)) throw (await mistakenAccount(context, phrase)) ?? error
    const post = await draftPost(context, words, null)
    throw new Question(error.message, {
      wayOut: `The post is kept as draft #${post.number} until you choose.`,
      offers: error.offers.map((offer) => ({
        ...offer,
        line: offer.line.replace(CHOICE, `submit ${post.number} `),
      })),
    })
  }
}

/** `tomorrow 9am to blusky`: the account is what was not understood, where the words before it are a time. */
async function mistakenAccount(context: CommandContext, phrase: string): Promise<unknown> {
  const [, when, said] = /^(.+?)\s+to\s+(\S.*)$/is.exec(phrase) ?? []
  if (when === undefined || said === undefined) return undefined
  try {
    timeFromWords(context, when)
    await resolveAccounts(context.stores, context.bench.platforms, said)
    return undefined
  } catch (error) {
    return error instanceof UserError && error.field === 'accounts' ? error : undefined
  }
}

async function scheduleSeries(
  context: CommandContext,
  read: Extract<TimeWords, { kind: 'recurring' }>,
  words: PostWords,
  phrase: string,
): Promise<Message> {
  const content = { text: words.text ?? '', variants: {}, options: {}, media: words.media ?? [] }
  const reviewIn = reviewPlace(context)
  const post = await beginSeries(
    context,
    { rule: read.rule, phrase, content, accountIds: words.accountIds ?? [] },
    reviewIn,
  )
  const card = postCard(await sheetOf(context.stores, context.bench, post, context))
  const runs = textBlock(
    '🔁 ',
    describeRule(read.rule, context.locale),
    '. First: ',
    time(read.first.at, read.first.zone),
    '.',
  )
  const said = withNotes(card, context, read.notes)
  return {
    ...said,
    blocks: [
      ...said.blocks,
      ...reviewPlaceNote(reviewIn),
      runs,
      note('Once this post is approved, later ones go out without another review until the text changes.'),
    ],
  }
}

function withNotes(card: Message, context: CommandContext, notes: readonly string[]): Message {
  const paused = pausedNote(context.workspace.settings.pausedAt)
  return { ...card, blocks: [...card.blocks, ...noteBlocks(notes), ...(paused ? [paused] : [])] }
}
