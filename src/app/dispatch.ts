import { z } from 'zod'
import { shortCode } from '../kit/ids.ts'
import { nearestWord } from '../kit/nearest-word.ts'
import { Question, quoted, UserError } from '../kit/user-error.ts'
import type { Field, Form, FormValues } from '../message/form.ts'
import { button, buttons, type Message, message, prose, text } from '../message/message.ts'
import { withValues } from '../message/with-values.ts'
import { PublishError } from '../platforms/contract/publish-error.ts'
import { mayAct } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { postNumber } from './args.ts'
import { argumentForm } from './argument-form.ts'
import { argumentWords } from './argument-words.ts'
import type { Command, CommandContext } from './command.ts'
import { namesOf } from './read-accounts.ts'
import { type LineWords, readLine } from './read-line.ts'
import { tooLong, wellFormed } from './said-values.ts'
import type { Answer, Said } from './surface.ts'

/**
 * The one way in. Whatever people do, whatever surface they do it on, comes through here: the command is found, the role
 * checked, the words read, the arguments parsed, the command run. What goes wrong is answered in words, and nothing that
 * was typed is lost.
 */
export async function dispatch(context: CommandContext, said: Said): Promise<Answer> {
  let command: Command | undefined
  let values: FormValues = {}
  try {
    const read = await readSaid(context, wellFormed(said))
    if ('form' in read) return { type: 'form', form: read.form }
    command = read.command
    values = read.values
    mustMay(context, command)
    const long = tooLong(values, command.fields)
    if (long) {
      // Neither kept nor put back into a form: no chat could show it.
      values = Object.fromEntries(Object.entries(values).filter(([name]) => name !== long.name))
      throw long.error
    }
    if ('unread' in read) throw unreadable(command)
    return await run(context, command, values, 'command' in said)
  } catch (error) {
    const refusal = asRefusal(error, context)
    if (!command) return { ...forPerson(refusalMessage(refusal)), refused: true }
    // A submitted form comes back as itself, with the mistake beside its field; a line gets a button that opens the form.
    const form =
      'command' in said && command.form && !(refusal instanceof Question)
        ? await withErrors(context, command, values, refusal)
        : undefined
    if (form) return { type: 'form', form }
    const offers = await keepWords(context, command, values, refusal)
    const shown = context.press ? await whatIsOffered(context, refusal) : undefined
    return { ...forPerson(shown ?? refusalMessage(refusal, offers)), refused: true }
  }
}

/** Whoever pressed a button that is out of date sees at once what a refusal would offer to show: the post as it is now. */
async function whatIsOffered(context: CommandContext, refusal: UserError): Promise<Message | undefined> {
  const [offer, ...others] = refusal.offers
  if (!offer?.line.startsWith('show ') || others.length > 0) return undefined
  const answer = await dispatch({ ...context, press: false }, { line: offer.line })
  if (answer.type !== 'message' || answer.refused) return undefined
  const { blocks } = refusalMessage(new UserError(refusal.message))
  return { ...answer.message, blocks: [...blocks, ...answer.message.blocks] }
}

async function run(
  context: CommandContext,
  command: Command,
  values: FormValues,
  filledIn: boolean,
): Promise<Answer> {
  const parsed =
    command.args instanceof z.ZodType ? command.args.safeParse(values, { error: argumentWords }) : undefined
  if (!parsed) throw new Error(`${command.name} declares no arguments`)
  if (!parsed.success) {
    const missing = command.fields.filter((field) => field.required && values[field.name] === undefined)
    // What was said but can't be read is a mistake, whatever else is missing.
    if (
      missing.length === 0 ||
      parsed.error.issues.some((issue) => values[String(issue.path[0])] !== undefined)
    ) {
      throw mistakeOf(command, parsed.error, values, filledIn)
    }
    if (postNumber.safeParse(values.post).success) await command.mayOpen?.(values, context)
    return { type: 'form', form: await formFor(context, command, values) }
  }
  const answer = await command.run(parsed.data, context)
  switch (answer.type) {
    case 'form':
      return { type: 'form', form: answer }
    case 'message':
      return forPerson(answer)
    case 'for-channel':
      return { type: 'message', message: answer.message, audience: 'channel' }
    default:
      return answer satisfies never
  }
}

type Read =
  | { command: Command; values: FormValues }
  | { command: Command; values: FormValues; unread: true }
  | { form: Form }

async function readSaid(context: CommandContext, said: Said): Promise<Read> {
  if ('command' in said)
    return { command: commandByName(context.commands, said.command), values: said.values }
  const line = said.line.trim().replace(/^\/(crier\b\s*)?/, '')
  const [, word = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(line) ?? []
  if (word === 'form') return { form: await keptForm(context, rest.trim()) }
  const command = commandByName(context.commands, word === '' ? 'help' : word, rest)
  const values = readLine(
    { usage: command.usage, fields: command.fields },
    rest,
    await wordsOf(context, command),
  )
  return values ? { command, values } : { command, values: textOf(command, rest), unread: true }
}

function unreadable(command: Command): UserError {
  const { name, usage } = command
  if (usage === '')
    return new UserError(`\`${name}\` is said by itself, with no words behind it`, {
      offers: [{ label: name, line: name }],
    })
  return new UserError(`I can't read that as \`${name} ${usage}\``, {
    wayOut: [howToSay(command), ...choicesOf(command)].join(' '),
  })
}

/** An example that has words; the first one may be the bare name. */
const howToSay = ({ name, examples }: Command): string =>
  `For example: \`${examples.find((one) => one.includes(' ')) ?? name}\`.`

/** What a choice may be, where the line itself has to name one. */
const choicesOf = ({ fields }: Command): string[] =>
  fields.flatMap(({ name, kind, choices = [] }) =>
    kind === 'choice' && choices.length > 0
      ? [`<${name}> is one of ${choices.map(({ value }) => value).join(', ')}.`]
      : [],
  )

/** Words that fit nothing are kept as the command's text, so that they are in the form when it opens. */
const textOf = (command: Command, rest: string): FormValues => {
  const field = command.fields.find((one) => one.kind === 'text')
  return field ? { [field.name]: rest } : {}
}

/** The names that a line may hold, where its command takes accounts. */
async function wordsOf({ stores, bench }: Actor, { fields }: Command): Promise<LineWords> {
  if (!fields.some(({ kind }) => kind === 'accounts')) return { accounts: [] }
  const accounts = await stores.accounts.list()
  const names = accounts.flatMap((account) => [
    account.handle,
    `@${account.handle.replace(/^@/, '')}`,
    ...namesOf(account, bench.platforms),
  ])
  return { accounts: [...new Set([...names, ...bench.platforms.keys(), 'all', 'everywhere'])] }
}

/** Longer words than this do not fit a button: its command alone is offered. */
const OFFERED = 60

/** @throws UserError naming the nearest command, with the words that stood behind it */
export function commandByName(commands: readonly Command[], word: string, rest = ''): Command {
  const name = word.toLowerCase()
  const exact = commands.find((command) => command.name === name)
  if (exact) return exact
  const close = nearestWord(
    name,
    commands.map((command) => command.name),
  )
  const line = close && rest !== '' && rest.length <= OFFERED ? `${close} ${rest}` : close
  throw new UserError(`There is no command ${quoted(word)}`, {
    wayOut: close ? `Did you mean \`${close}\`?` : '`help` lists what there is.',
    offers: [close && line ? { label: close, line } : { label: 'Help', line: 'help' }],
  })
}

function mustMay({ member }: CommandContext, command: Command): void {
  if (mayAct(member.role, command.who)) return
  throw new UserError(`\`${command.name}\` needs the role of ${command.who}; yours is ${member.role}`, {
    wayOut: 'An admin can change that with `roles`.',
  })
}

/** The command's own form; where even the post is not known yet, a form that asks for what is missing. */
async function formFor(context: CommandContext, command: Command, values: FormValues): Promise<Form> {
  const lacksPost = command.fields.some(
    (field) => field.kind === 'post' && field.required && !postNumber.safeParse(values[field.name]).success,
  )
  return command.form && !lacksPost ? command.form(values, context) : argumentForm(command, values, context)
}

/** @param filledIn in a form, which needs no example of a line */
function mistakeOf(command: Command, error: z.ZodError, values: FormValues, filledIn: boolean): UserError {
  // What was said and can't be read comes before what was not said.
  const said = error.issues.find(({ path }) => values[String(path[0])] !== undefined)
  const issue = said ?? error.issues[0]
  const field = command.fields.find((one) => one.name === issue?.path[0])
  return new UserError(
    field ? `${field.label}: ${issue?.message}` : (issue?.message ?? "That can't be read"),
    {
      ...(filledIn ? {} : { wayOut: `For example: \`${command.examples[0] ?? command.name}\`.` }),
      ...(field ? { field: field.name } : {}),
    },
  )
}

/** Beside its field a mistake need not name it again. */
const withoutLabel = (said: string, field: Field | undefined): string =>
  field && said.startsWith(`${field.label}: `) ? said.slice(field.label.length + 2) : said

/** Ours get an id that is in the log too, so that somebody can find out. */
function asRefusal(error: unknown, { bench, surface }: CommandContext): UserError {
  if (error instanceof UserError) return error
  if (error instanceof PublishError) return new UserError(error.message, { cause: error })
  const id = shortCode(8)
  bench.log.error({ id, surface, err: error }, 'A command failed')
  return new UserError(`Something went wrong in Crier itself (${id})`, {
    wayOut: `Nothing was lost. Whoever runs Crier finds the cause in the log under ${id}.`,
  })
}

/** What a person reads when something was refused: one sentence, the way out, and the ways out that need no typing. */
export function refusalMessage(refusal: UserError, more: { label: string; line: string }[] = []): Message {
  const offers = [...refusal.offers, ...more]
  return message(
    text(...prose(inWords(refusal.message, refusal.wayOut))),
    offers.length > 0 && buttons(...offers.map((offer) => button(offer.label, offer.line))),
  )
}

/** The sentence and the way out, in one paragraph, whatever lines somebody's words had that are quoted in it. */
const inWords = (said: string, wayOut?: string): string =>
  [said, wayOut ?? '']
    .map((words) => words.replace(/\s*[\r\n\v\f\u0085\u2028\u2029]\s*/g, ' ').trim())
    .filter((words) => words !== '')
    .map(sentence)
    .join(' ')

/** A form's mistakes are plain text in every chat: what may be typed stands in quotes, not in backticks. */
const inQuotes = (said: string): string => said.replace(/`([^`\n]+)`/g, '"$1"')

/** With a full stop, unless it ends in a sign of its own or in an address. */
const sentence = (said: string): string => (/(?:[.?!…]|https?:\/\/\S+)$/.test(said) ? said : `${said}.`)

/** Keeps what was typed under a short code. Secrets are not kept: they are typed again. */
async function keepWords(
  context: CommandContext,
  command: Command,
  values: FormValues,
  refusal: UserError,
): Promise<{ label: string; line: string }[]> {
  if (Object.keys(values).length === 0 || context.press || !command.form || refusal instanceof Question)
    return []
  const code = shortCode()
  // What a platform asks for stands in its own file, so the command's own fields do not tell all that is secret.
  const asked = [...context.bench.platforms.values()].flatMap(({ connect }) =>
    connect.flatMap((way) => way.fields ?? []),
  )
  const secrets = new Set(
    [...command.fields, ...asked].filter((field) => field.kind === 'secret').map((field) => field.name),
  )
  await context.stores.keptForms.keep({
    code,
    memberId: context.member.id,
    command: command.name,
    values: Object.fromEntries(Object.entries(values).filter(([name]) => !secrets.has(name))),
    errors: { [refusal.field ?? '']: inWords(refusal.message) },
    createdAt: context.now,
  })
  return [{ label: 'Open as a form', line: `form ${code}` }]
}

async function keptForm(context: CommandContext, code: string): Promise<Form> {
  const kept = await context.stores.keptForms.get(code)
  if (!kept || kept.memberId !== context.member.id) {
    throw new UserError('What was typed there is not kept any more', {
      wayOut: 'Write it again; forms are kept for a week.',
    })
  }
  const command = commandByName(context.commands, kept.command)
  if (!command.form) throw new Error(`${command.name} has no form to open`)
  const form = withValues(await command.form(kept.values, context), kept.values)
  const errors = Object.entries(kept.errors).map(([name, said]) => {
    const field = form.fields.find((one) => one.name === name)
    return [name, inQuotes(withoutLabel(said, field))]
  })
  return { ...form, errors: Object.fromEntries(errors) }
}

async function withErrors(
  context: CommandContext,
  command: Command,
  values: FormValues,
  refusal: UserError,
): Promise<Form | undefined> {
  const form = await formFor(context, command, values).catch((error: unknown) => {
    // A form about something that is gone can't be opened again; the refusal says so in words.
    if (error instanceof UserError) return undefined
    throw error
  })
  if (!form) return undefined
  const field = form.fields.find(({ name }) => name === refusal.field)
  const said = inQuotes(inWords(withoutLabel(refusal.message, field), refusal.wayOut))
  return { ...withValues(form, values), errors: { [field?.name ?? '']: said } }
}

const forPerson = (said: Message): Extract<Answer, { type: 'message' }> => ({
  type: 'message',
  message: said,
  audience: 'person',
})
