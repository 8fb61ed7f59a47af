import type { Form } from '../../message/form.ts'
import {
  type Block,
  bold,
  button,
  buttons,
  code,
  heading,
  list,
  type Message,
  message,
  note,
  quote,
  text,
} from '../../message/message.ts'
import { ownId } from './custom-id.ts'
import type { OpenForm } from './modal.ts'

/** What the surface says for itself: about forms that Discord cannot open at once, and about itself. */

const opener = (label: string, { id, form }: Pick<OpenForm, 'id' | 'form'>): Block =>
  buttons(button(label, ownId('open', id, form.command), { style: 'primary' }))

/** A refused form: what is wrong, everything that was typed, and the button that opens it again as it was left. */
export function refusedForm(open: OpenForm): Message {
  const { form } = open
  const errors = form.errors ?? {}
  const beside = form.fields.flatMap(({ name, label }) =>
    errors[name] ? [[bold(label), `: ${errors[name]}`] as const] : [],
  )
  const elsewhere = Object.entries(errors).flatMap(([name, mistake]) =>
    form.fields.some((field) => field.name === name) ? [] : [mistake],
  )
  return message(
    heading(form.title),
    ...elsewhere.map((mistake) => text(mistake)),
    beside.length > 0 && list(beside),
    opener('Open it again', open),
    ...typedIn(form),
    note(
      open.files.length > 0
        ? 'Everything you typed is kept, your files too.'
        : 'Everything you typed is kept.',
    ),
  )
}

/** The next step of a form that has more fields than a modal. */
export const nextStep = (open: OpenForm, typed: Record<string, string>): Message =>
  message(
    text(bold(open.form.title), `: step ${open.at} of ${open.steps.length} is kept.`),
    opener('Continue', open),
    ...typedAgain(open.form, typed),
  )

/** A form that came too late for Discord, which opens one only in the first seconds, or where there is no way to open one. */
export const readyForm = (open: OpenForm): Message =>
  message(text(bold(open.form.title), ' is ready to be filled in.'), opener('Open the form', open))

/** A form that is kept no longer: forms of several steps stand in the database for a day. */
export const goneForm = (
  command: string,
  typed: Record<string, string> = {},
  mistakes: readonly string[] = [],
): Message =>
  message(
    ...mistakes.map((mistake) => text(mistake)),
    text('That form is no longer open. Start again with ', code(`/${command}`), '.'),
    ...(Object.keys(typed).length > 0 ? [note('This is what you had typed:')] : []),
    ...Object.entries(typed).map(([name, words]) => quote(words, name)),
  )

/** Asked before a line is said that cannot be taken back. */
export const confirmation = (question: string, label: string, line: string): Message =>
  message(text(question), buttons(button(label, line, { style: 'danger' })))

export const othersForm = (): Message => message(text('This form was opened for somebody else.'))

export const whichServer = (): Message =>
  message(
    text(
      'Say something to Crier in your server first, for example ',
      code('/help'),
      ': then I know which team is yours.',
    ),
  )

export const ourMistake = (id: string): Message =>
  message(
    text(
      'Something went wrong on our side, and the answer cannot be shown. Whoever runs Crier finds the cause in the log under ',
      code(id),
      '.',
    ),
  )

export const shownToAll = (): Message => message(note('Shown to everyone in this channel.'))
export const sentDirectly = (): Message => message(note('The answer is in your direct messages.'))
export const cannotWriteDirectly = (line: string): Message =>
  message(
    text(
      'The answer is for you alone, and you take no direct messages from this server. Ask with ',
      code(`/crier line: ${line}`),
      ' instead.',
    ),
  )

/** What a form holds already, where it is words: so that nothing is out of sight while the form is closed. */
function typedIn(form: Form): Block[] {
  return form.fields.flatMap((field) =>
    (field.kind === 'text' || field.kind === 'when') && field.value ? [quote(field.value, field.label)] : [],
  )
}

const typedAgain = (form: Form, typed: Record<string, string>): Block[] =>
  Object.entries(typed).map(([name, words]) =>
    quote(words, form.fields.find((field) => field.name === name)?.label ?? name),
  )
