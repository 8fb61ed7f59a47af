import { UserError } from '../kit/user-error.ts'
import type { Field, Form, FormValues } from '../message/form.ts'
import type { PostState } from '../posts/post.ts'
import { accountName } from '../views/post-card.ts'
import { andList, postStateWords } from '../views/words.ts'
import type { Actor } from './actor.ts'
import type { Arg } from './arg.ts'
import type { Command } from './command.ts'
import { deliveryChoices, postChoices } from './post-choices.ts'

/** As many as a chat's select holds. */
const MOST_CHOICES = 25

/**
 * The form of a command that has none of its own: it asks for what is missing and keeps what was said.
 *
 * @throws UserError where a post has to be chosen and none can be
 */
export async function argumentForm(
  command: Pick<Command, 'name' | 'summary' | 'fields'>,
  values: FormValues,
  actor: Actor,
): Promise<Form> {
  const missing = command.fields.filter((field) => field.required && values[field.name] === undefined)
  const known = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  return {
    type: 'form',
    title: command.summary,
    command: command.name,
    hidden: Object.fromEntries(known),
    fields: await Promise.all(missing.map((field) => fieldFor(field, actor))),
    submit: 'Go on',
  }
}

async function fieldFor(arg: Arg, { stores, bench }: Actor): Promise<Field> {
  const base = { name: arg.name, label: arg.label, required: true, ...(arg.hint ? { hint: arg.hint } : {}) }
  switch (arg.kind) {
    case 'post':
    case 'delivery': {
      const all = await (arg.kind === 'post'
        ? postChoices(stores, 40, arg.states)
        : deliveryChoices({ stores, bench }))
      if (all.length === 0 && arg.states) throw noSuchPost(arg.states)
      const options = all.slice(0, MOST_CHOICES)
      return options.length > 0 ? { ...base, kind: 'choice', options } : { ...base, kind: 'text' }
    }
    case 'accounts': {
      const accounts = (await stores.accounts.list()).filter((account) => account.state !== 'disconnected')
      return {
        ...base,
        kind: 'choices',
        options: accounts.map((account) => ({
          label: accountName(account, bench.platforms),
          value: account.id,
        })),
      }
    }
    case 'choice':
      return { ...base, kind: 'choice', options: [...(arg.choices ?? [])] }
    case 'when':
      return { ...base, kind: 'when' }
    case 'secret':
      return { ...base, kind: 'secret' }
    case 'flag':
      return { ...base, kind: 'flag' }
    case 'text':
      return { ...base, kind: 'text', multiline: true }
    case 'words':
    case 'member':
    case 'channel':
    case 'number':
      return { ...base, kind: 'text' }
    default:
      return arg.kind satisfies never
  }
}

const noSuchPost = (states: readonly PostState[]): UserError =>
  new UserError(
    `No post is ${andList(
      states.map((state) => postStateWords[state]),
      'or',
    )}`,
    {
      wayOut: '`queue` lists what is planned.',
      offers: [{ label: 'Show the queue', line: 'queue' }],
    },
  )
