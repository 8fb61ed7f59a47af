import type { Field, Form, FormValues } from '../message/form.ts'
import { prose } from '../message/message.ts'
import type { Post, PostState } from '../posts/post.ts'
import { accountName } from '../views/post-card.ts'
import type { Actor } from './actor.ts'
import type { Arg } from './arg.ts'
import { resolveAccounts } from './read-accounts.ts'

/** The arguments that writing a post takes, whichever command writes it. */
export const textArg: Arg = { name: 'text', kind: 'text', label: 'Text', required: true }
export const whenArg: Arg = {
  name: 'when',
  kind: 'when',
  label: 'When',
  hint: 'tomorrow 9am · every weekday at 9 · next Tuesday 14:30 Berlin time',
  required: true,
}
export const accountsArg: Arg = { name: 'accounts', kind: 'accounts', label: 'Where', required: false }
export const postArg: Arg = {
  name: 'post',
  kind: 'post',
  label: 'Post',
  hint: 'its number, such as 42',
  required: true,
}
/** A post in one of these states: no other is offered to choose from. */
export const postFor = (...states: readonly PostState[]): Arg => ({ ...postArg, states })
export const seenArg: Arg = {
  name: 'seen',
  kind: 'words',
  label: 'Revision',
  hint: "what stands behind the @ of its card's button",
  required: false,
}
export const standstillArg: Arg = {
  name: 'seen',
  kind: 'words',
  label: 'Standstill',
  hint: "what stands behind the @ of its card's button",
  required: false,
}
export const altArg: Arg = {
  name: 'alt',
  kind: 'text',
  label: 'Alt text, a line per picture',
  required: false,
}
export const mediaArg: Arg = {
  name: 'media',
  kind: 'text',
  label: 'Links to pictures or a video',
  hint: 'https://…, one after another',
  required: false,
}

/** The form that writes or edits a post. What was said already is in it. */
export async function postForm(
  actor: Actor,
  {
    command,
    title,
    submit,
    values,
    post,
    asksWhen,
  }: {
    command: string
    title: string
    submit: string
    values: FormValues
    post?: Post
    asksWhen: 'required' | 'optional' | 'no'
  },
): Promise<Form> {
  const accounts = (await actor.stores.accounts.list()).filter((account) => account.state !== 'disconnected')
  const chosen = await chosenAccounts(actor, values, post)
  const fields: (Field | false)[] = [
    {
      kind: 'text',
      name: 'text',
      label: 'Text',
      required: true,
      multiline: true,
      value: said(values.text) ?? post?.content.text ?? '',
    },
    {
      kind: 'choices',
      name: 'accounts',
      label: 'Where',
      required: asksWhen === 'required',
      options: accounts.map((account) => ({
        label: accountName(account, actor.bench.platforms),
        value: account.id,
      })),
      values: chosen ?? (accounts.length === 1 ? accounts.map((account) => account.id) : []),
    },
    asksWhen !== 'no' && {
      kind: 'when',
      name: 'when',
      label: 'When',
      required: asksWhen === 'required',
      hint: 'As you would say it, in your own time zone',
      placeholder: 'tomorrow 9am',
      ...(said(values.when) === undefined ? {} : { value: said(values.when) ?? '' }),
    },
    { kind: 'files', name: 'files', label: 'Pictures or video', required: false, describedIn: 'alt' },
    {
      kind: 'text',
      name: 'alt',
      label: 'Alt text, a line per picture',
      hint: 'A line that begins with a link adds the picture behind it: https://… and its alt text',
      required: false,
      multiline: true,
      value: said(values.alt) ?? (post?.content.media.map((one) => one.alt).join('\n') || ''),
    },
  ]
  return {
    type: 'form',
    title,
    command,
    hidden: post ? { post: String(post.number), seen: post.revision } : {},
    fields: fields.filter((field) => field !== false),
    submit,
    ...(accounts.length === 0
      ? {
          intro: prose('No account is connected yet: `connect` adds one. What you write is kept as a draft.'),
        }
      : {}),
  }
}

async function chosenAccounts(
  actor: Actor,
  values: FormValues,
  post: Post | undefined,
): Promise<string[] | undefined> {
  const words = values.accounts
  if (typeof words === 'string' || Array.isArray(words)) {
    // Words that mean no account are said when the form is sent; here they only choose nothing.
    const settled = await Promise.allSettled([resolveAccounts(actor.stores, actor.bench.platforms, words)])
    return settled.flatMap((one) =>
      one.status === 'fulfilled' ? one.value.map((account) => account.id) : [],
    )
  }
  return post?.accountIds
}

const said = (value: FormValues[string] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

/** Lines of alt text, in the order of the pictures. */
export const describe = <One extends { alt: string }>(
  media: readonly One[],
  alt: string | undefined,
): One[] => {
  const lines = alt === undefined ? [] : alt.split('\n').map((line) => line.trim())
  return media.map((one, index) => ({ ...one, alt: lines[index] || one.alt }))
}
